"""Which payments of one payer settle which of its open items, several at a time.

Payments and items are searched together: one payment for several documents, several
payments for one, several for several, credit notes included. Amounts are signed minor
units of one currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import gcd, isqrt

from . import counterparty, evidence, subset

# Payments and items of one payer that are searched completely.
MOST_ITEMS = 28
# More items than this are not looked at, not even for sums of a few.
MOST_LISTED = 300
# More ways than this to balance prove that nothing can be known.
MOST_WAYS = 256
# Ways that are still worth showing to a person.
MOST_SHOWN = 5
# A run builds at most so many sums; what is left says so. Small groups come first.
BUDGET = 6_000_000


@dataclass(frozen=True, slots=True)
class Payment:
    """Money of a payer; ``names_other``: it names a document that is not open."""

    id: int
    amount: int
    booked_on: date
    names_other: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something open of that payer; signed like the money that settles it."""

    id: int
    amount: int
    name: str
    written_on: date
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The payments and open items of one payer in one currency."""

    key: Hashable
    payments: tuple[Payment, ...]
    items: tuple[Item, ...]

    @property
    def cost(self) -> int:
        """How many sums a complete search builds."""
        size = len(self.payments) + len(self.items)
        return subset.steps(size) if size <= MOST_ITEMS else size * size


@dataclass(frozen=True, slots=True)
class Way:
    """Payments and the items that they settle exactly."""

    payments: tuple[Payment, ...]
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        """Sum of the payments, which is that of the items."""
        return sum(payment.amount for payment in self.payments)

    @property
    def is_plausible(self) -> bool:
        """Whether each item lies in the window of days of each payment."""
        return all(
            counterparty.in_window(payment.booked_on, item.written_on, item.due_on)
            for payment in self.payments
            for item in self.items
        )

    def age(self) -> tuple[object, ...]:
        """Return by what the oldest and simplest way is chosen to be shown."""
        days = sorted(item.due_on or item.written_on for item in self.items)
        return len(self.items) + len(self.payments), days, self._ids()

    def _ids(self) -> tuple[object, ...]:
        return (
            tuple(sorted(payment.id for payment in self.payments)),
            tuple(sorted(item.id for item in self.items)),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One way that is shown or taken, and what else there is.

    :ivar ways: how many ways there are in which its payments take part.
    :ivar others: some of the other ways.
    :ivar is_exhaustive: whether there are certainly no more.
    :ivar searched: how many payments and items took part in the search.
    :ivar coincidence: how likely it is that some of them add up by chance, per cent.
    """

    way: Way
    ways: int
    others: tuple[Way, ...]
    is_exhaustive: bool
    searched: int
    coincidence: int = 0

    @property
    def is_certain(self) -> bool:
        """Whether it is proved to be the only way, and no mere chance."""
        return (
            self.is_exhaustive
            and self.ways == 1
            and self.coincidence == 0
            and not any(payment.names_other for payment in self.way.payments)
        )


@dataclass(slots=True)
class Outcome:
    """What was found in all groups.

    :ivar found: ways to propose or to take.
    :ivar ambiguous: (payment, how many ways, whether these are all) without one.
    :ivar unsearched: (payment, how many items) of groups beyond the bounds.
    """

    found: list[Found] = field(default_factory=list)
    ambiguous: list[tuple[Payment, int, bool]] = field(default_factory=list)
    unsearched: list[tuple[Payment, int]] = field(default_factory=list)


def decide(groups: Iterable[Group], budget: int = BUDGET) -> Outcome:
    """Find what belongs together in each group, cheapest groups first.

    Neither the order of the groups nor that of what is in them changes anything: the
    bound is one of work, and not of time.
    """
    outcome = Outcome()
    for group in sorted(groups, key=lambda each: (each.cost, str(each.key))):
        in_sight = _in_sight(group)
        if not in_sight.payments or len(in_sight.items) + len(in_sight.payments) < 3:
            continue
        budget -= in_sight.cost
        if budget < 0 or len(in_sight.items) > MOST_LISTED:
            outcome.unsearched += [
                (payment, len(in_sight.items)) for payment in in_sight.payments
            ]
        elif len(in_sight.items) + len(in_sight.payments) <= MOST_ITEMS:
            _search_all(in_sight, outcome)
        else:
            _search_few(in_sight, outcome)
    return outcome


def _in_sight(group: Group) -> Group:
    """Return a group without what no payment of it can reach, in a fixed order."""
    items = [
        item
        for item in group.items
        if any(
            counterparty.in_window(payment.booked_on, item.written_on, item.due_on)
            for payment in group.payments
        )
    ]
    items.sort(key=lambda item: (item.due_on or item.written_on, item.id))
    payments = sorted(group.payments, key=lambda each: (each.booked_on, each.id))
    return Group(group.key, tuple(payments), tuple(items))


