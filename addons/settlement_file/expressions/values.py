"""Values of expressions: what they are, and how one becomes another.

Numbers are Decimal and exact: only a division that never ends is cut, after twenty
decimals, and ``round`` rounds where the expression says so.
"""

from __future__ import annotations

import decimal
from datetime import date, datetime
from decimal import Decimal

from ..reading.cells import MOST_DIGITS, cell_text, is_sane

Value = Decimal | str | date | bool | None

LONGEST_TEXT = 10_000
# Sums and products of sane numbers fit; what would not is an error, never rounded.
_EXACT = decimal.Context(
    prec=128,
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow],
)
_DIVIDING = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_ROUNDING = decimal.Context(prec=128, traps=[decimal.InvalidOperation])
ROUNDINGS = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
}
MOST_PLACES = 12
_DECIMALS_OF_A_QUOTIENT = 20


def checked(number: Decimal) -> Decimal:
    """Return a number that is of a sane size.

    :raises ValueError: with a sentence if it is not.
    """
    if not is_sane(number):
        raise ValueError("The number has too many digits: use round().")
    return number


def checked_text(text: str) -> str:
    """Return a text of a sane length.

    :raises ValueError: with a sentence if it is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The text is longer than {LONGEST_TEXT} characters.")
    return text


def add(first: Decimal, second: Decimal) -> Decimal:
    """Return the exact sum."""
    return checked(_EXACT.add(first, second))


def subtract(first: Decimal, second: Decimal) -> Decimal:
    """Return the exact difference."""
    return checked(_EXACT.subtract(first, second))


def multiply(first: Decimal, second: Decimal) -> Decimal:
    """Return the exact product."""
    return checked(_EXACT.multiply(first, second))


def divide(first: Decimal, second: Decimal) -> Decimal:
    """Return the quotient, exact or to twenty decimals.

    :raises ValueError: with a sentence for a division by zero.
    """
    if not second:
        raise ValueError("This is a division by zero.")
    quotient = checked_size(_DIVIDING.divide(first, second))
    exponent = quotient.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DECIMALS_OF_A_QUOTIENT:
        return round_to(quotient, _DECIMALS_OF_A_QUOTIENT, "half_even")
    return checked(quotient)


def checked_size(number: Decimal) -> Decimal:
    """Return a number that is not too large, however fine it is."""
    if number.adjusted() >= MOST_DIGITS:
        raise ValueError("The number is too large.")
    return number


def round_to(number: Decimal, places: int, how: str = "half_up") -> Decimal:
    """Return a number with so many decimals."""
    step = Decimal(1).scaleb(-places)
    return number.quantize(step, rounding=ROUNDINGS[how], context=_ROUNDING)


def text_of(value: Value) -> str:
    """Return a value as the text of a cell; nothing is an empty one."""
    return cell_text(value)


def is_empty(value: Value) -> bool:
    """Say whether a value is nothing, or a text of blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def kind_of(value: Value) -> str:
    """Return what a value is, for people."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Decimal):
        return "a number"
    if isinstance(value, datetime | date):
        return "a date"
    return "nothing" if is_empty(value) else "a text"
