"""Which bank row is which payout: equal amount and day, decided by what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from odoo.addons.settlement.canonical import references

from . import evidence, subset

# What the text of a bank row says about a payout, weakest first.
NOTHING, PROVIDER_NAME, DESCRIPTOR, TRACE = range(4)
LEVEL_WORDS = {
    NOTHING: ("", 0),
    PROVIDER_NAME: ("provider_name", evidence.PROVIDER_NAME_WEIGHT),
    DESCRIPTOR: ("descriptor", evidence.DESCRIPTOR_WEIGHT),
    TRACE: ("trace", evidence.TRACE_WEIGHT),
}
# A payout may be booked a little before the day it was announced for, or later.
EARLY = timedelta(days=3)
LATE = timedelta(days=10)
# Shorter names and traces occur in any text by chance.
SHORTEST_NAME = 4
SHORTEST_TRACE = 6


@dataclass(frozen=True, slots=True)
class Payout:
    """A payout that waits for its money; ``names`` are those of its provider."""

    id: int
    wallet_id: int
    currency_id: int
    total: int
    expected_on: date
    external_id: str
    reference: str = ""
    descriptor: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank row that waits for its match; ``texts`` is everything it says."""

    id: int
    currency_id: int
    amount: int
    booked_on: date
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A payout and a bank row that may be it."""

    payout: Payout
    row: BankRow
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Several payouts that arrived as one bank row."""

    payouts: tuple[Payout, ...]
    row: BankRow
    level: int
    text: str
    search: subset.Search


@dataclass(slots=True)
class Outcome:
    """What can be said about payouts and bank rows.

    :ivar accepted: pairs that are the only ones, by their text.
    :ivar merged: bank rows that are the sum of several payouts, in one way only.
    :ivar proposed: pairs that are the only ones by amount and day, without any text.
    :ivar ambiguous: pairs of which nothing tells the right one.
    """

    accepted: list[Pair]
    merged: list[Merged]
    proposed: list[Pair]
    ambiguous: list[Pair]

    def only_rows(self, row_ids: Collection[int]) -> Outcome:
        """Return what concerns these bank rows."""
        return Outcome(
            *(
                [each for each in found if each.row.id in row_ids]
                for found in (
                    self.accepted,
                    self.merged,
                    self.proposed,
                    self.ambiguous,
                )
            )
        )


def in_window(payout: Payout, row: BankRow) -> bool:
    """Return whether a bank row has a day on which the payout may arrive."""
    first, last = payout.expected_on - EARLY, payout.expected_on + LATE
    return payout.currency_id == row.currency_id and first <= row.booked_on <= last


def level_of(payout: Payout, row: BankRow) -> tuple[int, str]:
    """Return how strongly the texts of a bank row speak for a payout, and the words."""
    text = references.normalise("invoice", " ".join(row.texts))
    clues = (
        (TRACE, SHORTEST_TRACE, (payout.reference, payout.external_id)),
        (DESCRIPTOR, SHORTEST_NAME, (payout.descriptor,)),
        (PROVIDER_NAME, SHORTEST_NAME, payout.names),
    )
    for level, shortest, words in clues:
        for word in words:
            comparable = references.normalise("invoice", word)
            if len(comparable) >= shortest and comparable in text:
                return level, word
    return NOTHING, ""


def decide(payouts: Sequence[Payout], rows: Sequence[BankRow]) -> Outcome:
    """Find for each payout the bank row by which it arrived."""
    pairs = list(_equal_pairs(payouts, rows))
    accepted: list[Pair] = []
    for level in (TRACE, DESCRIPTOR, PROVIDER_NAME):
        accepted += _only_ones([pair for pair in pairs if pair.level >= level])
        pairs = _without(pairs, accepted)
    spoken_for = [pair for pair in pairs if pair.level > NOTHING]
    proposed = _only_ones(_without(pairs, spoken_for))
    used = accepted + proposed + spoken_for
    merged = _merged(*_left(payouts, rows, used))
    return Outcome(accepted, merged, proposed, _without(pairs, proposed))


