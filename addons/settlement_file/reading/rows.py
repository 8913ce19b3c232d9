"""What every kind of file is read into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from odoo.addons.settlement.canonical.errors import MalformedInput

from .cells import Cell, cell_text
from .encodings import printable

MOST_COLUMNS = 1000
LONGEST_RAW = 2000


class RawRow(NamedTuple):
    """One row as it stands in the file.

    :ivar number: its line, row of the sheet or record, counted from 1.
    :ivar problem: why its cells cannot be trusted, "" if they can.
    :ivar raw: its text, "" where the cells are all there is.
    """

    number: int
    cells: list[Cell]
    problem: str = ""
    raw: str = ""

    def text(self) -> str:
        """Return the row for people, of a length that can be kept."""
        raw = self.raw or " | ".join(cell_text(each) for each in self.cells)
        return printable(raw.strip("\r\n"))[:LONGEST_RAW]


class BrokenOff(MalformedInput):
    """The rows up to here were read; those behind it cannot be."""


class Rows(Protocol):
    """The rows of a file below its header.

    :ivar columns: their names in the order of the file.
    :ivar named: the named cells that are known; after the last row all of them.
    """

    columns: tuple[str, ...]
    named: dict[str, Cell]

    def __iter__(self) -> Iterator[RawRow]: ...


def column_names(cells: list[Cell]) -> tuple[str, ...]:
    """Return names for the cells of a header: none empty, none twice."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        name = printable(" ".join(cell_text(cell).replace("\ufeff", "").split()))
        name = name or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in seen:
            seen[name] += 1
        unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
        seen.setdefault(unique, 1)
        names.append(unique)
    return tuple(names)


def numbered_names(count: int) -> tuple[str, ...]:
    """Return names for columns of a file without a header."""
    return tuple(f"Column {place}" for place in range(1, count + 1))
