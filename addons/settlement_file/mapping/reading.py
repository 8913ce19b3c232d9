"""A file and its layout, brought together row by row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import TransactionFact

from ..expressions.language import Expression, ExpressionError, compile_expression
from ..layout.definition import FileLayout
from ..layout.usage import FILE_NAME, expressions, made_columns, named_columns
from ..reading.cells import Cell, cell_text
from ..reading.rows import BrokenOff, RawRow
from ..reading.source import open_rows
from .batches import Batches, Wallet
from .cells_view import CellsView, ColumnPlaces
from .controls import Controls
from .problems import CellProblem, RowProblem
from .row import RowMapper

DESCRIBES_BATCH = "It describes its batch."
STATES_TOTALS = "It states totals."
LEFT_OUT = "The layout leaves such rows out."
MOVES_NOTHING = "Rows of this kind move no money."


class Outcome(NamedTuple):
    """What became of one row: a fact, a reason to leave it out, or a problem.

    :ivar cells: those of the file and the named cells, computed ones last if they
        could be computed.
    :ivar is_payout_alone: whether the fact is a payout in no batch of the file.
    """

    row: RawRow
    cells: list[Cell]
    fact: TransactionFact | None = None
    skipped: str = ""
    problem: MalformedInput | None = None
    is_payout_alone: bool = False


class Reading:
    """One pass over one file.

    :param stream: seekable binary file; it stays open.
    :param is_whole: False if the end was cut off: then nothing is missing.
    :raises MalformedInput: if no row of it can be read.
    """

    def __init__(
        self,
        layout: FileLayout,
        stream: BinaryIO,
        filename: str = "",
        is_whole: bool = True,
    ) -> None:
        self.layout = layout
        self.is_whole = is_whole
        self._compiled = _compiled(layout)
        wanted = [*_columns_of_file(layout, self._compiled)]
        self._rows = open_rows(layout.file, stream, wanted)
        own = (*self._rows.columns, *self._added())
        self.columns = ColumnPlaces(
            own,
            {
                each.name: self._compiled[f"computed.{number}.expression"]
                for number, each in enumerate(layout.computed)
            },
        )
        self._check_columns(wanted)
        self._extra = self._extra_cells(filename)
        place_of = self._place_of
        self.batches = Batches(layout, place_of)
        self.mapper = RowMapper(layout, place_of, self.batches)
        self._conditions = self._ordered_conditions()
        self._filled_down = [place_of(each) for each in layout.rows.fill_down]
        self._last: dict[int, Cell] = {}
        self.controls = Controls(layout, place_of)

    def name_batches(self, file_key: str, payouts: dict[Wallet, list[str]]) -> None:
        """Say how batches are named that the rows themselves do not name."""
        self.batches.name(file_key, payouts)

    @property
    def named(self) -> dict[str, Cell]:
        """Return the named cells; after the last row those below it too."""
        return self._rows.named

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    def _added(self) -> tuple[str, ...]:
        """Return the columns that every row gets: named cells and the file's name."""
        names = [each.name for each in self.layout.file.named_cells]
        return tuple(
            each for each in (*names, FILE_NAME) if each not in self._rows.columns
        )

    def _extra_cells(self, filename: str) -> list[Cell]:
        cells: dict[str, Cell] = {**self._rows.named, FILE_NAME: filename}
        return [cells.get(each, "") for each in self._added()]

    def _place_of(self, name: str) -> int:
        places = self.columns.places
        if name in places:
            return places[name]
        return len(self.columns.columns) + list(self.columns.computed).index(name)

    def _check_columns(self, wanted: list[str]) -> None:
        missing = [each for each in wanted if each not in self.columns.places]
        if missing:
            there = ", ".join(repr(each) for each in self._rows.columns[:12])
            raise MalformedInput(
                f"The file has no column {missing[0]!r}, which the layout "
                f"{self.layout.name!r} reads. Its columns are: {there}."
            )
        taken = [each for each in self.columns.computed if each in self.columns.places]
        if taken:
            raise MalformedInput(
                f"The file has a column {taken[0]!r} of its own: give the computed "
                "column another name."
            )

    def _ordered_conditions(self) -> list[tuple[Expression, str, int]]:
        """Return (condition, what it says, number of the control) in their order."""
        found: list[tuple[Expression, str, int]] = []
        compiled = self._compiled
        if "batch.described_by" in compiled:
            found.append((compiled["batch.described_by"], DESCRIBES_BATCH, 0))
        for number, check in enumerate(self.layout.totals):
            if check.where:
                path = f"totals.{number}.where"
                found.append((compiled[path], STATES_TOTALS, number))
        if "rows.skip_if" in compiled:
            found.append((compiled["rows.skip_if"], LEFT_OUT, 0))
        return found

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def outcomes(self) -> Iterator[Outcome]:
        """Yield what becomes of each row, once.

        :raises BrokenOff: if the file cannot be read to its end.
        """
        has_conditions = bool(self._conditions) or bool(self.layout.rows.only_if)
        for row in self._rows:
            cells = row.cells + self._extra
            if self._filled_down:
                self._fill_down(cells)
            try:
                if has_conditions:
                    skipped = self._skipped(row, cells)
                    if skipped:
                        yield Outcome(row, cells, None, skipped)
                        continue
                if row.problem:
                    raise RowProblem([CellProblem("", "", row.problem)])
                cells = self.columns.filled(cells)
                fact = self.mapper.fact(cells)
            except (CellProblem, ExpressionError, RowProblem) as error:
                yield self._lost(row, cells, error)
                continue
            if fact is None:
                yield Outcome(row, cells, None, MOVES_NOTHING)
                continue
            is_alone = self._count_in(fact, cells, row.number)
            yield Outcome(row, cells, fact, is_payout_alone=is_alone)

    def _count_in(self, fact: TransactionFact, cells: list[Cell], number: int) -> bool:
        """Count a good row; return whether it is a payout in no batch of the file."""
        self.controls.add(fact, cells, number)
        if not fact.batch_external_id:
            return False
        if self.batches.is_alone(fact):
            return True
        self.batches.add(fact, cells, number)
        return False

    def _lost(self, row: RawRow, cells: list[Cell], error: Exception) -> Outcome:
        self.controls.lose()
        if len(cells) < len(self.columns.all_columns):
            cells = self.columns.filled_if_possible(cells)
        # A row of another width has its cells in other columns.
        self.batches.lose(None if row.problem else cells)
        if isinstance(error, RowProblem):
            problem = error
        elif isinstance(error, CellProblem):
            problem = RowProblem([error])
        else:
            problem = RowProblem([CellProblem("", "", str(error))])
        return Outcome(row, cells, problem=problem)

    def _fill_down(self, cells: list[Cell]) -> None:
        for place in self._filled_down:
            cell = cells[place]
            if cell == "" or (isinstance(cell, str) and not cell.strip()):
                cells[place] = self._last.get(place, "")
            else:
                self._last[place] = cell

    def _skipped(self, row: RawRow, cells: list[Cell]) -> str:
        """Return why a row is no transaction, "" if it should be one.

        :raises ExpressionError: if a condition has no value for it.
        """
        view = CellsView(self.columns, cells)
        found = ""
        for condition, words, number in self._conditions:
            if condition.truth(view):
                self._take_in(words, number, row, cells)
                found = found or words
        if not found and "rows.only_if" in self._compiled:
            is_wanted = self._compiled["rows.only_if"].truth(view)
            found = "" if is_wanted else LEFT_OUT
        return found

    def _take_in(self, words: str, number: int, row: RawRow, cells: list[Cell]) -> None:
        if words == LEFT_OUT:
            return
        full = self.columns.filled_if_possible(cells)
        if words == STATES_TOTALS:
            self.controls.state(number, full, row.number)
            return
        wallet = self.mapper.account(full), self.mapper.currency(full)
        self.batches.describe(wallet, full, row.number)

    def identity_of(self, cells: list[Cell]) -> str:
        """Return what a row that was put aside would have been known by."""
        if len(cells) < len(self.columns.all_columns):
            return ""
        try:
            return self.mapper.external_id(cells)
        except CellProblem:
            return ""


