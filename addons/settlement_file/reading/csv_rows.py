"""Lines of CSV as rows, one after the other, whatever is wrong with one of them.

Python's ``csv`` decides what a cell is. It is asked line by line: a quote that is
never closed would otherwise swallow all the rows behind it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO

from .borrowed import text_of
from .encodings import codec_of, has_lost_bytes, printable
from .rows import RawRow

LONGEST_LINE = 1 << 20
# Lines that one quoted cell may reach over.
MOST_LINES = 100
OPEN_QUOTE = "A quote is opened in this row and not closed properly."


class CsvRows:
    """The rows of a CSV file that are not blank, with the numbers of their lines.

    :param stream: binary file at its beginning; it stays open.
    :param quote: the quoting character, "" if there is none.
    """

    def __init__(
        self, stream: BinaryIO, encoding: str, separator: str, quote: str
    ) -> None:
        self._encoding = encoding
        self._separator = separator
        self._quote = quote
        codec, errors = codec_of(encoding)
        self._text = text_of(stream, codec, errors)
        self._waiting: deque[str] = deque()
        self._cell_reader = _CellReader(separator, quote or '"')

    def __iter__(self) -> Iterator[RawRow]:
        separator, quote = self._separator, self._quote
        number = 0
        while line := self._next_line():
            number += 1
            if line.isspace():
                continue
            if not line.isascii() or "\0" in line:
                line, problem = self._readable(line)
            else:
                problem = ""
            if not quote or quote not in line:
                cells: list[Any] = line.rstrip("\r\n").split(separator)
                yield RawRow(number, cells, problem, line)
                continue
            row, more = self._quoted(number, line, problem)
            number += more
            yield row

    def _next_line(self) -> str:
        if self._waiting:
            return self._waiting.popleft()
        return self._text.readline(LONGEST_LINE)

    def _readable(self, line: str) -> tuple[str, str]:
        if has_lost_bytes(line, self._encoding):
            return printable(line), (
                f"The row has bytes that are no {self._encoding}: the file is encoded "
                "otherwise, or damaged here."
            )
        return line.replace("\ufeff", "").replace("\0", ""), ""

    def _quoted(self, number: int, line: str, problem: str) -> tuple[RawRow, int]:
        """Return the row that a line with quotes begins, and its further lines."""
        if line.count(self._quote) % 2 == 0:
            cells = self._cell_reader.strict(line)
            if cells is not None:
                return RawRow(number, cells, problem, line), 0
        else:
            found = self._joined(line)
            if found is not None:
                cells, joined, more = found
                return RawRow(number, cells, problem, joined), more
        cells = self._cell_reader.lenient(line)
        return RawRow(number, cells, problem or OPEN_QUOTE, line), 0

    def _joined(self, line: str) -> tuple[list[str], str, int] | None:
        """Join lines until their quotes are closed; give them back if they never are.

        Only a line that closes the quote properly, at the end of a cell, does.
        """
        taken: list[str] = []
        length = len(line)
        while len(taken) < MOST_LINES and length <= LONGEST_LINE:
            further = self._next_line()
            if not further:
                break
            taken.append(further)
            length += len(further)
            if further.count(self._quote) % 2:
                joined = "".join((line, *taken))
                cells = self._cell_reader.strict(joined)
                if cells is None:
                    break
                return cells, joined, len(taken)
        self._waiting.extendleft(reversed(taken))
        return None


class _CellReader:
    """Python's reader of CSV, for one row at a time."""

    def __init__(self, separator: str, quote: str) -> None:
        self._line = ""
        form = {"delimiter": separator, "quotechar": quote, "skipinitialspace": True}
        self._strict = csv.reader(self, strict=True, **form)  # type: ignore[arg-type]
        self._lenient = csv.reader(self, **form)  # type: ignore[arg-type]
        self._separator = separator

    def __iter__(self) -> _CellReader:
        return self

    def __next__(self) -> str:
        if not self._line:
            raise StopIteration
        line, self._line = self._line, ""
        return line

    def strict(self, line: str) -> list[str] | None:
        """Return the cells of a whole row, None if its quotes are not in order."""
        self._line = line
        try:
            return next(self._strict)
        except (csv.Error, StopIteration):
            return None

    def lenient(self, line: str) -> list[str]:
        """Return what cells a row may have whose quotes are not in order."""
        self._line = line
        try:
            return next(self._lenient)
        except (csv.Error, StopIteration):
            return line.rstrip("\r\n").split(self._separator)
