"""Proofs of checks, periods, and roles that nobody should hold at once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_workbench.closing import period
from odoo.addons.settlement_workbench.closing.result import (
    CheckResult,
    digest_of_ids,
    proof_hash,
    worst,
)
from odoo.addons.settlement_workbench.closing.segregation import PAIRS, conflicts

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ids = st.lists(st.integers(1, 10**9), unique=True)


def result(**values):
    return CheckResult(**{"code": "x", "state": "ok", "sentence": "Good.", **values})


def hashed(**values):
    return proof_hash(result(**values).proof())


def test_what_counts_changes_the_proof():
    first = hashed()
    assert first == hashed()
    for changed in (
        {"state": "warning"},
        {"sentence": "Bad."},
        {"amount_minor": 1},
        {"figures": (("a", "1"),)},
        {"ids": (1,)},
        {"model": "account.move"},
    ):
        assert hashed(**changed) != first, changed


def test_what_changes_by_itself_is_no_change():
    assert hashed(notes=(("age", "3 d"),)) == hashed()
    assert result(notes=(("age", "3 d"),)).proof()["notes"] == [["age", "3 d"]]


@given(ids)
def test_the_order_of_records_is_no_change(numbers):
    assert digest_of_ids(numbers) == digest_of_ids(reversed(numbers))
    assert bool(digest_of_ids(numbers)) == bool(numbers)


def test_other_records_of_the_same_number_are_a_change():
    assert hashed(ids=(1, 2)) != hashed(ids=(1, 3))
    assert digest_of_ids([1, 23]) != digest_of_ids([12, 3])


def test_the_worst_state_counts():
    assert worst([]) == "ok"
    assert worst(["ok", "warning"]) == "warning"
    assert worst(["unknown", "warning"]) == "unknown"
    assert worst(["ok", "blocking", "unknown"]) == "blocking"


@given(days)
def test_a_month_begins_and_ends(day):
    first, last = period.month_start(day), period.month_end(day)
    assert first <= day <= last
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    assert (first.year, first.month) == (last.year, last.month)


@given(days)
def test_banks_rest_at_weekends(day):
    found = period.last_working_day(day)
    assert found.weekday() < 5
    assert 0 <= (day - found).days <= 2
    assert found == day or day.weekday() >= 5


def test_roles_that_check_one_another():
    assert conflicts(["group_viewer", "group_accountant", "group_approver"]) == ()
    pair = ("group_integration_admin", "group_approver")
    assert conflicts([*pair, "group_viewer"]) == (pair,)
    assert conflicts({name for both in PAIRS for name in both}) == PAIRS
