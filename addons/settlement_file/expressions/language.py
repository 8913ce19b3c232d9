"""Expressions of layouts: compile once, evaluate for each row.

Values are Decimal, text, date, truth or nothing. Columns stand in square brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = Decimal | str | date | bool | None


class ExpressionError(ValueError):
    """An expression that cannot be read, or not be computed for a row.

    :ivar position: where in the text, counted from 0.
    :ivar sentence: what is wrong there, for people.
    """

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(f"{sentence} (at character {position + 1})")
        self.position = position
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    :ivar columns: the columns that it reads.
    """

    text: str
    columns: frozenset[str]
    _run: Callable[[Mapping[str, str]], Value]

    def value(self, cells: Mapping[str, str]) -> Value:
        """Return what the expression is for one row.

        :param cells: texts by column.
        :raises ExpressionError: if it has no value, such as a division by zero.
        """
        return self._run(cells)

    def text_value(self, cells: Mapping[str, str]) -> str:
        """Return the value as the text of a cell, "" for nothing."""
        raise NotImplementedError

    def truth(self, cells: Mapping[str, str]) -> bool:
        """Return the value as a condition."""
        raise NotImplementedError


def compile_expression(
    text: str,
    tables: Mapping[str, Mapping[str, str]] | None = None,
    decimal: str = ".",
    thousands: str = "",
) -> Expression:
    """Return the expression that a text says.

    :param tables: what ``lookup`` finds, by name.
    :param decimal: how ``number()`` of a column reads decimals unless it is told.
    :raises ExpressionError: with the place of what is wrong.
    """
    raise NotImplementedError


def functions() -> dict[str, str]:
    """Return what can be called: name → signature and meaning, for the help."""
    raise NotImplementedError
