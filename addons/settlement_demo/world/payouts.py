"""Stripe pays out: what is available, on fixed weekdays, one currency at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from . import clock
from . import stripe_objects as objects
from .records import WalletPlan
from .stripe_book import StripeBook
from .stripe_objects import Raw

HOUR = 3600
# Banking days from a payout to its arrival, and until a failed one is known.
ARRIVAL_DAYS = 2
FAILURE_DAYS = 4


@dataclass(slots=True)
class Transfer:
    """What arrives at the bank: one payout, or several merged by the bank.

    :param trace: text that the bank shows, "" where it gives none.
    """

    currency: str
    day: date
    payouts: list[Raw] = field(default_factory=list)
    trace: str = ""

    @property
    def amount(self) -> int:
        """Return the sum of the payouts in minor units."""
        return sum(payout["amount"] for payout in self.payouts)


@dataclass(slots=True)
class Payday:
    """All payouts of one wallet; ``failed`` never reached the bank.

    :ivar failures: payout id → row that brought the money back.
    """

    transfers: list[Transfer] = field(default_factory=list)
    failed: list[Raw] = field(default_factory=list)
    failures: dict[str, Raw] = field(default_factory=dict)


class PayoutRun:
    """Makes the payouts of one wallet, day by day."""

    def __init__(
        self, book: StripeBook, wallet: WalletPlan, period: clock.Period
    ) -> None:
        self._book = book
        self._wallet = wallet
        self._period = period
        self._destination = book.ids.stripe("ba")
        self._waiting = sorted(
            (row for row in book.rows if row["currency"] == wallet.currency.lower()),
            key=lambda row: (row["created"], row["id"]),
        )
        self._returns: list[tuple[date, Raw]] = []
        self._number = 0
        self._held: list[Raw] = []

    def run(self) -> Payday:
        """Create all payouts of the period and return what they became."""
        result = Payday()
        for day in self._period.days():
            self._take_back(day, result)
            if day.weekday() in self._wallet.payout_weekdays:
                self._pay_out(day, result)
        return result

    def _take_back(self, day: date, result: Payday) -> None:
        """Bring the money of refused payouts back into the wallet."""
        for failed_on, payout in self._returns:
            if failed_on == day:
                row = self._failure_row(payout, clock.midnight(day) + 9 * HOUR)
                result.failures[payout["id"]] = row
                self._waiting.append(row)

    def _pay_out(self, day: date, result: Payday) -> None:
        created = clock.midnight(day) + HOUR
        rows = list(self._available(created))
        total = sum(row["net"] for row in rows)
        if total <= 0:
            return
        number, self._number = self._number, self._number + 1
        arrival = clock.after_banking_days(day, ARRIVAL_DAYS)
        if number in self._wallet.merges:
            arrival = self._arrival_of_next(day)
        payout = self._create(created, arrival, rows, total)
        if number in self._wallet.fails:
            self._refuse(payout, day, result)
        else:
            self._send(payout, arrival, number, result)

    def _available(self, created: int) -> Iterator[Raw]:
        """Take the rows out of the wallet that a payout created now contains."""
        kept = []
        for row in self._waiting:
            if row["available_on"] <= created and row["created"] < created:
                yield row
            else:
                kept.append(row)
        self._waiting = kept

    def _arrival_of_next(self, day: date) -> date:
        """Return when the payout after the one of ``day`` arrives."""
        day += clock.DAY
        while day.weekday() not in self._wallet.payout_weekdays:
            day += clock.DAY
        return clock.after_banking_days(day, ARRIVAL_DAYS)

    def _create(self, created: int, arrival: date, rows: list[Raw], total: int) -> Raw:
        book, currency = self._book, self._wallet.currency
        payout = objects.payout(
            book.ids.stripe("po"),
            amount=total,
            currency=currency,
            created=created,
            arrival_date=clock.midnight(arrival),
            transaction=book.ids.stripe("txn"),
            destination=self._destination,
        )
        own = book.add(
            currency,
            created,
            -total,
            "payout",
            "payout",
            source=payout["id"],
            description="STRIPE PAYOUT",
            transaction_id=payout["balance_transaction"],
        )
        book.payouts.append(payout)
        book.members[payout["id"]] = [row["id"] for row in (*rows, own)]
        book.change(payout["id"], created + 6 * HOUR, status="in_transit")
        book.change(
            payout["id"], created + 12 * HOUR, reconciliation_status="completed"
        )
        return payout

    def _refuse(self, payout: Raw, day: date, result: Payday) -> None:
        """Let the bank refuse a payout that had been called paid."""
        self._book.change(payout["id"], payout["arrival_date"], status="paid")
        failed_on = clock.after_banking_days(day, FAILURE_DAYS)
        self._returns.append((failed_on, payout))
        result.failed.append(payout)

    def _failure_row(self, payout: Raw, created: int) -> Raw:
        row = self._book.add(
            self._wallet.currency,
            created,
            payout["amount"],
            "payout_failure",
            "payout_reversal",
            source=payout["id"],
            description="PAYOUT FAILURE",
        )
        self._book.change(
            payout["id"],
            created,
            status="failed",
            failure_balance_transaction=row["id"],
            failure_code="account_closed",
            failure_message="The bank account has been closed.",
        )
        return row

    def _send(self, payout: Raw, arrival: date, number: int, result: Payday) -> None:
        """Let a payout arrive, alone or together with those held before it."""
        self._book.change(
            payout["id"], clock.midnight(arrival) + 6 * HOUR, status="paid"
        )
        self._held.append(payout)
        if number in self._wallet.merges:
            return
        transfer = Transfer(self._wallet.currency, arrival, self._held)
        self._held = []
        if len(transfer.payouts) == 1 and not self._wallet.untraced:
            self._trace(transfer)
        else:
            self._leave_untraced(transfer)
        result.transfers.append(transfer)

    def _trace(self, transfer: Transfer) -> None:
        """Give the payout the trace id that the bank shows; it is known a day late."""
        transfer.trace = self._book.ids.trace()
        trace = {"status": "supported", "value": transfer.trace}
        (payout,) = transfer.payouts
        known = clock.midnight(transfer.day) + 30 * HOUR
        self._book.change(payout["id"], known, trace_id=trace)

    def _leave_untraced(self, transfer: Transfer) -> None:
        trace = {"status": "unsupported", "value": None}
        for payout in transfer.payouts:
            known = clock.midnight(transfer.day) + 30 * HOUR
            self._book.change(payout["id"], known, trace_id=trace)
