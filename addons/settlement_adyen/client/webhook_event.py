"""What an event is, before anybody asks what it means: its items, its id, its side.

An event is a standard notification with some items, or one object of another webhook
(of the balance platform, of the management), which moves no money here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odoo.addons.settlement.canonical.errors import AuthenticationError, MalformedInput

from . import webhook_signature
from .event_codes import ANNOUNCES_AGAIN

Raw = dict[str, Any]
_MOST_ITEMS = 1000
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One request of Adyen's to a webhook.

    :param live: whether it says to be of the live environment, None if nothing.
    :param items: what it tells; none of a webhook of the platform.
    :param type: of a webhook of the platform, its own word for what happened.
    """

    live: bool | None
    items: Sequence[Raw] = ()
    type: str = ""
    own_id: str = ""

    @property
    def id(self) -> str:
        """Return the same text for the same event, however often it is delivered.

        :raises MalformedInput: if it has nothing that tells it from another one.
        """
        if self.type:
            return _short(f"{self.type}:{self.own_id}")
        names = [id_of_item(item) for item in self.items]
        return _short(names[0] if len(names) == 1 else "+".join(names))


def read_event(body: bytes) -> Event:
    """Return what a body is.

    :raises MalformedInput: if it is no event of Adyen.
    """
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        raise MalformedInput("This is no event of Adyen.")
    if "notificationItems" in raw:
        return Event(live=_live(raw.get("live")), items=_items(raw))
    kind = raw.get("type")
    if not isinstance(kind, str) or not kind:
        raise MalformedInput("This is no event of Adyen.")
    side = {"live": True, "test": False}.get(str(raw.get("environment")))
    return Event(live=side, type=kind, own_id=hashlib.sha256(body).hexdigest())


def verify(
    event: Event, body: bytes, headers: Mapping[str, str], keys: Sequence[str]
) -> None:
    """Return if all of an event is signed with one of the keys.

    :raises AuthenticationError: if a part of it is not.
    :raises SettlementError: as in :mod:`.webhook_signature`.
    """
    if event.type:
        given = headers.get(webhook_signature.HEADER)
        webhook_signature.verify_body(body, given, keys)
    for item in event.items:
        webhook_signature.verify_item(item, keys)


def check_side(event: Event, environment: str) -> None:
    """Return if an event is of the environment of its backend.

    :raises AuthenticationError: if it is of the other one, or does not say.
    """
    if event.live is not (environment == "live"):
        raise AuthenticationError(
            f"The event is not of the {environment} environment of Adyen, as its "
            "backend is."
        )


def id_of_item(item: Raw) -> str:
    """Return what makes an item itself: what happened to what, and how it ended.

    :raises MalformedInput: if it does not say.
    """
    code, reference = item.get("eventCode"), item.get("pspReference")
    if not (isinstance(code, str) and code and isinstance(reference, str)):
        raise MalformedInput("The event does not say what happened to what.")
    if not reference:
        raise MalformedInput("The event does not say what it is about.")
    parts = [code, reference, webhook_signature.success_of(item)]
    if code in ANNOUNCES_AGAIN:
        parts.append(str(item.get("eventDate") or ""))
    return ":".join(parts)


def _items(raw: Raw) -> list[Raw]:
    """Return the items of a standard notification."""
    listed = raw["notificationItems"]
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_ITEMS:
        raise MalformedInput("The event has no items.")
    items = [
        one.get("NotificationRequestItem") if isinstance(one, dict) else None
        for one in listed
    ]
    if not all(isinstance(item, dict) for item in items):
        raise MalformedInput("An item of the event cannot be read.")
    return [item for item in items if item is not None]


def _live(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).lower())


def _short(name: str) -> str:
    """Return a name that is long by its hash."""
    if len(name) <= _LONGEST_ID:
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
