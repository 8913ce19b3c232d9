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
# Banking days from the arrival of a returned payout until the bank takes it back.
RETURN_DAYS = 1
# Banking days by which a late payout is late.
LATE_DAYS = 6
# A merchant asks for round amounts.
MANUAL_STEP = 10_000

CANCELED = "canceled"  # taken back before it left
FAILED = "failed"  # refused by the bank after it was called paid
RETURNED = "returned"  # came to the bank and went again
MERGED = "merged"  # arrives together with the next one
LATE = "late"  # arrives long after the announced day
LOST = "lost"  # never arrives
PROPER = "proper"
BACK_IN_WALLET = (CANCELED, FAILED, RETURNED)


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
    """All payouts of one wallet.

    :ivar payouts: in the order of their making.
    :ivar fates: payout id → what befell it.
    :ivar transfers: what arrived at the bank and stayed there.
    :ivar bounced: what came to the bank, and the day on which it went again.
    :ivar failures: payout id → row that brought the money back.
    """

    payouts: list[Raw] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    bounced: list[tuple[Transfer, date]] = field(default_factory=list)
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
        self._pending = dict(sorted(wallet.fates.items()))
        self._held: list[Raw] = []
        self._available_amount = wallet.opening if wallet.manual else 0

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
                instant = max(clock.midnight(day) + 9 * HOUR, payout["created"] + HOUR)
                row = self._failure_row(payout, instant)
                result.failures[payout["id"]] = row
                self._waiting.append(row)

    def _pay_out(self, day: date, result: Payday) -> None:
        created = clock.midnight(day) + HOUR
        rows = list(self._available(created))
        total = self._amount_of(rows)
        if total == 0 or (total < 0 and not self._wallet.debits):
            # What is missing waits for what comes.
            self._waiting = [*rows, *self._waiting]
            return
        fate = self._draw_fate(day, total)
        arrival = clock.after_banking_days(day, ARRIVAL_DAYS)
        if fate == MERGED:
            arrival = self._arrival_of_next(day)
        payout = self._create(created, arrival, rows, total)
        result.payouts.append(payout)
        result.fates[payout["id"]] = fate
        if fate != CANCELED:
            self._book.change(payout["id"], created + 6 * HOUR, status="in_transit")
        if fate in BACK_IN_WALLET:
            self._refuse(payout, day, fate, result)
        elif fate == LOST:
            self._book.change(payout["id"], clock.midnight(arrival), status="paid")
        else:
            self._send(payout, arrival, fate, result)

    def _draw_fate(self, day: date, total: int) -> str:
        """Return what befalls the payout of ``day``, using up what was planned."""
        number, self._number = self._number, self._number + 1
        planned = next(iter(self._pending), None)
        if planned is None or planned > number or total < 0:
            return PROPER
        fate = self._pending[planned]
        # So early in the week all of it happens before the weekend.
        if fate == RETURNED and day.weekday() != clock.MONDAY:
            return PROPER
        # Nothing is arranged that the world would not live to see.
        if fate != LOST and (self._period.tail_start - day).days < 1:
            return PROPER
        del self._pending[planned]
        return fate

    def _amount_of(self, rows: list[Raw]) -> int:
        """Return what is paid out: all, or of manual payouts a round sum of it."""
        total = sum(row["net"] for row in rows)
        if not self._wallet.manual:
            return total
        self._available_amount += total
        amount = self._available_amount // MANUAL_STEP * MANUAL_STEP
        self._available_amount -= max(amount, 0)
        return max(amount, 0)

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
            automatic=not self._wallet.manual,
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
        if not self._wallet.manual:
            # Of a manual payout Stripe never says which rows are inside.
            book.members[payout["id"]] = [row["id"] for row in (*rows, own)]
            book.change(
                payout["id"], created + 12 * HOUR, reconciliation_status="completed"
            )
        return payout

    def _refuse(self, payout: Raw, day: date, fate: str, result: Payday) -> None:
        """Let the money of a payout come back, each fate in its own way."""
        arrival = clock.after_banking_days(day, ARRIVAL_DAYS)
        back = {
            CANCELED: day,
            FAILED: clock.after_banking_days(day, FAILURE_DAYS),
            RETURNED: clock.after_banking_days(arrival, RETURN_DAYS),
        }[fate]
        if fate == CANCELED:
            instant = payout["created"] + 4 * HOUR
            row = self._failure_row(payout, instant, "canceled")
            result.failures[payout["id"]] = row
            self._waiting.append(row)
            return
        self._book.change(payout["id"], payout["arrival_date"], status="paid")
        self._returns.append((back, payout))
        if fate == RETURNED:
            transfer = Transfer(self._wallet.currency, arrival, [payout])
            self._trace(transfer)
            result.bounced.append((transfer, back))

    def _failure_row(self, payout: Raw, created: int, status: str = "failed") -> Raw:
        """Add the row that brings money back; the payout is failed or canceled."""
        is_failed = status == "failed"
        row = self._book.add(
            self._wallet.currency,
            created,
            payout["amount"],
            "payout_failure" if is_failed else "payout_cancel",
            "payout_reversal",
            source=payout["id"],
            description="PAYOUT FAILURE" if is_failed else "PAYOUT CANCELED",
        )
        values = {"status": status, "failure_balance_transaction": row["id"]}
        if is_failed:
            values["failure_code"] = "account_closed"
            values["failure_message"] = "The bank account has been closed."
        self._book.change(payout["id"], created, **values)
        return row

    def _send(self, payout: Raw, arrival: date, fate: str, result: Payday) -> None:
        """Let a payout arrive, alone or together with those held before it."""
        self._book.change(
            payout["id"], clock.midnight(arrival) + 6 * HOUR, status="paid"
        )
        self._held.append(payout)
        if fate == MERGED:
            return
        if fate == LATE:
            arrival = clock.after_banking_days(arrival, LATE_DAYS)
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
