"""How the amount of a payment stands to what it may pay. Money is minor units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odoo.addons.settlement.canonical import money

from . import evidence, likeness

# Amounts are called near when they differ by less than one in this many.
_NEAR = 100
FEE_WEIGHT = 22
NEAR_WEIGHT = 10
SWAPPED_WEIGHT = 6
OPPOSITE_WEIGHT = -30
# An amount has few digits; longer ones are no amounts of money.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is compared: offered against open, in one currency.

    :ivar parts: what is due on its own of the open amount.
    :ivar fees: what a payer's bank usually keeps, unsigned.
    """

    offered: int
    open: int
    parts: Sequence[int] = ()
    fees: Sequence[int] = ()
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """What the comparison says, in the vocabulary of contributions."""

    what: str
    weight: int
    text: str = ""


def relation(amounts: Amounts) -> Relation:
    """Return how two amounts stand to one another; the strongest that holds."""
    offered, wanted = amounts.offered, amounts.open
    exact = evidence.AMOUNT_WEIGHTS["exact"]
    if offered == wanted:
        return Relation("amount", exact)
    if (offered < 0) != (wanted < 0):
        return Relation("opposite", OPPOSITE_WEIGHT)
    if offered in amounts.parts:
        return Relation("instalment", exact - 2)
    gap = abs(wanted) - abs(offered)
    text = plain(abs(gap), amounts.decimals)
    if gap in amounts.fees:
        return Relation("usual_fee", FEE_WEIGHT, text)
    if abs(gap) * _NEAR <= abs(wanted):
        return Relation("near_amount", NEAR_WEIGHT, f"{text} {_way(gap)}")
    if likeness.is_transposed(str(abs(offered)), str(abs(wanted))):
        return Relation("swapped", SWAPPED_WEIGHT, text)
    what = "part" if gap > 0 else "over"
    return Relation(what, evidence.AMOUNT_WEIGHTS[what])


def _way(gap: int) -> str:
    return "short" if gap > 0 else "over"


def plain(minor: int, decimals: int) -> str:
    """Return minor units written out in major units, without any float."""
    return f"{money.from_minor(minor, decimals):.{decimals}f}"


def variants(amount: int, fees: Sequence[int]) -> list[int]:
    """Return amounts that are this one but for a usual fee or two digits swapped.

    The amount itself comes first.
    """
    sign = -1 if amount < 0 else 1
    found = [amount, *(sign * (abs(amount) + fee) for fee in fees)]
    found += [sign * swapped for swapped in _swapped(abs(amount))]
    return list(dict.fromkeys(found))


def _swapped(amount: int) -> Iterator[int]:
    text = str(amount)
    if len(text) <= _MOST_DIGITS:
        for other in likeness.transpositions(text):
            if not other.startswith("0"):
                yield int(other)


def window(amount: int) -> tuple[int, int]:
    """Return the smallest and the largest amount that is near to this one."""
    # Near is measured by what is open: the wider of both ways.
    reach = abs(amount) // (_NEAR - 1) + 1
    return amount - reach, amount + reach


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of each item takes part, in the order given; 0: it is not needed.

    :ivar rest: what is left of the sources, signed.
    :ivar missing: what is left open of the targets, signed.
    """

    sources: tuple[int, ...]
    targets: tuple[int, ...]
    rest: int
    missing: int


def shares(sources: Sequence[int], targets: Sequence[int]) -> Shares:
    """Cut the larger side so that both are equal.

    What goes the other way (a credit note among invoices) counts in full; the rest
    is filled in the order given.
    """
    given, wanted = sum(sources), sum(targets)
    common = _smaller(given, wanted)
    return Shares(
        _filled(sources, common),
        _filled(targets, common),
        given - common,
        wanted - common,
    )


def _smaller(given: int, wanted: int) -> int:
    if (given < 0) != (wanted < 0):
        return 0
    return min(given, wanted, key=abs)


def _filled(amounts: Sequence[int], total: int) -> tuple[int, ...]:
    """Return how much of each amount is needed to reach ``total``."""
    if total == sum(amounts):
        return tuple(amounts)
    with_it = [amount for amount in amounts if (amount < 0) == (total < 0)]
    against = sum(amounts) - sum(with_it)
    left = abs(total - against) if total else 0
    filled = []
    for amount in amounts:
        if not total:
            filled.append(0)
        elif (amount < 0) != (total < 0):
            filled.append(amount)
        else:
            taken = min(abs(amount), left)
            left -= taken
            filled.append(-taken if amount < 0 else taken)
    return tuple(filled)
