"""Amounts as people and programs write them, read exactly or refused."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

LONGEST = 40
# The minus of typography, and the triangles of Japanese accounts.
MINUS = str.maketrans({"−": "-", "△": "-", "▲": "-"})
_LETTERS_OF_A_DOLLAR = re.compile(r"[A-Z]{1,3}(?=\$)", re.ASCII)
_SYMBOL = "Sc"


class NumberFormat:
    """One way of writing numbers.

    :param decimal: the sign before the decimals, ``.`` or ``,`` mostly.
    :param thousands: signs between groups of digits; a blank always may be one.
    """

    def __init__(self, decimal: str = ".", thousands: str = "") -> None:
        self.decimal = decimal
        # The form of programs, which most files use: nothing to be looked at twice.
        self._plain = re.compile(
            rf"-?[0-9]{{1,15}}(?:{re.escape(decimal)}[0-9]{{1,9}})?", re.ASCII
        )
        between = re.escape(thousands.replace(" ", "") + " ")
        # Groups of two are Indian; the last one always has three. So a decimal sign
        # that is taken for a thousands sign is found out.
        self._form = re.compile(
            rf"([0-9]{{1,3}}(?:(?P<between>[{between}])[0-9]{{3}})"
            rf"|[0-9]{{1,3}}(?P<first>[{between}])"
            rf"(?:[0-9]{{2,3}}(?P=first))+[0-9]{{3}}|[0-9]*)"
            rf"(?:{re.escape(decimal)}([0-9]*))?",
            re.ASCII,
        )
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, text: str) -> Decimal:
        """Return the number that a text is.

        :raises ValueError: with a sentence if it is none.
        """
        if self._plain.fullmatch(text):
            return Decimal(text.replace(self.decimal, "."))
        if len(text) > LONGEST:
            raise ValueError(f"{text[:LONGEST]!r}… is too long for a number.")
        return self._read_carefully(text)

    def _read_carefully(self, text: str) -> Decimal:
        # A soft hyphen or a mark of direction is not seen by who looks at the cell.
        plain = "".join(
            each
            for each in unicodedata.normalize("NFKC", text).translate(MINUS)
            if unicodedata.category(each) != "Cf"
        ).strip()
        bare, is_negative = _without_sign(without_symbol(plain))
        found = self._form.fullmatch(bare)
        if not found or not (found[1] or found[4]):
            raise ValueError(f"{text!r} is no number{self._hint(bare)}.")
        whole = "".join(each for each in found[1] if each.isdigit())
        number = Decimal(f"{whole or '0'}.{found[4] or '0'}")
        if found[4] is None:
            number = Decimal(whole)
        return -number if is_negative else number

    def _hint(self, bare: str) -> str:
        if bare and not set(bare) - set("0123456789.,' "):
            return f" with {self.decimal!r} as decimal sign"
        return ""


def without_symbol(text: str) -> str:
    """Return a number without the sign of a currency before or after it."""
    kept = "".join(
        each
        for each in _LETTERS_OF_A_DOLLAR.sub("", text)
        if unicodedata.category(each) != _SYMBOL
    )
    return kept.strip()


def _without_sign(text: str) -> tuple[str, bool]:
    """Return a number without its sign, and whether that was negative."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text.endswith("-"):
        return text[:-1].strip(), True
    if text.startswith(("-", "+")):
        return text[1:].strip(), text.startswith("-")
    return text, False


@lru_cache(maxsize=64)
def number_format(decimal: str, thousands: str) -> NumberFormat:
    """Return the reader of one way of writing numbers."""
    return NumberFormat(decimal, thousands)
