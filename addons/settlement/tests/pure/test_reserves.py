"""Which release gives back which hold."""

import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.reserves import Release, ReserveRow, allocated

NUMBERS = itertools.count(1)


def row(gross, day=10, **values):
    number = next(NUMBERS)
    return ReserveRow(
        **{
            "id": number,
            "external_id": f"txn_{number:05}",
            "gross": gross,
            "booked_on": date(2026, 1, day),
            **values,
        }
    )


def test_a_release_that_names_its_hold_belongs_to_it():
    old = row(-5_000, 1, source_external_id="rsv_1")
    new = row(-3_000, 2, source_external_id="rsv_2")
    back = row(3_000, 20, parent_external_id="rsv_2")
    assert allocated([back, new, old]) == ([Release(new.id, back.id, 3_000)], {})


def test_a_release_may_name_the_row_of_its_hold():
    old, new = row(-5_000, 1), row(-3_000, 2)
    back = row(3_000, 20, parent_external_id=new.external_id)
    assert allocated([old, new, back])[0] == [Release(new.id, back.id, 3_000)]


def test_what_names_nothing_gives_back_the_oldest():
    old, new = row(-5_000, 1), row(-3_000, 2)
    back = row(6_000, 20)
    releases, rest = allocated([new, back, old])
    assert releases == [
        Release(old.id, back.id, 5_000),
        Release(new.id, back.id, 1_000),
    ]
    assert rest == {}


def test_a_hold_is_released_in_parts():
    hold = row(-5_000, 1)
    parts = [row(2_000, 5), row(3_000, 9)]
    releases, _rest = allocated([hold, *parts])
    assert [each.amount for each in releases] == [2_000, 3_000]


def test_more_than_was_held_is_named():
    back = row(900)
    assert allocated([back]) == ([], {back.id: 900})


def test_what_a_named_hold_lacks_is_taken_from_the_next():
    named = row(-1_000, 5, source_external_id="rsv_1")
    other = row(-4_000, 1)
    back = row(1_500, 20, parent_external_id="rsv_1")
    releases, rest = allocated([named, other, back])
    assert {each.hold_id: each.amount for each in releases} == {
        named.id: 1_000,
        other.id: 500,
    }
    assert rest == {}


ROWS = st.lists(
    st.builds(
        row,
        gross=st.integers(-9_000, 9_000),
        day=st.integers(1, 28),
        source_external_id=st.sampled_from(["", "rsv_1", "rsv_2"]),
        parent_external_id=st.sampled_from(["", "rsv_1", "rsv_2"]),
    ),
    max_size=9,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_allocation(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert allocated(rows) == allocated(shuffled)


@given(ROWS)
def test_nothing_is_given_back_twice_and_nothing_waits_beside_an_open_hold(rows):
    releases, rest = allocated(rows)
    of_hold, of_row = {}, dict(rest)
    for each in releases:
        assert each.amount > 0
        of_hold[each.hold_id] = of_hold.get(each.hold_id, 0) + each.amount
        of_row[each.row_id] = of_row.get(each.row_id, 0) + each.amount
    held = {each.id: -each.gross for each in rows if each.gross < 0}
    assert all(amount <= held[key] for key, amount in of_hold.items())
    assert of_row == {each.id: each.gross for each in rows if each.gross > 0}
    if rest:
        assert of_hold == held
