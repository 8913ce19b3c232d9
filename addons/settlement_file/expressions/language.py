"""Expressions of layouts: compile once, evaluate for each row.

Columns stand in square brackets, texts in quotes. Values are numbers (Decimal), texts,
dates, true or false, or nothing. A text is read as a number where one is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..reading.cells import Cell
from ..reading.numbers import number_format
from .coercion import Coercion
from .errors import ExpressionError as ExpressionError
from .functions import FUNCTIONS, LAZY
from .parser import Node, Parser
from .values import Value, kind_of, text_of


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    :ivar columns: the columns that it reads.
    """

    text: str
    columns: frozenset[str]
    _run: Node

    def value(self, cells: Mapping[str, Cell]) -> Value:
        """Return what the expression is for one row.

        :param cells: texts, or numbers and dates of a workbook, by column.
        :raises ExpressionError: if it has no value, such as a division by zero.
        """
        return self._run(cells)

    def text_value(self, cells: Mapping[str, Cell]) -> str:
        """Return the value as the text of a cell, "" for nothing.

        :raises ExpressionError: if it has no value.
        """
        return text_of(self._run(cells))

    def truth(self, cells: Mapping[str, Cell]) -> bool:
        """Return the value as a condition.

        :raises ExpressionError: if it is neither true nor false.
        """
        value = self._run(cells)
        if isinstance(value, bool):
            return value
        raise ExpressionError(0, f"A condition is needed and this is {kind_of(value)}.")


def compile_expression(
    text: str,
    tables: Mapping[str, Mapping[str, str]] | None = None,
    decimal: str = ".",
    thousands: str = "",
) -> Expression:
    """Return the expression that a text says.

    :param tables: what ``lookup`` finds, by name.
    :param decimal: how texts of the file write decimals, and ``thousands`` groups.
    :raises ExpressionError: with the place of what is wrong.
    """
    folded = {
        name: {key.strip().casefold(): value for key, value in table.items()}
        for name, table in (tables or {}).items()
    }
    parser = Parser(text, Coercion(number_format(decimal, thousands)), folded)
    run = parser.read()
    return Expression(text, frozenset(parser.columns), run)


def functions() -> dict[str, tuple[str, str]]:
    """Return what can be called: name → how, and what it says."""
    known = {name: (each.signature, each.meaning) for name, each in FUNCTIONS.items()}
    return dict(sorted({**known, **LAZY}.items()))
