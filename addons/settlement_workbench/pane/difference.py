"""What is left between an item and what was chosen for it. Minor units, signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING, EXACT, SHORT, OVER, AGAINST = "nothing", "exact", "short", "over", "against"


@dataclass(frozen=True, slots=True)
class Difference:
    """An item, what was chosen for it, and what that means.

    :ivar asked: what is open of the item; ``chosen``: of what was chosen.
    :ivar rest: asked less chosen.
    """

    asked: int
    chosen: int
    outcome: str

    @property
    def rest(self) -> int:
        """What is left of the item; negative if more was chosen than it has."""
        return self.asked - self.chosen


def difference(asked: int, chosen: Sequence[int]) -> Difference:
    """Compare an item with what was chosen for it.

    :return: outcome ``nothing`` (chosen), ``exact``, ``short`` (the item does not
        suffice for all of it), ``over`` (something of the item is left) or
        ``against`` (they have opposite signs).
    """
    total = sum(chosen)
    if not chosen:
        return Difference(asked, 0, NOTHING)
    if asked == total:
        return Difference(asked, total, EXACT)
    if asked * total < 0:
        return Difference(asked, total, AGAINST)
    outcome = SHORT if abs(total) > abs(asked) else OVER
    return Difference(asked, total, outcome)
