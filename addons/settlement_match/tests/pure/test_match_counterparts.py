from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import counterparts as cs
from odoo.addons.settlement_match.engine import counterparty, evidence, subset

DAY = date(2026, 1, 10)


def payments(*amounts, **values):
    return tuple(
        cs.Payment(id, amount, DAY, **values) for id, amount in enumerate(amounts, 1)
    )


def items(*amounts, day=DAY):
    return tuple(
        cs.Item(id, amount, f"INV{id}", day) for id, amount in enumerate(amounts, 101)
    )


def decide(paid, owed, **values):
    return cs.decide([cs.Group("Ada", paid, owed)], **values)


def shown(outcome):
    return sorted(
        (
            sorted(payment.id for payment in found.way.payments),
            sorted(item.id for item in found.way.items),
        )
        for found in outcome.found
    )


# -- the searches ---------------------------------------------------------------------


def brute_balanced(values):
    """Return the minimal non-empty subsets that sum to nothing."""
    positions = [at for at, value in enumerate(values) if value]
    every = [
        set(chosen)
        for size in range(1, len(positions) + 1)
        for chosen in combinations(positions, size)
        if sum(values[at] for at in chosen) == 0
    ]
    return {
        tuple(sorted(one)) for one in every if not any(other < one for other in every)
    }


@given(st.lists(st.integers(-40, 40), max_size=9))
@settings(deadline=None, max_examples=400)
def test_balanced_finds_exactly_the_minimal_subsets(values):
    found = subset.balanced(values, limit=10_000)
    assert found.exhaustive
    assert set(found.solutions) == brute_balanced(values)


def test_balanced_gives_up_at_its_limit():
    assert not subset.balanced([1] * 8 + [-1] * 8, limit=100).exhaustive
    assert not subset.balanced(list(range(1, 50)), limit=100).exhaustive


@given(st.lists(st.integers(-60, 60).filter(bool), max_size=9), st.integers(-150, 150))
@settings(deadline=None, max_examples=400)
def test_few_finds_all_of_a_few_and_all_but_a_few(values, target):
    found = subset.few(values, target, limit=10_000)
    positions = range(len(values))
    expected = {
        chosen
        for size in range(1, len(values) + 1)
        for chosen in combinations(positions, size)
        if sum(values[at] for at in chosen) == target
        and (size <= 3 or len(values) - size <= 2)
    }
    assert set(found.solutions) == expected
    assert not found.exhaustive
    assert found.unique is None


def test_steps_are_what_a_search_builds():
    assert subset.steps(28) == 2**15
    assert subset.steps(27) > subset.steps(25)


# -- what is found --------------------------------------------------------------------


def test_one_payment_for_several_documents():
    outcome = decide(payments(17_031), items(10_012, 7_019, 5_555))
    assert shown(outcome) == [([1], [101, 102])]
    (found,) = outcome.found
    assert found.is_certain
    assert cs.proof(found) == {
        "method": "subset",
        "solutions": 1,
        "exhaustive": True,
        "items": 4,
    }


def test_several_payments_for_one_document():
    outcome = decide(payments(4_001, 6_011, 9_000), items(10_012))
    assert shown(outcome) == [([1, 2], [101])]
    assert outcome.found[0].is_certain


def test_several_for_several():
    outcome = decide(payments(4_001, 6_011), items(7_012, 3_000))
    assert shown(outcome) == [([1, 2], [101, 102])]


def test_two_payments_apart_are_two_matches():
    outcome = decide(payments(30_003, 70_101), items(10_001, 20_002, 30_100, 40_001))
    assert shown(outcome) == [([1], [101, 102]), ([2], [103, 104])]


def test_credit_notes_are_set_off():
    outcome = decide(payments(8_011), items(10_012, -2_001, 5_555))
    assert shown(outcome) == [([1], [101, 102])]


def test_money_that_leaves():
    outcome = decide(payments(-17_031), items(-10_012, -7_019, -5_555))
    assert shown(outcome) == [([1], [101, 102])]


def test_two_ways_are_no_proof():
    outcome = decide(payments(10_007), items(6_004, 4_003, 7_006, 3_001))
    (found,) = outcome.found
    assert found.ways == 2
    assert len(found.others) == 1
    assert not found.is_certain


def test_the_oldest_way_is_shown():
    young = cs.Item(201, 6_004, "INV201", DAY)
    old = cs.Item(202, 6_004, "INV202", DAY - timedelta(days=40))
    other = cs.Item(203, 4_003, "INV203", DAY)
    outcome = decide(payments(10_007), (young, old, other))
    assert shown(outcome) == [([1], [202, 203])]


def test_an_item_of_the_amount_is_a_way_as_well():
    outcome = decide(payments(10_007), items(6_004, 4_003, 10_007))
    assert outcome.found[0].ways == 2
    assert shown(outcome) == [([1], [103])]


def test_too_many_ways_are_only_counted():
    outcome = decide(payments(2_002), items(*[1_001] * 6))
    assert not outcome.found
    ((payment, ways, is_all),) = outcome.ambiguous
    assert (payment.id, ways, is_all) == (1, 15, True)


def test_countless_ways_say_so():
    outcome = decide(payments(6_006), items(*[1_001] * 12))
    ((_payment, ways, is_all),) = outcome.ambiguous
    assert (ways, is_all) == (cs.MOST_WAYS, False)


def test_payments_that_compete_for_an_item_are_not_certain():
    outcome = decide(payments(10_007, 9_006), items(6_004, 4_003, 3_002))
    # 10_007 = 6_004 + 4_003 and 9_006 = 6_004 + 3_002: both need the first.
    assert not [found for found in outcome.found if found.is_certain]
    assert {payment.id for payment, *_rest in outcome.ambiguous} == {1, 2}


