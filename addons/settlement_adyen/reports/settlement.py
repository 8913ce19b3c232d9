"""The rows of a settlement details report as facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.columns import Columns
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    ZERO,
    Fact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.time_zones import local_day

from ..mapper.codes import plain_type
from ..mapper.entry import (
    Entry,
    external_id,
    is_external,
    payment_row_id,
    transaction_of,
)
from . import values
from .batches import Batches
from .clock import instant
from .lines import Row, raw_of
from .proof import Gross, explain
from .settlement_columns import Cells, has_fee_columns
from .twins import Twins


@dataclass(slots=True)
class SettlementReader:
    """Reads the rows of one report.

    :param zone: time zone of the backend.
    :param told_at: when the report was received, naive UTC.
    """

    columns: Columns[Cells]
    zone: ZoneInfo
    told_at: datetime
    twins: Twins = field(default_factory=Twins)
    batches: Batches = field(init=False)
    tells_fees: bool = field(init=False)
    is_turned: bool = False
    turned: list[Row] = field(default_factory=list)
    turned_rows: int = 0

    def __post_init__(self) -> None:
        self.batches = Batches(self.told_at)
        self.tells_fees = has_fee_columns(self.columns)

    def facts(self, rows: Iterator[Row]) -> Iterator[Fact]:
        """Yield the transactions, then the batches that they add up to."""
        cells_of, add = self.columns.cells, self.batches.add
        for row in rows:
            try:
                cells = cells_of(row.readable())
                fact = self.transaction(cells)
            except MalformedInput as error:
                yield self._rejected(row, error)
                continue
            if fact.batch_kind:
                add(fact)
            if self.is_turned:
                self._note_turned(row)
            yield fact
        yield from self.batches.facts()
        yield from self._findings()

    def transaction(self, cells: Cells) -> TransactionFact:
        """Return the canonical transaction of a row.

        :raises MalformedInput: for a cell that is missing or wrong.
        """
        entry = self.entry(cells)
        name = external_id(entry)
        entry.twin = self.twins.number(name)
        return transaction_of(entry, name)

    def entry(self, cells: Cells) -> Entry:
        """Return what a row says.

        :raises MalformedInput: for a cell that is missing or wrong, or amounts that
            contradict each other.
        """
        currency = values.currency_code(cells.currency or cells.gross_currency)
        net = values.side(cells.net_credit, currency, "Net Credit (NC)")
        net -= values.side(cells.net_debit, currency, "Net Debit (NC)")
        created = instant(cells.created, cells.clock, self.zone, "Creation Date")
        entry = Entry(
            account=values.identifier(cells.account, "merchant account"),
            type_name=values.identifier(cells.type_name, "type of row"),
            batch=values.identifier(cells.batch, "batch number"),
            currency=currency,
            net=net,
            fees=self._fees(cells, currency),
            stated=ZERO,
            stated_currency=currency,
            rate=None,
            created_at=created,
            booked_on=self._booked_on(cells, created),
            told_at=self.told_at,
            psp_reference=values.reference(cells.psp_reference, "Psp Reference"),
            modification=values.reference(cells.modification, "Modification Reference"),
            modification_text=cells.modification_text.strip(),
            merchant_reference=cells.merchant_reference.strip(),
            order_reference=cells.order_reference.strip(),
            dispute_reference=values.reference(
                cells.dispute_reference, "Dispute Reference"
            ),
            acquirer_reference=cells.acquirer_reference.strip(),
            method=cells.variant.strip() or cells.method.strip(),
            country=values.country_code(cells.country),
        )
        if cells.gross_credit or cells.gross_debit or entry.fees:
            self._state_gross(entry, cells)
        return entry

    def _booked_on(self, cells: Cells, created: datetime) -> date:
        """Return the day of a row: that of its booking, where there is such a column.

        :raises MalformedInput: if the cell is neither an instant nor a day.
        """
        if not cells.booked or cells.booked == cells.created:
            return local_day(created, self.zone)
        if len(cells.booked) == len("0000-00-00"):
            return values.day(cells.booked, "Booking Date")
        clock = cells.booked_clock or cells.clock
        booked = instant(cells.booked, clock, self.zone, "Booking Date")
        return local_day(booked, self.zone)

    def _state_gross(self, entry: Entry, cells: Cells) -> None:
        """Add what a row says of its gross amount, once that explains the net."""
        currency = values.currency_code(cells.gross_currency or entry.currency)
        rate, precision = values.rate(cells.rate)
        gross = Gross(
            currency,
            values.side(cells.gross_credit, currency, "Gross Credit (GC)"),
            values.side(cells.gross_debit, currency, "Gross Debit (GC)"),
            rate,
            precision,
        )
        entry.stated = stated = gross.credit - gross.debit
        entry.stated_currency, entry.rate = currency, rate
        if is_external(entry):
            return
        fee = sum((amount for _nature, amount in entry.fees), ZERO)
        entry.stated = explain(gross, entry.currency, entry.net, fee)
        self.is_turned = entry.stated != stated

    def _fees(self, cells: Cells, currency: str) -> values.Fees:
        """Return the fees withheld from a row; totals of them are not added again."""
        if not self.tells_fees:
            sums = (("processing", cells.all_fees, "Payment Fees (NC)"),)
            return values.fee_amounts(currency, sums)
        return values.fee_amounts(
            currency,
            (
                ("processing", cells.commission, "Commission (NC)"),
                ("markup", cells.markup, "Markup (NC)"),
                ("scheme", cells.scheme_fees, "Scheme Fees (NC)"),
                ("interchange", cells.interchange, "Interchange (NC)"),
                ("conversion", cells.dcc_markup, "DCC Markup (NC)"),
            ),
        )

    # ------------------------------------------------------------------
    # What people have to know
    # ------------------------------------------------------------------

    def _note_turned(self, row: Row) -> None:
        """Remember that a row states its gross amount on the wrong side."""
        self.is_turned = False
        self.turned_rows += 1
        self.turned = self.turned or [row]

    def _findings(self) -> Iterator[RejectedRow]:
        for row in self.turned:
            yield RejectedRow(
                row.number,
                raw_of(row),
                f"{self.turned_rows} rows state their gross amount in the column for "
                "the other direction than their net amount; the first is row "
                f"{row.number}. They were read by their net amounts. Compare them "
                "with Adyen's Customer Area.",
            )

    def _rejected(self, row: Row, error: MalformedInput) -> RejectedRow:
        """Return a row that was put aside, with the name that it would have."""
        reason, name = str(error), ""
        if row.cells is not None and len(row.cells) == self.columns.width:
            cells = self.columns.cells(row.cells)
            reason, name = _named(cells, reason), _name_of(cells)
        code = getattr(error, "code", "malformed_input")
        return RejectedRow(row.number, raw_of(row), reason, code, name)


def _named(cells: Cells, reason: str) -> str:
    psp_reference = cells.psp_reference.strip()[:40]
    return f"{psp_reference}: {reason}" if psp_reference else reason


def _name_of(cells: Cells) -> str:
    """Return the id of the transaction that a row would have become, if it says it."""
    words = (
        cells.psp_reference.strip(),
        cells.modification.strip(),
        plain_type(cells.type_name),
        cells.batch.strip(),
        cells.currency.strip().upper(),
    )
    is_named = all(0 < len(word) <= values.LONGEST_REFERENCE for word in words)
    return payment_row_id(*words) if is_named else ""
