from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.clearing import OpenItem
from odoo.addons.settlement_account.planning.fee_bill import (
    Bill,
    Fee,
    fit,
    plan_fee_bill,
    total,
)

numbers = iter(range(1, 10**9))
DOLLAR, EURO = 1, 2


def fee(amount, day=date(2026, 1, 10), balance=None, currency=DOLLAR):
    worth = amount if balance is None else balance
    return Fee(OpenItem(next(numbers), 10, 7, currency, amount, worth), day)


def bill(amount, day=date(2026, 2, 3), balance=None, currency=DOLLAR):
    worth = amount if balance is None else balance
    return Bill(OpenItem(next(numbers), 20, 7, currency, -amount, -worth), day)


def rows(plan):
    return [(line.role, line.account_id, line.balance) for line in plan.lines]


# ----------------------------------------------------------------------
# Which fees
# ----------------------------------------------------------------------


def test_a_bill_of_february_is_about_the_fees_of_january():
    january = [fee(1000), fee(500, date(2026, 1, 31))]
    found = fit(bill(1500), [*january, fee(300, date(2026, 2, 1))])
    assert (found.fees, found.difference) == (tuple(january), 0)


def test_a_bill_of_the_last_day_is_about_its_own_month():
    january = [fee(1000)]
    found = fit(bill(1000, date(2026, 1, 31)), [fee(70, date(2025, 12, 3)), *january])
    assert (found.fees, found.difference) == (tuple(january), 0)


def test_a_bill_over_two_months():
    fees = [fee(1000, date(2025, 12, 20)), fee(500)]
    found = fit(bill(1500), fees)
    assert (found.fees, found.difference) == (tuple(fees), 0)


def test_a_bill_that_asks_for_more_shows_the_difference():
    fees = [fee(1000)]
    found = fit(bill(1050), [*fees, fee(400, date(2026, 2, 1))])
    assert (found.fees, found.difference) == (tuple(fees), 50)


def test_a_bill_without_fees_around_it_is_none_of_ours():
    assert fit(bill(1000), []) is None
    assert fit(bill(1000), [fee(1000, date(2026, 3, 1))]) is None


def test_another_currency_does_not_fit():
    assert fit(bill(1000), [fee(1000, currency=EURO)]) is None


def test_refunded_fees_count():
    fees = [fee(1000), fee(-200)]
    assert total(fees) == 800
    assert fit(bill(800), fees).difference == 0


# ----------------------------------------------------------------------
# Clearing
# ----------------------------------------------------------------------


def test_fees_pay_their_bill():
    owed, fees = bill(1500), [fee(1000), fee(500)]
    plan = plan_fee_bill(date(2026, 2, 3), "bill", owed, fees)
    assert rows(plan) == [("cleared", 10, -1500), ("settled", 20, 1500)]
    assert plan.lines[0].reconcile_with == tuple(each.item.line_id for each in fees)
    assert plan.lines[1].reconcile_with == (owed.item.line_id,)


@pytest.mark.parametrize(("owed", "withheld"), [(1500, 1000), (1000, 1500)])
def test_without_an_account_the_rest_stays_open(owed, withheld):
    plan = plan_fee_bill(date(2026, 2, 3), "bill", bill(owed), [fee(withheld)])
    assert rows(plan) == [("cleared", 10, -1000), ("settled", 20, 1000)]


@pytest.mark.parametrize(("owed", "withheld"), [(1500, 1000), (1000, 1500)])
def test_a_difference_is_a_fee(owed, withheld):
    plan = plan_fee_bill(date(2026, 2, 3), "bill", bill(owed), [fee(withheld)], 30)
    assert rows(plan) == [
        ("cleared", 10, -withheld),
        ("settled", 20, owed),
        ("fee", 30, withheld - owed),
    ]


def test_fees_in_euro_leave_at_what_they_stand_at():
    owed = bill(1000, balance=2500, currency=EURO)
    plan = plan_fee_bill(
        date(2026, 2, 3), "bill", owed, [fee(1000, balance=2000, currency=EURO)]
    )
    assert [(line.amount_currency, line.balance) for line in plan.lines] == [
        (-1000, -2000),
        (1000, 2000),
    ]


positive = st.integers(1, 10**9)


@given(positive, st.lists(positive, min_size=1, max_size=5), st.booleans())
def test_every_clearing_balances(owed, withheld, has_account):
    account = 30 if has_account else 0
    fees = [fee(amount) for amount in withheld]
    plan = plan_fee_bill(date(2026, 2, 3), "bill", bill(owed), fees, account)
    assert sum(line.balance for line in plan.lines) == 0
    settled = sum(line.balance for line in plan.lines if line.role == "settled")
    assert settled == (owed if has_account else min(owed, sum(withheld)))
