"""The rows of a CSV file as lists of cells, whatever its bytes are."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from odoo.addons.settlement.canonical.errors import MalformedInput

_QUOTE = '"'
DELIMITERS = ",;\t"
# Lines that one quoted cell may reach over; more is a quote that was never closed.
_MOST_LINES = 50
_LONGEST_LINE = 1 << 20
_LONGEST_RAW = 2000
# A text may well have as many commas as the row of a narrow table.
_NARROW = 5


class Row(NamedTuple):
    """One row: its line in the file, its text, its cells; None where it is no CSV."""

    number: int
    text: str
    cells: list[str] | None

    def readable(self) -> list[str]:
        """Return its cells.

        :raises MalformedInput: if it is no CSV.
        """
        if self.cells is None:
            raise MalformedInput("The row is no CSV: a quote is open or misplaced.")
        return self.cells


def raw_of(row: Row) -> str:
    """Return as much of the text of a row as is kept with what is said of it."""
    return row.text.strip("\r\n")[:_LONGEST_RAW]


def delimiter_of(head: str) -> str:
    """Return what stands between the cells of the first row."""
    line = head.lstrip("\ufeff\r\n \t").splitlines()[:1]
    return max(DELIMITERS, key=line[0].count) if line else DELIMITERS[0]


def cells_of(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of one row, None if it is no CSV."""
    try:
        return next(csv.reader((text,), delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def read_rows(file: BinaryIO, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a file that are not blank.

    A quote that is never closed spoils its own row and no other.

    :param file: binary file, read as a stream and left open.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    try:
        yield from _Lines(text, delimiter).rows()
    finally:
        # The file belongs to who opened it.
        text.detach()


class _Lines:
    """Lines of a text, of which some may be put back."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self.text = text
        self.delimiter = delimiter
        self.number = 0
        self.width = 0
        self.waiting: deque[tuple[int, str]] = deque()

    def next(self) -> tuple[int, str]:
        """Return the next line with its number; the line is empty at the end."""
        if self.waiting:
            return self.waiting.popleft()
        self.number += 1
        line = self.text.readline(_LONGEST_LINE)
        # No database keeps this character in a text.
        return self.number, line.replace("\0", "\ufffd") if "\0" in line else line

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        delimiter = self.delimiter
        while True:
            number, line = self.next()
            if not line:
                return
            if _QUOTE in line:
                row = self._quoted(number, line)
            else:
                row = Row(number, line, line.rstrip("\r\n").split(delimiter))
            if row.cells is not None and len(row.cells) == 1 and not line.strip():
                continue
            self.width = self.width or len(row.cells or ())
            yield row

    def _quoted(self, number: int, line: str) -> Row:
        """Return a row with quotes, which may go on in the lines that follow."""
        cells = cells_of(line, self.delimiter)
        if cells is not None or line.count(_QUOTE) % 2 == 0:
            return Row(number, line, cells)
        taken: list[tuple[int, str]] = []
        joined = line
        while len(taken) < _MOST_LINES:
            follower = self.next()
            taken.append(follower)
            joined += follower[1]
            if not follower[1] or self._is_whole(follower[1]):
                break
            if follower[1].count(_QUOTE) % 2:
                cells = cells_of(joined, self.delimiter)
                if cells is not None and len(cells) == (self.width or len(cells)):
                    return Row(number, joined, cells)
                break
        self.waiting.extendleft(reversed(taken))
        return Row(number, line, None)

    def _is_whole(self, line: str) -> bool:
        """Return whether a line is a row of its own, and no text inside of a cell."""
        if line.count(self.delimiter) + 1 < self.width or self.width < _NARROW:
            return False
        return len(cells_of(line, self.delimiter) or ()) == self.width
