"""A file of any kind as named columns and the rows below them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput

from ..detection.dialect import guess_dialect
from ..layout.definition import FileForm, NamedCell
from .cells import Cell, cell_text
from .csv_rows import CsvRows
from .encodings import codec_of, guess_encoding
from .json_rows import JsonRows
from .rows import MOST_COLUMNS, BrokenOff, RawRow, Rows, column_names, numbered_names
from .workbook import WorkbookRows

_SAMPLE = 65_536
# Lines within which a header has to begin that is known by its first cell only.
_HEADER_WITHIN = 200
TOO_FEW = "The row has {count} cells, {width} are expected."
TOO_MANY = "The row has {count} cells, only {width} are expected."


def open_rows(form: FileForm, stream: BinaryIO, wanted: Iterable[str] = ()) -> Rows:
    """Return the rows of a file.

    :param stream: seekable binary file; it stays open.
    :param wanted: columns that the layout uses; a record of JSON may lack them.
    :raises MalformedInput: if no row can be read.
    """
    stream.seek(0)
    if form.kind == "json":
        return _JsonTable(form, stream, tuple(wanted))
    lines: Iterable[RawRow]
    if form.kind == "xlsx":
        lines = WorkbookRows(stream, form.sheet)
    else:
        lines = CsvRows(stream, *_dialect(form, stream))
    return _Table(form, iter(lines), pads=form.kind == "xlsx")


def _dialect(form: FileForm, stream: BinaryIO) -> tuple[str, str, str]:
    encoding, separator = form.encoding, form.separator
    if not encoding or not separator:
        sample = stream.read(_SAMPLE)
        stream.seek(0)
        encoding = encoding or guess_encoding(sample).encoding
        separator = separator or guess_dialect(decoded(sample, encoding)).separator
    return encoding, separator, form.quote


def decoded(sample: bytes, encoding: str) -> str:
    """Return the text of a sample, wrong bytes replaced."""
    return sample.decode(codec_of(encoding)[0], "replace")


class _Table:
    """Lines of cells with a header, and what stands above and below them."""

    def __init__(self, form: FileForm, lines: Iterator[RawRow], pads: bool) -> None:
        self._form = form
        self._lines = lines
        self._pads = pads
        self._above: list[RawRow] = []
        self._first: RawRow | None = None
        self.columns = self._read_head()
        self.named: dict[str, Cell] = _found_above(form.named_cells, self._above)

    def _read_head(self) -> tuple[str, ...]:
        row = self._first_row()
        if row is None:
            raise MalformedInput("The file has no row that could be read.")
        if len(row.cells) > MOST_COLUMNS:
            raise MalformedInput(f"The file has more than {MOST_COLUMNS} columns.")
        if self._form.header:
            cells = list(row.cells)
            while cells and not cell_text(cells[-1]).strip():
                cells.pop()
            return column_names(cells)
        self._first = row
        return numbered_names(len(row.cells))

    def _first_row(self) -> RawRow | None:
        form = self._form
        start = form.header_starts.strip().casefold()
        for row in self._lines:
            if start:
                text = cell_text(row.cells[0]).replace("\ufeff", "").strip()
                if text.casefold().startswith(start):
                    return row
                if row.number > _HEADER_WITHIN:
                    break
            elif row.number > form.skip_lines:
                return row
            self._above.append(row)
        if start:
            raise MalformedInput(
                f"No line begins with {form.header_starts!r}, as the header should."
            )
        return None

    def __iter__(self) -> Iterator[RawRow]:
        width, pads = len(self.columns), self._pads
        if self._first is not None:
            yield self._first
        for row in self._without_footer() if self._form.footer_lines else self._lines:
            if len(row.cells) != width:
                row = _fitted(row, width, pads)
            if any(row.cells) or any(each != "" for each in row.cells):
                yield row

    def _without_footer(self) -> Iterator[RawRow]:
        """Hold the last lines back: they are no rows."""
        held: deque[RawRow] = deque()
        for row in self._lines:
            if len(held) == self._form.footer_lines:
                yield held.popleft()
            held.append(row)
        self.named.update(_found_below(self._form.named_cells, list(held)))


def _fitted(row: RawRow, width: int, pads: bool) -> RawRow:
    """Return a row as wide as the header, with a problem if it was not."""
    cells = row.cells
    if all(not cell_text(each).strip() for each in cells):
        return row._replace(cells=[""] * width)
    if len(cells) < width:
        problem = TOO_FEW.format(count=len(cells), width=width)
        filled = cells + [""] * (width - len(cells))
        return row._replace(
            cells=filled, problem=row.problem or ("" if pads else problem)
        )
    if any(cell_text(each).strip() for each in cells[width:]):
        problem = TOO_MANY.format(count=len(cells), width=width)
        return row._replace(cells=cells[:width], problem=row.problem or problem)
    return row._replace(cells=cells[:width])


def _found_above(named: Iterable[NamedCell], rows: list[RawRow]) -> dict[str, Cell]:
    by_number = {row.number: row for row in rows}
    found: dict[str, Cell] = {}
    for each in named:
        if each.label:
            cell = _beside(each.label, rows)
        else:
            cell = _at(by_number.get(each.line), each.cell)
        if cell is not None:
            found[each.name] = cell
    return found


def _found_below(named: Iterable[NamedCell], rows: list[RawRow]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for each in named:
        if each.label:
            cell = _beside(each.label, rows)
        elif each.line < 0 and -each.line <= len(rows):
            cell = _at(rows[each.line], each.cell)
        else:
            continue
        if cell is not None:
            found[each.name] = cell
    return found


def _at(row: RawRow | None, place: int) -> Cell | None:
    if row is None or not 1 <= place <= len(row.cells):
        return None
    return row.cells[place - 1]


def _beside(label: str, rows: list[RawRow]) -> Cell | None:
    """Return what stands right of a label, or behind it and a colon."""
    wanted = label.strip().rstrip(":").casefold()
    for row in rows:
        for place, cell in enumerate(row.cells):
            text = cell_text(cell).replace("\ufeff", "").strip()
            if text.rstrip(":").strip().casefold() == wanted:
                rest = [each for each in row.cells[place + 1 :] if each != ""]
                return rest[0] if rest else ""
            if text[: len(wanted)].casefold() == wanted:
                rest_of_cell = text[len(wanted) :].lstrip()
                if rest_of_cell.startswith((":", "=")):
                    return rest_of_cell[1:].strip()
    return None


class _JsonTable:
    """Records of JSON; what stands beside their list are named cells."""

    def __init__(
        self, form: FileForm, stream: BinaryIO, wanted: tuple[str, ...]
    ) -> None:
        self._named_cells = form.named_cells
        self._rows = JsonRows(
            stream, form.records, form.json_lines, form.explode, wanted
        )
        found = self._rows.found
        if not found:
            raise MalformedInput("The file has no record that could be read.")
        # Records leave members out that have no value, but hardly most of them.
        if 2 * len(found.intersection(wanted)) < len(wanted):
            missing = next(each for each in wanted if each not in found)
            raise MalformedInput(f"The records of the file have no member {missing!r}.")
        self.columns = self._rows.columns
        self.named: dict[str, Cell] = self._named()

    def _named(self) -> dict[str, Cell]:
        outer = self._rows.outer
        return {
            each.name: outer[each.label]
            for each in self._named_cells
            if each.label in outer
        }

    def __iter__(self) -> Iterator[RawRow]:
        yield from self._rows
        self.named.update(self._named())


__all__ = ["BrokenOff", "RawRow", "Rows", "decoded", "open_rows"]
