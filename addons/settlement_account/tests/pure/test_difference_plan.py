from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.accounts import FeeTax, TaxShare
from odoo.addons.settlement_account.planning.allocation import Source, allocate
from odoo.addons.settlement_account.planning.difference import (
    Difference,
    Left,
    NotCovered,
    booked_lines,
    left_of_targets,
    plan_difference,
    share_of,
)
from odoo.addons.settlement_account.planning.rows import Target

DAY = date(2026, 1, 10)
USD, EUR = 1, 2


def source(amount, transaction_id=1):
    return Source(transaction_id, USD, amount)


def target(line_id, amount):
    return Target(line_id, 50, 60, USD, amount)


def difference(amount):
    return Difference(7, 1, USD, amount, "INV/1")


def same(amount):
    return amount


def tax(percent):
    shares = (TaxShare(80, 81, Decimal(1)),)
    return FeeTax(tax_id=8, percent=Decimal(percent), shares=shares)


def test_what_one_document_leaves_open():
    assert left_of_targets(200, [source(9800)], [target(5, 10000)]) == [
        Left(5, 50, 60, 200)
    ]


def test_the_last_documents_stay_open():
    targets = [target(5, 10000), target(6, 100)]
    lefts = left_of_targets(300, [source(9800)], targets)
    assert [(left.line_id, left.amount) for left in lefts] == [(6, 100), (5, 200)]


def test_a_credit_note_is_set_off_and_takes_no_difference():
    targets = [target(5, 10000), target(6, -2000)]
    lefts = left_of_targets(200, [source(7800)], targets)
    assert [(left.line_id, left.amount) for left in lefts] == [(5, 200)]


def test_money_that_leaves():
    lefts = left_of_targets(-100, [source(-4900)], [target(5, -5000)])
    assert lefts == [Left(5, 50, 60, -100)]


def test_a_difference_is_not_set_off():
    """What waits for its own entry is not reconciled with other documents' money."""
    targets = [target(5, 10000), target(6, 7000)]
    parts = allocate(7, [source(16800)], targets, 200)
    assert [(part.items, part.amount) for _row, part in parts] == [
        ((5,), 10000),
        ((6,), 6800),
    ]
    parts = allocate(7, [source(16800)], targets)
    assert parts[0][1].items == (5, 6)


def test_money_of_ours_is_shared_in_its_order():
    items = [Left(1, 50, 60, -70), Left(2, 50, 60, 40), Left(3, 50, 60, -50)]
    shares = share_of(-100, items)
    assert [(share.line_id, share.amount) for share in shares] == [(1, -70), (3, -30)]


def test_the_entry():
    booked = booked_lines(difference(200), "bank_fee", 90, 0, same)
    plan = plan_difference(DAY, "x", difference(200), [Left(5, 50, 60, 200)], booked)
    settling, fee = plan.lines
    assert (settling.account_id, settling.partner_id) == (50, 60)
    assert settling.balance == -200
    assert settling.reconcile_with == (5,)
    assert (fee.account_id, fee.balance, fee.role) == (90, 200, "bank_fee")
    assert {settling.match_id, fee.match_id} == {7}
    assert not plan.match_ids


def test_the_tax_is_contained():
    booked = booked_lines(difference(1200), "bank_fee", 90, 0, same, tax(20), "VAT")
    assert [line.amount for line in booked] == [1000, 200]
    assert booked[1].tax_base == 1000
    lefts = [Left(5, 50, 60, 1200)]
    plan = plan_difference(DAY, "x", difference(1200), lefts, booked)
    assert sum(line.balance for line in plan.lines) == 0


def test_another_currency():
    def twice(amount):
        return 2 * amount

    booked = booked_lines(difference(-3), "difference", 90, 0, twice)
    lefts = [Left(5, 50, 60, -2), Left(6, 50, 60, -1)]
    plan = plan_difference(DAY, "x", difference(-3), lefts, booked)
    assert [line.balance for line in plan.lines] == [4, 2, -6]
    assert [line.amount_currency for line in plan.lines] == [2, 1, -3]


@pytest.mark.parametrize("lefts", [[], [199], [201], [100, 101], [-200]])
def test_what_stays_open_must_be_the_difference(lefts):
    items = [Left(number, 50, 60, amount) for number, amount in enumerate(lefts)]
    booked = booked_lines(difference(200), "bank_fee", 90, 0, same)
    with pytest.raises(NotCovered):
        plan_difference(DAY, "x", difference(200), items, booked)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
    st.integers(1, 10**6),
    st.sampled_from((1, -1)),
)
def test_money_and_difference_settle_everything(amounts, weights, short, sign):
    """Whatever the shape: parts and difference together are the documents."""
    whole = sum(amounts)
    short = min(short, whole - len(weights))
    if short < 1:
        return
    money = whole - short
    parts = [money * weight // sum(weights) for weight in weights]
    parts[-1] += money - sum(parts)
    if not all(parts):
        return
    sources = [source(sign * part, number) for number, part in enumerate(parts)]
    targets = [target(number, sign * amount) for number, amount in enumerate(amounts)]
    settled = dict.fromkeys(range(len(amounts)), 0)
    for _row, part in allocate(7, sources, targets, sign * short):
        assert part.also == ()
        settled[part.move_line_id] += part.amount
    for left in left_of_targets(sign * short, sources, targets):
        settled[left.line_id] += left.amount
    assert [settled[number] * sign for number in range(len(amounts))] == amounts
