"""What is read of an event: its id and which object it is about, nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from odoo.addons.settlement.canonical.errors import MalformedInput

# An id becomes part of an address; nothing else may.
_ID = re.compile(r"[A-Za-z]{1,20}(?:_[A-Za-z0-9]{1,100}){1,4}")
# Deeper than any event; Python gives up on its own far beyond it.
_UNREADABLE = (ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as far as it is used.

    :param object_type: ``charge``, ``payout`` …; "" if it names none.
    :param object_id: id of that object; "" if it has none (a balance).
    :param account: the connected account it is about, "" for our own.
    """

    id: str
    type: str
    is_live: bool
    object_type: str
    object_id: str
    account: str


def read_event(body: bytes) -> Event:
    """Return the event in the body of a webhook, snapshot or thin.

    :raises MalformedInput: if it is no event with an id.
    """
    try:
        raw = json.loads(body)
    except _UNREADABLE as error:
        raise MalformedInput("The body of the webhook is no JSON.") from error
    if not isinstance(raw, dict) or not _id(raw.get("id")):
        raise MalformedInput("The body of the webhook is no event with an id.")
    subject = _subject(raw)
    return Event(
        id=_id(raw["id"]),
        type=_text(raw.get("type")),
        is_live=raw.get("livemode") is True,
        object_type=_text(subject.get("object") or subject.get("type")),
        object_id=_id(subject.get("id")),
        account=_text(raw.get("account")),
    )


def _subject(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the object that the event carries, or the name of it in a thin one."""
    data = raw.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    subject = subject or raw.get("related_object")
    return subject if isinstance(subject, dict) else {}


def _text(value: object) -> str:
    return value[:100] if isinstance(value, str) else ""


def _id(value: object) -> str:
    is_id = isinstance(value, str) and _ID.fullmatch(value)
    return str(value) if is_id else ""
