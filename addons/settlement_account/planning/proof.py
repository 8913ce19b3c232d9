"""Prove a wallet day by day: the provider's balance against the ledger.

As of any day: what the provider holds = what the ledger shows + rows that are booked
and not in the ledger yet − rows in the ledger that are not booked yet. All amounts
are minor units of the wallet's currency, positive when the money is ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that share all their days; ``amount`` is the sum of their net.

    :param booked: day the source booked them; None: it does not count them (any
        more).
    :param entered: dates of the entries that brought them into the ledger.
    :param left: dates of the entries that took them out again.
    """

    amount: int
    booked: date | None
    entered: tuple[date, ...] = ()
    left: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the source said it held at some instant of ``day``.

    :param balance: reserve included.
    :param seen: net of the rows since the opening that the balance contains. Rows
        that only move money into the reserve or out of it are none of them: they
        leave the balance with its reserve as it was.
    """

    day: date
    balance: int
    seen: int


@dataclass(frozen=True, slots=True)
class WalletBook:
    """All that the proof of one wallet needs.

    :param ledger: what the wallet's account gained, by date of the entry.
    :param snapshots: one for each day at most.
    """

    opening_date: date
    opening_balance: int
    groups: Sequence[RowGroup] = ()
    ledger: Mapping[date, int] = field(default_factory=dict)
    snapshots: Sequence[Snapshot] = ()

    def newest_day(self) -> date:
        """Return the last day on which anything happened."""
        days = {self.opening_date, *self.ledger}
        days |= {snapshot.day for snapshot in self.snapshots}
        days |= {group.booked for group in self.groups if group.booked}
        return max(days)

    def newest_source_day(self) -> date:
        """Return the last day of which the source has told anything."""
        days = {self.opening_date}
        days |= {snapshot.day for snapshot in self.snapshots}
        days |= {group.booked for group in self.groups if group.booked}
        return max(days)


@dataclass(frozen=True, slots=True)
class DayProof:
    """The wallet as of the end of one day.

    :param provider: what the source holds; see :func:`prove` for the reserve.
    :param ledger: what stands on the wallet's account.
    :param missing: net of rows booked up to then that the ledger does not have.
    :param early: net of rows that the ledger has and the source does not count yet.
    :param anchor: day of the reported balance it rests on; None: on the opening.
    """

    day: date
    provider: int
    ledger: int
    missing: int
    early: int
    anchor: date | None = None

    @property
    def difference(self) -> int:
        """What nobody explains; 0 if the wallet is proved."""
        return self.provider - self.ledger - self.missing + self.early


def prove(book: WalletBook, first: date, last: date) -> list[DayProof]:
    """Return the proofs of all days from ``first`` (or the opening) to ``last``.

    A day rests on the first balance reported on it or later, else on the last one
    before; so every reported balance is held against the ledger. From there, rows
    are rolled back or forward. What the source's own rows have put into the reserve
    stands on the reserve account and is left out; a reserve that the source only
    states, without such rows, is part of the wallet.
    """
    first = max(first, book.opening_date)
    booked = _sums_by_day(_booked_deltas(book.groups), first, last)
    missing = _sums_by_day(_absence_deltas(book.groups, 1), first, last)
    early = _sums_by_day(_absence_deltas(book.groups, -1), first, last)
    ledger = _sums_by_day(book.ledger.items(), first, last)
    return [
        DayProof(
            day=day,
            provider=balance + booked[day] - seen,
            ledger=ledger[day],
            missing=missing[day],
            early=early[day],
            anchor=anchor,
        )
        for day, balance, seen, anchor in _anchors(book, days(first, last))
    ]


def days(first: date, last: date) -> Iterator[date]:
    """Yield every day from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + number * ONE_DAY


def _anchors(
    book: WalletBook, wanted: Iterable[date]
) -> Iterator[tuple[date, int, int, date | None]]:
    """Yield each day with the balance it rests on: balance, net in it, its day."""
    snapshots = sorted(book.snapshots, key=lambda snapshot: snapshot.day)
    position = 0
    for day in wanted:
        while position < len(snapshots) - 1 and snapshots[position].day < day:
            position += 1
        if snapshots:
            anchor = snapshots[position]
            yield day, anchor.balance, anchor.seen, anchor.day
        else:
            yield day, book.opening_balance, 0, None


def _booked_deltas(groups: Iterable[RowGroup]) -> Iterator[tuple[date, int]]:
    for group in groups:
        if group.booked:
            yield group.booked, group.amount


