from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.period_end import (
    Held,
    Results,
    month_ends,
    plan_accrual,
    plan_revaluation,
)

DAY = date(2026, 1, 31)
amounts = st.integers(-(10**12), 10**12)


def held(amount=3000, balance=6000, **values):
    return Held(
        **{
            "account_id": 10,
            "currency_id": 2,
            "amount": amount,
            "balance": balance,
            "partner_id": 7,
            **values,
        }
    )


def rows(plan):
    return [
        (line.role, line.account_id, line.amount_currency, line.balance)
        for line in plan.lines
    ]


# ----------------------------------------------------------------------
# Month ends
# ----------------------------------------------------------------------


def test_month_ends_are_those_that_are_over():
    assert month_ends(date(2026, 1, 5), date(2026, 3, 30)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
    ]


def test_the_last_day_itself_is_an_end():
    assert month_ends(date(2026, 1, 31), date(2026, 1, 31)) == [date(2026, 1, 31)]


def test_no_month_is_over_yet():
    assert month_ends(date(2026, 1, 5), date(2026, 1, 30)) == []


def test_only_the_newest_are_looked_at():
    ends = month_ends(date(2000, 1, 1), date(2026, 1, 31), limit=2)
    assert ends == [date(2025, 12, 31), date(2026, 1, 31)]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_month_ends_are_in_order_and_inside(first, days):
    last = first + timedelta(days=days)
    ends = month_ends(first, last)
    assert ends == sorted(ends)
    assert all(first <= end <= last for end in ends)
    assert all((end + timedelta(days=1)).day == 1 for end in ends)


# ----------------------------------------------------------------------
# Accrual
# ----------------------------------------------------------------------


def test_fees_without_a_bill_are_expense_of_their_month():
    plan = plan_accrual(DAY, "fees", [held(3000, 6000)], 20)
    assert rows(plan) == [("fee", 20, 3000, 6000), ("fee_accrued", 10, -3000, -6000)]
    assert {line.partner_id for line in plan.lines} == {7}


def test_fees_of_two_currencies_stay_apart():
    plan = plan_accrual(DAY, "fees", [held(), held(50, 50, currency_id=1)], 20)
    assert len(plan.lines) == 4
    assert sum(line.balance for line in plan.lines) == 0


def test_refunded_fees_lower_the_expense():
    plan = plan_accrual(DAY, "fees", [held(-500, -1000)], 20)
    assert rows(plan)[0] == ("fee", 20, -500, -1000)


@given(st.lists(st.tuples(amounts, amounts), max_size=5))
def test_an_accrual_empties_what_it_accrues(pairs):
    given_ = [held(amount, balance) for amount, balance in pairs]
    plan = plan_accrual(DAY, "fees", given_, 20)
    accrued = [line for line in plan.lines if line.role == "fee_accrued"]
    assert sum(line.balance for line in accrued) == -sum(b for _a, b in pairs)
    assert sum(line.amount_currency for line in accrued) == -sum(a for a, _b in pairs)


# ----------------------------------------------------------------------
# Revaluation
# ----------------------------------------------------------------------

RESULTS = Results(gain_id=40, loss_id=60)


def test_a_gain_and_a_loss_go_to_their_accounts():
    plan = plan_revaluation(
        DAY, "rate", [(held(), 250), (held(account_id=11), -40)], RESULTS
    )
    assert rows(plan) == [
        ("revalued", 10, 0, 250),
        ("difference", 40, 0, -250),
        ("revalued", 11, 0, -40),
        ("difference", 60, 0, 40),
    ]


def test_nothing_to_revalue_is_no_line():
    assert plan_revaluation(DAY, "rate", [(held(), 0)], RESULTS).lines == ()


@given(st.lists(amounts, max_size=6))
def test_a_revaluation_touches_no_amount_in_foreign_currency(gains):
    plan = plan_revaluation(DAY, "rate", [(held(), gain) for gain in gains], RESULTS)
    assert all(line.amount_currency == 0 for line in plan.lines)
    revalued = [line.balance for line in plan.lines if line.role == "revalued"]
    assert sum(revalued) == sum(gains)
