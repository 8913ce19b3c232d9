from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import evidence
from odoo.addons.settlement_match.engine import transfers as tr

DAY = date(2026, 1, 10)


def end(id, amount, wallet=None, currency=1, days=0):
    wallet = wallet or (10 if amount < 0 else 20)
    return tr.End(id, wallet, currency, amount, DAY + timedelta(days=days))


def pair(went, came, level=tr.BOTH_ENDS, **values):
    return tr.Pair(end(went, -500), end(100 + came, 500), level, **values)


def ids(pairs):
    return sorted((each.went.id, each.came.id - 100) for each in pairs)


# -- which rows are candidates -----------------------------------------------------


@pytest.mark.parametrize(
    ("days", "possible"), [(-4, False), (-3, True), (0, True), (7, True), (8, False)]
)
def test_days_between_the_ends(days, possible):
    assert tr.is_possible(end(1, -5), end(2, 5, days=days)) is possible


def test_only_from_one_account_to_another():
    assert not tr.is_possible(end(1, -5, wallet=10), end(2, 5, wallet=10))
    assert not tr.is_possible(end(1, 5), end(2, -5))
    assert not tr.is_possible(end(1, 5, wallet=10), end(2, 5))


def test_two_rows_that_name_each_other_are_stronger_than_one():
    went, came = end(1, -5), end(2, 5)
    (one,) = tr.both_ways([(went, came, tr.ONE_END, "DE1")])
    assert one.level is tr.ONE_END
    assert not one.is_identified
    (both,) = tr.both_ways(
        [(went, came, tr.ONE_END, "DE1"), (went, came, tr.ONE_END, "DE2")]
    )
    assert both.level is tr.BOTH_ENDS
    assert both.text == "DE1, DE2"
    (same,) = tr.both_ways(
        [(went, came, tr.PROVIDER, "Pay"), (went, came, tr.REFERENCE, "E2E1")]
    )
    assert same.level is tr.REFERENCE


def test_impossible_rows_are_no_pairs():
    late = end(2, 5, days=9)
    assert tr.both_ways([(end(1, -5), late, tr.REFERENCE, "E2E1")]) == []


# -- decisions ---------------------------------------------------------------------


def test_the_only_pair_is_taken():
    outcome = tr.decide([pair(1, 1)])
    assert ids(outcome.pairs) == [(1, 1)]
    assert not outcome.ambiguous


def test_two_rows_that_came_are_ambiguous():
    outcome = tr.decide([pair(1, 1), pair(1, 2)])
    assert not outcome.pairs
    assert ids(outcome.ambiguous) == [(1, 1), (1, 2)]


def test_two_rows_that_went_are_ambiguous():
    assert not tr.decide([pair(1, 1), pair(2, 1)]).pairs


def test_what_both_ends_say_goes_first():
    outcome = tr.decide([pair(1, 1, tr.ONE_END), pair(1, 2), pair(2, 1, tr.ONE_END)])
    assert ids(outcome.pairs) == [(1, 2), (2, 1)]


def test_a_tie_of_the_strong_is_not_broken_by_the_weak():
    outcome = tr.decide([pair(1, 1), pair(1, 2), pair(2, 1, tr.PROVIDER)])
    assert not outcome.pairs


PAIRS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from(tr.LEVELS)),
    max_size=10,
    unique_by=lambda each: each[:2],
)


@given(PAIRS, st.randoms())
@settings(deadline=None, max_examples=300)
def test_order_changes_nothing_and_no_row_is_used_twice(rows, random):
    pairs = [pair(*row) for row in rows]
    outcome = tr.decide(pairs)
    random.shuffle(pairs)
    assert ids(outcome.pairs) == ids(tr.decide(pairs).pairs)
    assert ids(outcome.ambiguous) == ids(tr.decide(pairs).ambiguous)
    used = [each for one in outcome.pairs for each in (one.went.id, one.came.id)]
    assert len(used) == len(set(used))
    assert not set(used) & {each.went.id for each in outcome.ambiguous}


@given(PAIRS)
@settings(deadline=None, max_examples=300)
def test_of_equal_strength_there_is_no_second_candidate(rows):
    for one in tr.decide([pair(*row) for row in rows]).pairs:
        rivals = [
            row
            for row in rows
            if (row[0] == one.went.id or row[1] == one.came.id - 100)
            and row[2].rank >= one.level.rank
        ]
        # Those of another strength have lost to this one, or found their own.
        assert (one.went.id, one.came.id - 100, one.level) in rivals


# -- two currencies ----------------------------------------------------------------


def rates(table):
    return lambda currency_id, day: table.get(currency_id)