def _compiled(layout: FileLayout) -> dict[str, Expression]:
    """Return the expressions of a layout by their path.

    :raises MalformedInput: if one cannot be read.
    """
    tables = {each.name: each.values for each in layout.tables}
    numbers = layout.numbers
    try:
        return {
            path: compile_expression(text, tables, numbers.decimal, numbers.thousands)
            for path, text in expressions(layout)
        }
    except ExpressionError as error:
        raise MalformedInput(
            f"An expression of the layout is wrong: {error}"
        ) from error


def _columns_of_file(
    layout: FileLayout, compiled: dict[str, Expression]
) -> dict[str, None]:
    """Return the columns that the file itself has to have."""
    made = made_columns(layout)
    names = [name for _path, name in named_columns(layout) if name]
    for expression in compiled.values():
        names.extend(sorted(expression.columns))
    return dict.fromkeys(each for each in names if each not in made)


class Prelude(NamedTuple):
    """What a first pass finds out: how batches are named that no row names."""

    file_key: str
    payouts: dict[Wallet, list[str]]


def prelude(layout: FileLayout, stream: BinaryIO, filename: str) -> Prelude:
    """Read a file for the names of its batches, if only its end says them."""
    batch = layout.batch
    if batch.by not in ("file", "payout_row"):
        return Prelude("", {})
    reading = Reading(layout, stream, filename)
    if batch.by == "file" and batch.columns:
        return Prelude(_stated_key(reading, batch.columns), {})
    return _prelude(reading)


def _stated_key(reading: Reading, columns: tuple[str, ...]) -> str:
    """Return the name that the file states for its batch, above or in its rows."""
    for outcome in reading.outcomes():
        view = CellsView(reading.columns, outcome.cells[: len(reading.columns.columns)])
        try:
            texts = [cell_text(view[each]) for each in columns]
        except CellProblem:
            continue
        if any(texts):
            return ":".join(texts)
    return ""


def _prelude(reading: Reading) -> Prelude:
    first: date | None = None
    last: date | None = None
    payouts: dict[Wallet, list[str]] = {}
    with contextlib.suppress(BrokenOff):
        for outcome in reading.outcomes():
            fact = outcome.fact
            if fact is None:
                continue
            first = min(first or fact.booked_on, fact.booked_on)
            last = max(last or fact.booked_on, fact.booked_on)
            if fact.kind == "payout":
                wallet = fact.account_identifier, fact.currency
                payouts.setdefault(wallet, []).append(fact.external_id)
    key = f"{first}..{last}" if first else ""
    return Prelude(key, payouts)
