"""Closed vocabularies of the canonical model."""

TRANSACTION_KINDS: tuple[str, ...] = (
    "charge",
    "refund",
    "refund_failure",
    "fee",
    "fee_refund",
    "tax",
    "withholding",
    "pass_through_tax",
    "dispute",
    "dispute_reversal",
    "dispute_fee",
    "adjustment",
    "reserve_hold",
    "reserve_release",
    "transfer",
    "conversion",
    "topup",
    "financing",
    "financing_repayment",
    "payout",
    "payout_failure",
    "bank_credit",
    "bank_debit",
)

FEE_KINDS: tuple[str, ...] = (
    "processing",
    "scheme",
    "interchange",
    "markup",
    "application",
    "conversion",
    "dispute",
    "payout",
    "other",
)

BATCH_KINDS: tuple[str, ...] = ("payout", "settlement", "statement", "day")

PROVIDER_STATES: tuple[str, ...] = (
    "initiated",
    "acknowledged",
    "settled",
    "rejected",
    "reversed",
)

# A dispute's life in the words of no provider. A warning is an inquiry: no money has
# moved, and none moves unless it becomes a dispute.
DISPUTE_STATUSES: tuple[str, ...] = (
    "warning",
    "warning_under_review",
    "warning_closed",
    "opened",
    "evidence_due",
    "under_review",
    "won",
    "partly_won",
    "lost",
    "accepted",
    "prevented",
)
FINAL_DISPUTE_STATUSES: tuple[str, ...] = (
    "warning_closed",
    "won",
    "partly_won",
    "lost",
    "accepted",
    "prevented",
)
# What has not come back by then never will.
LOST_DISPUTE_STATUSES: tuple[str, ...] = ("partly_won", "lost", "accepted")

DISPUTE_REASONS: tuple[str, ...] = (
    "fraudulent",
    "unrecognized",
    "duplicate",
    "not_received",
    "not_as_described",
    "credit_not_processed",
    "subscription_canceled",
    "wrong_amount",
    "unauthorized_debit",
    "bank_cannot_process",
    "non_compliance",
    "general",
)

# Rows of a dispute itself, and rows that may belong to one.
DISPUTE_KINDS: tuple[str, ...] = ("dispute", "dispute_reversal", "dispute_fee")
RESERVE_KINDS: tuple[str, ...] = ("reserve_hold", "reserve_release")

REFERENCE_TYPES: tuple[str, ...] = (
    "provider",
    "end_to_end",
    "invoice",
    "order",
    "structured",
    "iban",
    "email",
    "mandate",
    "bank",
)

# Rows of these kinds are matched with something in the ledger or at the bank.
# All others carry their own meaning and post to the policy's accounts.
KINDS_WITH_TARGET: tuple[str, ...] = (
    "charge",
    "refund",
    "refund_failure",
    "bank_credit",
    "bank_debit",
)

# An entry of a bank account stays one, whatever it is for.
BANK_KINDS: tuple[str, ...] = ("bank_credit", "bank_debit")

# Kinds whose gross has one sign only; all others come with either.
KIND_SIGNS: dict[str, int] = {
    "refund": -1,
    "refund_failure": 1,
    "fee": -1,
    "fee_refund": 1,
    "dispute": -1,
    "dispute_reversal": 1,
    "dispute_fee": -1,
    "reserve_hold": -1,
    "reserve_release": 1,
    "bank_credit": 1,
    "bank_debit": -1,
}

EXCEPTION_REASONS: tuple[str, ...] = (
    "duplicate",
    "partner_conflict",
    "currency_mismatch",
    "rate_missing",
    "amount_short",
    "amount_over",
    "fee_variance",
    "tax_mismatch",
    "ambiguous",
    "missing_reference",
    "paid_not_in_ledger",
    "ledger_not_at_provider",
    "unmatched",
    "unknown_mapping",
    "closed_period",
    "batch_unbalanced",
    "balance_gap",
    "missing_data",
    "stale_feed",
    "late_payout",
    "payout_missing_at_bank",
    "dispute_opened",
    "late_release",
    "payment_rejected",
    "approval_mismatch",
    "bank_details_changed",
    "credential_expiring",
    "changed_after_posting",
    "posting_failed",
    "connector_failed",
    "malformed_input",
    "signature_invalid",
    "chain_broken",
)
