"""Rows that belong together, and what the file says of them as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)

from ..layout.definition import BatchRule, FileLayout
from ..reading.cells import Cell
from ..reading.dates import DateFormat, zone_of
from . import row_values
from .identity import joined
from .money_cells import MoneyReader
from .problems import CellProblem, RowProblem
from .row_values import ZERO, Cells

Wallet = tuple[str, str]
_DATES = ("date_column", "expected_on_column")
_AMOUNTS = ("total_column", "opening_column", "closing_column")
_TEXTS = ("reference_column", "descriptor_column")
_UNBALANCED = "batch_unbalanced"
# How payouts are named that are a batch of their own, apart from ids of batches.
_ALONE = "payout:"


@dataclass(slots=True)
class _Batch:
    """What is known of one batch so far.

    :ivar stated: what the file says of it, by the names of :class:`BatchRule`.
    """

    net: Decimal = ZERO
    rows: int = 0
    last_day: date | None = None
    payout: TransactionFact | None = None
    stated: dict[str, Cell] = field(default_factory=dict)
    first_number: int = 0
    conflict: str = ""


class Batches:
    """Collects rows into batches as a layout says.

    :param place_of: where a column stands in a row.
    """

    def __init__(self, layout: FileLayout, place_of: Callable[[str], int]) -> None:
        self.rule: BatchRule = layout.batch
        self._money = MoneyReader(layout.numbers)
        self._dates = DateFormat(layout.dates.formats, zone_of(layout.dates.timezone))
        self._columns = [place_of(each) for each in layout.batch.columns]
        self._stated = [
            (name, getattr(self.rule, name), place_of(getattr(self.rule, name)))
            for name in (*_AMOUNTS, *_DATES, *_TEXTS)
            if getattr(self.rule, name)
        ]
        self._file_key = ""
        self._payouts: Mapping[Wallet, list[str]] = {}
        self._passed: dict[Wallet, int] = {}
        self._batches: dict[tuple[Wallet, str], _Batch] = {}
        # A batch that lost a row is not complete, whatever its rows add up to.
        self._damaged: set[str] = set()
        self._is_damaged = False

    def name(self, file_key: str, payouts: Mapping[Wallet, list[str]]) -> None:
        """Say how batches are named that no row names.

        :param file_key: what names the batch of the whole file.
        :param payouts: ids of the payout rows of each account and currency, in the
            order of the file, where rows belong to the next (or last) of them.
        """
        self._file_key = file_key
        self._payouts = payouts

    def place(
        self, kind: str, external_id: str, day: date, wallet: Wallet, cells: Cells
    ) -> tuple[str, str]:
        """Return (kind, id) of the batch of a row, empty if it is in none.

        A payout that no batch of the file ends with is a batch of its own.

        :param kind: what the row is, and ``external_id`` what it is known by.
        :param day: on which it is booked.
        """
        key = self._key(kind, external_id, day, wallet, cells)
        if kind == "payout" and not (key and self.rule.kind == "payout"):
            return "payout", f"{_ALONE}{external_id}"
        return (self.rule.kind, key) if key else ("", "")

    def is_alone(self, fact: TransactionFact) -> bool:
        """Say whether a row is a payout that is a batch of its own."""
        return fact.kind == "payout" and fact.batch_external_id.startswith(_ALONE)

    def _key(
        self, kind: str, external_id: str, day: date, wallet: Wallet, cells: Cells
    ) -> str:
        by = self.rule.by
        if by == "none":
            return ""
        if by == "columns":
            return joined(row_values.text_at(cells, each) for each in self._columns)
        if by == "day":
            return day.isoformat()
        if by == "file":
            return self._file_key
        return self._next_payout(kind, external_id, wallet)

    def _next_payout(self, kind: str, external_id: str, wallet: Wallet) -> str:
        listed = self._payouts.get(wallet, [])
        passed = self._passed.get(wallet, 0)
        if kind == "payout":
            self._passed[wallet] = passed + 1
            return external_id
        place = passed - 1 if self.rule.payout_row_first else passed
        return listed[place] if 0 <= place < len(listed) else ""

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def add(self, fact: TransactionFact, cells: Cells, number: int) -> None:
        """Count a row in; its batch is that of its fact."""
        wallet = fact.account_identifier, fact.currency
        batch = self._batch(wallet, fact.batch_external_id, number)
        if fact.kind == "payout":
            batch.payout = fact
        else:
            batch.net += fact.net_amount
            batch.rows += 1
        if batch.last_day is None or fact.booked_on > batch.last_day:
            batch.last_day = fact.booked_on
        if self._stated and not self.rule.described_by:
            self._state(batch, cells)

    def describe(self, wallet: Wallet, cells: Cells, number: int) -> None:
        """Take in a row that describes its batch.

        :raises RowProblem: if it does not say which one.
        """
        key = self._described_key(cells)
        if not key:
            column = self.rule.columns[0] if self.rule.columns else ""
            raise RowProblem(
                [
                    CellProblem(
                        column, "", "Nothing says which batch this row describes."
                    )
                ]
            )
        self._state(self._batch(wallet, key, number), cells)

    def _described_key(self, cells: Cells) -> str:
        if self.rule.by == "file":
            return self._file_key
        if self.rule.by == "columns":
            return joined(row_values.text_at(cells, each) for each in self._columns)
        for name, column, place in self._stated:
            if name == "date_column":
                return self._read_date(column, cells[place]).isoformat()
        return ""

    def lose(self, cells: Cells | None) -> None:
        """Remember that a row is missing: in its batch, or in nobody knows which."""
        if cells is not None and self.rule.by == "columns":
            self._damaged.add(
                joined(row_values.text_at(cells, each) for each in self._columns)
            )
        else:
            self._is_damaged = True

    def _batch(self, wallet: Wallet, key: str, number: int) -> _Batch:
        batch = self._batches.get((wallet, key))
        if batch is None:
            batch = self._batches[wallet, key] = _Batch(first_number=number)
        return batch

    def _state(self, batch: _Batch, cells: Cells) -> None:
        for name, column, place in self._stated:
            cell = cells[place]
            if isinstance(cell, str):
                cell = cell.strip()
            if cell == "":
                continue
            before = batch.stated.setdefault(name, cell)
            if before != cell and not batch.conflict:
                batch.conflict = column

    # ------------------------------------------------------------------
    # What came out
    # ------------------------------------------------------------------

    def facts(self) -> Iterator[BatchFact | RejectedRow]:
        """Yield a batch for each account, currency and id, or what is wrong with it."""
        for (wallet, key), batch in self._batches.items():
            if batch.conflict:
                yield self._contradiction(key, batch)
            try:
                yield self._fact(wallet, key, batch)
            except CellProblem as problem:
                yield RejectedRow(
                    batch.first_number,
                    key,
                    f"Batch {key}: {problem.words()}",
                    _UNBALANCED,
                )

    @staticmethod
    def _contradiction(key: str, batch: _Batch) -> RejectedRow:
        return RejectedRow(
            batch.first_number,
            key,
            f"Batch {key}: its rows state different values in {batch.conflict!r}.",
            _UNBALANCED,
        )

    def _fact(self, wallet: Wallet, key: str, batch: _Batch) -> BatchFact:
        account, currency = wallet
        stated = batch.stated
        day = self._date("date_column", stated) or batch.last_day
        if day is None:
            raise CellProblem(self.rule.date_column, "", "No row says its date.")
        return BatchFact(
            currency=currency,
            account_identifier=account,
            kind=self.rule.kind,
            external_id=key,
            date=day,
            total=self._total(batch, currency),
            complete=self._is_complete(key, batch),
            opening_balance=self._amount("opening_column", stated, currency),
            closing_balance=self._amount("closing_column", stated, currency),
            reference=self._text("reference_column", stated),
            descriptor=self._text("descriptor_column", stated),
            expected_on=self._date("expected_on_column", stated),
            payout_external_id=batch.payout.external_id if batch.payout else "",
        )

    def _total(self, batch: _Batch, currency: str) -> Decimal:
        if self.rule.by == "payout_row" or self.rule.total == "payout_row":
            return -batch.payout.net_amount if batch.payout else batch.net
        if self.rule.total == "column":
            total = self._amount("total_column", batch.stated, currency)
            if total is None:
                raise CellProblem(
                    self.rule.total_column, "", "No row states its total."
                )
            return -total if self.rule.total_negated else total
        return batch.net

    def _is_complete(self, key: str, batch: _Batch) -> bool:
        has_payout = self.rule.by == "payout_row" or self.rule.total == "payout_row"
        if batch.conflict or (has_payout and not batch.payout):
            return False
        # A total that the file states shows by itself that a row is missing.
        is_sum = self.rule.total == "sum" and self.rule.by != "payout_row"
        return not (is_sum and (self._is_damaged or key in self._damaged))

    def _column(self, name: str) -> str:
        return str(getattr(self.rule, name))

    def _amount(
        self, name: str, stated: Mapping[str, Cell], currency: str
    ) -> Decimal | None:
        if name not in stated:
            return None
        try:
            return self._money.read(stated[name], currency)
        except ValueError as error:
            raise CellProblem(self._column(name), "", str(error)) from error

    def _date(self, name: str, stated: Mapping[str, Cell]) -> date | None:
        if name not in stated:
            return None
        return self._read_date(self._column(name), stated[name])

    def _read_date(self, column: str, cell: Cell) -> date:
        try:
            return self._dates.read(cell).day
        except ValueError as error:
            raise CellProblem(column, "", str(error)) from error

    def _text(self, name: str, stated: Mapping[str, Cell]) -> str:
        return row_values.text_at((stated[name],), 0) if name in stated else ""


def payout_of(fact: TransactionFact) -> BatchFact:
    """Return the payout that a row tells of where nothing says what is in it."""
    return BatchFact(
        currency=fact.currency,
        account_identifier=fact.account_identifier,
        kind="payout",
        external_id=fact.batch_external_id,
        date=fact.booked_on,
        total=-fact.net_amount,
        lists_rows=False,
        reference=fact.bank_reference,
        payout_external_id=fact.external_id,
    )
