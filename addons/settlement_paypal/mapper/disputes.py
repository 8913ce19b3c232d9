"""A dispute as what is said of it at one moment of its life."""

from __future__ import annotations

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import DisputeFact
from odoo.addons.settlement.canonical.json_reading import (
    Raw,
    child,
    children,
    instant,
    required_text,
    text,
)

from .reading import money

# While it is open, by whose turn it is.
STATUSES = {
    "OPEN": "opened",
    "OPEN_INQUIRIES": "opened",
    "WAITING_FOR_BUYER_RESPONSE": "under_review",
    "WAITING_FOR_SELLER_RESPONSE": "evidence_due",
    "UNDER_REVIEW": "under_review",
    "APPEALED": "under_review",
    "OTHER": "opened",
}
RESOLVED = "RESOLVED"
# Once it is resolved, by its outcome. Where PayPal itself pays the buyer, the seller
# keeps the money.
OUTCOMES = {
    "RESOLVED_BUYER_FAVOUR": "lost",
    "RESOLVED_BUYER_FAVOR": "lost",
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_SELLER_FAVOR": "won",
    "RESOLVED_WITH_PAYOUT": "won",
    "CANCELED_BY_BUYER": "won",
    "DENIED": "won",
    "ACCEPTED": "accepted",
    "NONE": "warning_closed",
    "": "warning_closed",
}
REASONS = {
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": "not_received",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": "not_as_described",
    "UNAUTHORISED": "fraudulent",
    "CREDIT_NOT_PROCESSED": "credit_not_processed",
    "DUPLICATE_TRANSACTION": "duplicate",
    "INCORRECT_AMOUNT": "wrong_amount",
    "PAYMENT_BY_OTHER_MEANS": "duplicate",
    "CANCELED_RECURRING_BILLING": "subscription_canceled",
    "PROBLEM_WITH_REMITTANCE": "general",
    "OTHER": "general",
}


def read_dispute(raw: Raw, account: str = "") -> DisputeFact:
    """Return what PayPal says of one dispute.

    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if a field is wrong or the status is unknown.
    """
    amount, currency = money(raw, "dispute_amount")
    updated = instant(raw, "update_time" if text(raw, "update_time") else "create_time")
    status = _status(raw)
    due = text(raw, "seller_response_due_date")
    reason = text(raw, "reason").upper()
    return DisputeFact(
        currency=currency,
        external_id=required_text(raw, "dispute_id"),
        amount=abs(amount),
        status=status,
        opened_at=instant(raw, "create_time"),
        account_identifier=account,
        charge_external_id=_charge(raw),
        source_status=_source_status(raw),
        reason=REASONS.get(reason, "general"),
        reason_code=reason,
        evidence_due_at=instant(raw, "seller_response_due_date") if due else None,
        evidence_sent=_sent_evidence(raw),
        closed_at=updated if text(raw, "status").upper() == RESOLVED else None,
        source_version_at=updated,
    )


def _status(raw: Raw) -> str:
    status = required_text(raw, "status").upper()
    outcome = text(child(raw, "dispute_outcome"), "outcome_code").upper()
    if status == RESOLVED and outcome in OUTCOMES:
        return OUTCOMES[outcome]
    if status in STATUSES:
        return STATUSES[status]
    raise MalformedInput(
        f"The dispute status {status!r} with the outcome {outcome!r} is unknown."
    )


def _source_status(raw: Raw) -> str:
    outcome = text(child(raw, "dispute_outcome"), "outcome_code")
    stage = text(raw, "dispute_life_cycle_stage")
    return " / ".join(part for part in (text(raw, "status"), outcome, stage) if part)


def _charge(raw: Raw) -> str:
    """Return our transaction id of the payment that is disputed."""
    names = (
        text(one, "seller_transaction_id")
        for one in children(raw, "disputed_transactions")
    )
    return next((name for name in names if name), "")


def _sent_evidence(raw: Raw) -> bool:
    return any(
        text(one, "source").upper() == "SUBMITTED_BY_SELLER"
        for one in children(raw, "evidences")
    )
