"""Write tables of facts and money as an XLSX workbook.

Texts are always written as texts: a cell that begins like a formula stays what it
says. A spreadsheet keeps 15 digits of a number; money with more is written as text,
so that no digit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

# Office Open XML, part 1, annex on limits: digits of a number, length of a text.
NUMBER_DIGITS = 15
TEXT_LENGTH = 32_767
NAME_LENGTH = 31

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its title; ``digits`` are the decimals of its money."""

    title: str
    width: int = 14
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: rows have one cell for each column. ``notes`` stand below it."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()


def write_workbook(target: BinaryIO, sheets: Iterable[Sheet], title: str) -> None:
    """Write ``sheets`` to ``target`` as one workbook.

    :param target: binary file object open for writing.
    :raises ValueError: if a row has more or fewer cells than its sheet has columns.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as workbook:
        workbook.set_properties({"title": title})
        formats = _Formats(workbook)
        for sheet in sheets:
            _write_sheet(workbook, sheet, formats)


class _Formats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[str, Any] = {}
        self.head = workbook.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )

    def number(self, code: str) -> Any:
        """Return the format of numbers and dates that look like ``code``."""
        if code not in self._made:
            self._made[code] = self._workbook.add_format({"num_format": code})
        return self._made[code]

    def money(self, digits: int) -> Any:
        """Return the format of money with so many decimals."""
        return self.number("#,##0" + ("." + "0" * digits if digits else ""))


def _write_sheet(workbook: Any, sheet: Sheet, formats: _Formats) -> None:
    page = workbook.add_worksheet(sheet_name(sheet.name))
    page.freeze_panes(1, 0)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
        page.write_string(0, number, column.title, formats.head)
    line = 0
    for line, row in enumerate(sheet.rows, start=1):
        for number, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write_cell(page, (line, number), column, cell, formats)
    for number, note in enumerate(sheet.notes, start=line + 2):
        page.write_string(number, 0, note)


def _write_cell(
    page: Any, place: tuple[int, int], column: Column, cell: Cell, formats: _Formats
) -> None:
    """Write one cell as what it is; nothing is left empty but None."""
    if cell is None:
        return
    if isinstance(cell, bool):
        page.write_boolean(*place, cell)
    elif isinstance(cell, Decimal) and fits_number(cell):
        page.write_number(*place, cell, formats.money(column.digits))
    elif isinstance(cell, int) and fits_number(Decimal(cell)):
        page.write_number(*place, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(*place, cell, formats.number("yyyy-mm-dd hh:mm:ss"))
    elif isinstance(cell, date):
        page.write_datetime(*place, cell, formats.number("yyyy-mm-dd"))
    else:
        page.write_string(*place, shortened(str(cell)))


def fits_number(amount: Decimal) -> bool:
    """Return whether a spreadsheet keeps all digits of ``amount``."""
    return len(amount.normalize().as_tuple().digits) <= NUMBER_DIGITS


def shortened(text: str) -> str:
    """Return ``text`` as far as a cell holds it; what is cut is marked."""
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + "…"


def sheet_name(name: str) -> str:
    """Return ``name`` without what the name of a sheet may not contain."""
    return "".join("-" if sign in "[]:*?/\\" else sign for sign in name)[:NAME_LENGTH]
