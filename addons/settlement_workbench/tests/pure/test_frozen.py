from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_workbench.bulk import frozen

rows = st.lists(
    st.tuples(st.integers(1, 10**6), st.text("0123456789abcdef", min_size=1)),
    unique_by=lambda row: row[0],
    max_size=20,
)
amounts = st.integers(-(10**9), 10**9)


@given(rows, st.randoms())
def test_a_list_is_the_same_in_any_order(chosen, random):
    shuffled = list(chosen)
    random.shuffle(shuffled)
    assert frozen.list_digest(chosen) == frozen.list_digest(shuffled)


@given(rows.filter(bool), st.data())
def test_a_list_with_another_row_is_another_list(chosen, data):
    place = data.draw(st.integers(0, len(chosen) - 1))
    row_id, fingerprint = chosen[place]
    changed = [*chosen[:place], (row_id, fingerprint + "0"), *chosen[place + 1 :]]
    assert frozen.list_digest(chosen) != frozen.list_digest(changed)
    assert frozen.list_digest(chosen) != frozen.list_digest(chosen[1:])


def test_an_id_does_not_run_into_the_fingerprint():
    assert frozen.list_digest([(1, "2a")]) != frozen.list_digest([(12, "a")])


def test_the_same_content_has_the_same_digest():
    assert frozen.digest({"a": 1, "b": [2]}) == frozen.digest({"b": [2], "a": 1})
    assert frozen.digest({"a": 1}) != frozen.digest({"a": 2})


@given(st.lists(amounts, max_size=30), st.integers(0, 10**9))
def test_pieces_count_together(pieces, limit):
    total = sum(abs(piece) for piece in pieces)
    found = frozen.exceeding((piece, limit) for piece in pieces)
    assert (found is not None) == (total > limit)


@given(st.lists(st.tuples(amounts, st.integers(0, 10**9)), max_size=30))
def test_a_single_one_above_its_limit_is_enough(stakes):
    if any(abs(amount) > limit for amount, limit in stakes):
        assert frozen.exceeding(stakes) is not None


def test_what_has_no_money_or_no_limit_needs_nobody():
    assert frozen.exceeding([(None, 5), (10**9, None)]) is None
    assert frozen.exceeding([(3, 5), (3, 5), (100, None)]) == 5
    assert frozen.exceeding([(3, 5), (3, 7)]) is None
