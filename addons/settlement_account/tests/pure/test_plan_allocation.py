"""Which money of a match pays which item."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.allocation import Source, allocate
from odoo.addons.settlement_account.planning.rows import Target

EUR, USD = 1, 2


def target(item, amount, currency=EUR):
    return Target(item, 50, 5, currency, amount)


def money(transaction, amount, currency=EUR):
    return Source(transaction, currency, amount)


def short(parts):
    return [
        (transaction, part.move_line_id, part.amount, part.amount_currency)
        for transaction, part in parts
    ]


def test_one_payment_for_several_invoices():
    parts = allocate(7, [money(1, 300)], [target(10, 100), target(11, 200)])
    assert short(parts) == [(1, 10, 100, 100), (1, 11, 200, 200)]
    assert {part.match_id for _transaction, part in parts} == {7}


def test_several_payments_for_one_invoice():
    parts = allocate(7, [money(1, 60), money(2, 40)], [target(10, 100)])
    assert short(parts) == [(1, 10, 60, 60), (2, 10, 40, 40)]


def test_an_invoice_in_another_currency_is_paid_in_its_own():
    parts = allocate(7, [money(1, 9200)], [target(10, 10000, USD)])
    assert short(parts) == [(1, 10, 9200, 10000)]


def test_several_invoices_in_another_currency_share_the_money():
    parts = allocate(
        7,
        [money(1, 100)],
        [target(10, 10, USD), target(11, 10, USD), target(12, 10, USD)],
    )
    assert short(parts) == [(1, 10, 33, 10), (1, 11, 33, 10), (1, 12, 34, 10)]


def test_a_charge_and_its_refund_settle_each_other():
    parts = allocate(7, [money(1, 100), money(2, -100)], [])
    assert short(parts) == [(1, 0, 100, 100), (2, 0, -100, -100)]
    assert {part.match_id for _transaction, part in parts} == {7}


def test_a_refund_set_off_in_the_money_meets_it_on_the_customer():
    parts = allocate(7, [money(1, 100), money(2, -30)], [target(10, 70)])
    assert short(parts) == [(1, 10, 70, 70), (1, 0, 30, 30), (2, 0, -30, -30)]
    assert {part.account_id for _transaction, part in parts} == {50}


def test_a_credit_note_set_off_in_the_payment_is_reconciled_with_it():
    parts = allocate(7, [money(1, 70)], [target(10, 100), target(11, -30)])
    ((_transaction, part),) = parts
    assert (part.amount, part.items) == (70, (10, 11))


amounts = st.integers(1, 10**9)


@given(st.lists(amounts, min_size=1, max_size=6), st.data())
def test_all_money_and_all_items_are_used_once(sums, data):
    total = sum(sums)
    cuts = sorted(data.draw(st.sets(st.integers(1, total), max_size=5)) | {total})
    targets = [
        target(100 + number, high - low)
        for number, (low, high) in enumerate(zip([0, *cuts], cuts, strict=False))
    ]
    parts = allocate(1, [money(n, each) for n, each in enumerate(sums)], targets)
    used, paid = Counter(), Counter()
    for transaction, part in parts:
        used[transaction] += part.amount
        paid[part.move_line_id] += part.amount_currency
    assert used == Counter(dict(enumerate(sums)))
    assert paid == Counter(
        {each.move_line_id: each.amount_currency for each in targets}
    )


@given(
    st.lists(amounts, min_size=1, max_size=5), st.lists(amounts, min_size=1, max_size=5)
)
def test_across_currencies_both_sides_are_used_to_the_last_unit(sums, foreign):
    targets = [target(100 + n, each, USD) for n, each in enumerate(foreign)]
    parts = allocate(1, [money(n, each) for n, each in enumerate(sums)], targets)
    assert sum(part.amount for _transaction, part in parts) == sum(sums)
    paid = Counter()
    for _transaction, part in parts:
        paid[part.move_line_id] += part.amount_currency
    reached = {line for line, amount in paid.items() if line}
    assert all(
        paid[each.move_line_id] == each.amount_currency
        for each in targets
        if each.move_line_id in reached and share_is_whole(each, targets, sums)
    )


def share_is_whole(each, targets, sums):
    """An item worth less than a minor unit of the money gets none of it."""
    return sum(sums) > len(targets) * sum(t.amount_currency for t in targets)