def test_amounts_by_the_rate_of_the_day():
    went, came = end(1, -10_000), end(2, 10_800, currency=2)
    known = rates({1: Decimal(100), 2: Decimal(108)})
    assert tr.deviation(went, came, known) == 0
    assert tr.deviation(went, end(2, 10_692, currency=2), known) == 10
    assert tr.deviation(went, end(2, 10_908, currency=2), known) == 10


def test_currencies_without_decimals_and_with_three():
    known = rates({1: Decimal(150), 2: Decimal(300)})
    yen, dinar = end(1, -15_000, currency=1), end(2, 30_000, currency=2)
    assert tr.deviation(yen, dinar, known) == 0


def test_a_deviation_is_rounded_up():
    known = rates({1: Decimal(1), 2: Decimal(1)})
    assert tr.deviation(end(1, -1_000_000), end(2, 999_999, currency=2), known) == 1


def test_without_a_rate_nothing_is_known():
    assert (
        tr.deviation(end(1, -1), end(2, 1, currency=2), rates({1: Decimal(1)})) is None
    )


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1, 10**6))
def test_a_deviation_has_no_sign_and_no_fraction(out, into, rate):
    known = rates({1: Decimal(rate), 2: Decimal(100)})
    found = tr.deviation(end(1, -out), end(2, into, currency=2), known)
    assert isinstance(found, int)
    assert found >= 0


# -- words -------------------------------------------------------------------------


def test_evidence_and_kind():
    same = pair(1, 1, text="DE1, DE2")
    pieces = {each["what"]: each["weight"] for each in tr.contributions(same)}
    assert pieces == {
        "own_accounts": 50,
        "days_apart": 5,
        "currency": 10,
        "opposite_amount": 30,
    }
    assert tr.kind(same) == "identifier/own_accounts"
    other = pair(1, 1, tr.ONE_END, deviation=12)
    pieces = {each["what"]: each for each in tr.contributions(other)}
    assert pieces["day_rate"]["weight"] == 18
    assert pieces["day_rate"]["text"] == "1.2 %"
    assert tr.kind(other) == "amount_date/own_account:rate"


def test_stronger_clues_and_closer_days_weigh_more():
    scores = [
        evidence.score(tr.contributions(pair(1, 1, level))) for level in tr.LEVELS
    ]
    assert scores == sorted(scores)
    late = tr.Pair(end(1, -5), end(2, 5, days=6), tr.BOTH_ENDS)
    assert evidence.score(tr.contributions(late)) < scores[-1]


# -- what a bank on the way kept ---------------------------------------------------


def less(went, came, kept=10, level=tr.BOTH_ENDS):
    return tr.Pair(end(went, -500), end(100 + came, 500 - kept), level)


def test_fee_is_what_is_missing_in_the_same_currency():
    assert less(1, 1).withheld == 10
    assert less(1, 1).withheld_per_mille == 20
    assert less(1, 1, kept=1).withheld_per_mille == 2
    assert pair(1, 1).withheld == 0
    foreign = tr.Pair(end(1, -500), end(2, 400, currency=2), tr.BOTH_ENDS, "", 3)
    assert foreign.withheld == 0
    assert foreign.is_identified


def test_transfer_with_a_fee_is_judged_and_weighs_less():
    assert not less(1, 1).is_identified
    assert tr.kind(less(1, 1)) == "amount_date/own_accounts:fee"
    pieces = tr.contributions(less(1, 1))
    assert [piece["what"] for piece in pieces][-1] == "withheld"
    assert pieces[-1]["text"] == "2.0 %"
    assert evidence.score(pieces) < evidence.score(tr.contributions(pair(1, 1)))


def test_equal_amounts_go_before_fees():
    outcome = tr.decide_all([less(1, 1), pair(1, 2)])
    assert ids(outcome.pairs) == [(1, 2)]
    assert not outcome.ambiguous
    assert ids(tr.decide_all([less(1, 1), pair(2, 2)]).pairs) == [(1, 1), (2, 2)]


def test_fees_need_both_rows_to_say_it():
    for level in (tr.ONE_END, tr.PROVIDER):
        assert tr.decide_all([less(1, 1, level=level)]) == tr.Outcome((), ())
    assert ids(tr.decide_all([less(1, 1, level=tr.REFERENCE)]).pairs) == [(1, 1)]


def test_two_with_fees_are_ambiguous():
    outcome = tr.decide_all([less(1, 1), less(1, 2, kept=11)])
    assert not outcome.pairs
    assert ids(outcome.ambiguous) == [(1, 1), (1, 2)]


def test_rivals_of_equal_amount_leave_nothing_for_fees():
    outcome = tr.decide_all([pair(1, 1), pair(1, 2), less(1, 3)])
    assert not outcome.pairs
    assert ids(outcome.ambiguous) == [(1, 1), (1, 2)]
