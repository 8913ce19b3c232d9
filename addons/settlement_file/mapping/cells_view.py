"""One row as what expressions read: its columns, and computed ones when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..expressions.language import Expression, ExpressionError
from ..reading.cells import Cell
from .problems import CellProblem


class ColumnPlaces:
    """Where each column of a row stands.

    :param columns: names of the cells of a row, named cells included.
    :param computed: expressions by the name of their column, in order.
    """

    def __init__(
        self, columns: tuple[str, ...], computed: Mapping[str, Expression]
    ) -> None:
        self.columns = columns
        self.computed = computed
        self.places = {name: place for place, name in enumerate(columns)}
        self.all_columns = (*columns, *computed)

    def filled(self, cells: list[Cell]) -> list[Cell]:
        """Return the cells of a row with those of the computed columns.

        :raises CellProblem: naming the computed column that has no value.
        """
        if not self.computed:
            return cells
        view = CellsView(self, cells)
        return [*cells, *(view[name] for name in self.computed)]

    def filled_if_possible(self, cells: list[Cell]) -> list[Cell]:
        """Return the cells with those computed columns that have a value.

        A row of totals need not have what the other rows have.
        """
        view = CellsView(self, cells)
        filled = list(cells)
        for name in self.computed:
            try:
                filled.append(view[name])
            except CellProblem:
                filled.append("")
        return filled


class CellsView(Mapping[str, Cell]):
    """One row by the names of its columns."""

    __slots__ = ("_cells", "_columns", "_made")

    def __init__(self, columns: ColumnPlaces, cells: list[Cell]) -> None:
        self._columns = columns
        self._cells = cells
        self._made: dict[str, Cell] = {}

    def __getitem__(self, name: str) -> Cell:
        place = self._columns.places.get(name)
        if place is not None:
            cell = self._cells[place]
            return cell.strip() if isinstance(cell, str) else cell
        if name not in self._made:
            self._made[name] = self._compute(name)
        return self._made[name]

    def _compute(self, name: str) -> Cell:
        expression = self._columns.computed[name]
        try:
            value = expression.value(self)
        except ExpressionError as error:
            raise CellProblem(name, "", str(error)) from error
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns.all_columns)

    def __len__(self) -> int:
        return len(self._columns.all_columns)
