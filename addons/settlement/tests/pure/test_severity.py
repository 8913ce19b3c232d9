from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.exceptions import severity
from odoo.addons.settlement.exceptions.severity import DEFAULT_LEVELS, Level

HOUR = timedelta(hours=1)
AMOUNTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
AGES = st.integers(0, 24 * 60).map(lambda hours: timedelta(hours=hours))


@pytest.mark.parametrize(
    ("amount", "hours", "expected"),
    [
        (None, 0, "low"),
        ("999.99", 0, "low"),
        ("1000", 0, "medium"),
        ("-1000", 0, "medium"),
        ("9999.99", 0, "medium"),
        ("10000", 0, "high"),
        ("99999.99", 0, "high"),
        ("100000", 0, "critical"),
        (None, 23, "low"),
        (None, 24, "medium"),
        (None, 71, "medium"),
        (None, 72, "high"),
        (None, 119, "high"),
        (None, 120, "critical"),
        ("1", 120, "critical"),
        ("100000", 24, "critical"),
    ],
)
def test_by_amount_or_age(amount, hours, expected):
    amount = None if amount is None else Decimal(amount)
    found = severity.severity_of("unmatched", amount, hours * HOUR, DEFAULT_LEVELS)
    assert found == expected


@pytest.mark.parametrize("reason", severity.ALWAYS_CRITICAL)
def test_always_critical(reason):
    assert severity.severity_of(reason, None, timedelta(), DEFAULT_LEVELS) == "critical"


@given(AMOUNTS, AGES, AGES)
def test_it_never_falls_with_age(amount, age, more):
    now = severity.severity_of("unmatched", amount, age, DEFAULT_LEVELS)
    later = severity.severity_of("unmatched", amount, age + more, DEFAULT_LEVELS)
    assert severity.rank(later) <= severity.rank(now)


@given(AMOUNTS, AMOUNTS, AGES)
def test_it_never_falls_with_the_amount(amount, more, age):
    small = severity.severity_of("unmatched", amount, age, DEFAULT_LEVELS)
    large = abs(amount) + abs(more)
    found = severity.severity_of("unmatched", large, age, DEFAULT_LEVELS)
    assert severity.rank(found) <= severity.rank(small)


def test_a_level_without_amount_or_age_is_never_reached():
    levels = (Level("critical", None, None, 1), Level("low", None, None, 9))
    assert severity.severity_of("unmatched", Decimal(10**9), 999 * HOUR, levels) == (
        "low"
    )


def test_when_it_is_due():
    start = datetime(2026, 1, 1)
    assert severity.due_at("critical", start, DEFAULT_LEVELS) == start + 24 * HOUR
    assert severity.due_at("low", start, DEFAULT_LEVELS) == start + 168 * HOUR
    mine = (Level("critical", None, None, 2),)
    assert severity.due_at("critical", start, mine) == start + 2 * HOUR
    assert severity.due_at("high", start, mine) == start + 72 * HOUR


@pytest.mark.parametrize(
    ("hours", "bucket"),
    [
        (0, "day"),
        (23, "day"),
        (24, "three_days"),
        (71, "three_days"),
        (72, "week"),
        (168, "month"),
        (720, "older"),
        (9999, "older"),
    ],
)
def test_age_buckets(hours, bucket):
    assert severity.age_bucket(hours * HOUR) == bucket


def test_worst():
    assert severity.worst("low", "high") == "high"
    assert severity.worst("critical", "high") == "critical"
