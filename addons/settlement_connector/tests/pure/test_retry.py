"""Waits between attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.client.retry import (
    RetryPolicy,
    parse_retry_after,
)

EPOCH_2015 = 1445412480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 09:28:30 +0200", 30.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_retry_after(value, seconds):
    assert parse_retry_after(value, lambda: EPOCH_2015) == seconds


@given(st.text(max_size=40))
def test_any_header_is_survived(value):
    wait = parse_retry_after(value, lambda: EPOCH_2015)
    assert wait is None or wait >= 0


@given(
    st.integers(0, 60),
    st.one_of(st.none(), st.floats(0, 1e6)),
    st.floats(0, 1),
)
def test_every_wait_is_bounded(attempt, retry_after, jitter):
    policy = RetryPolicy(attempts=10, jitter=lambda: jitter)
    wait = policy.wait(attempt, retry_after)
    if wait is None:
        assert attempt >= 9 or retry_after > policy.longest_wait
    else:
        assert 0 <= wait <= policy.longest_wait
        assert retry_after is None or wait >= retry_after
