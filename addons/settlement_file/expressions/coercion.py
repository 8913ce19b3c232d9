"""What a function or operator takes a value for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..reading.numbers import NumberFormat
from .values import Value, checked, is_empty, kind_of, text_of


class Coercion:
    """Turn values into what is asked for, or say why not.

    :param numbers: how texts of the file write numbers.
    """

    def __init__(self, numbers: NumberFormat) -> None:
        self.numbers = numbers

    def number(self, value: Value) -> Decimal:
        """Return a value as a number.

        :raises ValueError: with a sentence.
        """
        if isinstance(value, Decimal):
            return checked(value)
        if is_empty(value):
            raise ValueError("A number is needed and this is empty: coalesce(…, 0)?")
        if isinstance(value, str):
            return checked(self.numbers.read(value.strip()))
        raise ValueError(f"A number is needed and this is {kind_of(value)}.")

    def whole(self, value: Value, least: int, most: int) -> int:
        """Return a value as a whole number within bounds."""
        number = self.number(value)
        if number != number.to_integral_value() or not least <= number <= most:
            raise ValueError(
                f"A whole number from {least} to {most} is needed, not {number:f}."
            )
        return int(number)

    def text(self, value: Value) -> str:
        """Return a value as text."""
        return text_of(value)

    def truth(self, value: Value) -> bool:
        """Return a value as true or false."""
        if isinstance(value, bool):
            return value
        raise ValueError(f"A condition is needed and this is {kind_of(value)}.")

    def compare(self, sign: str, first: Value, second: Value) -> bool:
        """Return whether a comparison holds.

        A text that is compared with a number is read as one; a text with a date is
        compared as ISO 8601. What cannot be read is unequal, and no order has it.
        """
        if sign == "=":
            return self._equal(first, second)
        if sign == "!=":
            return not self._equal(first, second)
        left, right = self._comparable(first, second)
        return {
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[sign]

    def _equal(self, first: Value, second: Value) -> bool:
        if is_empty(first) or is_empty(second):
            return is_empty(first) and is_empty(second)
        if isinstance(first, bool) or isinstance(second, bool):
            return text_of(first) == text_of(second)
        if isinstance(first, Decimal) or isinstance(second, Decimal):
            try:
                return self.number(first) == self.number(second)
            except ValueError:
                return False
        return text_of(first) == text_of(second)

    def _comparable(self, first: Value, second: Value) -> tuple[Any, Any]:
        if is_empty(first) or is_empty(second):
            raise ValueError("Nothing is larger or smaller than an empty cell.")
        if isinstance(first, bool) or isinstance(second, bool):
            raise ValueError("True and false have no order.")
        if isinstance(first, Decimal) or isinstance(second, Decimal):
            return self.number(first), self.number(second)
        if isinstance(first, date) or isinstance(second, date):
            return text_of(first)[:19], text_of(second)[:19]
        return text_of(first), text_of(second)