def _equal_pairs(payouts: Sequence[Payout], rows: Sequence[BankRow]) -> Iterable[Pair]:
    by_amount = defaultdict(list)
    for row in rows:
        by_amount[row.currency_id, row.amount].append(row)
    for payout in payouts:
        for row in by_amount[payout.currency_id, payout.total]:
            if in_window(payout, row):
                yield Pair(payout, row, *level_of(payout, row))


def _only_ones(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that are the only one of their payout and of their row."""
    of_payout: defaultdict[int, int] = defaultdict(int)
    of_row: defaultdict[int, int] = defaultdict(int)
    for pair in pairs:
        of_payout[pair.payout.id] += 1
        of_row[pair.row.id] += 1
    return [
        pair
        for pair in pairs
        if of_payout[pair.payout.id] == 1 and of_row[pair.row.id] == 1
    ]


def _without(pairs: Sequence[Pair], taken: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that share nothing with those that are taken."""
    payouts = {pair.payout.id for pair in taken}
    rows = {pair.row.id for pair in taken}
    return [
        pair
        for pair in pairs
        if pair.payout.id not in payouts and pair.row.id not in rows
    ]


def _left(
    payouts: Sequence[Payout], rows: Sequence[BankRow], used: Sequence[Pair]
) -> tuple[list[Payout], list[BankRow]]:
    used_payouts = {pair.payout.id for pair in used}
    used_rows = {pair.row.id for pair in used}
    return (
        [payout for payout in payouts if payout.id not in used_payouts],
        [row for row in rows if row.id not in used_rows],
    )


def _merged(payouts: Sequence[Payout], rows: Sequence[BankRow]) -> list[Merged]:
    """Return the bank rows that are the sum of payouts of one wallet.

    Only rows whose text names the provider, only if no second sum is possible, and
    only if no payout would be needed twice.
    """
    by_wallet = defaultdict(list)
    for payout in payouts:
        by_wallet[payout.wallet_id].append(payout)
    found = [
        merged
        for row in rows
        for group in by_wallet.values()
        if (merged := _sum_of(group, row))
    ]
    uses: defaultdict[tuple[str, int], int] = defaultdict(int)
    for merged in found:
        for key in _keys(merged):
            uses[key] += 1
    return [merged for merged in found if all(uses[key] == 1 for key in _keys(merged))]


def _keys(merged: Merged) -> list[tuple[str, int]]:
    payouts = [("payout", payout.id) for payout in merged.payouts]
    return [*payouts, ("row", merged.row.id)]


def _sum_of(payouts: Sequence[Payout], row: BankRow) -> Merged | None:
    """Return the payouts of one wallet that a bank row is the sum of."""
    near = [payout for payout in payouts if in_window(payout, row)]
    level, text = max((level_of(payout, row) for payout in near), default=(NOTHING, ""))
    if len(near) < 2 or level == NOTHING:
        return None
    search = subset.search([payout.total for payout in near], row.amount, smallest=2)
    if search.unique is None:
        return None
    chosen = tuple(near[position] for position in search.unique)
    return Merged(chosen, row, level, text, search)


def returned(
    rows: Iterable[dict[str, Any]],
    plan: Callable[[str, dict[str, Any], dict[str, Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Plan a match for each refused payout that came to the bank and went again.

    :param rows: bank rows with ``batch_id, external_id, id, amount``; a row may stand
        beside several payouts, then it is certain for none.
    :param plan: makes the plan of one trace and its two rows.
    """
    by_batch = defaultdict(list)
    uses: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        by_batch[row["batch_id"]].append(row)
        uses[row["id"]] += 1
    pairs = [
        sorted(group, key=lambda row: -row["amount"]) for group in by_batch.values()
    ]
    return [
        plan(came["external_id"], came, went)
        for came, went in (pair for pair in pairs if len(pair) == 2)
        if came["amount"] + went["amount"] == 0
        and uses[came["id"]] == uses[went["id"]] == 1
    ]
