"""What the payments of a payer settle whom a rule knows, and which rows a rule finds.

The sums are searched as for every known payer; but one payment and one document of
the same amount, with nothing else in sight, are enough here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

from . import counterparts, counterparty, pattern

# A shorter piece of a pattern narrows nothing down.
SHORTEST_ANCHOR = 3


def decide(groups: Iterable[counterparts.Group]) -> counterparts.Outcome:
    """Find what belongs together in each group of payments and open items."""
    given = list(groups)
    outcome = counterparts.decide(given)
    for group in given:
        if pair := _only_pair(group):
            outcome.found.append(counterparts.Found(pair, 1, (), True, 2))
    return outcome


def _only_pair(group: counterparts.Group) -> counterparts.Way | None:
    """Return the only payment and the only item in sight, if they are equal."""
    if len(group.payments) != 1:
        return None
    payment = group.payments[0]
    items = [
        item
        for item in group.items
        if counterparty.in_window(payment.booked_on, item.written_on, item.due_on)
    ]
    if len(items) != 1 or items[0].amount != payment.amount:
        return None
    return counterparts.Way((payment,), (items[0],))


def is_certain(found: counterparts.Found) -> bool:
    """Return whether a way is the only one and no mere chance.

    One payment of one document is no sum that comes about by chance.
    """
    way = found.way
    is_pair = len(way.payments) == len(way.items) == 1
    names_other = any(payment.names_other for payment in way.payments)
    is_only = found.is_exhaustive and found.ways == 1 and not names_other
    return is_only and (is_pair or found.coincidence == 0)


def components(sets: Iterable[frozenset[int]]) -> dict[int, int]:
    """Return partner → the smallest partner that it is joined with, over all sets.

    Payments that may be for the same partner have to be searched together.
    """
    root: dict[int, int] = {}

    def find(member: int) -> int:
        while root[member] != member:
            member = root[member]
        return member

    for members in sets:
        for member in members:
            root.setdefault(member, member)
        roots = sorted({find(member) for member in members})
        for other in roots[1:]:
            root[other] = roots[0]
    return {member: find(member) for member in root}


def groups(
    payments: Mapping[Hashable, list[counterparts.Payment]],
    items: Mapping[Hashable, list[counterparts.Item]],
) -> list[counterparts.Group]:
    """Return what has both payments and items under the same key."""
    return [
        counterparts.Group(key, tuple(paid), tuple(items[key]))
        for key, paid in payments.items()
        if items.get(key)
    ]


def anchors(text_pattern: str) -> list[str]:
    """Return plain pieces of which one occurs in every text that a pattern fits.

    Pieces are lower case and made of plain letters and digits, so that a database
    can look for them. An empty list says that there are none to look for.
    """
    found = []
    for alternative in pattern.comparable(text_pattern).split("|"):
        longest = max(_plain_runs(alternative), key=len, default="")
        if len(longest) < SHORTEST_ANCHOR:
            return []
        found.append(longest)
    return found


def _plain_runs(alternative: str) -> list[str]:
    plain = [sign if sign.isascii() and sign.isalnum() else " " for sign in alternative]
    return "".join(plain).split()


def by_key(pairs: Iterable[tuple[Hashable, object]]) -> dict[Hashable, list]:
    """Return key → values, in the order given."""
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
