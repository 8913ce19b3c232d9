"""What is read of an event: its id and which object it is about, nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from odoo.addons.settlement.canonical.errors import MalformedInput

from .streams import is_identifier

# Deeper than any event; Python gives up on its own far beyond it.
_UNREADABLE = (ValueError, RecursionError)
_LONGEST_ID = 64
# Events whose object is a row of the balance, or will be one.
_PAYMENTS = ("PAYMENT.CAPTURE.", "PAYMENT.SALE.", "PAYMENT.REFUND.")
_DISPUTES = ("CUSTOMER.DISPUTE.", "RISK.DISPUTE.")
TRANSACTION, DISPUTE = "transaction", "dispute"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as far as it is used.

    :param target: what it announces, "" if it moves no money here.
    """

    id: str
    type: str
    target: str


def read_event(body: bytes) -> Event:
    """Return the event in the body of a webhook.

    :raises MalformedInput: if it is no event with an id.
    """
    try:
        raw = json.loads(body)
    except _UNREADABLE as error:
        raise MalformedInput("The body of the webhook is no JSON.") from error
    name = _identifier(raw.get("id")) if isinstance(raw, dict) else ""
    if not name:
        raise MalformedInput("The body of the webhook is no event with an id.")
    kind = _text(raw.get("event_type")).upper()
    return Event(id=name, type=kind, target=_target(kind, raw))


def _target(kind: str, raw: dict[str, Any]) -> str:
    resource = raw.get("resource")
    resource = resource if isinstance(resource, dict) else {}
    if kind.startswith(_DISPUTES):
        name = _identifier(resource.get("dispute_id"))
        return f"{DISPUTE}:{name}" if name else ""
    if kind.startswith(_PAYMENTS):
        name, day = _identifier(resource.get("id")), _day(raw.get("create_time"))
        return f"{TRANSACTION}:{name}:{day}" if name and day else ""
    return ""


def _day(value: object) -> str:
    """Return the day of an instant, "" if it is none."""
    try:
        return datetime.fromisoformat(_text(value)[:10]).date().isoformat()
    except ValueError:
        return ""


def period_of(day: str, now: datetime) -> tuple[datetime, datetime]:
    """Return where to look for a row that was announced on a day, naive UTC."""
    since = datetime.fromisoformat(day) - timedelta(days=2)
    return since, min(since + timedelta(days=31), now)


def utc_now() -> datetime:
    """Return the present moment as naive UTC, to the second."""
    return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)


def _text(value: object) -> str:
    return value[:100] if isinstance(value, str) else ""


def _identifier(value: object) -> str:
    """Return an id; it becomes part of an address, so nothing else may."""
    name = value if isinstance(value, str) and len(value) <= _LONGEST_ID else ""
    return name if is_identifier(name) else ""
