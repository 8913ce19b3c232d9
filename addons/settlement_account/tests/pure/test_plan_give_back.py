"""What a clearing moved goes back to where the statement line waited."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.give_back import Cleared, plan_give_back

DAY = date(2026, 1, 31)
OWN, ABROAD = 1, 2
SUSPENSE, RECEIVABLE, FEES = 40, 50, 60


def item(line_id, account, balance, amount=None, currency=OWN, is_open=True):
    return Cleared(
        line_id=line_id,
        transaction_id=9,
        account_id=account,
        partner_id=5 if account == RECEIVABLE else 0,
        currency_id=currency,
        amount_currency=balance if amount is None else amount,
        balance=balance,
        name=f"line {line_id}",
        is_open=is_open,
    )


def test_all_of_it_goes_back():
    plan = plan_give_back(
        DAY, "x", [item(1, RECEIVABLE, -1000)], item(2, SUSPENSE, 1000)
    )
    given_back, returned = plan.lines
    assert (given_back.account_id, given_back.balance) == (RECEIVABLE, 1000)
    assert given_back.reconcile_with == (1,)
    assert given_back.partner_id == 5
    assert given_back.match_id == 0
    assert (returned.role, returned.account_id) == ("returned", SUSPENSE)
    assert (returned.balance, returned.amount_currency) == (-1000, -1000)
    assert returned.reconcile_with == ()


def test_a_part_goes_back():
    plan = plan_give_back(
        DAY, "x", [item(1, RECEIVABLE, -400)], item(2, SUSPENSE, 1000)
    )
    assert plan.lines[-1].balance == -400
    assert plan.lines[-1].amount_currency == -400


def test_costs_are_taken_back_and_not_reconciled():
    lines = [item(1, RECEIVABLE, -1020), item(2, FEES, 20, is_open=False)]
    plan = plan_give_back(DAY, "x", lines, item(3, SUSPENSE, 1000))
    assert [line.balance for line in plan.lines] == [1020, -20, -1000]
    assert plan.lines[1].reconcile_with == ()


def test_a_foreign_line_goes_back_in_its_currency():
    cleared = item(2, SUSPENSE, 2100, amount=1000, currency=ABROAD)
    lines = [item(1, RECEIVABLE, -2100, amount=-1000, currency=ABROAD)]
    returned = plan_give_back(DAY, "x", lines, cleared).lines[-1]
    assert returned.currency_id == ABROAD
    assert (returned.balance, returned.amount_currency) == (-2100, -1000)


@given(
    st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=8),
    st.sampled_from((1, -1)),
    st.integers(min_value=1, max_value=10**9),
    st.data(),
)
def test_every_part_and_all_parts_balance(amounts, sign, abroad, data):
    whole = sum(amounts)
    cleared = item(99, SUSPENSE, sign * whole, amount=sign * abroad, currency=ABROAD)
    count = data.draw(st.integers(min_value=1, max_value=len(amounts)))
    lines = [
        item(number, RECEIVABLE, -sign * amount)
        for number, amount in enumerate(amounts[:count], 1)
    ]
    plan = plan_give_back(DAY, "x", lines, cleared)
    assert sum(line.balance for line in plan.lines) == 0
    returned = plan.lines[-1]
    assert abs(returned.amount_currency) <= abroad
    if count == len(amounts):
        assert returned.amount_currency == -sign * abroad
