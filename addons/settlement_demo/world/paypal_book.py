"""One PayPal account while its months are written, and the files that tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from odoo.addons.settlement_paypal.stand_in import paypal_report as paper

from . import clock
from .identifiers import Identifiers
from .provider_book import Report, ReportBook
from .records import CompanyPlan, ReportWallet

# Seconds after local midnight at which a report is made: wrong, right and again.
_WRONG_AT, _MADE_AT, _AGAIN_AT = 14_400, 15_133, 52_200
# What is held is no more available; the whole balance has it.
HOLD_CODES = frozenset({"T2103", "T2104", "T2107", "T2108"})


@dataclass(frozen=True, slots=True)
class PaypalRow:
    """One row; amounts in minor units, ``gross`` signed, ``fee`` positive if it costs.

    :ivar at: Unix seconds.
    """

    transaction_id: str
    code: str
    currency: str
    gross: int
    at: int
    fee: int = 0
    invoice_id: str = ""
    reference_id: str = ""
    reference_type: str = ""
    custom_field: str = ""
    bank_reference: str = ""

    @property
    def net(self) -> int:
        """Return what it moves."""
        return self.gross - self.fee

    @property
    def key(self) -> str:
        """Return how the truth names it: PayPal uses one id for several events."""
        return f"{self.transaction_id}/{self.code}"


@dataclass(slots=True)
class PaypalBook(ReportBook):
    """The account of one company.

    :ivar late: day of a report → days by which it is late.
    """

    code: ClassVar[str] = "paypal"

    plan: CompanyPlan
    period: clock.Period
    ids: Identifiers = field(compare=False, repr=False)
    wallets: tuple[ReportWallet, ...]
    account: str = ""
    rows: list[PaypalRow] = field(default_factory=list)
    late: dict[date, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = self.account or self.ids.paypal(13)

    @property
    def account_identifier(self) -> str:
        """Return the merchant id."""
        return self.account

    @property
    def last_day(self) -> date:
        """Return the day before the last one: some rows follow others."""
        return self.period.end - clock.DAY

    def wallet(self, currency: str) -> ReportWallet:
        """Return the plan of the wallet in a currency."""
        return next(each for each in self.wallets if each.currency == currency)

    def add(self, code: str, currency: str, gross: int, at: int, **values) -> PaypalRow:
        """Add one row.

        :param values: further fields of the row; ``transaction_id`` by default anew.
        """
        name = values.pop("transaction_id", "") or self.ids.paypal()
        row = PaypalRow(name, code, currency, gross, at, **values)
        self.rows.append(row)
        return row

    def after(
        self, row: PaypalRow, code: str, gross: int, at: int, **values
    ) -> PaypalRow:
        """Add a row of the same currency that names another one."""
        values = {"reference_id": row.transaction_id, "reference_type": "TXN", **values}
        return self.add(code, row.currency, gross, at, **values)

    def day_of(self, row: PaypalRow) -> date:
        """Return the day on which PayPal lists a row."""
        return clock.local_day(row.at, self.plan.zone)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def sections(self) -> Iterator[Section]:
        """Yield each day with its rows and what it began and ended with."""
        by_day: defaultdict[date, list[PaypalRow]] = defaultdict(list)
        for row in sorted(self.rows, key=lambda row: (row.at, row.key)):
            by_day[self.day_of(row)].append(row)
        balances = {each.currency: Balances(each.opening) for each in self.wallets}
        for day in self.period.days():
            rows = by_day.pop(day, [])
            balances = {
                currency: before.after([r for r in rows if r.currency == currency])
                for currency, before in balances.items()
            }
            yield day, rows, balances
        if by_day:
            raise ValueError(f"Rows outside of the period: {sorted(by_day)}.")

    def reports(self) -> tuple[Report, ...]:
        """Return the settlement reports, one a day."""
        return tuple(
            Report(
                name=f"STL-{day:%Y%m%d}.01.009.CSV",
                day=day,
                delivered_on=self.delivered_on(day, self.late.get(day, 0)),
                content=self._content(day, rows, balances, _MADE_AT),
            )
            for day, rows, balances in self.sections()
        )

    def issued_again(self, report: Report) -> Report:
        """Return a report that says the same and was made later."""
        section = self._section(report.day)
        return replace(report, content=self._content(*section, _AGAIN_AT))

    def issued_wrong(self, report: Report) -> Report:
        """Return an earlier report whose last row costs a cent more."""
        day, rows, balances = self._section(report.day)
        *others, last = rows
        wrong = [*others, replace(last, fee=last.fee + 1)]
        after = {
            currency: Balances(*each.began).after(
                [row for row in wrong if row.currency == currency]
            )
            for currency, each in balances.items()
        }
        return replace(report, content=self._content(day, wrong, after, _WRONG_AT))

    def cut(self, report: Report) -> Report:
        """Return a report that ends inside of its last row."""
        end = report.content.rindex(b'"SB"') + 60
        return replace(report, content=report.content[:end])

    def _section(self, day: date) -> Section:
        return next(each for each in self.sections() if each[0] == day)

    def _content(
        self,
        day: date,
        rows: Sequence[PaypalRow],
        balances: dict[str, Balances],
        made_at: int,
    ) -> bytes:
        lines = [self._line(row) for row in rows]
        footers = [
            paper.footer(
                code,
                currency,
                [
                    line
                    for line in lines
                    if line["Gross Transaction Currency"] == currency
                ],
                each.pairs,
            )
            for code in ("SF", "RF")
            for currency, each in balances.items()
            if each.is_told
        ]
        section = paper.section(
            lines,
            account=self.account,
            day=(self._local(day, 0), self._local(day, 86_399)),
            footers=[footer for footer in footers if footer[0] == "SF"],
        )
        made = self._local(day + clock.DAY, made_at)
        ends = [footer for footer in footers if footer[0] == "RF"]
        file = paper.report(section, made_at=made, footers=ends, account=self.account)
        return paper.written(file)

    def _line(self, row: PaypalRow) -> paper.Row:
        """Return a row as the report has it: without signs, in hundredths."""
        moment = datetime.fromtimestamp(row.at, ZoneInfo(self.plan.zone))
        at = f"{moment:%Y/%m/%d %H:%M:%S %z}"
        return {
            "Transaction ID": row.transaction_id,
            "Invoice ID": row.invoice_id,
            "PayPal Reference ID": row.reference_id,
            "PayPal Reference ID Type": row.reference_type,
            "Transaction Event Code": row.code,
            "Transaction Initiation Date": at,
            "Transaction Completion Date": at,
            "Transaction Debit or Credit": "DR" if row.gross < 0 else "CR",
            "Gross Transaction Amount": str(abs(row.gross)),
            "Gross Transaction Currency": row.currency,
            "Fee Debit or Credit": "" if not row.fee else "CR" if row.fee < 0 else "DR",
            "Fee Amount": str(abs(row.fee)) if row.fee else "",
            "Fee Currency": row.currency if row.fee else "",
            "Custom Field": row.custom_field,
            "Bank Reference ID": row.bank_reference,
        }

    def _local(self, day: date, seconds: int) -> str:
        instant = clock.local_instant(day, seconds, self.plan.zone)
        moment = datetime.fromtimestamp(instant, ZoneInfo(self.plan.zone))
        return f"{moment:%Y/%m/%d %H:%M:%S %z}"


@dataclass(frozen=True, slots=True)
class Balances:
    """What one wallet has at the end of a day, and what it began it with.

    :ivar whole: all that is ours.
    :ivar free: what of it is available.
    """

    whole: int
    free: int | None = None
    began: tuple[int, int] = (0, 0)
    moved: bool = False

    @property
    def available(self) -> int:
        """Return what is available at the end."""
        return self.whole if self.free is None else self.free

    @property
    def pairs(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return opening and closing of the whole and of what is available."""
        whole, free = self.began
        return (whole, self.whole), (free, self.available)

    @property
    def is_told(self) -> bool:
        """Return whether the report has a footer for it.

        A currency that came and was converted on the same day has none.
        """
        return any(self.began) or bool(self.whole) or not self.moved

    def after(self, rows: Sequence[PaypalRow]) -> Balances:
        """Return the balances at the end of a day with these rows."""
        whole = sum(row.net for row in rows if row.code not in HOLD_CODES)
        moved = sum(row.net for row in rows)
        return Balances(
            self.whole + whole,
            self.available + moved,
            (self.whole, self.available),
            bool(rows),
        )


# A day with its rows and, by currency, what it began and ended with.
Section = tuple[date, list[PaypalRow], dict[str, Balances]]
