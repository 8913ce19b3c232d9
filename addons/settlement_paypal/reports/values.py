"""Cells of a report as instants and amounts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.json_reading import YEARS

_INSTANT = re.compile(
    r"\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d ?[+-]\d\d:?\d\d", re.ASCII
)
_CLOCK_ENDS = 19
_LONGEST_AMOUNT = 15
CREDIT, DEBIT = "CR", "DR"


def instant(text: str, name: str) -> datetime:
    """Return ``YYYY/MM/DD HH:MM:SS ±ZZZZ`` as naive UTC.

    :raises MalformedInput: naming the column.
    """
    try:
        return _instant(text)
    except (ValueError, OverflowError) as error:
        raise MalformedInput(f"{text!r} in {name} is {error}.") from error


# Most rows are completed when they are begun.
@lru_cache(maxsize=512)
def _instant(text: str) -> datetime:
    plain = text.strip()
    if not _INSTANT.fullmatch(plain):
        raise ValueError("no date with a time zone")
    try:
        moment = datetime.fromisoformat(plain[:_CLOCK_ENDS].replace("/", "-"))
        moment -= _offset(plain[_CLOCK_ENDS:])
    except (ValueError, OverflowError):
        raise ValueError("no date") from None
    if moment.year not in YEARS:
        raise ValueError("no date of this world")
    return moment


@lru_cache(maxsize=256)
def _offset(text: str) -> timedelta:
    """Return how far a zone ``±HHMM`` is ahead of UTC."""
    digits = text.strip().replace(":", "")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
    return -ahead if digits.startswith("-") else ahead


@lru_cache(maxsize=256)
def currency_code(text: str) -> str:
    """Return an ISO 4217 code that must be there."""
    code = text.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise MalformedInput(f"{code!r} is no currency code.")
    return code


@lru_cache(maxsize=1024)
def amount(text: str, currency: str, decimals: int, name: str) -> Decimal:
    """Return an unsigned whole number of a report in major units.

    :param decimals: how many of its digits are decimals in this report.
    :raises MalformedInput: naming the column.
    """
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _LONGEST_AMOUNT:
        raise MalformedInput(f"{text!r} in {name} is no whole number without sign.")
    value = money.from_minor(int(digits), decimals)
    exponent = money.exponent(currency)
    if exponent == decimals:
        return value
    return money.from_minor(money.to_minor(value, currency), exponent)


def is_debit(direction: str, value: Decimal, name: str) -> bool:
    """Return whether a direction says that money left us.

    :raises MalformedInput: if it says nothing about money that moved.
    """
    word = direction.strip().upper()
    if word == DEBIT:
        return True
    if word == CREDIT or (not word and not value):
        return False
    raise MalformedInput(f"{direction!r} in {name} is neither CR nor DR.")


def signed(direction: str, value: Decimal, name: str) -> Decimal:
    """Return an amount with the sign of its direction."""
    return -value if is_debit(direction, value, name) else value
