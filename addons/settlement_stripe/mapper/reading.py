"""Careful access to decoded JSON: the wrong type is named, never guessed."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.json_reading import Raw, load_object, text

from .minor_units import to_major

__all__ = ["Raw", "load_object", "text"]

# Far above any account, far below where 64 bits or 28 digits end.
_LARGEST_AMOUNT = 10**15


def child(raw: Raw, *names: str) -> Raw:
    """Return a nested object; {} where the path ends early."""
    for name in names:
        raw = raw.get(name) or {}
        if not isinstance(raw, dict):
            return {}
    return raw


def objects(raw: Raw, name: str) -> list[Raw]:
    """Return a field that is a list of objects; missing and null give []."""
    value = raw.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise MalformedInput(f"The field {name} is no list of objects.")
    return value


def identifier(raw: Raw, name: str) -> str:
    """Return the id of a field that holds an id or the expanded object."""
    value = raw.get(name)
    return text(value, "id") if isinstance(value, dict) else text(raw, name)


def required_text(raw: Raw, name: str) -> str:
    """Return a text field that must be there."""
    value = text(raw, name)
    if not value:
        raise MalformedInput(f"The field {name} is missing or no text.")
    return value


def integer(raw: Raw, name: str) -> int:
    """Return an integer field that must be there."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedInput(f"The field {name} is missing or no integer.")
    return value


def currency_code(raw: Raw, name: str = "currency") -> str:
    """Return an upper-case ISO 4217 code that must be there."""
    code = required_text(raw, name).upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise MalformedInput(f"{code!r} in {name} is no currency code.")
    return code


def amount(raw: Raw, name: str, currency: str) -> Decimal:
    """Return an integer field in smallest units as an amount in major units."""
    value = integer(raw, name)
    if abs(value) > _LARGEST_AMOUNT:
        raise MalformedInput(f"{value} in {name} is no amount of this world.")
    return to_major(value, currency)


def instant(raw: Raw, name: str) -> datetime:
    """Return a field of Unix seconds as naive UTC."""
    seconds = integer(raw, name)
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
    except (OverflowError, OSError, ValueError) as error:
        raise MalformedInput(f"{seconds} in {name} is no instant.") from error


def utc_day(raw: Raw, name: str) -> date | None:
    """Return the day of a field that holds midnight UTC of a day, if it is there.

    Stripe writes days this way; a time zone west of Greenwich would give the day
    before.
    """
    return None if raw.get(name) is None else instant(raw, name).date()
