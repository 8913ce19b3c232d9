"""Tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

Cell = str | int | Decimal | date | datetime | bool | None

# What makes a spreadsheet read a text as a formula, in narrow and in wide letters.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the evidence pack; its rows may be read one after another."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def cell_text(value: Cell) -> str:
    """Return a cell as text.

    Texts that a spreadsheet would run as a formula begin with an apostrophe; numbers
    and dates stay as they are.
    """
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (int, date)):
        return str(value)
    text = str(value).replace("\0", "")
    # Spreadsheets look past leading spaces.
    if text.startswith(DANGEROUS) or text.lstrip(" \u00a0").startswith(DANGEROUS):
        return f"'{text}"
    return text


def write_csv(target: BinaryIO, table: Table) -> int:
    """Write a table, row by row; return how many rows it has.

    The bytes begin with the mark by which spreadsheets know UTF-8.

    :raises ValueError: if a row has more or fewer cells than the table has columns.
    """
    stream = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(table.columns)
    count = 0
    for row in table.rows:
        if len(row) != len(table.columns):
            raise ValueError(f"{table.name}: row {count + 1} has other columns.")
        writer.writerow([cell_text(value) for value in row])
        count += 1
    stream.flush()
    stream.detach()
    return count
