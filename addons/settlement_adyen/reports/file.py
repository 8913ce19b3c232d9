"""A report of Adyen as a stream of facts: settlement details or payments accounting.

The settlement details report is the book: its rows move money, each is listed in the
batch whose payout it proves. The payments accounting report tells what is owed before
it is paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.columns import missing_columns, plain
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact

from . import accounting, settlement_columns
from .accounting import AccountingReader
from .lines import cells_of, delimiter_of, read_rows
from .settlement import SettlementReader

SETTLEMENT, ACCOUNTING = "settlement", "accounting"
NO_REPORT = (
    "This is no settlement details or payments accounting report of Adyen: its first "
    "row does not name their columns."
)
# By how many of a report's columns it is recognised, so that what is missing is named.
_ENOUGH = 4
_LONGEST_HEAD = 1 << 16


def kind_of(head: bytes) -> str:
    """Return SETTLEMENT, ACCOUNTING, or "" by the first bytes of a file."""
    names = _names(head)
    for kind, required in (
        (SETTLEMENT, settlement_columns.REQUIRED),
        (ACCOUNTING, accounting.REQUIRED),
    ):
        if not missing_columns(names, required, required):
            return kind
    return ""


def is_report(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a report that we read."""
    return bool(kind_of(head))


def read_report(file: BinaryIO, zone: ZoneInfo, told_at: datetime) -> Iterator[Fact]:
    """Yield the rows of a report, and at its end the batches that they add up to.

    A row that cannot be read becomes a RejectedRow; the rows around it go on.

    :param file: seekable binary file at its beginning, read as a stream.
    :param zone: time zone of the backend: days are counted in it, and clocks whose
        abbreviation is unknown are taken for its own.
    :param told_at: when the report was received, naive UTC: Adyen does not date its
        reports, and writes a new one under the name of the old one. The later one
        says the later word.
    :raises MalformedInput: if no row of it can be read.
    """
    start = file.tell()
    head = file.read(_LONGEST_HEAD)
    file.seek(start)
    rows = read_rows(file, delimiter_of(_text(head)))
    first = next(rows, None)
    if first is None or first.cells is None:
        raise MalformedInput(NO_REPORT)
    names = {plain(name) for name in first.cells}
    if _found(names, accounting.REQUIRED) > _found(names, settlement_columns.REQUIRED):
        yield from AccountingReader(
            accounting.columns_of(first.cells), zone, told_at
        ).facts(rows)
    elif _found(names, settlement_columns.REQUIRED) >= _ENOUGH:
        yield from SettlementReader(
            settlement_columns.columns_of(first.cells), zone, told_at
        ).facts(rows)
    else:
        raise MalformedInput(NO_REPORT)


def _found(names: set[str], required: dict[str, tuple[str, ...]]) -> int:
    """Return how many of the required columns are there."""
    return len(required) - len(missing_columns(names, required, required))


def _text(head: bytes) -> str:
    return head.decode("utf-8-sig", errors="replace")


def _names(head: bytes) -> set[str]:
    """Return the plain names in the first row that is not blank."""
    text = _text(head).lstrip("\r\n \t")
    line = text.splitlines()[0] if text else ""
    return {plain(name) for name in cells_of(line, delimiter_of(line)) or ()}
