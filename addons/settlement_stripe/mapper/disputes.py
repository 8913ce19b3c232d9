"""A dispute as what is said of it at one moment of its life."""

from __future__ import annotations

from datetime import datetime, timedelta

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import DisputeFact

from . import const
from .reading import (
    Raw,
    amount,
    child,
    currency_code,
    identifier,
    instant,
    required_text,
    text,
)

# Seconds by which a version is later than the one before, by what has changed.
_STEP_OF_STATUS, _STEP_OF_ROW, _STEP_OF_EVIDENCE = 10_000, 1_000, 1
_MOST_ROWS, _MOST_EVIDENCE = 9, 999


def read_dispute(raw: Raw, account: str = "") -> DisputeFact:
    """Return what Stripe says of one dispute.

    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if a field is wrong or the status is unknown.
    """
    currency = currency_code(raw)
    evidence = child(raw, "evidence_details")
    due = evidence.get("due_by")
    reason = text(raw, "reason")
    return DisputeFact(
        currency=currency,
        external_id=required_text(raw, "id"),
        amount=amount(raw, "amount", currency),
        status=_status(raw, currency),
        opened_at=instant(raw, "created"),
        account_identifier=account,
        charge_external_id=identifier(raw, "charge"),
        source_status=text(raw, "status"),
        reason=const.DISPUTE_REASONS.get(reason, "general"),
        reason_code=_network_code(raw) or reason,
        evidence_due_at=None if due is None else instant(evidence, "due_by"),
        evidence_sent=_submissions(raw) > 0,
        source_version_at=_version(raw),
    )


def _status(raw: Raw, currency: str) -> str:
    status = required_text(raw, "status")
    if status not in const.DISPUTE_STATUSES:
        raise MalformedInput(f"The dispute status {status!r} is unknown.")
    if status == "won" and _kept_some(raw, currency):
        return "partly_won"
    return const.DISPUTE_STATUSES[status]


def _kept_some(raw: Raw, currency: str) -> bool:
    """Return whether Stripe gave back less than it took, by its own rows.

    In another currency than the dispute's, two rates make such a difference.
    """
    amounts = [
        row.get("amount")
        for row in _rows(raw)
        if text(row, "currency").upper() == currency
    ]
    known = [value for value in amounts if isinstance(value, int)]
    return any(value > 0 for value in known) and sum(known) < 0


def _rows(raw: Raw) -> list[Raw]:
    """Return the balance transactions that are shown in full."""
    rows = raw.get("balance_transactions")
    return [row for row in rows or [] if isinstance(row, dict)]


def _network_code(raw: Raw) -> str:
    """Return the scheme's own code of the reason."""
    details = child(raw, "payment_method_details")
    method = child(details, text(details, "type") or "card")
    return text(method, "network_reason_code") or text(method, "reason_code")


def _submissions(raw: Raw) -> int:
    count = child(raw, "evidence_details").get("submission_count")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _version(raw: Raw) -> datetime:
    """Return an instant that grows with the life of the dispute.

    Stripe stamps no change, but a dispute only goes forward: its status, the rows
    that it moved, the evidence that was sent. So an old answer that is read again, or
    late, never undoes what a newer one said.
    """
    rank = list(const.DISPUTE_STATUSES).index(text(raw, "status"))
    moved = min(len(raw.get("balance_transactions") or []), _MOST_ROWS)
    seconds = rank * _STEP_OF_STATUS + moved * _STEP_OF_ROW
    seconds += min(_submissions(raw), _MOST_EVIDENCE) * _STEP_OF_EVIDENCE
    return instant(raw, "created") + timedelta(seconds=seconds)
