from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import likeness
from odoo.addons.settlement_match.engine.together import (
    MOST_GROUPS,
    MOST_ITEMS,
    Member,
    sums,
)


@given(st.text(alphabet="ABC123", max_size=12))
@settings(deadline=None)
def test_transpositions_are_recognised(text):
    for other in likeness.transpositions(text):
        assert likeness.is_transposed(text, other)
        assert likeness.is_transposed(other, text)
        assert sorted(other) == sorted(text)


@given(st.text(alphabet="AB1", max_size=6), st.text(alphabet="AB1", max_size=6))
@settings(deadline=None, max_examples=1000)
def test_nothing_else_is(one, other):
    assert likeness.is_transposed(one, other) == (
        other in set(likeness.transpositions(one))
    )


def test_spellings_with_umlauts():
    assert set(likeness.spellings("mueller")) >= {"mueller", "müller", "muller"}
    assert set(likeness.spellings("müller")) == {"mueller", "müller", "muller"}
    assert "großmüller" in likeness.spellings("grossmueller")
    assert likeness.spellings("ada") == ["ada"]
    assert len(likeness.spellings("aeoeuess" * 9)) <= 81


def test_words_to_search_for():
    assert likeness.search_words("Ada & Co. Ltd", 9) == [["ada"]]
    assert [forms[0] for forms in likeness.search_words("MÜLLER GmbH", 9)] == ["müller"]
    assert likeness.search_words("GmbH", 9) == [["gmbh"]]
    assert likeness.search_words("' | & ! :*", 9) == []
    assert len(likeness.search_words("one two three four", 2)) == 2


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=500)
def test_words_to_search_for_are_letters_and_digits(name):
    for forms in likeness.search_words(name, 8):
        assert all(form.isalnum() for form in forms), forms


def members(*values, start=0):
    return [
        Member(("item", start + number), f"I{start + number}", value)
        for number, value in enumerate(values)
    ]


def test_sum_that_is_the_only_one():
    found = sums(17000, [members(10000, 7000, 3300)]).found
    assert set(found) == {("item", 0), ("item", 1)}
    assert found["item", 0].others == (("item", 1),)
    assert found["item", 0].names == ("I1",)
    assert found["item", 0].is_unique


def test_sum_that_is_one_of_several():
    found = sums(100, [members(60, 40, 70, 30)]).found
    assert len(found) == 2
    assert not any(each.is_unique for each in found.values())


def test_first_group_first():
    strong, weak = members(60, 40), members(60, 40, start=10)
    found = sums(100, [strong, [*strong, *weak]]).found
    assert found["item", 0].others == (("item", 1),)
    assert found["item", 10].others == (("item", 11),)


def test_bounds_are_counted():
    many = members(*[100 + each for each in range(MOST_ITEMS + 5)])
    search = sums(201, [many])
    assert search.left_out == 5
    assert not any(each.is_unique for each in search.found.values())
    groups = [members(60, 40, start=10 * each) for each in range(MOST_GROUPS + 3)]
    assert len(sums(100, groups).found) == 2 * MOST_GROUPS


@given(st.lists(st.integers(-500, 500).filter(bool), max_size=10), st.integers(1, 900))
@settings(deadline=None, max_examples=300)
def test_what_is_found_adds_up(values, amount):
    group = members(*values)
    for key, together in sums(amount, [group]).found.items():
        chosen = {key, *together.others}
        assert len(chosen) > 1
        assert sum(each.amount for each in group if each.key in chosen) == amount
