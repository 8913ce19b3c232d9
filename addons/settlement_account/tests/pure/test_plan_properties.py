"""Whatever the rows: the entry balances, and nothing is lost or added."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement_account.planning.accounts import ROLES, Accounts, Rate
from odoo.addons.settlement_account.planning.clearing import (
    Company,
    Move,
    OpenItem,
    plan_clearing,
)
from odoo.addons.settlement_account.planning.entry import Slice, plan_slice
from odoo.addons.settlement_account.planning.rows import FeePart, Row, Settled
from odoo.addons.settlement_account.planning.slices import (
    by_month,
    chunks,
    entry_date,
    weight,
)

ACCOUNTS = Accounts(**{role: 100 + number for number, role in enumerate(ROLES)})
WALLET, COMPANY, THIRD = 1, 2, 3
START = date(2026, 1, 1)

amounts = st.integers(-(10**12), 10**12)
small = st.integers(-500, 500)
fees = st.lists(
    st.builds(FeePart, st.sampled_from(kinds.FEE_KINDS), small, small), max_size=3
).map(tuple)
parts = st.lists(
    st.builds(
        Settled,
        account_id=st.sampled_from((50, 51)),
        partner_id=st.integers(0, 3),
        amount=amounts,
        currency_id=st.sampled_from((WALLET, COMPANY, THIRD)),
        amount_currency=amounts,
        move_line_id=st.integers(1, 20),
        is_summable=st.booleans(),
    ),
    max_size=3,
).map(tuple)
rates = st.builds(
    Rate,
    st.decimals(Decimal("0.0001"), Decimal("5000"), places=6),
    decimals=st.sampled_from((0, 2, 3)),
    company_decimals=st.sampled_from((0, 2, 3)),
)


@st.composite
def row_lists(draw, max_size=25):
    rows = []
    for number in range(draw(st.integers(1, max_size))):
        kind = draw(st.sampled_from(kinds.TRANSACTION_KINDS))
        settled = draw(parts) if kind in kinds.KINDS_WITH_TARGET else ()
        rows.append(
            Row(
                id=number + 1,
                kind=kind,
                gross=draw(amounts),
                booked_on=START + timedelta(days=draw(st.integers(0, 100))),
                label=f"row {number}",
                fees=draw(fees),
                settled=settled,
            )
        )
    return rows


def plan(rows, rate, summary=False, same_currency=False):
    return plan_slice(
        Slice(
            date=START,
            name="any",
            rows=tuple(rows),
            accounts=ACCOUNTS,
            currency_id=WALLET,
            company_currency_id=WALLET if same_currency else COMPANY,
            rate=rate,
            summary=summary,
        )
    )


@given(row_lists(), rates, st.booleans())
def test_the_entry_balances_in_both_currencies(rows, rate, summary):
    entry = plan(rows, rate, summary)
    assert sum(line.amount for line in entry.lines) == 0
    assert sum(line.balance for line in entry.lines) == 0


@given(row_lists(), rates, st.booleans())
def test_the_wallet_gets_exactly_the_net_of_the_rows(rows, rate, summary):
    entry = plan(rows, rate, summary)
    wallet = sum(
        line.amount_currency
        for line in entry.lines
        if line.account_id == ACCOUNTS.wallet
    )
    assert wallet == sum(row.net for row in rows)


@given(row_lists(), st.booleans())
def test_without_a_rate_both_currencies_are_the_same(rows, summary):
    entry = plan(rows, Rate(), summary, same_currency=True)
    for line in entry.lines:
        if line.currency_id == WALLET:
            assert line.balance == line.amount_currency == line.amount


@given(row_lists(), rates)
def test_no_line_is_debit_and_credit_at_once(rows, rate):
    for line in plan(rows, rate).lines:
        if line.role != "settled":
            assert line.amount_currency * line.balance >= 0


@given(row_lists(), rates)
def test_summing_changes_no_account(rows, rate):
    def totals(entry):
        sums = Counter()
        for line in entry.lines:
            sums[line.account_id, line.currency_id] += line.amount_currency
        return {key: amount for key, amount in sums.items() if amount}

    assert totals(plan(rows, rate, True)) == totals(plan(rows, rate, False))


@given(row_lists(), rates)
def test_the_same_rows_give_the_same_digest(rows, rate):
    assert plan(rows, rate).digest() == plan(rows, rate).digest()


@given(row_lists())
def test_months_lose_no_row_and_no_entry_is_dated_outside_its_month(rows):
    months = by_month(rows)
    assert Counter(row for _month, group in months for row in group) == Counter(rows)
    for month, group in months:
        assert month.day == 1
        assert (entry_date(group).year, entry_date(group).month) == (
            month.year,
            month.month,
        )


@given(row_lists(60), st.integers(3, 20))
def test_chunks_lose_no_row_and_stay_within_their_limit(rows, limit):
    runs = chunks(rows, limit)
    assert Counter(row for run in runs for row in run) == Counter(rows)
    for run in runs:
        assert len(run) == 1 or sum(map(weight, run)) <= limit


@st.composite
def clearings(draw):
    moves = []
    for number in range(draw(st.integers(1, 6))):
        currency = draw(st.sampled_from((WALLET, COMPANY)))
        sign = draw(st.sampled_from((1, -1)))
        shares = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=4))
        left_over = draw(st.integers(0, 10**6))
        open_amount = -sign * (sum(shares) + left_over)
        value = open_amount
        if currency != COMPANY:
            value = -sign * draw(st.integers(1, 10**9))
        item = OpenItem(number + 1, 40, 0, currency, open_amount, value)
        for share in shares:
            part = Settled(
                account_id=50,
                partner_id=3,
                amount=sign * share,
                currency_id=draw(st.sampled_from((currency, THIRD))),
                amount_currency=sign * draw(st.integers(1, 10**9)),
                move_line_id=draw(st.integers(1, 9)),
            )
            moves.append(Move(item, part, "cleared", draw(st.integers(1, 9))))
    return moves


@given(clearings())
def test_clearing_balances_and_empties_what_it_takes_in_full(moves):
    entry = plan_clearing(START, "clearing", moves, Company(COMPANY, 60))
    assert sum(line.balance for line in entry.lines) == 0
    for item in {move.item for move in moves}:
        (line,) = [
            line
            for line in entry.lines
            if line.reconcile_with == (item.line_id,) and line.role == "cleared"
        ]
        left = item.amount_currency + line.amount_currency
        if not left:
            assert item.balance + line.balance == 0
        assert left * item.amount_currency >= 0
