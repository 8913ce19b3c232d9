"""Which account takes the gross of a row that settles no ledger item."""

from __future__ import annotations

from odoo.addons.settlement.canonical.kinds import BANK_KINDS

from .rows import IGNORED, Row

FEE_ROWS = frozenset({"fee", "fee_refund", "dispute_fee", "tax"})
WITH_TARGET = frozenset({"charge", "refund", "refund_failure"})
IN_TRANSIT = frozenset({"payout", "payout_failure"})
# Rows whose line is looked for by a later one (release, reversal, failed payout),
# or that a person looks at one by one: never summed.
ACCOUNT_OF_KIND = {
    "withholding": "withholding",
    "pass_through_tax": "pass_through",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
    "adjustment": "adjustment",
    "reserve_hold": "reserve",
    "reserve_release": "reserve",
    "transfer": "transfer",
    "topup": "transfer",
    "conversion": "transfer",
    "financing": "loan",
    "financing_repayment": "loan",
    "payout": "in_transit",
    "payout_failure": "in_transit",
}
# What leaves for the bank is proved against it, and both legs of a conversion meet:
# no code sends them elsewhere.
NEVER_MAPPED = IN_TRANSIT | {"conversion"}
# Lines of these kinds are looked for by a later row, whatever account they are on.
FOLLOWED = frozenset({"dispute", "dispute_reversal", "reserve_hold", "reserve_release"})
# Kind of a fee row that stands alone, as its fee lines would say it.
FEE_KIND_OF_ROW = {
    "fee": "other",
    "fee_refund": "other",
    "dispute_fee": "dispute",
    "tax": "tax",
}


def meeting_role(kind: str) -> str:
    """Return the role of the account on which money of a kind meets other money."""
    is_own = kind in BANK_KINDS or ACCOUNT_OF_KIND.get(kind) == "transfer"
    return "transfer" if is_own else "suspense"


def is_mapped(row: Row) -> bool:
    """Return whether the row's code, and not its kind alone, says where it goes."""
    return row.booking is not None and row.kind not in NEVER_MAPPED


def account_role(row: Row) -> str:
    """Return the role of the account that takes the gross of ``row``."""
    if row.kind in WITH_TARGET:
        return "unallocated" if row.match_state == IGNORED else "suspense"
    return ACCOUNT_OF_KIND.get(row.kind, "suspense")
