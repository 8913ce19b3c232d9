"""A settlement report or transaction detail report as a stream of facts.

Both have the same envelope. A settlement report is the account's own book: its rows are
listed in one batch for each day and currency, which its footers prove. A transaction
report tells more of each row, but also of payments that moved no money; its rows are in
no batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.columns import Columns, plain
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, RejectedRow, TransactionFact

from ..mapper.entry import DETAIL, SETTLEMENT, facts_of
from . import lines
from .columns import Cells, columns_of, has_status, missing
from .row import Reader
from .section import Section
from .totals import Totals, read_totals
from .values import instant

_LONGEST_RAW = 2000
UNBALANCED, MISSING = "batch_unbalanced", "missing_data"
NO_REPORT = (
    "This is no settlement or transaction detail report of PayPal: it does not begin "
    "with the row RH, or its rows have no transaction id."
)


def is_report(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a report that we read."""
    text = head.decode(lines.encoding_of(head), errors="replace")
    codes = [(lines.code_of(line), line) for line in text.splitlines() if line.strip()]
    if not codes or codes[0][0] != lines.REPORT:
        return False
    names = next((line for code, line in codes if code == lines.HEAD), "")
    # A report of a day without sections has no columns either.
    known = {plain(name) for name in lines.cells_of(names) or ()}
    return not names or not missing(known)


def read_report(
    file: BinaryIO, zone: ZoneInfo, decimals: Mapping[str, int] | None = None
) -> Iterator[Fact]:
    """Yield the rows of a report, and after each section its batches and balances.

    A row that cannot be read becomes a RejectedRow; the rows around it go on.

    :param file: seekable binary file, read as a stream.
    :param zone: time zone in which the backend counts days.
    :param decimals: decimals of the amounts by currency, where they are not two.
    :raises MalformedInput: if no row of it can be read.
    """
    return _Report(zone, dict(decimals or {})).read(file)


