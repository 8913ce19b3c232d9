"""Dates and amounts of XML Schema, read exactly or refused with a sentence."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.errors import MalformedInput

_AMOUNT = re.compile(r"\+?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?",
    re.ASCII,
)
# Minor units are kept in 64 bits, sums of rows included.
MAX_MINOR = 10**16
EARLIEST, LATEST = 1900, 2199


def parse_amount(text: str, currency: str) -> Decimal:
    """Read an amount without sign, in major units of ``currency``.

    :raises MalformedInput: if it is no plain decimal number, too large to be true, or
        finer than the currency allows.
    """
    if not _AMOUNT.fullmatch(text):
        raise MalformedInput(f"{text[:40]!r} is not an amount without sign.")
    if not is_currency(currency):
        raise MalformedInput(f"{currency[:10]!r} is not a currency code.")
    amount = money.parse_amount(text, currency)
    if money.to_minor(amount, currency) > MAX_MINOR:
        raise MalformedInput(f"{amount} {currency} is larger than any bank booking.")
    return amount


def parse_number(text: str) -> Decimal | None:
    """Read a plain decimal number without sign, None if it is none."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def is_currency(text: str) -> bool:
    """Say whether the text has the form of an ISO 4217 code."""
    return bool(_CURRENCY.fullmatch(text))


@lru_cache(maxsize=512)
def parse_moment(text: str) -> tuple[date, datetime]:
    """Read a date or date and time of XML Schema, with or without time zone.

    :return: the day as written, and the instant as naive UTC (midnight of the day if
        there is no time; as written if there is no zone).
    :raises MalformedInput: if it is neither.
    """
    found = _MOMENT.fullmatch(text)
    if not found or not EARLIEST <= int(found[1]) <= LATEST:
        raise MalformedInput(f"{text[:40]!r} is not a date.")
    try:
        # 24:00:00 is the end of the day in XML Schema.
        midnight = found[4] == "24"
        hour = 0 if midnight else int(found[4] or 0)
        instant = datetime(
            *(int(found[group]) for group in (1, 2, 3)),
            hour,
            int(found[5] or 0),
            min(int(found[6] or 0), 59),
        ) + timedelta(days=midnight)
        day = date(*(int(found[group]) for group in (1, 2, 3)))
    except ValueError as error:
        raise MalformedInput(f"{text[:40]!r} is not a date.") from error
    return day, (_to_utc(instant, found) if found[4] else instant)


def _to_utc(instant: datetime, found: re.Match[str]) -> datetime:
    if not found[8]:
        return instant
    offset = timedelta(hours=int(found[9]), minutes=int(found[10]))
    if offset > timedelta(hours=14):
        raise MalformedInput(f"{found[0][:40]!r} has no time zone of this world.")
    zone = timezone(offset if found[8] == "+" else -offset)
    return instant.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)
