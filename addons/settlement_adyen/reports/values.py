"""Cells of a report as amounts, rates and codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO
from odoo.addons.settlement.canonical.json_reading import YEARS
from odoo.addons.settlement.canonical.money import exponent, parse_amount

_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_CENTS = re.compile(r"-?\d{1,15}\.\d\d", re.ASCII)
_RATE = re.compile(r"\d{1,12}(?:\.\d{1,15})?", re.ASCII)
_LONGEST_NAME, LONGEST_REFERENCE = 80, 100
# (kind of fee, amount that costs us)
Fees = tuple[tuple[str, Decimal], ...]


@lru_cache(maxsize=4096)
def _exact(text: str, currency: str) -> Decimal:
    if exponent(currency) == 2 and _CENTS.fullmatch(text):
        return Decimal(text)
    plain = text.strip()
    if not plain:
        return ZERO
    if not _AMOUNT.fullmatch(plain):
        raise MalformedInput(f"{plain[:40]!r} is no amount")
    return parse_amount(plain, currency)


def amount(text: str, currency: str, name: str) -> Decimal:
    """Return a signed amount in major units; an empty cell is 0.

    :raises MalformedInput: naming the column.
    """
    if not text:
        return ZERO
    try:
        return _exact(text, currency)
    except MalformedInput as error:
        raise MalformedInput(f"{name}: {str(error).rstrip('.')}.") from error


def side(text: str, currency: str, name: str) -> Decimal:
    """Return an amount of a debit or credit column, which has no sign.

    :raises MalformedInput: naming the column.
    """
    value = amount(text, currency, name)
    if value < 0:
        raise MalformedInput(f"{name}: {text.strip()[:40]!r} has a sign.")
    return value


def fee_amounts(currency: str, told: Iterable[tuple[str, str, str]]) -> Fees:
    """Return the fees that are not 0.

    :param told: kind of fee, cell and name of the column.
    :raises MalformedInput: naming the column.
    """
    found = [
        (nature, amount(text, currency, name)) for nature, text, name in told if text
    ]
    return tuple([fee for fee in found if fee[1]])


@lru_cache(maxsize=1024)
def currency_code(text: str) -> str:
    """Return an ISO 4217 code that must be there."""
    code = text.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise MalformedInput(f"{code[:20]!r} is no currency code.")
    return code


@lru_cache(maxsize=4096)
def rate(text: str) -> tuple[Decimal | None, Decimal]:
    """Return an exchange rate, None if there is none, and how exact it is.

    :raises MalformedInput: if it is no positive number.
    """
    plain = text.strip()
    if not plain:
        return None, ZERO
    value = Decimal(plain) if _RATE.fullmatch(plain) else ZERO
    if not value:
        raise MalformedInput(f"{plain[:40]!r} is no exchange rate.")
    decimals = len(plain.partition(".")[2])
    # A rate of few digits is meant as it stands, a long one has been cut.
    return value, Decimal(5).scaleb(-decimals - 1) if decimals >= 4 else ZERO


def day(text: str, name: str) -> date:
    """Return a day ``YYYY-MM-DD``.

    :raises MalformedInput: naming the column.
    """
    try:
        value = date.fromisoformat(text)
    except ValueError:
        value = date.min
    if value.year not in YEARS:
        raise MalformedInput(f"{text[:40]!r} in {name} is no date.")
    return value


@lru_cache(maxsize=1024)
def identifier(text: str, name: str) -> str:
    """Return a name that must be there and can be kept.

    :raises MalformedInput: if it is empty, very long or not printable.
    """
    value = text.strip()
    if not value or len(value) > _LONGEST_NAME or not value.isprintable():
        raise MalformedInput(f"{value[:40]!r} is no {name}.")
    return value


def reference(text: str, name: str) -> str:
    """Return a reference that need not be there; by it rows are known.

    :raises MalformedInput: if it is too long to be one.
    """
    value = text.strip()
    if len(value) > LONGEST_REFERENCE:
        raise MalformedInput(f"{value[:40]!r}… is no {name}: it is too long.")
    return value


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """Return a country of two letters, "" where the cell has none."""
    code = text.strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""
