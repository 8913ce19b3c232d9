import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_audit.chain import pinned

row_hash = st.binary(min_size=32, max_size=32).map(bytes.hex)
rows = st.dictionaries(st.integers(1, 60), row_hash, max_size=40).map(
    lambda hashes: sorted(hashes.items())
)


@given(rows)
def test_untouched_rows_match(given_rows):
    difference = pinned.compare(pinned.pin(given_rows), given_rows)
    assert difference.root_matches and difference.rows_match


@given(rows)
def test_pins_keep_the_numbers(given_rows):
    pins = pinned.pin(given_rows)
    assert list(pins.ids()) == [row_id for row_id, _hash in given_rows]
    assert pins.count == len(given_rows)


@given(rows)
def test_pins_know_their_rows(given_rows):
    pins = pinned.pin(given_rows)
    numbers = {row_id for row_id, _hash in given_rows}
    assert {number for number in range(70) if number in pins} == numbers


@given(rows)
def test_ranges_are_as_few_as_possible(given_rows):
    ranges = pinned.pin(given_rows).ranges
    for (_first, last), (following, _last) in zip(ranges, ranges[1:], strict=False):
        assert following > last + 1


@given(rows)
def test_pins_survive_storing(given_rows):
    pins = pinned.pin(given_rows)
    stored = (pins.ranges_text, pins.prints_text, pins.root)
    assert pinned.PinnedRows.restore(*stored) == pins


@given(rows, rows)
def test_every_difference_is_named(before, after):
    old, new = dict(before), dict(after)
    difference = pinned.compare(pinned.pin(before), after)
    # Two different hashes with equal prints do not occur here by chance.
    assert difference.altered == sorted(
        row_id for row_id in old.keys() & new.keys() if old[row_id] != new[row_id]
    )
    assert difference.missing == sorted(old.keys() - new.keys())
    assert difference.added == sorted(new.keys() - old.keys())
    assert difference.rows_match == (old == new)


@given(rows.filter(bool))
def test_root_sees_what_the_print_does_not(given_rows):
    row_id, text = given_rows[-1]
    start = pinned.PRINT_BYTES * 2
    end = bytes(255 - byte for byte in bytes.fromhex(text[start:])).hex()
    forged = [*given_rows[:-1], (row_id, text[:start] + end)]
    difference = pinned.compare(pinned.pin(given_rows), forged)
    assert difference.rows_match and not difference.root_matches


@pytest.mark.parametrize("broken", [None, "", "no hash"])
def test_a_row_without_hash_can_be_compared(broken):
    good = [(1, "aa" * 32), (2, "bb" * 32)]
    difference = pinned.compare(pinned.pin(good), [good[0], (2, broken)])
    assert difference.altered == [2]
    assert not difference.root_matches


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1)])
def test_rows_in_wrong_order_are_refused(numbers):
    wrong = [(number, "aa" * 32) for number in numbers]
    with pytest.raises(pinned.RowOrderError):
        pinned.pin(wrong)
    with pytest.raises(pinned.RowOrderError):
        pinned.compare(pinned.pin([]), wrong)


@pytest.mark.parametrize(
    ("ranges", "prints"), [("", ""), ("[1]", ""), ("[[1,2]]", "%"), ("{}x", "")]
)
def test_damaged_pins_raise_value_error(ranges, prints):
    with pytest.raises((ValueError, TypeError)):
        pinned.PinnedRows.restore(ranges, prints, "")
