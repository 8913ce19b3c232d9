"""Laws between the statements of one account."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_bank.statements import continuity
from odoo.addons.settlement_bank.statements.continuity import Statement


def statement(number, opening, total, closing=None, day=None, key=""):
    opening = None if opening is None else Decimal(opening)
    total = Decimal(total)
    if closing is None and opening is not None:
        closing = opening + total
    return Statement(
        key=key or f"S{number}",
        title=f"Statement {number}",
        currency="EUR",
        date=day or date(2026, 1, 1) + timedelta(days=number or 0),
        total=total,
        number=number,
        opening=opening,
        closing=None if closing is None else Decimal(closing),
    )


def reasons(*statements):
    return [finding.reason for finding in continuity.check(statements)]


def test_statements_that_follow_one_another_have_no_finding():
    assert reasons(statement(1, "0", "5"), statement(2, "5", "-7")) == []


def test_arithmetic_is_told_in_numbers():
    (finding,) = continuity.check([statement(1, "100.00", "50.00", "160.00")])
    assert finding.reason == "batch_unbalanced"
    for number in ("100.00 EUR", "50.00 EUR", "150.00 EUR", "160.00 EUR", "10.00 EUR"):
        assert number in finding.sentence
    assert "10.00 EUR too little in its entries" in finding.sentence
    assert finding.holds_up


def test_too_much_is_told_as_such():
    (finding,) = continuity.check([statement(1, "100.00", "50.00", "140.00")])
    assert "10.00 EUR too much in its entries" in finding.sentence


def test_gap_between_balances():
    first, second = statement(None, "0", "5.00"), statement(None, "6.00", "1.00")
    second = replace(second, key="B", date=first.date + timedelta(days=1))
    (finding,) = continuity.check([first, second])
    assert (finding.key, finding.reason) == ("B", "balance_gap")
    assert "closes with 5.00 EUR, the next opens with 6.00 EUR" in finding.sentence
    assert "1.00 EUR more" in finding.sentence


def test_missing_number_names_it_and_the_gap():
    known = [statement(1, "0", "5.00"), statement(4, "6.00", "1")]
    (finding,) = continuity.check(known)
    assert finding.reason == "missing_data"
    assert "number 2 to 3 is missing" in finding.sentence
    assert "1.00 EUR more" in finding.sentence
    assert finding.holds_up


def test_missing_number_with_unbroken_balances_holds_nothing_up():
    (finding,) = continuity.check([statement(1, "0", "5"), statement(3, "5", "1")])
    assert finding.reason == "missing_data"
    assert not finding.holds_up


def test_missing_number_without_balances_holds_up():
    (finding,) = continuity.check([statement(1, None, "5"), statement(3, None, "1")])
    assert finding.holds_up
    assert "cannot be compared" in finding.sentence


def test_repeated_number_is_a_finding_only_if_the_balances_break():
    first = statement(7, "0", "5")
    later = replace(statement(7, "5", "1"), key="X", date=first.date + timedelta(1))
    assert reasons(first, later) == []
    assert reasons(first, replace(later, opening=Decimal(9), closing=Decimal(10))) == [
        "duplicate"
    ]


def test_numbers_begin_again_with_the_year():
    last = statement(250, "0", "5", day=date(2025, 12, 30))
    assert reasons(last, statement(1, "5", "1", day=date(2026, 1, 2))) == []
    assert reasons(last, statement(3, "6", "1", day=date(2026, 1, 4))) == [
        "missing_data"
    ]


def test_numbers_that_fall_within_a_year_count_nothing():
    first = statement(28, "0", "5", day=date(2026, 1, 28))
    assert reasons(first, statement(2, "5", "1", day=date(2026, 2, 2))) == []


def test_several_of_one_day_are_ordered_by_their_balances():
    day = date(2026, 1, 5)
    chain = [
        statement(None, opening, 1, day=day, key=key)
        for opening, key in ((10, "z"), (11, "a"), (12, "m"))
    ]
    before = statement(None, 0, 10, day=date(2026, 1, 4), key="first")
    for given_order in (chain, chain[::-1], [chain[1], chain[0], chain[2]]):
        assert continuity.in_order([*given_order, before]) == [before, *chain]
        assert continuity.in_order(given_order) == chain


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_unbroken_chain_has_no_finding_in_any_order(movements, random):
    chain, balance = [], 0
    for number, movement in enumerate(movements, 1):
        chain.append(statement(number, balance, movement))
        balance += movement
    random.shuffle(chain)
    assert continuity.check(chain) == []


@given(
    st.lists(st.integers(1, 1000), min_size=3, max_size=12),
    st.data(),
)
@pytest.mark.parametrize("numbered", [True, False])
def test_any_missing_statement_is_found(numbered, movements, data):
    chain, balance = [], 0
    for number, movement in enumerate(movements, 1):
        one = statement(number, balance, movement)
        chain.append(one if numbered else replace(one, number=None))
        balance += movement
    lost = data.draw(st.integers(1, len(chain) - 2))
    del chain[lost]
    (finding,) = continuity.check(chain)
    assert finding.reason == ("missing_data" if numbered else "balance_gap")
    assert finding.key == chain[lost].key
    assert finding.holds_up
