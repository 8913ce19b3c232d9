"""A section of a report: one account and one period, with its rows and its footers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    Fact,
    TransactionFact,
)

from ..mapper.entry import Entry, Place, occurrence
from .totals import Sums, Totals
from .values import instant

# Rows of one id stand close together; remembering all would cost memory.
_TWINS_KEPT = 2_000


@dataclass(slots=True)
class Twins:
    """Tells rows apart that share everything by which rows are known.

    The newest are in one dict and those before them in another, so that forgetting the
    oldest costs nothing.
    """

    _newest: dict[int, int] = field(default_factory=dict)
    _older: dict[int, int] = field(default_factory=dict)

    def number(self, entry: Entry) -> int:
        """Return how many such rows came shortly before this one."""
        # 64 bits that are made of a secret of this process: no two are ever equal.
        key = hash((entry.transaction_id, occurrence(entry)))
        number = self._newest.get(key, self._older.get(key, -1)) + 1
        self._newest[key] = number
        if len(self._newest) >= _TWINS_KEPT:
            self._newest, self._older = {}, self._newest
        return number


@dataclass(slots=True)
class Section:
    """What is known of a section while it is read.

    :param day: the last day of its period, as PayPal counts days.
    :param ends_at: end of the period, naive UTC.
    """

    place: Place
    day: date
    ends_at: datetime
    name: str
    sums: Sums = field(default_factory=Sums)
    footers: dict[str, Totals] = field(default_factory=dict)
    twins: Twins = field(default_factory=Twins)
    seen: int = 0
    is_closed: bool = False
    is_whole: bool = True
    lists_rows: bool = True

    @classmethod
    def of(cls, cells: Sequence[str], zone: ZoneInfo, file_number: int) -> Section:
        """Return the section that a header opens.

        :param file_number: place of the file among those of its report.
        :raises MalformedInput: if it does not say period and account.
        """
        if len(cells) < 4 or not cells[3].strip():
            raise MalformedInput("The section does not say its period and account.")
        day, ends_at = _last_moment(cells[2])
        name = day.isoformat()
        if file_number > 1:
            name = f"{name}/{file_number}"
        place = Place(zone, cells[3].strip(), name)
        return cls(place, day, ends_at, name)

    def number(self, number: int) -> None:
        """Give it a name of its own among sections of one account and day."""
        if number > 1:
            self.name = f"{self.name}/section {number}"
            self.place = replace(self.place, batch=self.name)

    def list_nothing(self) -> None:
        """Make it a section of a report that proves no balance."""
        self.lists_rows = False
        self.place = replace(self.place, batch="")

    def add(self, fact: TransactionFact) -> None:
        """Count a row in; what moved no money has no part in the sums."""
        if fact.batch_kind:
            self.sums.add(fact.currency, fact.net_amount, fact.kind == "payout")

    def facts(self, made_at: datetime) -> Iterator[Fact]:
        """Yield a batch for each currency, and the balance where it is told.

        :param made_at: when the report was made; a later one says the later word.
        """
        if not self.lists_rows:
            return
        for currency in sorted({*self.sums.of, *self.footers}):
            totals = self.footers.get(currency)
            yield self._batch(currency, totals, made_at)
            if totals is not None:
                yield self._balance(totals, made_at)

    def _batch(
        self, currency: str, totals: Totals | None, made_at: datetime
    ) -> BatchFact:
        """Return the batch of one currency.

        Its total is what the footer says less what was withdrawn: a withdrawal is a
        payout of its own. Its closing balance is that before the withdrawals.
        """
        sums = self.sums.of.get(currency)
        withdrawn = sums.payouts if sums else 0
        opening = closing = None
        if totals is not None:
            total = totals.movement - withdrawn
            opening, closing = totals.proved
            closing -= withdrawn
        else:
            assert sums is not None
            total = sums.net
        return BatchFact(
            currency=currency,
            account_identifier=self.place.account,
            kind="settlement",
            external_id=self.name,
            date=self.day,
            total=total,
            complete=self.is_whole,
            opening_balance=opening,
            closing_balance=closing,
            source_version_at=made_at,
        )

    def _balance(self, totals: Totals, made_at: datetime) -> BalanceFact:
        """Return what PayPal held at the end; what was not available is a reserve."""
        whole = totals.balances[0][1]
        available = totals.balances[-1][1]
        return BalanceFact(
            currency=totals.currency,
            observed_at=self.ends_at,
            available=available,
            reserve=whole - available,
            account_identifier=self.place.account,
            source_version_at=made_at,
        )


def _last_moment(text: str) -> tuple[date, datetime]:
    """Return the last day of a period and its end in UTC.

    A period that ends at midnight ends with the day before.
    """
    ends_at = instant(text, "the end of the period")
    local = datetime.strptime(text.strip()[:10].replace("-", "/"), "%Y/%m/%d")
    clock = time.fromisoformat(text.strip()[11:19])
    if clock == time.min:
        return local.date() - timedelta(days=1), ends_at - timedelta(seconds=1)
    return local.date(), ends_at
