from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import calibration

RISK = Fraction(1, 20)


def chance_of_at_least(right, total, share):
    """Return the exact chance to see so many right ones, if ``share`` is the truth."""
    return sum(
        comb(total, count) * share**count * (1 - share) ** (total - count)
        for count in range(right, total + 1)
    )


def chance_of_few_wrong(wrong, total, share):
    """Return the same for large numbers, with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        right_share, wrong_share = Decimal(share), 1 - Decimal(share)
        term = right_share**total
        chance = term
        for count in range(1, wrong + 1):
            term *= Decimal(total - count + 1) / count * wrong_share / right_share
            chance += term
        return chance


# ----------------------------------------------------------------------
# Published values
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "total", "bound"),
    [
        # One-sided 95 % bounds as the tables of the binomial have them.
        (10, 10, 0.7411),
        (9, 10, 0.6058),
        (8, 10, 0.4931),
        (5, 10, 0.2224),
        (1, 10, 0.0051),
        (20, 20, 0.8609),
        (19, 20, 0.7839),
        (29, 29, 0.9019),
        (59, 59, 0.9505),
        (95, 100, 0.8977),
        (90, 100, 0.8363),
        (100, 100, 0.9705),
        (298, 298, 0.9900),
        (299, 299, 0.9900),
    ],
)
def test_known_tables(right, total, bound):
    assert calibration.lower_bound(right, total - right) == pytest.approx(
        bound, abs=6e-5
    )


def test_rule_of_three():
    assert calibration.is_proved(2995, 0, 99.9)
    assert not calibration.is_proved(2994, 0, 99.9)
    assert calibration.missing(0, 0, 99.9) == 2995


def test_nothing_tried_proves_nothing():
    assert calibration.lower_bound(0, 0) == 0.0
    assert not calibration.is_proved(0, 0, 99.9)
    assert not calibration.is_proved(0, 0, 0.0)
    assert not calibration.is_proved(0, 5, 0.0)


def test_a_limit_of_a_hundred_is_never_reached():
    assert not calibration.is_proved(10**6, 0, 100)
    assert calibration.missing(10**6, 0, 100) is None


def test_negative_counts_are_refused():
    for right, wrong in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="not negative"):
            calibration.lower_bound(right, wrong)


# ----------------------------------------------------------------------
# Against the definition, in exact fractions
# ----------------------------------------------------------------------


@given(st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None, max_examples=400)
def test_it_is_the_bound_by_definition(right, wrong):
    total = right + wrong
    bound = calibration.lower_bound(right, wrong)
    if not right:
        assert bound == 0.0
        return
    # Never more than what is proved, and no share worth speaking of is given away.
    below = Fraction(bound) * (1 - Fraction(1, 10**12))
    above = min(Fraction(bound) * (1 + Fraction(1, 10**5)), Fraction(1))
    assert chance_of_at_least(right, total, below) <= RISK
    assert chance_of_at_least(right, total, above) > RISK


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (999_999, 1),
        (999_997, 3),
        (999_950, 50),
        (998_000, 2_000),
        (100_000, 17),
        (123_456, 789),
        (5_000, 4_000),
    ],
)
def test_large_counts_against_sixty_digits(right, wrong):
    bound = calibration.lower_bound(right, wrong)
    assert chance_of_few_wrong(wrong, right + wrong, bound) <= Decimal("0.05")
    closer = bound + (right / (right + wrong) - bound) * 1e-4
    assert chance_of_few_wrong(wrong, right + wrong, closer) > Decimal("0.05")


def test_both_ends_of_a_million():
    # With one right one the bound is 1 - 0.95 ** (1 / n).
    assert calibration.lower_bound(1, 999_999) == pytest.approx(5.1293e-8, rel=1e-4)
    half = calibration.lower_bound(500_000, 500_000)
    assert half == pytest.approx(0.5 - 1.644854 * 0.0005, abs=2e-6)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=200)
def test_it_lies_below_what_was_seen(right, wrong):
    bound = calibration.lower_bound(right, wrong)
    assert 0.0 <= bound < 1.0
    assert bound * (right + wrong) <= right


@given(st.integers(0, 5_000), st.integers(0, 200))
@settings(deadline=None, max_examples=150)
def test_each_right_one_raises_and_each_wrong_one_lowers_it(right, wrong):
    bound = calibration.lower_bound(right, wrong)
    assert calibration.lower_bound(right + 1, wrong) > bound
    assert calibration.lower_bound(right, wrong + 1) <= bound


@given(
    st.integers(0, 20_000),
    st.integers(0, 20),
    st.sampled_from([50.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99]),
)
@settings(deadline=None, max_examples=150)
def test_missing_is_exactly_enough(right, wrong, limit):
    needed = calibration.missing(right, wrong, limit)
    assert calibration.is_proved(right + needed, wrong, limit)
    assert not needed or not calibration.is_proved(right + needed - 1, wrong, limit)
