"""Which candidates reach an amount together. Amounts are minor units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import subset

Key = tuple[str, int]

# So many sums are tried in a few milliseconds; see ``subset`` for the steps.
MOST_ITEMS = 24
MOST_GROUPS = 8


@dataclass(frozen=True, slots=True)
class Member:
    """An item that may be part of a sum."""

    key: Key
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Together:
    """A candidate that reaches the amount together with others.

    :ivar others: keys of the others; ``names``: what people call them.
    :ivar is_unique: no other sum is possible among the items of the group.
    """

    others: tuple[Key, ...]
    names: tuple[str, ...]
    is_unique: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """What was found, and how many items were left out because of the bound."""

    found: dict[Key, Together]
    left_out: int


def sums(amount: int, groups: Iterable[Sequence[Member]]) -> Sums:
    """Find for each group which of its items add up to ``amount``.

    :param groups: items that belong together, strongest group first: an item that
        is part of a sum is not looked at again. Items of a group come in order of
        preference; those beyond ``MOST_ITEMS`` are left out and counted.
    """
    found: dict[Key, Together] = {}
    left_out = 0
    for group in list(groups)[:MOST_GROUPS]:
        members = [member for member in group if member.key not in found]
        left_out += max(len(members) - MOST_ITEMS, 0)
        is_whole = len(members) <= MOST_ITEMS
        found |= _sum_of(amount, members[:MOST_ITEMS], is_whole)
    return Sums(found, left_out)


def _sum_of(
    amount: int, members: Sequence[Member], is_whole: bool
) -> dict[Key, Together]:
    search = subset.search([member.amount for member in members], amount, smallest=2)
    if not search.solutions:
        return {}
    chosen = [members[position] for position in search.solutions[0]]
    is_unique = is_whole and search.unique is not None
    return {member.key: _with_others(member, chosen, is_unique) for member in chosen}


def _with_others(member: Member, chosen: Sequence[Member], is_unique: bool) -> Together:
    others = [other for other in chosen if other is not member]
    return Together(
        tuple(other.key for other in others),
        tuple(other.name for other in others),
        is_unique,
    )