def test_invoices_that_cancel_out_leave_doubt():
    outcome = decide(payments(10_007), items(6_004, 4_003, -4_003))
    (found,) = outcome.found
    assert not found.is_certain


def test_payment_without_anything_is_left():
    outcome = decide(payments(99), items(10_012, 7_019))
    assert not outcome.found
    assert not outcome.ambiguous


def test_items_out_of_the_window_are_out_of_sight():
    old = items(10_012, 7_019, day=DAY - timedelta(days=400))
    assert not decide(payments(17_031), old).found


def test_a_name_of_something_else_leaves_doubt():
    outcome = decide(payments(17_031, names_other=True), items(10_012, 7_019))
    (found,) = outcome.found
    assert not found.is_certain
    clue = counterparty.Found(counterparty.IBAN, "DE1")
    pieces = {each["what"]: each["weight"] for each in cs.contributions(found, clue)}
    assert pieces["names_other"] < 0


# -- chance ---------------------------------------------------------------------------


def test_small_round_amounts_may_add_up_by_chance():
    (found,) = decide(payments(300), items(100, 200)).found
    assert found.coincidence > 0
    assert not found.is_certain


def test_odd_amounts_do_not():
    group = cs.Group("Ada", payments(17_031), items(10_012, 7_019))
    assert cs.coincidence(group) == 0


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=12), st.integers(2, 1000))
def test_chance_does_not_depend_on_the_decimals_of_a_currency(amounts, factor):
    one = cs.Group("Ada", payments(sum(amounts)), items(*amounts))
    scaled = [amount * factor for amount in amounts]
    other = cs.Group("Ada", payments(sum(scaled)), items(*scaled))
    assert cs.coincidence(one) == cs.coincidence(other)
    assert 0 <= cs.coincidence(one) <= 100


def test_doubt_lowers_the_score():
    clue = counterparty.Found(counterparty.IBAN, "DE1")
    (sure,) = decide(payments(17_031), items(10_012, 7_019)).found
    (chance,) = decide(payments(300), items(100, 200)).found
    (two,) = decide(payments(10_007), items(6_004, 4_003, 7_006, 3_001)).found
    scores = [
        evidence.score(cs.contributions(each, clue)) for each in (sure, chance, two)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2]


# -- bounds ---------------------------------------------------------------------------


def long_list():
    return items(*[100_003 + 1_013 * n * n for n in range(60)])


def test_long_lists_are_searched_for_a_few_only():
    owed = long_list()
    total = owed[3].amount + owed[50].amount
    (found,) = decide(payments(total), owed).found
    assert sorted(item.id for item in found.way.items) == [104, 151]
    assert not found.is_exhaustive
    assert not found.is_certain


def test_everything_but_one():
    owed = long_list()
    total = sum(item.amount for item in owed) - owed[7].amount
    (found,) = decide(payments(total), owed).found
    assert len(found.way.items) == 59


def test_what_is_not_found_in_a_long_list_says_so():
    outcome = decide(payments(17), long_list())
    ((payment, count),) = outcome.unsearched
    assert (payment.id, count) == (1, 60)


def test_very_long_lists_are_not_looked_at():
    outcome = decide(payments(17), items(*range(1, cs.MOST_LISTED + 2)))
    assert outcome.unsearched[0][1] == cs.MOST_LISTED + 1


def test_the_budget_is_spent_on_small_groups_first():
    small = cs.Group("b", payments(17_031), items(10_012, 7_019))
    large = cs.Group(
        "a", tuple(cs.Payment(9, 17_033, DAY) for _ in range(1)), items(*range(1, 24))
    )
    outcome = cs.decide([large, small], budget=small.cost)
    assert shown(outcome) == [([1], [101, 102])]
    assert [payment.id for payment, _count in outcome.unsearched] == [9]


# -- laws -----------------------------------------------------------------------------

AMOUNTS = st.integers(-300, 300).filter(bool)


@given(
    st.lists(AMOUNTS, min_size=1, max_size=4),
    st.lists(AMOUNTS, min_size=1, max_size=7),
    st.randoms(),
)
@settings(deadline=None, max_examples=300)
def test_order_changes_nothing_and_all_balances(paid, owed, random):
    sources, targets = list(payments(*paid)), list(items(*owed))
    outcome = decide(tuple(sources), tuple(targets))
    random.shuffle(sources)
    random.shuffle(targets)
    again = decide(tuple(sources), tuple(targets))
    assert shown(outcome) == shown(again)
    used = [
        (type(each), each.id)
        for found in outcome.found
        for each in (*found.way.payments, *found.way.items)
    ]
    assert len(used) == len(set(used))
    for found in outcome.found:
        assert found.way.payments and found.way.items
        assert found.way.total == sum(item.amount for item in found.way.items)
        assert found.way.is_plausible


@given(
    st.lists(AMOUNTS, min_size=1, max_size=3), st.lists(AMOUNTS, min_size=1, max_size=7)
)
@settings(deadline=None, max_examples=300)
def test_what_is_certain_has_no_second_way(paid, owed):
    outcome = decide(payments(*paid), items(*owed))
    values = [*paid, *(-amount for amount in owed)]
    every = brute_balanced(values)
    for found in outcome.found:
        if not found.is_certain:
            continue
        mine = {payment.id - 1 for payment in found.way.payments} | {
            item.id - 101 + len(paid) for item in found.way.items
        }
        assert [set(one) for one in every if set(one) & mine] == [mine]


@pytest.mark.parametrize("size", [cs.MOST_ITEMS - 1])
def test_a_full_group_is_searched_quickly(size):
    owed = items(*[2**n + 1_000_003 * n for n in range(1, size)])
    outcome = decide(payments(owed[2].amount + owed[5].amount), owed)
    assert outcome.found[0].is_exhaustive
