"""What each type of row of Adyen means to us.

Sources: the pages "Settlement details report" and "Payment accounting report" of
Adyen's documentation. Types are compared without regard to case: reports spell one and
the same type in several ways.
"""

from __future__ import annotations

from odoo.addons.settlement.canonical.kind_rules import (
    KindRule,
    by_direction,
    for_review,
    memos,
)

# Money that we pay is a negative charge: like one that we receive, it settles a
# document. So is a capture that is taken back.
_PAYMENTS = {
    "Settled": "payment captured",
    "SettledInInstallments": "part of a payment in instalments",
    "SettledReversed": "capture taken back",
    "PaidOut": "payout to a shopper or third party",
    "PaidOutReversed": "payout to a shopper or third party returned",
}
_DISPUTES = {
    "Chargeback": "chargeback",
    "ChargebackReversed": "chargeback defended",
    "SecondChargeback": "chargeback lost after its defence",
}
_FEES = {
    "Fee": "fees of the month",
    "MiscCosts": "other costs",
    "InvoiceDeduction": "invoice of Adyen kept from the payout",
    "PaymentCost": "cost of a payment",
    "SettleCost": "cost of a capture",
    "AuthorisationSchemeFee": "scheme fee of an authorisation",
    "AcquirerFee": "fee of the acquirer",
    "AcquirerFees": "fees of the acquirer",
}
_RESERVES = {
    "DepositCorrection": "deposit changed",
    "ReserveAdjustment": "reserve changed",
}
_TRANSFERS = {
    "BalanceTransfer": "balance carried to or from another batch",
    "InternalCompanyPayout": "transfer to another account of the company",
}
# What the card scheme pays out itself. If Adyen moves money for it, that is a fee.
_EXTERNAL = {
    "SettledExternally": "payment that another acquirer pays out",
    "RefundedExternally": "refund that another acquirer pays out",
    "ChargebackExternally": "chargeback that another acquirer takes",
    "ChargebackReversedExternally": "chargeback that another acquirer gives back",
}
_REVIEWED = {
    "ManualCorrected": "correction by hand",
    "MatchedStatement": "statement of an acquirer matched",
    "EpaPaid": "payment file of a scheme matched",
    "Advancement": "payout in advance",
    "AdvancementCommissionFee": "commission of a payout in advance",
    "Advanced": "paid in advance",
}

# By the direction of the gross amount: fees may turn the net of a small sale round.
TYPE_KINDS: dict[str, KindRule] = {
    **by_direction("charge", "charge", _PAYMENTS),
    **by_direction("refund_failure", "refund", {"Refunded": "refund"}),
    **by_direction("refund_failure", "refund", {"RefundedReversed": "refund returned"}),
    **by_direction("dispute_reversal", "dispute", _DISPUTES),
    **by_direction("fee_refund", "fee", _FEES),
    **by_direction("reserve_release", "reserve_hold", _RESERVES),
    **by_direction("transfer", "transfer", _TRANSFERS),
    **by_direction("payout", "payout", {"MerchantPayout": "payout to the bank"}),
    **by_direction(
        "payout_failure", "payout", {"BankInstructionReturned": "payout returned"}
    ),
    **memos(_EXTERNAL),
    **for_review(_REVIEWED),
}
# What the payments accounting report tells of a payment before it is settled.
PROGRESS_KINDS: dict[str, KindRule] = memos(
    {
        "Received": "payment asked for",
        "Authorised": "payment authorised",
        "AuthorisedPending": "authorisation under way",
        "AuthenticationRefused": "shopper not authenticated",
        "Refused": "payment refused",
        "Cancelled": "authorisation cancelled",
        "Expired": "authorisation expired",
        "Error": "payment failed",
        "SentForSettle": "capture sent",
        "SettleScheduled": "capture scheduled",
        "CaptureFailed": "capture failed",
        "SentForRefund": "refund sent",
        "RefundScheduled": "refund scheduled",
        "RefundFailed": "refund failed",
        "RefundAuthorised": "refund authorised",
        "RefundNotCleared": "refund not cleared",
        "NotificationOfChargeback": "chargeback announced",
        "RequestForInformation": "information asked for",
        "NotificationOfFraud": "fraud reported",
        "InformationSupplied": "chargeback defended with documents",
        "DisputeDefensePeriodEnded": "time to defend a chargeback is over",
    }
)
PAYOUT = "merchantpayout"
EXTERNAL = frozenset(name.lower() for name in _EXTERNAL)
# Kinds whose rows are a fee themselves and show no fee beside it.
FEE_ROWS = frozenset({"fee", "fee_refund"})
# Rows of a dispute carry its fee where others have their commission.
DISPUTE_KINDS = frozenset({"dispute", "dispute_reversal"})
FEES_OF_A_DISPUTE = {"processing": "dispute", "markup": "dispute"}
# Rows that bring a payment; by them it is known, not by what was done to it.
CAPTURES = frozenset({"settled", "settledininstallments"})
# Kinds that may name the document they are for.
DOCUMENT_KINDS = frozenset({"charge", "refund", "refund_failure"})

# Decimals by which the API counts, where they are not those of ISO 4217.
API_DECIMALS = {"CLP": 2, "CVE": 0, "IDR": 0, "ISK": 2}
