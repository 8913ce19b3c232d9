"""The outcome of a dispute as an entry, whatever stands in the ledger already."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.clearing import OpenItem
from odoo.addons.settlement_account.planning.disputes import (
    EXCHANGE,
    LOSS,
    REOPENED,
    DisputeBook,
    NothingOpen,
    outs_of,
    plan_outcome,
)

DAY = date(2026, 1, 31)
ACCOUNTS = {LOSS: (61, 0), REOPENED: (12, 7), EXCHANGE: (66, 0)}
IDS = itertools.count(1)


def item(amount, balance=None):
    value = amount if balance is None else balance
    return OpenItem(next(IDS), 11, 0, 2, amount, value)


def book(wanted, booked=None, items=()):
    return DisputeBook(
        5, "dp_1", 11, 2, tuple(items), outs_of(wanted, booked or {}, ACCOUNTS)
    )


def entry(*args, **values):
    plan = plan_outcome(DAY, "dp_1", book(*args, **values))
    return [
        (line.role, line.account_id, line.amount, line.balance) for line in plan.lines
    ]


def test_a_loss_leaves_the_dispute_account():
    assert entry({LOSS: 900}, items=[item(900)]) == [
        ("dispute", 11, -900, -900),
        (LOSS, 61, 900, 900),
    ]


def test_each_line_leaves_at_the_value_it_stands_at():
    assert entry({LOSS: 900}, items=[item(600, 1201), item(300, 500)]) == [
        ("dispute", 11, -600, -1201),
        ("dispute", 11, -300, -500),
        (LOSS, 61, 900, 1701),
    ]


def test_a_part_leaves_its_share():
    assert entry({LOSS: 300}, items=[item(900, 1801)]) == [
        ("dispute", 11, -300, -600),
        (LOSS, 61, 300, 600),
    ]


def test_what_is_booked_is_not_booked_again():
    assert outs_of({LOSS: 900}, {LOSS: (900, 1800)}, ACCOUNTS) == ()


def test_what_came_back_settles_its_own_line():
    back = item(-400, -900)
    plan = plan_outcome(
        DAY, "dp_1", book({LOSS: 500}, {LOSS: (900, 1800)}, items=[back])
    )
    dispute, loss = plan.lines
    assert (dispute.amount, dispute.balance) == (400, 900)
    assert dispute.reconcile_with == (back.line_id,)
    assert (loss.role, loss.amount, loss.balance) == (LOSS, -400, -900)


def test_a_loss_that_is_open_again_comes_back_as_it_was_booked():
    assert entry({}, {LOSS: (900, 1801)}) == [
        ("dispute", 11, 900, 1801),
        (LOSS, 61, -900, -1801),
    ]


def test_from_the_loss_to_the_customer():
    lines = entry({REOPENED: 900}, {LOSS: (900, 1801)})
    assert lines == [(LOSS, 61, -900, -1801), (REOPENED, 12, 900, 1801)]


def test_the_customer_is_on_the_line():
    plan = plan_outcome(DAY, "dp_1", book({REOPENED: 900}, items=[item(900)]))
    assert plan.lines[-1].partner_id == 7
    assert {line.transaction_id for line in plan.lines} == {5}


def test_a_gain_of_the_rate_leaves_too():
    assert entry({EXCHANGE: -90}, items=[item(-90, -180)]) == [
        ("dispute", 11, 90, 180),
        (EXCHANGE, 66, -90, -180),
    ]


def test_nothing_leaves_that_is_not_there():
    with pytest.raises(NothingOpen):
        entry({LOSS: 900}, items=[item(800)])
    with pytest.raises(NothingOpen):
        entry({EXCHANGE: -90}, items=[item(800)])


AMOUNTS = st.integers(1, 10_000)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=4), st.data())
def test_every_entry_balances_and_never_takes_more_than_is_there(amounts, data):
    items = [item(amount, value) for amount, value in amounts]
    whole = sum(amount for amount, _value in amounts)
    lost = data.draw(st.integers(0, whole))
    exchange = data.draw(st.integers(0, whole - lost))
    wanted = {LOSS: lost, EXCHANGE: exchange}
    planned = plan_outcome(DAY, "dp_1", book(wanted, items=items))
    assert sum(line.amount for line in planned.lines) == 0
    assert sum(line.balance for line in planned.lines) == 0
    taken = {line.reconcile_with: line for line in planned.lines if line.reconcile_with}
    for each in items:
        line = taken.get((each.line_id,))
        assert line is None or -each.amount_currency <= line.amount < 0
        assert line is None or -each.balance <= line.balance <= 0
    if lost + exchange == whole:
        assert -sum(line.balance for line in taken.values()) == sum(
            value for _amount, value in amounts
        )


@given(AMOUNTS, AMOUNTS, st.integers(0, 10_000))
def test_there_and_back_again_leaves_nothing(amount, value, other):
    there = plan_outcome(
        DAY, "dp_1", book({LOSS: amount}, items=[item(amount, value)])
    ).lines
    booked = {LOSS: (there[-1].amount, there[-1].balance)}
    back = plan_outcome(DAY, "dp_1", book({}, booked)).lines
    assert sum(line.balance for line in (*there, *back) if line.role == LOSS) == 0
    dispute = [line for line in (*there, *back) if line.role == "dispute"]
    assert sum(line.balance for line in dispute) == 0
