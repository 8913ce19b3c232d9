"""Which reports are asked for, so that none is left out and few are asked in vain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_adyen.client.walk import LOOK_AHEAD, Walk

TODAY = date(2026, 3, 31)
OLD, NEW = TODAY - timedelta(days=30), TODAY - timedelta(days=2)
SINCE = TODAY - timedelta(days=7)


def asked(walk, there=(), after=0, since=SINCE):
    """Return the numbers that a pull asks for, where those of ``there`` exist."""
    numbers = []
    while after := walk.following(after, since):
        numbers.append(after)
        if after in there:
            walk = walk.with_batch(after)
    return numbers


def test_the_first_pull_begins_at_one():
    assert asked(Walk({})) == [1, 2, 3]
    assert asked(Walk({}), there={1, 2}) == [1, 2, 3, 4, 5]


def test_it_begins_where_a_person_says():
    assert asked(Walk({}, first=480), there={480}) == [480, 481, 482, 483]


def test_it_begins_with_the_first_that_came_by_itself():
    assert asked(Walk({480: NEW})) == [480, 481, 482, 483]


def test_old_reports_are_left_alone_and_new_ones_asked_for_again():
    assert asked(Walk({1: OLD, 2: OLD, 3: NEW, 4: None})) == [3, 4, 5, 6, 7]


def test_a_number_that_adyen_leaves_out_stops_nothing():
    assert asked(Walk({}), there={1, 4, 5}) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_what_is_missing_is_asked_for_inside_the_look_back():
    assert asked(Walk({1: OLD, 3: NEW})) == [2, 3, 4, 5, 6]
    assert asked(Walk({1: OLD, 3: OLD})) == [4, 5, 6]
    # Who pulls an earlier period asks for it again.
    assert asked(Walk({1: OLD, 3: OLD}), since=OLD) == [1, 2, 3, 4, 5, 6]


def test_what_rests_is_left_out_and_counts_as_here():
    walk = Walk({1: OLD, 3: NEW, 4: NEW}, resting={3})
    assert asked(walk) == [2, 4, 5, 6, 7]
    assert list(walk.missing(SINCE)) == []


def test_what_a_person_does_not_want_is_never_asked_for():
    assert asked(Walk({1: NEW, 5: NEW}, first=4)) == [4, 5, 6, 7, 8]
    assert asked(Walk({1: NEW, 2: NEW}, first=9)) == [9, 10, 11]


def test_a_pull_goes_on_behind_its_cursor():
    walk = Walk({1: NEW, 2: NEW, 3: None})
    assert asked(walk, after=2) == [3, 4, 5, 6]
    assert asked(walk, after=6) == []


@pytest.mark.parametrize(
    ("known", "first", "missing"),
    [
        ({}, 0, []),
        ({1: OLD, 2: OLD}, 0, []),
        ({1: OLD, 3: OLD}, 0, [(2, 2)]),
        ({1: OLD, 5: OLD, 9: NEW}, 0, [(2, 4)]),
        ({1: OLD, 3: NEW}, 0, []),
        ({1: OLD, 3: None}, 0, []),
        ({4: OLD}, 2, [(2, 3)]),
        ({1: OLD, 3: OLD}, 3, []),
    ],
)
def test_what_is_missing_for_good_is_said(known, first, missing):
    assert list(Walk(known, first).missing(SINCE)) == missing


batches = st.sets(st.integers(1, 40))


@given(batches, batches, st.integers(0, 10))
def test_every_report_is_asked_for_or_old_or_told_missing(known, there, first):
    """Whatever is there behind known batches by a small step is found in one pull."""
    walk = Walk(dict.fromkeys(known, NEW), first)
    numbers = asked(walk, there)
    assert numbers == sorted(set(numbers))
    reached = walk.highest
    for number in sorted(there):
        if number <= reached + LOOK_AHEAD and number >= walk.start:
            assert number in numbers
            reached = max(reached, number)


@given(
    st.dictionaries(st.integers(1, 30), st.sampled_from([OLD, NEW, None])),
    st.integers(0, 5),
)
def test_each_number_is_here_or_asked_for_or_missing(known, first):
    walk = Walk(known, first)
    looked_for = set(asked(walk))
    told = {
        number for begin, end in walk.missing(SINCE) for number in range(begin, end + 1)
    }
    assert not told & looked_for
    for number in range(walk.start, walk.highest + 1):
        assert number in known or number in looked_for | told
