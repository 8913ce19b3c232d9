"""What a column can be used for: canonical fields, and parts of the rules."""

from __future__ import annotations

from ..layout.definition import FIELDS

# Uses that are no field of a transaction, in the order in which they are offered.
RULE_USES: tuple[tuple[str, str], ...] = (
    ("identity", "Id of the row"),
    ("fingerprint", "Part of a fingerprint, without an id"),
    ("kind", "Says what the row is"),
    ("direction", "Says which way the money went"),
    ("credit", "Money in (credit)"),
    ("debit", "Money out (debit)"),
    ("fee", "Fee"),
    ("fee_tax", "Tax on the fee"),
    ("batch", "Id of the payout or report"),
    ("batch_total", "Total of the payout"),
    ("batch_date", "Date of the payout"),
    ("batch_expected_on", "Payout expected at the bank on"),
    ("batch_reference", "Trace of the payout at the bank"),
    ("batch_descriptor", "Text of the payout at the bank"),
    ("batch_opening", "Opening balance"),
    ("batch_closing", "Closing balance"),
)
FIELD_USES: tuple[tuple[str, str], ...] = tuple(
    (each.name, each.label) for each in FIELDS.values()
)
USES: tuple[tuple[str, str], ...] = (*RULE_USES, *FIELD_USES)
FEE_USES = {"fee": "fee", "fee_tax": "tax"}
# Uses of one column → the member of a rule that names it.
BATCH_MEMBERS: dict[str, str] = {
    "batch_total": "total_column",
    "batch_date": "date_column",
    "batch_expected_on": "expected_on_column",
    "batch_reference": "reference_column",
    "batch_descriptor": "descriptor_column",
    "batch_opening": "opening_column",
    "batch_closing": "closing_column",
}
SIGN_MEMBERS: dict[str, str] = {
    "credit": "credit",
    "debit": "debit",
    "direction": "column",
}
