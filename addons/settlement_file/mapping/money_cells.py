"""Cells as amounts of a currency, exact or refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from odoo.addons.settlement.canonical.money import exponent

from ..layout.definition import Numbers
from ..reading.cells import Cell, cell_text, is_sane
from ..reading.numbers import NumberFormat

# Minor units are kept in 64 bits, sums of rows included.
_LARGEST_MINOR = 10**16
_STEPS = {decimals: Decimal(1).scaleb(-decimals) for decimals in range(5)}


class MoneyReader:
    """Reads amounts as one layout says.

    :param numbers: how texts write numbers.
    """

    def __init__(self, numbers: Numbers) -> None:
        self._format = NumberFormat(numbers.decimal, numbers.thousands)
        self._is_minor = numbers.unit == "minor"
        # A file has few amounts many times, and many amounts twice: gross and net.
        self._of_text = lru_cache(maxsize=8192)(self._read_text)

    def read(self, cell: Cell, currency: str, unit: str = "") -> Decimal | None:
        """Return an amount in major units, None for an empty cell.

        :param unit: ``major`` or ``minor`` if the column differs from the file.
        :raises ValueError: with a sentence.
        """
        is_minor = unit == "minor" if unit else self._is_minor
        if isinstance(cell, str):
            return self._of_text(cell, currency, is_minor)
        if isinstance(cell, Decimal):
            return amount(cell, currency, is_minor)
        raise ValueError(f"{cell_text(cell)!r} is a date and no amount.")

    def number(self, cell: Cell) -> Decimal | None:
        """Return a number that is no amount, None for an empty cell.

        :raises ValueError: with a sentence.
        """
        if isinstance(cell, str):
            return self._format.read(cell.strip()) if cell.strip() else None
        if isinstance(cell, Decimal) and is_sane(cell):
            return cell
        raise ValueError(f"{cell_text(cell)!r} is no number.")

    def _read_text(self, text: str, currency: str, is_minor: bool) -> Decimal | None:
        plain = text.strip()
        if not plain:
            return None
        return amount(self._format.read(plain), currency, is_minor)


def amount(number: Decimal, currency: str, is_minor: bool) -> Decimal:
    """Return a number as an amount with the decimals of its currency.

    :raises ValueError: with a sentence if it is finer than the currency, or too large.
    """
    decimals = exponent(currency)
    if not is_sane(number):
        raise ValueError("This is too large or too fine for an amount.")
    major = number.scaleb(-decimals) if is_minor else number
    try:
        exact = major.quantize(_STEPS[decimals])
    except InvalidOperation as error:
        raise ValueError("This is too large for an amount.") from error
    if exact != major:
        raise ValueError(
            f"{major:f} has more decimals than {currency} allows ({decimals}); round "
            "it in a computed column if that is right."
        )
    if abs(exact.scaleb(decimals)) > _LARGEST_MINOR:
        raise ValueError(f"{exact} {currency} is larger than anybody pays.")
    return exact
