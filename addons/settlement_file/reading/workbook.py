"""The rows of a sheet of an XLSX workbook, read as a stream.

A workbook stores numbers as binary fractions and shows fifteen digits of them: that is
what a cell is here, so that 0.1 + 0.2 is 0.3 as on the screen. Dates are dates. A
formula is what the program that wrote the file last computed; no formula is evaluated,
and a text that begins with ``=`` is a text.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

import openpyxl

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.storage import archive

from .cells import Cell
from .rows import MOST_COLUMNS, BrokenOff, RawRow

# What a sheet can have; a number of a row beyond it is a trap.
MOST_ROWS = 1_048_576
# Texts and styles of a workbook are kept in memory.
MOST_TEXT_BYTES = 256 << 20
MOST_SHEET_BYTES = 1 << 30
_DIGITS_SHOWN = 15
_HEAD = 4096
# What reading a damaged workbook may raise, besides what its archive may.
_DAMAGED = (
    *archive.BROKEN_MEMBER,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    OSError,
    AssertionError,
)
DAMAGED = "The workbook cannot be read: it is damaged, encrypted or no XLSX file."


def sheet_names(stream: BinaryIO) -> tuple[str, ...]:
    """Return the names of the sheets that have cells.

    :raises MalformedInput: if it is no workbook that can be opened safely.
    """
    book = _open(stream)
    try:
        return tuple(sheet.title for sheet in book.worksheets)
    finally:
        book.close()


class WorkbookRows:
    """The rows of one sheet that are not blank.

    :param stream: seekable binary file; it stays open.
    :param sheet: name of the sheet, "" for the first one.
    :raises MalformedInput: if it cannot be opened safely, or has no such sheet.
    """

    def __init__(self, stream: BinaryIO, sheet: str = "") -> None:
        self._book = _open(stream)
        try:
            self._sheet = self._find(sheet)
        except MalformedInput:
            self._book.close()
            raise

    def _find(self, name: str) -> Any:
        sheets = {each.title.strip().casefold(): each for each in self._book.worksheets}
        if not sheets:
            raise MalformedInput("The workbook has no sheet with cells.")
        if not name:
            return self._book.worksheets[0]
        found = sheets.get(name.strip().casefold())
        if found is None:
            raise MalformedInput(
                f"The workbook has no sheet {name!r}, only "
                f"{', '.join(repr(each.title) for each in self._book.worksheets)}."
            )
        return found

    def __iter__(self) -> Iterator[RawRow]:
        try:
            # The size that a file states of itself may be wrong or a trap.
            self._sheet.reset_dimensions()
            rows = self._sheet.iter_rows(max_row=MOST_ROWS, values_only=True)
            for number, values in enumerate(rows, 1):
                if len(values) > MOST_COLUMNS:
                    raise BrokenOff(
                        f"Row {number} has more than {MOST_COLUMNS} columns."
                    )
                cells = [_cell(each) for each in values]
                while cells and cells[-1] == "":
                    cells.pop()
                if cells:
                    yield RawRow(number, cells)
        except BrokenOff:
            raise
        except _DAMAGED as error:
            raise BrokenOff(DAMAGED) from error
        finally:
            self._book.close()


def _open(stream: BinaryIO) -> Any:
    stream.seek(0)
    _check(stream)
    try:
        with warnings.catch_warnings():
            # What the library does not know of a workbook is no part of its cells.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                stream, read_only=True, data_only=True, keep_links=False
            )
    except (*_DAMAGED, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise MalformedInput(DAMAGED) from error


def _check(stream: BinaryIO) -> None:
    """Refuse what would be large in memory or would expand beyond measure.

    :raises MalformedInput: with a sentence.
    """
    if not archive.is_archive(stream.read(len(archive.SIGNATURE))):
        raise MalformedInput(
            "This is no XLSX workbook. Save an old one (XLS) as XLSX, or as CSV."
        )
    stream.seek(0)
    # Looks at all members and opens none.
    for _name, _open_member in archive.members(stream):
        pass
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as members:
            for member in members.infolist():
                _check_member(members, member)
    except (*archive.BROKEN_MEMBER, ValueError, NotImplementedError) as error:
        raise MalformedInput(DAMAGED) from error
    stream.seek(0)


def _check_member(members: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if not member.filename.endswith((".xml", ".rels")):
        return
    with members.open(member) as content:
        head = content.read(_HEAD)
    if b"<!DOCTYPE" in head.upper():
        raise MalformedInput("The workbook defines entities, which none needs to.")
    # Sheets are read piece by piece; everything else is kept in memory.
    is_sheet = b"<worksheet" in head
    if member.file_size > (MOST_SHEET_BYTES if is_sheet else MOST_TEXT_BYTES):
        raise MalformedInput(
            "The workbook is too large. Save the sheet as CSV, which has no limit."
        )


def _cell(value: object) -> Cell:
    """Return a value of the library as a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return _shown(value)
    if isinstance(value, datetime):
        return _day_or_moment(value)
    if isinstance(value, time | timedelta):
        return str(value)
    return value if isinstance(value, date) else str(value)


def _shown(value: float) -> Decimal:
    """Return a number with the digits that a workbook shows, exactly."""
    shortest = Decimal(repr(value))
    if len(shortest.as_tuple().digits) <= _DIGITS_SHOWN:
        return shortest
    return Decimal(f"{value:.{_DIGITS_SHOWN}g}")


def _day_or_moment(value: datetime) -> date:
    """Return midnight as a day, for a workbook has no other way to write one."""
    # Times are fractions of a day there, and miss their second by some millionths.
    moment = value.replace(microsecond=0)
    if value.microsecond >= 500_000:
        moment += timedelta(seconds=1)
    return moment.date() if moment.time() == time.min else moment
