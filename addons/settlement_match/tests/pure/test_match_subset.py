from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import subset

amounts = st.integers(min_value=-500, max_value=500)
lists = st.lists(amounts, max_size=9)


def brute(values, target, smallest):
    """Return all solutions among the items that are not zero."""
    positions = [position for position, value in enumerate(values) if value]
    return {
        chosen
        for size in range(max(smallest, 1), len(positions) + 1)
        for chosen in combinations(positions, size)
        if sum(values[position] for position in chosen) == target
    }


@given(lists, st.integers(-800, 800), st.integers(1, 3))
@settings(deadline=None, max_examples=400)
def test_finds_exactly_the_solutions_there_are(values, target, smallest):
    found = subset.search(values, target, smallest=smallest, limit=10_000)
    assert found.exhaustive
    assert set(found.solutions) == brute(values, target, smallest)
    assert len(found.solutions) == len(set(found.solutions))


@given(lists, st.data())
@settings(deadline=None, max_examples=300)
def test_finds_what_was_chosen(values, data):
    positions = [position for position, value in enumerate(values) if value]
    assume(positions)
    chosen = data.draw(st.sets(st.sampled_from(positions), min_size=1))
    target = sum(values[position] for position in chosen)
    found = subset.search(values, target, limit=10_000)
    assert tuple(sorted(chosen)) in found.solutions


@given(lists, st.integers(-800, 800))
@settings(deadline=None, max_examples=300)
def test_unique_means_that_there_is_no_other(values, target):
    found = subset.search(values, target)
    solutions = brute(values, target, 1)
    assert (found.unique is not None) == (len(solutions) == 1)
    if found.unique is not None:
        assert {found.unique} == solutions


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=12), st.randoms())
@settings(deadline=None)
def test_order_does_not_matter(values, random):
    target = sum(values[: len(values) // 2 + 1])
    shuffled = list(values)
    random.shuffle(shuffled)
    one = subset.search(values, target, limit=100)
    other = subset.search(shuffled, target, limit=100)
    assert len(one.solutions) == len(other.solutions)


def test_two_solutions_are_enough_to_disprove_uniqueness():
    found = subset.search([60, 40, 70, 30], 100, smallest=2)
    assert len(found.solutions) == 2
    assert found.unique is None


def test_equal_amounts_are_different_items():
    found = subset.search([50, 50, 30], 80, smallest=2)
    assert len(found.solutions) == 2


def test_too_many_items_prove_nothing():
    values = list(range(100, 100 + subset.MOST_ITEMS + 1))
    found = subset.search(values, sum(values))
    assert not found.exhaustive
    assert found.unique is None
    assert found.items == subset.MOST_ITEMS + 1


def test_items_beyond_the_sum_do_not_count():
    values = [10_000 + number for number in range(100)] + [7, 5]
    found = subset.search(values, 12)
    assert found.unique == (100, 101)
    assert found.items == 2


def test_items_that_go_the_other_way_count():
    found = subset.search([100, -20, 10_000], 80, smallest=2)
    assert found.unique == (0, 1)


def test_nothing_sums_to_nothing():
    assert subset.search([], 0).solutions == ()
    assert subset.search([5, 5], 0).solutions == ()


def test_thirty_items_are_searched_completely():
    values = [2**number for number in range(30)]
    found = subset.search(values, 2**29 + 5)
    assert found.unique == (0, 2, 29)
