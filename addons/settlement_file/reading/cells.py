"""What stands in one cell: a text, or what a workbook or JSON states by type."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

Cell = str | Decimal | date

# Digits before or behind the point that a number may have; all money is shorter.
MOST_DIGITS = 30


def cell_text(cell: object) -> str:
    """Return a cell as text: numbers in full, dates by ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return "" if cell is None else str(cell)


def number_text(number: Decimal) -> str:
    """Return a number without exponent, unless that would be very long."""
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return str(number)
    return f"{number:f}"


def is_sane(number: Decimal) -> bool:
    """Say whether a number is finite and neither very large nor very fine."""
    if not number.is_finite():
        return False
    exponent = number.as_tuple().exponent
    return (
        isinstance(exponent, int)
        and exponent >= -MOST_DIGITS
        and number.adjusted() < MOST_DIGITS
    )
