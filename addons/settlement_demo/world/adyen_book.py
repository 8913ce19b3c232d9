"""One company's merchant accounts at Adyen, and the reports that tell of them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement_adyen.bench.sample_report import (
    COLUMNS,
    FEES,
    Writer,
    text_of,
)

from . import clock
from .identifiers import Identifiers
from .provider_book import Report, ReportBook
from .records import AdyenAccount, CompanyPlan, ReportWallet

COMPANY = "Nordlicht"
PAYOUT = "MerchantPayout"
# After the last day a week goes by until the slowest account closes its batch, and
# some days more until the money arrives.
_ROOM = timedelta(days=12)
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class AdyenRow:
    """One row; amounts in minor units of ``currency``.

    :ivar net: signed, positive when money comes to us.
    :ivar fees: nature → amount, positive where it costs.
    :ivar paid: currency, amount and rate of what the customer paid in.
    :ivar text: what is written about it.
    """

    account: str
    type_name: str
    currency: str
    net: int
    at: int
    fees: Mapping[str, int] = field(default_factory=dict)
    psp_reference: str = ""
    modification: str = ""
    merchant_reference: str = ""
    text: str = ""
    paid: tuple[str, int, Decimal] | None = None

    @property
    def fee(self) -> int:
        """Return what it costs."""
        return sum(self.fees.values())

    @property
    def gross(self) -> int:
        """Return what moved before that."""
        return self.net + self.fee

    def key(self, batch: int) -> str:
        """Return how the truth names it: Adyen gives its rows no number."""
        name = self.type_name.lower()
        if self.type_name == PAYOUT:
            return f"{self.account}/{batch}/payout/{self.currency}"
        if self.psp_reference:
            modified = f"{self.psp_reference}/{self.modification}"
            return f"{modified}/{name}/{batch}/{self.currency}"
        moment = datetime.fromtimestamp(self.at, timezone.utc).replace(tzinfo=None)
        words = " ".join(filter(None, (self.modification, self.text)))
        amount = money.from_minor(self.net, money.exponent(self.currency))
        return (
            f"{self.account}/{batch}/{name}//{words} {moment.isoformat()}/"
            f"{amount} {self.currency}"
        )


@dataclass(frozen=True, slots=True)
class AdyenBatch:
    """What one merchant account has been paid out, or carries over."""

    account: str
    number: int
    closed_on: date
    rows: tuple[AdyenRow, ...]

    def key(self, currency: str) -> str:
        """Return how the truth names it in one currency."""
        return f"po_{self.account}/{self.number}/{currency}"

    @property
    def name(self) -> str:
        """Return the name of its report."""
        return f"settlement_detail_report_batch_{self.number}.csv"


@dataclass(slots=True)
class AdyenBook(ReportBook):
    """The merchant accounts of one company.

    :ivar late: number of a batch → days by which its report is late.
    """

    code: ClassVar[str] = "adyen"

    plan: CompanyPlan
    period: clock.Period
    ids: Identifiers = field(compare=False, repr=False)
    accounts: tuple[AdyenAccount, ...]
    rows: list[AdyenRow] = field(default_factory=list)
    batches: list[AdyenBatch] = field(default_factory=list)
    late: dict[int, int] = field(default_factory=dict)

    @property
    def account_identifier(self) -> str:
        """Return the first merchant account."""
        return self.accounts[0].name

    @property
    def wallets(self) -> tuple[ReportWallet, ...]:
        """Return the wallets of all merchant accounts."""
        return tuple(wallet for each in self.accounts for wallet in each.wallets)

    @property
    def last_day(self) -> date:
        """Return a day after which each merchant account closes one more batch."""
        return self.period.end - _ROOM

    def account_of(self, wallet: ReportWallet) -> str:
        """Return the merchant account that has a wallet."""
        return wallet.account

    def account(self, name: str) -> AdyenAccount:
        """Return the plan of a merchant account."""
        return next(each for each in self.accounts if each.name == name)

    def wallet(self, name: str) -> ReportWallet:
        """Return the wallet of a name such as ``NordlichtPOS EUR``."""
        return next(each for each in self.wallets if each.name == name)

    def add(self, row: AdyenRow) -> AdyenRow:
        """Add one row that waits for its batch."""
        self.rows.append(row)
        return row

    def day_of(self, row: AdyenRow) -> date:
        """Return the day on which a row is booked."""
        return clock.local_day(row.at, self.plan.zone)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def reports(self) -> tuple[Report, ...]:
        """Return the settlement details reports, one for each batch."""
        return tuple(
            Report(
                name=batch.name,
                day=batch.closed_on,
                delivered_on=self.delivered_on(
                    batch.closed_on, self.late.get(batch.number, 0)
                ),
                content=self._content(batch.rows, batch.number, _MARK),
            )
            for batch in sorted(self.batches, key=lambda b: (b.closed_on, b.number))
        )

    def issued_again(self, report: Report) -> Report:
        """Return a report with other bytes that says the same."""
        return replace(report, content=report.content.removeprefix(_MARK))

    def issued_wrong(self, report: Report) -> Report:
        """Refuse: a report says not when it was made, so none is older than another."""
        raise NotImplementedError

    def cut(self, report: Report) -> Report:
        """Return a report that ends inside of its first row."""
        head_end = report.content.index(b"\r\n")
        end = report.content.index(b"\r\n", head_end + 2)
        return replace(report, content=report.content[: end - 20])

    def _content(self, rows: Sequence[AdyenRow], number: int, mark: bytes) -> bytes:
        file = io.BytesIO()
        writer = Writer(file, COLUMNS)
        writer.begin(mark)
        for row in rows:
            writer.add_row(self._cells(row, number))
        return file.getvalue()

    def _cells(self, row: AdyenRow, number: int) -> dict[str, str]:
        moment = datetime.fromtimestamp(row.at, ZoneInfo(self.plan.zone))
        return {
            "Company Account": COMPANY,
            "Merchant Account": row.account,
            "Psp Reference": row.psp_reference,
            "Merchant Reference": row.merchant_reference,
            "Payment Method": "visa" if row.psp_reference else "",
            "Creation Date": f"{moment:%Y-%m-%d %H:%M:%S}",
            "TimeZone": moment.tzname() or "",
            "Type": row.type_name,
            "Modification Reference": row.modification,
            "Modification Merchant Reference": row.text,
            "Net Currency": row.currency,
            _side("Net", "NC", row.net): text_of(row.net, row.currency),
            "Batch Number": str(number),
            **(self._gross(row) if row.psp_reference else {}),
        }

    @staticmethod
    def _gross(row: AdyenRow) -> dict[str, str]:
        currency, amount, rate = row.paid or (row.currency, row.gross, Decimal(1))
        fees = {
            FEES[nature]: ("-" if fee < 0 else "") + text_of(fee, row.currency)
            for nature, fee in row.fees.items()
        }
        return {
            "Gross Currency": currency,
            _side("Gross", "GC", amount): text_of(amount, currency),
            "Exchange Rate": f"{rate:f}",
            **fees,
        }


def _side(what: str, unit: str, amount: int) -> str:
    return f"{what} {'Debit' if amount < 0 else 'Credit'} ({unit})"
