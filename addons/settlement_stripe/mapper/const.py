"""Tables of the Stripe API: what each code means to us.

Sources: the enums of the API's own client library (version 2026-06-24.dahlia) and
its pages "Balance transaction types" and "Reporting categories and types".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

API_VERSION = "2026-06-24.dahlia"


@dataclass(frozen=True, slots=True)
class KindRule:
    """Canonical kind of a row, by the sign of its amount.

    ``review`` marks rows whose code is known but whose booking only a person can
    decide: they go to the review queue like unknown codes.
    """

    credit: str
    debit: str
    review: bool = False


def always(kind: str, *, review: bool = False) -> KindRule:
    """Return a rule that ignores the sign."""
    return KindRule(kind, kind, review)


CHARGE = always("charge")
REFUND = always("refund")
FEE = KindRule(credit="fee_refund", debit="fee")
RESERVE = KindRule(credit="reserve_release", debit="reserve_hold")
DISPUTE = KindRule(credit="dispute_reversal", debit="dispute")
TRANSFER = always("transfer")
TOPUP = always("topup")
ADJUSTMENT = always("adjustment")
REVIEW = always("adjustment", review=True)
REPAYMENT = always("financing_repayment")

# By reporting_category, which Stripe asks to prefer over the type. A negative
# "charge" takes back what an earlier charge brought: the part that was never
# captured, or a bank debit that bounced.
CATEGORY_KINDS: dict[str, KindRule] = {
    "advance": TRANSFER,
    "advance_funding": TRANSFER,
    "anticipation_repayment": REPAYMENT,
    "charge": CHARGE,
    "charge_failure": CHARGE,
    "climate_order_purchase": ADJUSTMENT,
    "climate_order_refund": ADJUSTMENT,
    "connect_collection_transfer": TRANSFER,
    "connect_reserved_funds": RESERVE,
    "contribution": ADJUSTMENT,
    "dispute": always("dispute"),
    "dispute_reversal": always("dispute_reversal"),
    "fee": FEE,
    "financing_paydown": REPAYMENT,
    "financing_paydown_reversal": REPAYMENT,
    "financing_payout": always("financing"),
    "financing_payout_reversal": always("financing"),
    "issuing_authorization_hold": RESERVE,
    "issuing_authorization_release": RESERVE,
    "issuing_dispute": REVIEW,
    "issuing_transaction": REVIEW,
    "network_cost": FEE,
    "other_adjustment": REVIEW,
    "partial_capture_reversal": CHARGE,
    "payout": always("payout"),
    "payout_reversal": always("payout_failure"),
    "platform_earning": ADJUSTMENT,
    "platform_earning_refund": ADJUSTMENT,
    "refund": REFUND,
    "refund_failure": always("refund_failure"),
    "risk_reserved_funds": RESERVE,
    "tax": always("tax"),
    "topup": TOPUP,
    "topup_reversal": TOPUP,
    "transfer": TRANSFER,
    "transfer_reversal": TRANSFER,
    "unreconciled_customer_funds": CHARGE,
}

# By type: where the category is unknown, missing or says nothing.
TYPE_KINDS: dict[str, KindRule] = {
    "adjustment": REVIEW,
    "advance": TRANSFER,
    "advance_funding": TRANSFER,
    "anticipation_repayment": REPAYMENT,
    "application_fee": ADJUSTMENT,
    "application_fee_refund": ADJUSTMENT,
    "charge": CHARGE,
    "climate_order_purchase": ADJUSTMENT,
    "climate_order_refund": ADJUSTMENT,
    "connect_collection_transfer": TRANSFER,
    "contribution": ADJUSTMENT,
    "fee_credit_funding": FEE,
    "inbound_transfer": TOPUP,
    "inbound_transfer_reversal": TOPUP,
    "issuing_authorization_hold": RESERVE,
    "issuing_authorization_release": RESERVE,
    "issuing_dispute": REVIEW,
    "issuing_transaction": REVIEW,
    "obligation_outbound": REPAYMENT,
    "obligation_reversal_inbound": REPAYMENT,
    "payment": CHARGE,
    "payment_failure_refund": CHARGE,
    "payment_network_reserve_hold": RESERVE,
    "payment_network_reserve_release": RESERVE,
    "payment_refund": KindRule(credit="refund_failure", debit="refund"),
    "payment_reversal": CHARGE,
    "payment_unreconciled": CHARGE,
    "payout": always("payout"),
    "payout_cancel": always("payout_failure"),
    "payout_failure": always("payout_failure"),
    "payout_minimum_balance_hold": RESERVE,
    "payout_minimum_balance_release": RESERVE,
    "refund": KindRule(credit="refund_failure", debit="refund"),
    "refund_failure": always("refund_failure"),
    "reserve_hold": RESERVE,
    "reserve_release": RESERVE,
    "reserve_transaction": RESERVE,
    "reserved_funds": RESERVE,
    "stripe_balance_payment_debit": REVIEW,
    "stripe_balance_payment_debit_reversal": REVIEW,
    "stripe_fee": FEE,
    "stripe_fx_fee": FEE,
    "tax_fee": always("tax"),
    "tax_fund": always("pass_through_tax"),
    "topup": TOPUP,
    "topup_reversal": TOPUP,
    "transfer": TRANSFER,
    "transfer_cancel": TRANSFER,
    "transfer_failure": TRANSFER,
    "transfer_refund": TRANSFER,
}

# Categories that say nothing themselves: the type, then the source object decides.
VAGUE_CATEGORIES = frozenset({"", "other_adjustment"})
VAGUE_TYPES = frozenset({"", "adjustment"})
SOURCE_KINDS: dict[str, KindRule] = {
    "dispute": DISPUTE,
    "refund": KindRule(credit="refund_failure", debit="refund"),
}

# Texts of Stripe's fees, in rows of their own and inside fee_details.
CONVERSION_TEXT = re.compile(r"currency conversion|\bconversion\b|\bfx\b", re.I)
DISPUTE_TEXT = re.compile(r"\bdispute", re.I)

FEE_KINDS: dict[str, str] = {
    "application_fee": "application",
    "payment_method_passthrough_fee": "scheme",
    "stripe_fee": "processing",
}
TAX_FEE_TYPE = "tax"
WITHHELD_TAX_FEE_TYPE = "withheld_tax"

# Stripe's own exponents; currencies that are not named have two decimals. ISK and
# UGX have none in ISO 4217 but Stripe counts them in hundredths that are always 00.
ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())

# In the order of a payout's life: none of them is ever left for an earlier one.
PAYOUT_STATES: dict[str, str] = {
    "pending": "initiated",
    "in_transit": "acknowledged",
    "paid": "settled",
    "failed": "rejected",
    "canceled": "rejected",
}
FINAL_FAILURES = frozenset({"failed", "canceled"})

# In the order of a dispute's life: none of them is ever left for an earlier one. Money
# that came back after a loss is the last word.
DISPUTE_STATUSES: dict[str, str] = {
    "warning_needs_response": "warning",
    "warning_under_review": "warning_under_review",
    "prevented": "prevented",
    "warning_closed": "warning_closed",
    "needs_response": "evidence_due",
    "under_review": "under_review",
    "lost": "lost",
    "won": "won",
}
DISPUTE_REASONS: dict[str, str] = {
    "bank_cannot_process": "bank_cannot_process",
    "check_returned": "bank_cannot_process",
    "credit_not_processed": "credit_not_processed",
    "customer_initiated": "general",
    "debit_not_authorized": "unauthorized_debit",
    "duplicate": "duplicate",
    "fraudulent": "fraudulent",
    "general": "general",
    "incorrect_account_details": "bank_cannot_process",
    "insufficient_funds": "bank_cannot_process",
    "noncompliant": "non_compliance",
    "product_not_received": "not_received",
    "product_unacceptable": "not_as_described",
    "subscription_canceled": "subscription_canceled",
    "unrecognized": "unrecognized",
}

# Where merchants put their own numbers, first found first taken.
INVOICE_METADATA = ("invoice", "invoice_number")
CREDIT_NOTE_METADATA = ("credit_note", *INVOICE_METADATA)
ORDER_METADATA = ("order_reference", "order_number", "order_id")
