"""The opening is what the provider has now, less all that came since."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.opening import (
    opening_balance,
    proposed_day,
)

FIRST = date(2026, 3, 1)
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
amounts = st.decimals(-10_000, 10_000, places=2)
movements = st.dictionaries(days, amounts, max_size=20)


def test_what_came_since_is_taken_off():
    moved = {date(2026, 3, 4): Decimal("10.00"), date(2026, 3, 9): Decimal("-2.50")}
    balance = Decimal("100.00")
    assert opening_balance(balance, moved, date(2026, 3, 4), FIRST) == Decimal("92.50")
    assert opening_balance(balance, moved, date(2026, 3, 5), FIRST) == Decimal("102.50")
    assert opening_balance(balance, moved, date(2026, 4, 1), FIRST) == balance


def test_before_the_first_known_day_nobody_knows():
    assert opening_balance(Decimal(1), {}, date(2026, 2, 28), FIRST) is None


@given(amounts, movements, days)
def test_opening_and_movements_lead_to_the_balance(balance, moved, day):
    opening = opening_balance(balance, moved, day, FIRST)
    after = [net for booked_on, net in moved.items() if booked_on >= day]
    assert opening + sum(after, Decimal(0)) == balance


@given(amounts, movements, days)
def test_days_follow_one_another(balance, moved, day):
    following = day + timedelta(days=1)
    of_day = moved.get(day, Decimal(0))
    assert opening_balance(balance, moved, following, FIRST) == (
        opening_balance(balance, moved, day, FIRST) + of_day
    )


@given(days, days)
def test_the_proposal_is_known_and_a_first_if_it_can_be(since, last):
    since, last = min(since, last), max(since, last)
    day = proposed_day(since, last)
    assert since <= day <= last
    assert day.day == 1 or (day == since and last.replace(day=1) < since)
