"""The rows of a payments accounting report as facts.

This report tells of every step of a payment, money or not. The book is the settlement
details report: only it has the payouts and the rows of the account, and its amounts
are what a batch pays. So here

* steps before the settlement (``Received`` … ``SentForSettle``) move no money and
  become nothing; if they are refused or fail, nothing has to be taken back;
* a step that has an amount payable and a batch becomes the very transaction that the
  settlement details report will tell of, under the same name, *acknowledged* and in no
  batch: what Adyen owes and has not paid yet. Whatever comes first, the settlement
  details report has the later word;
* rows of the account (fees, payouts, deposits) are left to that report: they have no
  number by which both could mean the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
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

from ..mapper.codes import is_progress, rule_of
from ..mapper.entry import Entry, external_id, transaction_of
from . import values
from .clock import instant
from .lines import Row, raw_of
from .twins import Twins

# The settlement details report says the later word, whenever it comes.
_EARLIER = timedelta(days=40 * 365)
REQUIRED = {
    "account": ("merchantaccount",),
    "psp_reference": ("pspreference",),
    "booked": ("bookingdate",),
    "record_type": ("recordtype",),
    "modification": ("modificationpspreference",),
    "batch": ("payablebatch",),
    "currency": ("settlementcurrency",),
    "payable": ("payablesc",),
}
OPTIONAL = {
    "merchant_reference": ("merchantreference",),
    "method": ("paymentmethod",),
    "variant": ("paymentmethodvariant",),
    "clock": ("timezone",),
    "created": ("creationdate",),
    "commission": ("commissionsc",),
    "markup": ("markupsc",),
    "scheme_fees": ("schemefeessc",),
    "interchange": ("interchangesc",),
    "dcc_markup": ("dccmarkupsc",),
    "payment_currency": ("paymentcurrency",),
    "captured": ("capturedpc",),
    "rate": ("exchangerate",),
    "country": ("shoppercountry",),
    "order_reference": ("merchantorderreference",),
    "modification_text": ("modificationmerchantreference",),
    "acquirer_reference": ("arn",),
}


class Cells(NamedTuple):
    """The cells of one row by what they are; "" where the report has no column."""

    account: str
    psp_reference: str
    booked: str
    record_type: str
    modification: str
    batch: str
    currency: str
    payable: str
    merchant_reference: str
    method: str
    variant: str
    clock: str
    created: str
    commission: str
    markup: str
    scheme_fees: str
    interchange: str
    dcc_markup: str
    payment_currency: str
    captured: str
    rate: str
    country: str
    order_reference: str
    modification_text: str
    acquirer_reference: str


def columns_of(head: Sequence[str]) -> Columns[Cells]:
    """Return where each column of a report stands.

    :raises MalformedInput: if a column without which no row can be read is missing.
    """
    return Columns(
        head,
        Cells,
        REQUIRED | OPTIONAL,
        REQUIRED,
        "Add it to the report in Adyen's Customer Area.",
    )


@dataclass(slots=True)
class AccountingReader:
    """Reads the rows of one report.

    :param zone: time zone of the backend.
    :param told_at: when the report was received, naive UTC.
    """

    columns: Columns[Cells]
    zone: ZoneInfo
    told_at: datetime
    twins: Twins = field(default_factory=Twins)

    def facts(self, rows: Iterator[Row]) -> Iterator[Fact]:
        """Yield what Adyen owes by the rows of a report."""
        for row in rows:
            try:
                cells = self.columns.cells(row.readable())
                if self._is_owed(cells):
                    yield self.transaction(cells)
            except MalformedInput as error:
                code = getattr(error, "code", "malformed_input")
                yield RejectedRow(row.number, raw_of(row), str(error), code)

    @staticmethod
    def _is_owed(cells: Cells) -> bool:
        """Return whether a row says what Adyen owes for a payment.

        :raises MalformedInput: if nobody knows what it says.
        """
        record = cells.record_type
        if is_progress(record) or not cells.psp_reference.strip():
            return False
        if cells.payable.strip() and cells.modification.strip():
            return True
        if rule_of(record) is None:
            raise UnknownRecord(
                f"The record type {record.strip()[:40]!r} is not known, and the row "
                "has no amount payable."
            )
        return False

    def transaction(self, cells: Cells) -> TransactionFact:
        """Return the transaction of which the settlement details report will tell.

        :raises MalformedInput: for a cell that is missing or wrong.
        """
        entry = self._entry(cells)
        name = external_id(entry)
        entry.twin = self.twins.number(name)
        return transaction_of(entry, name)

    def _entry(self, cells: Cells) -> Entry:
        currency = values.currency_code(cells.currency)
        booked = instant(cells.booked, cells.clock, self.zone, "Booking Date")
        created = booked
        if cells.created:
            created = instant(cells.created, cells.clock, self.zone, "Creation Date")
        paid_in = values.currency_code(cells.payment_currency or currency)
        rate, _precision = values.rate(cells.rate)
        return Entry(
            account=values.identifier(cells.account, "merchant account"),
            type_name=values.identifier(cells.record_type, "record type"),
            batch=values.identifier(cells.batch, "payable batch"),
            currency=currency,
            net=values.amount(cells.payable, currency, "Payable (SC)"),
            fees=self._fees(cells, currency),
            # What was captured is taken off there when it becomes payable.
            stated=ZERO - values.amount(cells.captured, paid_in, "Captured (PC)"),
            stated_currency=paid_in,
            rate=rate,
            created_at=created,
            booked_on=local_day(booked, self.zone),
            told_at=self.told_at - _EARLIER,
            psp_reference=values.reference(cells.psp_reference, "Psp Reference"),
            modification=values.reference(
                cells.modification, "Modification Psp Reference"
            ),
            modification_text=cells.modification_text.strip(),
            merchant_reference=cells.merchant_reference.strip(),
            order_reference=cells.order_reference.strip(),
            acquirer_reference=cells.acquirer_reference.strip(),
            method=cells.variant.strip() or cells.method.strip(),
            country=values.country_code(cells.country),
            state="acknowledged",
        )

    @staticmethod
    def _fees(cells: Cells, currency: str) -> values.Fees:
        return values.fee_amounts(
            currency,
            (
                ("processing", cells.commission, "Commission (SC)"),
                ("markup", cells.markup, "Markup (SC)"),
                ("scheme", cells.scheme_fees, "Scheme Fees (SC)"),
                ("interchange", cells.interchange, "Interchange (SC)"),
                ("conversion", cells.dcc_markup, "DCC Markup (SC)"),
            ),
        )


class UnknownRecord(MalformedInput):
    """A record type that is in no table."""

    code = "unknown_mapping"