@dataclass(slots=True)
class _Report:
    zone: ZoneInfo
    decimals: dict[str, int]
    made_at: datetime | None = None
    file_number: int = 1
    columns: Columns[Cells] | None = None
    reader: Reader | None = None
    section: Section | None = None
    ended: bool = False
    footers: list[Totals] = field(default_factory=list)
    sections: dict[tuple[str, str], int] = field(default_factory=dict)

    def read(self, file: BinaryIO) -> Iterator[Fact]:
        """Yield all facts of a file."""
        number = 0
        for number, text, cells in lines.read_rows(file):
            if self.made_at is None:
                self._begin(cells)
                continue
            try:
                if cells is not None and cells[0] == lines.BODY:
                    yield from self._row(cells)
                    continue
                code = cells[0].strip().upper() if cells else lines.code_of(text)
                yield from self._facts(code, number, text, cells)
            except MalformedInput as error:
                yield self._rejected(number, text, cells, error)
        if self.made_at is None:
            raise MalformedInput(NO_REPORT)
        yield from self._end(number)

    def _begin(self, cells: Sequence[str] | None) -> None:
        """Read the report's header; without it this is no report."""
        if not cells or cells[0].strip().upper() != lines.REPORT or len(cells) < 2:
            raise MalformedInput(NO_REPORT)
        self.made_at = instant(cells[1], "the report's date of generation")

    def _facts(
        self, code: str, number: int, text: str, cells: Sequence[str] | None
    ) -> Iterator[Fact]:
        if cells is None:
            if code == lines.BODY and self.section is not None:
                self.section.seen += 1
            raise MalformedInput("The row is no CSV: a quote is open or misplaced.")
        if code == lines.BODY:
            yield from self._row(cells)
            return
        handler = _HANDLERS.get(code)
        if handler is None:
            raise MalformedInput(f"{code[:20]!r} is no code of a row of a report.")
        yield from handler(self, number, text, cells)

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _row(self, cells: Sequence[str]) -> list[Fact]:
        section = self.section
        if self.columns is None or self.reader is None or section is None:
            raise MalformedInput("The row stands before the names of its columns.")
        section.seen += 1
        entry = self.reader.entry(self.columns.cells(cells))
        entry.twin = section.twins.number(entry)
        facts = facts_of(entry, section.place)
        fact = facts[0]
        if isinstance(fact, TransactionFact):
            section.add(fact)
        return facts

    def _rejected(
        self,
        number: int,
        text: str,
        cells: Sequence[str] | None,
        error: MalformedInput,
    ) -> RejectedRow:
        name = ""
        if cells and self.columns and len(cells) == self.columns.width:
            name = self.columns.cells(cells).transaction_id.strip()
        reason = f"{name}: {error}" if name and name not in str(error) else str(error)
        return RejectedRow(
            number, text.strip("\r\n")[:_LONGEST_RAW], reason, external_id=name
        )

    # ------------------------------------------------------------------
    # Envelope
    # ------------------------------------------------------------------

    def _file(self, _number: int, _text: str, cells: Sequence[str]) -> Iterator[Fact]:
        digits = cells[1].strip() if len(cells) > 1 else ""
        if digits.isascii() and digits.isdigit():
            self.file_number = int(digits[:6])
        return iter(())

    def _open(self, number: int, _text: str, cells: Sequence[str]) -> Iterator[Fact]:
        yield from self._close(number)
        self.columns = None
        section = Section.of(cells, self.zone, self.file_number)
        key = section.place.account, section.name
        self.sections[key] = self.sections.get(key, 0) + 1
        section.number(self.sections[key])
        self.section = section

    def _head(self, _number: int, _text: str, cells: Sequence[str]) -> Iterator[Fact]:
        self.columns = columns_of(cells)
        source = DETAIL if has_status(self.columns) else SETTLEMENT
        assert self.made_at is not None
        self.reader = Reader(self.made_at, source, self.decimals)
        if self.section is not None and source is DETAIL:
            self.section.list_nothing()
        return iter(())

    def _totals(self, _number: int, _text: str, cells: Sequence[str]) -> Iterator[Fact]:
        totals = self._read_totals(cells)
        if self.section is not None:
            self.section.footers[totals.currency] = totals
            self.footers.append(totals)
        return iter(())

    def _read_totals(self, cells: Sequence[str]) -> Totals:
        currency = cells[1].strip().upper() if len(cells) > 1 else ""
        return read_totals(cells, self.decimals.get(currency, 2))

    def _count(self, number: int, text: str, cells: Sequence[str]) -> Iterator[Fact]:
        if self.section is None:
            return
        self.section.is_closed = True
        stated = _whole(cells)
        if stated is not None and stated != self.section.seen:
            yield RejectedRow(
                number,
                text.strip("\r\n"),
                f"The section says that it has {stated} rows, {self.section.seen} "
                "came. Import the report again, with all its files.",
                MISSING,
            )

    def _report_totals(
        self, number: int, text: str, cells: Sequence[str]
    ) -> Iterator[Fact]:
        """Compare the report's footer with its sections, if all are in this file."""
        yield from self._close(number)
        totals = self._read_totals(cells)
        found = [each for each in self.footers if each.currency == totals.currency]
        told = sum((each.movement for each in found), totals.movement * 0)
        if self.file_number == 1 and found and told != totals.movement:
            yield RejectedRow(
                number,
                text.strip("\r\n")[:_LONGEST_RAW],
                f"The report says that {totals.currency} moved by {totals.movement}, "
                f"its sections say {told}. Ask PayPal for a corrected report.",
                UNBALANCED,
            )

    def _report_count(self, number: int, _text: str, _cells: object) -> Iterator[Fact]:
        return self._close(number)

    def _finish(self, number: int, _text: str, _cells: object) -> Iterator[Fact]:
        self.ended = True
        return self._close(number)

    def _close(self, _number: int) -> Iterator[Fact]:
        """Yield what is known of the section that ends here."""
        section, self.section = self.section, None
        if section is not None:
            assert self.made_at is not None
            yield from section.facts(self.made_at)

    def _end(self, number: int) -> Iterator[Fact]:
        """Say of a file that stops in the middle that it does."""
        if self.section is not None and not self.section.footers:
            # Nothing says that more rows do not belong to it.
            self.section.is_whole = self.section.is_closed
        yield from self._close(number)
        if not self.ended:
            yield RejectedRow(
                number,
                "",
                "The file stops before its last row (FF). Fetch it again.",
                MISSING,
            )


def _whole(cells: Sequence[str]) -> int | None:
    digits = cells[1].strip() if len(cells) > 1 else ""
    return int(digits) if digits.isascii() and digits.isdigit() else None


_Handler = Callable[[_Report, int, str, Sequence[str]], Iterator[Fact]]
_HANDLERS: dict[str, _Handler] = {
    lines.FILE: _Report._file,
    lines.SECTION: _Report._open,
    lines.HEAD: _Report._head,
    lines.TOTALS: _Report._totals,
    lines.COUNT: _Report._count,
    lines.REPORT_TOTALS: _Report._report_totals,
    lines.REPORT_COUNT: _Report._report_count,
    lines.END: _Report._finish,
}
