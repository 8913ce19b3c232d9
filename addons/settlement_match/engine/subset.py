"""Which items add up to a sum, and whether that is the only way.

Meet in the middle: the sums of all subsets of one half are looked up from the other
half, so 40 items cost two million steps and not a billion. Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# More items than this are not searched at all: see ``Search.exhaustive``.
MOST_ITEMS = 40


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    :ivar solutions: positions of the items of each solution, ascending; at most as
        many as were asked for.
    :ivar exhaustive: whether there is certainly no solution besides these, or the
        limit was reached.
    :ivar items: how many items took part.
    """

    solutions: tuple[tuple[int, ...], ...]
    exhaustive: bool
    items: int

    @property
    def unique(self) -> tuple[int, ...] | None:
        """The only solution, if it is proved to be the only one."""
        if self.exhaustive and len(self.solutions) == 1:
            return self.solutions[0]
        return None


def search(
    amounts: Sequence[int], target: int, *, smallest: int = 1, limit: int = 2
) -> Search:
    """Find subsets of ``amounts`` that sum to ``target``.

    :param smallest: fewest items of a solution.
    :param limit: stop after this many solutions; two disprove uniqueness.
    """
    positions = _useful(amounts, target)
    if len(positions) > MOST_ITEMS:
        return Search((), False, len(positions))
    values = [amounts[position] for position in positions]
    found: list[tuple[int, ...]] = []
    for mask in _masks(values, target):
        if mask.bit_count() < smallest:
            continue
        found.append(tuple(positions[bit] for bit in _bits(mask)))
        if len(found) == limit:
            break
    return Search(tuple(sorted(found)), True, len(positions))


def balanced(values: Sequence[int], *, limit: int) -> Search:
    """Find the smallest subsets that sum to nothing: money and what it settles.

    A subset that is made of two others is none of its own: whoever leaves one of
    them out is left with the other. Amounts of nothing take no part.

    :param limit: stop after this many subsets, those that are made of others
        included; then the search is not exhaustive.
    """
    positions = [position for position, value in enumerate(values) if value]
    if len(positions) > MOST_ITEMS:
        return Search((), False, len(positions))
    masks: list[int] = []
    for mask in _masks([values[position] for position in positions], 0):
        if len(masks) == limit:
            return Search((), False, len(positions))
        masks.append(mask)
    smallest: list[int] = []
    for mask in sorted(masks, key=lambda mask: (mask.bit_count(), mask)):
        if not any(mask & known == known for known in smallest):
            smallest.append(mask)
    found = sorted(tuple(positions[bit] for bit in _bits(mask)) for mask in smallest)
    return Search(tuple(found), True, len(positions))


def few(amounts: Sequence[int], target: int, *, limit: int) -> Search:
    """Find the solutions of at most three items, or of all but at most two.

    For lists too long to search all of it: what is found is no proof of anything.

    :param limit: stop after this many solutions.
    """
    whole = tuple(range(len(amounts)))
    found = {chosen for chosen in _up_to(amounts, target, 3, limit) if chosen}
    for left_out in _up_to(amounts, sum(amounts) - target, 2, limit):
        if len(found) < limit and len(left_out) < len(whole):
            found.add(tuple(each for each in whole if each not in left_out))
    return Search(tuple(sorted(found)[:limit]), False, len(amounts))


def _up_to(
    amounts: Sequence[int], target: int, most: int, limit: int
) -> list[tuple[int, ...]]:
    """Return solutions of at most ``most`` items (at most 3), the empty one too."""
    found: list[tuple[int, ...]] = [()] if target == 0 else []
    at: dict[int, list[int]] = {}
    for position, amount in enumerate(amounts):
        at.setdefault(amount, []).append(position)
    found += [(position,) for position in at.get(target, ())][:limit]
    if most >= 2:
        found += _with_last(at, amounts, target, (), limit)
    if most >= 3:
        for first, amount in enumerate(amounts):
            if len(found) >= limit:
                break
            found += _with_last(at, amounts, target - amount, (first,), limit)
    return found[:limit]


def _with_last(
    at: dict[int, list[int]],
    amounts: Sequence[int],
    target: int,
    chosen: tuple[int, ...],
    limit: int,
) -> list[tuple[int, ...]]:
    """Return solutions of what is chosen, one more item, and one that completes it."""
    found: list[tuple[int, ...]] = []
    start = chosen[-1] + 1 if chosen else 0
    for position in range(start, len(amounts)):
        for last in at.get(target - amounts[position], ()):
            if last > position:
                found.append((*chosen, position, last))
        if len(found) >= limit:
            break
    return found


def steps(items: int) -> int:
    """Return how many sums a search over so many items builds."""
    return 2 ** (items - items // 2 + 1)


def _useful(amounts: Sequence[int], target: int) -> list[int]:
    """Return the positions of the items that can take part at all.

    Where all amounts go the same way as the sum, none of them exceeds it.
    """
    sign = 1 if target >= 0 else -1
    if all(amount * sign >= 0 for amount in amounts):
        return [
            position
            for position, amount in enumerate(amounts)
            if 0 < amount * sign <= target * sign
        ]
    return [position for position, amount in enumerate(amounts) if amount]


def _masks(values: Sequence[int], target: int) -> Iterator[int]:
    """Yield each non-empty subset that sums to ``target`` as a bit mask."""
    half = len(values) // 2
    by_sum: dict[int, list[int]] = {}
    for mask, total in enumerate(_subset_sums(values[:half])):
        by_sum.setdefault(total, []).append(mask)
    for mask, total in enumerate(_subset_sums(values[half:])):
        for other in by_sum.get(target - total, ()):
            if combined := other | mask << half:
                yield combined


def _subset_sums(values: Sequence[int]) -> list[int]:
    """Return the sum of every subset; its position is the mask of the subset."""
    sums = [0]
    for value in values:
        sums += [total + value for total in sums]
    return sums


def _bits(mask: int) -> Iterator[int]:
    """Yield the positions of the one-bits of ``mask``, ascending."""
    position = 0
    while mask:
        if mask & 1:
            yield position
        mask >>= 1
        position += 1