def _search_all(group: Group, outcome: Outcome) -> None:
    """Search all sums of payments and items, and take what hangs on nothing else."""
    values = [payment.amount for payment in group.payments]
    values += [-item.amount for item in group.items]
    search = subset.balanced(values, limit=MOST_WAYS)
    if not search.exhaustive:
        outcome.ambiguous += [(payment, MOST_WAYS, False) for payment in group.payments]
        return
    ways = [_way(group, positions) for positions in search.solutions]
    chance = coincidence(group)
    shown: list[Found] = []
    taken: set[Hashable] = set()
    for payment in group.payments:
        own = [way for way in ways if payment in way.payments and way.items]
        if not own or payment.id in taken:
            continue
        found = _best(own, _rivals(own, ways), search.items, chance)
        if found is None or payment != found.way.payments[0]:
            outcome.ambiguous.append((payment, len(own), True))
        else:
            taken |= {each.id for each in found.way.payments}
            shown.append(found)
    _add_apart(shown, outcome)


def _rivals(own: Sequence[Way], ways: Sequence[Way]) -> list[Way]:
    """Return the ways that share something with those of a payment."""
    payments = {payment.id for way in own for payment in way.payments}
    items = {item.id for way in own for item in way.items}
    return [
        way
        for way in ways
        if payments & {payment.id for payment in way.payments}
        or items & {item.id for item in way.items}
    ]


def _best(
    own: Sequence[Way], rivals: Sequence[Way], searched: int, chance: int
) -> Found | None:
    """Return the way to show, None if none can be or there are too many."""
    plausible = sorted((way for way in own if way.is_plausible), key=Way.age)
    if not plausible or len(rivals) > MOST_SHOWN:
        return None
    best = plausible[0]
    others = tuple(sorted((way for way in rivals if way != best), key=Way.age))
    return Found(best, len(rivals), others, True, searched, chance)


def _add_apart(shown: Sequence[Found], outcome: Outcome) -> None:
    """Show no two ways of a group that need the same: then none of them can be told."""
    uses: defaultdict[Hashable, int] = defaultdict(int)
    for found in shown:
        for each in (*found.way.payments, *found.way.items):
            uses[type(each), each.id] += 1
    for found in shown:
        parts = (*found.way.payments, *found.way.items)
        if all(uses[type(each), each.id] == 1 for each in parts):
            outcome.found.append(found)
        else:
            outcome.ambiguous += [
                (payment, found.ways, True) for payment in found.way.payments
            ]


def _search_few(group: Group, outcome: Outcome) -> None:
    """Look for sums of a few items, or of all but a few: only to be shown."""
    shown: list[Found] = []
    for payment in group.payments:
        items = [
            item
            for item in group.items
            if counterparty.in_window(payment.booked_on, item.written_on, item.due_on)
        ]
        search = subset.few(
            [item.amount for item in items], payment.amount, limit=MOST_SHOWN + 1
        )
        ways = sorted(
            (
                Way((payment,), tuple(items[position] for position in chosen))
                for chosen in search.solutions
            ),
            key=Way.age,
        )
        if not ways:
            outcome.unsearched.append((payment, len(items)))
        elif len(ways) > MOST_SHOWN:
            outcome.ambiguous.append((payment, len(ways), False))
        else:
            shown.append(
                Found(ways[0], len(ways), tuple(ways[1:]), False, search.items, 99)
            )
    _add_apart(shown, outcome)


def _way(group: Group, positions: Sequence[int]) -> Way:
    first = len(group.payments)
    return Way(
        tuple(group.payments[at] for at in positions if at < first),
        tuple(group.items[at - first] for at in positions if at >= first),
    )


def coincidence(group: Group) -> int:
    """Return how likely amounts like these add up by chance, in per cent, 0 to 100.

    The sums that are possible against the range in which they lie, counted in the
    smallest unit that all amounts are multiples of.
    """
    amounts = [each.amount for each in (*group.payments, *group.items)]
    unit = gcd(*amounts) or 1
    spread = isqrt(sum((amount // unit) ** 2 for amount in amounts)) or 1
    sums = (2 ** len(group.payments) - 1) * (2 ** len(group.items) - 1)
    return min(100, 100 * sums // spread)


def contributions(found: Found, clue: counterparty.Found) -> list[dict[str, object]]:
    """Return what speaks for a way, and what speaks against it."""
    way = found.way
    pieces = [
        evidence.contribution(clue.clue.what, clue.clue.weight, clue.text),
        evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
        evidence.contribution("sum", evidence.AMOUNT_WEIGHTS["sum"]),
    ]
    if found.is_exhaustive and found.ways == 1:
        pieces.append(evidence.contribution("only_sum", evidence.ONLY_SUM_WEIGHT))
    else:
        pieces.append(
            evidence.contribution(
                "other_sums", evidence.OTHER_SUMS_WEIGHT, str(found.ways - 1)
            )
        )
    if found.coincidence:
        weight = -min(evidence.MOST_COINCIDENCE_WEIGHT, found.coincidence)
        pieces.append(
            evidence.contribution("coincidence", weight, f"{found.coincidence} %")
        )
    if any(payment.names_other for payment in way.payments):
        pieces.append(evidence.contribution("names_other", evidence.NAMES_OTHER_WEIGHT))
    return pieces


def proof(found: Found) -> dict[str, object]:
    """Return how far it was established that there is no other way."""
    return {
        "method": "subset",
        "solutions": found.ways,
        "exhaustive": found.is_exhaustive,
        "items": found.searched,
    }