def _absence_deltas(
    groups: Iterable[RowGroup], sign: int
) -> Iterator[tuple[date, int]]:
    """Yield when rows become, and cease to be, missing (1) or early (-1).

    A row may come, leave and come again: what counts on a day is how many times the
    ledger has it, and that should be once if it is booked, else never.
    """
    for group in groups:
        steps = Counter(group.left)
        steps.subtract(group.entered)
        if group.booked:
            steps[group.booked] += 1
        lacking = shown = 0
        for day in sorted(steps):
            lacking += steps[day]
            now = group.amount * max(lacking * sign, 0)
            if now != shown:
                yield day, now - shown
            shown = now


def _sums_by_day(
    deltas: Iterable[tuple[date, int]], first: date, last: date
) -> dict[date, int]:
    """Return the running sum of ``deltas`` at the end of each day."""
    gained: Counter[date] = Counter()
    for day, amount in deltas:
        gained[max(day, first)] += amount
    total, sums = 0, {}
    for day in days(first, last):
        total += gained[day]
        sums[day] = total
    return sums


# ----------------------------------------------------------------------
# In transit
# ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransitBook:
    """What happened on an account of payouts in transit, by date of the entry.

    :param payouts: (amount, RowGroup-like days) of payouts: what they send out.
    :param received: what of it arrived at the bank.
    :param ledger: what the account gained.
    """

    payouts: Sequence[RowGroup] = ()
    received: Mapping[date, int] = field(default_factory=dict)
    ledger: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayTransit:
    """Payouts in transit as of the end of one day."""

    day: date
    posted: int
    received: int
    ledger: int

    @property
    def expected(self) -> int:
        """Payouts posted that are not at the bank yet."""
        return self.posted - self.received

    @property
    def difference(self) -> int:
        """What nobody explains; 0 if payouts in transit are proved."""
        return self.ledger - self.expected


def prove_transit(book: TransitBook, first: date, last: date) -> list[DayTransit]:
    """Return the proof of payouts in transit of all days from first to last."""
    posted = _sums_by_day(_presence_deltas(book.payouts), first, last)
    received = _sums_by_day(book.received.items(), first, last)
    ledger = _sums_by_day(book.ledger.items(), first, last)
    return [
        DayTransit(day, posted[day], received[day], ledger[day])
        for day in days(first, last)
    ]


def _presence_deltas(groups: Iterable[RowGroup]) -> Iterator[tuple[date, int]]:
    for group in groups:
        for day in group.entered:
            yield day, group.amount
        for day in group.left:
            yield day, -group.amount


# ----------------------------------------------------------------------
# What does not add up
# ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row on which the same amount is unexplained."""

    first: date
    last: date
    difference: int

    def as_list(self) -> list[str | int]:
        """Return the gap as JSON-ready data."""
        return [self.first.isoformat(), self.last.isoformat(), self.difference]


def gaps(proofs: Iterable[DayProof | DayTransit]) -> list[Gap]:
    """Return the days without a proof, runs of one difference as one gap."""
    found = []
    # Odoo's groupby is none for pure code; runs of days are wanted.
    # pylint: disable-next=bad-builtin-groupby
    for difference, run in groupby(proofs, key=lambda proof: proof.difference):
        days_of_run = [proof.day for proof in run]
        if difference:
            found.append(Gap(days_of_run[0], days_of_run[-1], difference))
    return found


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the proofs of one wallet leave unexplained.

    :param opening: what the ledger lacks of the opening balance.
    """

    wallet: Sequence[Gap] = ()
    transit: Sequence[Gap] = ()
    opening: int = 0

    def __bool__(self) -> bool:
        return bool(self.wallet or self.transit or self.opening)

    def as_dict(self) -> dict[str, object]:
        """Return the findings as JSON-ready data, the same for the same findings."""
        return {
            "wallet": [gap.as_list() for gap in self.wallet],
            "transit": [gap.as_list() for gap in self.transit],
            "opening": self.opening,
        }


def find(
    book: WalletBook, transit: TransitBook | None, opening: int
) -> tuple[DayProof, Findings]:
    """Prove a wallet on every day since its opening.

    :param opening: what its account showed at the opening.
    :return: the proof of the last day the source told of, and what is unexplained.
    """
    last = book.newest_day()
    proofs = prove(book, book.opening_date, last)
    told = book.newest_source_day()
    newest = next(proof for proof in proofs if proof.day == told)
    transits: list[DayTransit] = []
    if transit:
        last = max({last, *transit.ledger, *transit.received})
        transits = prove_transit(transit, book.opening_date, last)
    findings = Findings(gaps(proofs), gaps(transits), book.opening_balance - opening)
    return newest, findings
