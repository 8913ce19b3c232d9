"""How sure one may be of a kind of match, given how often it was right.

The bound is that of Clopper and Pearson, one-sided: whatever the true share of right
matches is, it lies below the bound in at most one of twenty such counts. It is exact
for every count, also for few matches and for none wrong, where approximations by the
normal distribution promise too much.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

# What the bound may be wrong in: one of twenty counts.
RISK = 0.05
# The computed tail is that much too large at most. The bound errs to the safe side.
_MARGIN = 1e-6
_STEPS = 60
_TINY = 1e-300
_PRECISION = 1e-13
# Nobody will have seen more matches of one kind than this.
MOST_NEEDED = 100_000_000


class Tally(NamedTuple):
    """How many matches of a kind there are, by what is known about them."""

    right: int = 0
    wrong: int = 0
    waiting: int = 0
    void: int = 0

    @property
    def checked(self) -> int:
        """How many are known to be right or wrong."""
        return self.right + self.wrong

    @property
    def bound(self) -> float:
        """The share of right ones that is proved."""
        return lower_bound(self.right, self.wrong)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    return Tally(*(sum(column) for column in zip(Tally(), *tallies, strict=True)))


def lower_bound(right: int, wrong: int) -> float:
    """Return the share of right matches that is proved with 95 % confidence.

    :param right: how many matches were right, wrong: how many were wrong.
    :return: between 0 and 1, never above ``right / (right + wrong)``; 0.0 if nothing
        was tried.
    :raises ValueError: if a count is negative.
    """
    if right < 0 or wrong < 0:
        raise ValueError(f"Counts are not negative: {right} right, {wrong} wrong.")
    return _lower_bound(right, wrong)


@lru_cache(maxsize=4096)
def _lower_bound(right: int, wrong: int) -> float:
    if not right:
        return 0.0
    if not wrong:
        return RISK ** (1 / right)
    low, high = 0.0, right / (right + wrong)
    for _step in range(_STEPS):
        middle = (low + high) / 2
        if _chance_of_at_most(wrong, right + wrong, middle) <= RISK * (1 - _MARGIN):
            low = middle
        else:
            high = middle
    return low


def is_proved(right: int, wrong: int, limit_percent: float) -> bool:
    """Return whether the share of right matches is proved to reach a limit.

    :param limit_percent: such as 99.9. Where nothing was tried nothing is proved; a
        limit of 100 is never reached.
    """
    return right > 0 and lower_bound(right, wrong) >= limit_percent / 100


def missing(right: int, wrong: int, limit_percent: float) -> int | None:
    """Return how many more matches have to be right to reach a limit.

    :return: 0 if it is reached, None if no number of matches that anybody will see
        is enough.
    """
    if is_proved(right, wrong, limit_percent):
        return 0
    if not is_proved(right + MOST_NEEDED, wrong, limit_percent):
        return None
    low, high = 0, MOST_NEEDED
    while high - low > 1:
        middle = (low + high) // 2
        if is_proved(right + middle, wrong, limit_percent):
            high = middle
        else:
            low = middle
    return high


def _chance_of_at_most(wrong: int, total: int, share: float) -> float:
    """Return how likely at most ``wrong`` of ``total`` are wrong.

    :param share: the share of right ones, 0 < share < 1.
    """
    return _incomplete_beta(total - wrong, wrong + 1, share)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function, which sums binomials."""
    if x <= 0:
        return 0.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _fraction(b, a, 1 - x)
    return _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """Return the same by its continued fraction, for x below the mean."""
    logarithm = (
        math.lgamma(a + b)
        - math.lgamma(a)
        - math.lgamma(b)
        + a * math.log(x)
        + b * math.log1p(-x)
    )
    return math.exp(logarithm) * _continued_fraction(a, b, x) / a


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the fraction from its head on until it stands still."""
    numerator, denominator = 1.0, _away_from_zero(1 - (a + b) * x / (a + 1))
    denominator = 1 / denominator
    value = denominator
    # It converges within some square roots of the larger argument.
    for step in range(1, 1000 + 10 * math.isqrt(int(max(a, b)))):
        for term in _terms(step, a, b, x):
            denominator = 1 / _away_from_zero(1 + term * denominator)
            numerator = _away_from_zero(1 + term / numerator)
            change = numerator * denominator
            value *= change
        if abs(change - 1) < _PRECISION:
            break
    return value


def _terms(step: int, a: float, b: float, x: float) -> tuple[float, float]:
    """Return the even and the odd term of one step of the fraction."""
    place = a + 2 * step
    even = step * (b - step) * x / ((place - 1) * place)
    odd = -(a + step) * (a + b + step) * x / (place * (place + 1))
    return even, odd


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
