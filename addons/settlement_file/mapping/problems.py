"""What can be wrong with a row, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from odoo.addons.settlement.canonical.errors import MalformedInput

_MOST_SHOWN = 3


class CellProblem(Exception):
    """One cell that cannot be what it should be.

    :ivar column: its name, "" if the row as a whole is wrong.
    :ivar field: what it should have become, "" if that is not one field.
    """

    def __init__(self, column: str, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.field = field
        self.sentence = sentence

    def words(self) -> str:
        """Return the problem as people read it."""
        return f"{self.column}: {self.sentence}" if self.column else self.sentence


class RowProblem(MalformedInput):
    """A row that becomes no transaction, with all that is wrong with it."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        shown = [each.words() for each in problems[:_MOST_SHOWN]]
        more = len(problems) - len(shown)
        if more:
            shown.append(f"{more} more cells are wrong.")
        super().__init__(" ".join(shown))
        self.problems = tuple(problems)
