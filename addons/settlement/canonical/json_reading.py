"""Careful access to decoded JSON: the wrong type is named, never guessed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, NoReturn

from .errors import MalformedInput

Raw = dict[str, Any]
# Providers of payments over the internet are younger than the first of them.
YEARS = range(1998, 2100)


def load_object(content: bytes) -> Raw:
    """Return the one JSON object in ``content``; numbers stay exact.

    :raises MalformedInput: if it is no JSON object.
    """
    try:
        raw = json.loads(content, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedInput(f"This is no JSON that can be read: {error}.") from error
    if not isinstance(raw, dict):
        raise MalformedInput("This is JSON, but no object.")
    return raw


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def text(raw: Raw, name: str) -> str:
    """Return a text field without blanks around it; anything else gives "".

    Characters that no database keeps in a text are replaced.
    """
    value = raw.get(name)
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = value.encode(errors="replace").decode().replace("\0", "\ufffd")
    return value.strip()


def child(raw: Raw, name: str) -> Raw:
    """Return an object field; anything else gives an empty object."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def children(raw: Raw, name: str) -> list[Raw]:
    """Return the objects of a list field; anything else gives none."""
    value = raw.get(name)
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def required_text(raw: Raw, name: str) -> str:
    """Return a text field that must be there."""
    value = text(raw, name)
    if not value:
        raise MalformedInput(f"The field {name} is missing or no text.")
    return value


def instant(raw: Raw, name: str) -> datetime:
    """Return a field of RFC 3339 as naive UTC, to the second.

    :raises MalformedInput: if it is missing or has no time zone.
    """
    value = required_text(raw, name)
    try:
        return instant_of(value)
    except (ValueError, OverflowError) as error:
        raise MalformedInput(f"{value!r} in {name} is no instant.") from error


def instant_of(value: str) -> datetime:
    """Return a text of RFC 3339 as naive UTC, to the second.

    :raises ValueError: if it has no time zone or is no date.
    """
    plain = value.replace("Z", "+00:00")
    if plain[-5:-4] in ("+", "-") and ":" not in plain[-5:]:
        plain = f"{plain[:-2]}:{plain[-2:]}"
    # Fractions of any length, which not every version of Python reads.
    if "." in plain:
        head, _point, rest = plain.partition(".")
        plain = head + rest.lstrip("0123456789")
    moment = datetime.fromisoformat(plain)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("no time zone, or no year of this world")
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
