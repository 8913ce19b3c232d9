from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.feeds.freshness import silent_hours

FRIDAY = datetime(2026, 3, 6, 18, 0)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1))


def test_a_weekend_does_not_count_for_a_bank():
    monday = datetime(2026, 3, 9, 9, 0)
    assert silent_hours(FRIDAY, monday, weekends=False) == 6 + 9
    assert silent_hours(FRIDAY, monday, weekends=True) == 63


def test_inside_a_weekend_no_time_passes():
    saturday = datetime(2026, 3, 7, 8, 0)
    assert silent_hours(saturday, saturday + timedelta(hours=30), weekends=False) == 0


@given(moments, moments, st.booleans())
def test_nobody_is_silent_for_less_than_nothing(since, until, weekends):
    hours = silent_hours(since, until, weekends=weekends)
    assert hours >= 0
    if until <= since:
        assert hours == 0


@given(moments, moments, moments)
def test_hours_add_up(first, second, third):
    first, second, third = sorted((first, second, third))
    whole = silent_hours(first, third, weekends=False)
    parts = silent_hours(first, second, weekends=False) + silent_hours(
        second, third, weekends=False
    )
    assert abs(whole - parts) < 1e-6
    assert whole <= silent_hours(first, third, weekends=True) + 1e-6
