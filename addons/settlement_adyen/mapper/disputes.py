"""A dispute as what a notification says of it at one moment of its life.

All events of a dispute carry its reference; the rows of reports that move its money
have the same one. What happened is said by the code of the event, which is signed; the
status beside it is not, and only says more where the code leaves it open.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import DisputeFact
from odoo.addons.settlement.canonical.json_reading import (
    Raw,
    child,
    instant,
    required_text,
    text,
)
from odoo.addons.settlement.canonical.kinds import FINAL_DISPUTE_STATUSES
from odoo.addons.settlement.canonical.money import exponent, from_minor, to_minor

from .const import API_DECIMALS

# Status by the code of the event, where nothing else says it.
EVENTS = {
    "REQUEST_FOR_INFORMATION": "warning",
    "NOTIFICATION_OF_CHARGEBACK": "evidence_due",
    "CHARGEBACK": "evidence_due",
    "INFORMATION_SUPPLIED": "under_review",
    "CHARGEBACK_REVERSED": "under_review",
    "ISSUER_COMMENTS": "under_review",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": "won",
    "SECOND_CHARGEBACK": "lost",
    "DISPUTE_DEFENSE_PERIOD_ENDED": "lost",
    "PREARBITRATION_OPEN": "under_review",
    "PREARBITRATION_DECLINED": "under_review",
    "PREARBITRATION_ACCEPTED": "accepted",
    "PREARBITRATION_ISSUER_WITHDRAWN": "won",
    "PREARBITRATION_WON": "won",
    "PREARBITRATION_LOST": "lost",
    "SCHEME_ARBITRATION": "under_review",
    "SCHEME_ARBITRATION_WON": "won",
    "SCHEME_ARBITRATION_LOST": "lost",
}
# Before any of our documents were sent.
_UNDEFENDED = frozenset(
    {"REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"}
    | {"DISPUTE_DEFENSE_PERIOD_ENDED"}
)
STATUSES = {
    "undefended": "evidence_due",
    "unresponded": "warning",
    "responded": "warning_under_review",
    "pending": "under_review",
    "won": "won",
    "lost": "lost",
    "accepted": "accepted",
    "expired": "lost",
}
# What an inquiry is while no money has moved.
_OF_AN_INQUIRY = {
    "evidence_due": "warning",
    "under_review": "warning_under_review",
    "won": "warning_closed",
    "lost": "warning_closed",
    "accepted": "warning_closed",
}
# By the schemes' codes: Visa, Mastercard, SEPA direct debit.
REASONS = {
    **dict.fromkeys(("10.1", "10.2", "10.3", "10.4", "10.5"), "fraudulent"),
    **dict.fromkeys(("4837", "4840", "4849", "4870", "4871"), "fraudulent"),
    "4863": "unrecognized",
    **dict.fromkeys(("12.6", "12.6.1", "12.6.2", "4834"), "duplicate"),
    **dict.fromkeys(("13.1", "4855"), "not_received"),
    **dict.fromkeys(("13.3", "13.4", "13.5", "4853"), "not_as_described"),
    **dict.fromkeys(("13.6", "13.7", "4860"), "credit_not_processed"),
    **dict.fromkeys(("13.2", "4841"), "subscription_canceled"),
    **dict.fromkeys(("12.5", "4831"), "wrong_amount"),
    **dict.fromkeys(("MD01", "MD06", "MS02"), "unauthorized_debit"),
    **dict.fromkeys(("AC01", "AC04", "AC06", "AM04"), "bank_cannot_process"),
}
_LARGEST = 10**15


def is_dispute(item: Raw) -> bool:
    """Return whether a notification item is about a dispute."""
    return text(item, "eventCode") in EVENTS


def read_dispute(item: Raw) -> DisputeFact:
    """Return what Adyen says of one dispute.

    :param item: one ``NotificationRequestItem`` for which :func:`is_dispute` holds.
    :raises MalformedInput: if a field is missing or wrong.
    """
    currency, amount = _amount(item)
    happened = instant(item, "eventDate")
    more = child(item, "additionalData")
    status = _status(item, more)
    code = text(more, "chargebackReasonCode") or text(more, "rfiReasonCode")
    words = (text(item, "eventCode"), text(more, "disputeStatus"))
    return DisputeFact(
        currency=currency,
        external_id=required_text(item, "pspReference"),
        amount=amount,
        status=status,
        opened_at=happened,
        account_identifier=text(item, "merchantAccountCode"),
        charge_external_id=text(item, "originalReference"),
        source_status=" / ".join(word for word in words if word),
        reason=REASONS.get(code.upper(), "general"),
        reason_code=code or text(item, "reason"),
        evidence_due_at=_due_at(more),
        evidence_sent=_is_done(item) and text(item, "eventCode") not in _UNDEFENDED,
        closed_at=happened if status in FINAL_DISPUTE_STATUSES else None,
        source_version_at=happened,
    )


def _status(item: Raw, more: Raw) -> str:
    event = text(item, "eventCode")
    status = EVENTS[event] if _is_done(item) else "evidence_due"
    if status not in FINAL_DISPUTE_STATUSES:
        status = STATUSES.get(text(more, "disputeStatus").lower(), status)
    if _is_inquiry(event, more):
        status = _OF_AN_INQUIRY.get(status, status)
    return status


def _is_done(item: Raw) -> bool:
    """Return whether what the code of the event says has come to pass."""
    success = item.get("success")
    return str(success).lower() != "false"


def _is_inquiry(event: str, more: Raw) -> bool:
    """Return whether no money has moved: the issuer only asks."""
    asked = bool(text(more, "rfiReasonCode")) and not text(more, "chargebackReasonCode")
    return event == "REQUEST_FOR_INFORMATION" or (
        asked and event in ("INFORMATION_SUPPLIED", "DISPUTE_DEFENSE_PERIOD_ENDED")
    )


def _due_at(more: Raw) -> datetime | None:
    """Return until when the dispute can be defended.

    It is no part of what is signed; what cannot be read is left out.
    """
    try:
        return instant(more, "defensePeriodEndsAt")
    except MalformedInput:
        return None


def _amount(item: Raw) -> tuple[str, Decimal]:
    """Return currency and disputed amount, which Adyen counts in its own decimals."""
    stated = child(item, "amount")
    currency = text(stated, "currency").upper()
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise MalformedInput(f"{currency[:20]!r} in amount is no currency code.")
    minor = stated.get("value")
    if isinstance(minor, bool) or not isinstance(minor, int) or abs(minor) > _LARGEST:
        raise MalformedInput("The value in amount is no whole number.")
    decimals = exponent(currency)
    value = from_minor(abs(minor), API_DECIMALS.get(currency, decimals))
    return currency, from_minor(to_minor(value, currency), decimals)
