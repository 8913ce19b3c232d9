import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import known_payer, pattern
from odoo.addons.settlement_match.engine.counterparts import Group, Item, Payment

DAY = date(2026, 1, 10)


def group(payments, items, day=DAY, key="one"):
    return Group(
        key,
        tuple(Payment(at, amount, day) for at, amount in enumerate(payments)),
        tuple(Item(100 + at, amount, f"I{at}", DAY) for at, amount in enumerate(items)),
    )


def decided(payments, items, **values):
    """Return [(amounts of payments, amounts of items, is it certain)]."""
    outcome = known_payer.decide([group(payments, items, **values)])
    return [
        (
            [each.amount for each in found.way.payments],
            [each.amount for each in found.way.items],
            known_payer.is_certain(found),
        )
        for found in outcome.found
    ]


# ----------------------------------------------------------------------
# Ways
# ----------------------------------------------------------------------


def test_one_payment_and_one_document():
    assert decided([12_345], [12_345]) == [([12_345], [12_345], True)]
    assert decided([12_345], [12_346]) == []
    assert decided([12_345], [-12_345]) == []


def test_one_document_among_others():
    found = decided([12_345], [12_345, 99_901, 54_207])
    assert found == [([12_345], [12_345], True)]


def test_two_documents_of_one_amount_are_not_certain():
    assert not any(certain for *_way, certain in decided([100], [100, 100]))


def test_two_payments_of_one_amount_are_not_certain():
    assert not any(certain for *_way, certain in decided([100, 100], [100]))


def test_a_sum_that_is_the_only_one():
    found = decided([1_234_567 + 7_654_321], [1_234_567, 7_654_321, 9_999_991])
    assert found == [([8_888_888], [1_234_567, 7_654_321], True)]


def test_round_amounts_add_up_by_chance():
    ((_paid, _owed, certain),) = decided([5_000], [2_000, 3_000, 9_000])
    assert not certain


def test_a_document_beside_a_sum_is_not_certain():
    assert not any(certain for *_way, certain in decided([100], [100, 60, 40]))


def test_a_document_far_away_is_not_in_sight():
    assert decided([100], [100], day=date(2020, 1, 1)) == []


def test_a_payment_that_names_something_else_is_not_certain():
    payment = Payment(1, 100, DAY, names_other=True)
    outcome = known_payer.decide([Group(1, (payment,), (Item(2, 100, "I", DAY),))])
    assert not known_payer.is_certain(outcome.found[0])


# ----------------------------------------------------------------------
# Partners that are searched together
# ----------------------------------------------------------------------


def test_partners_that_share_a_payer_are_joined():
    joined = known_payer.components(
        [frozenset({5, 3}), frozenset({7}), frozenset({3, 9}), frozenset({9, 1})]
    )
    assert joined == {5: 1, 3: 1, 9: 1, 1: 1, 7: 7}


@given(st.lists(st.frozensets(st.integers(1, 12), min_size=1, max_size=4), max_size=8))
@settings(deadline=None, max_examples=150)
def test_joined_are_exactly_those_that_hang_together(sets):
    joined = known_payer.components(sets)
    expected = {}
    for member in {each for members in sets for each in members}:
        reached, grown = {member}, True
        while grown:
            more = set(reached).union(*(each for each in sets if each & reached))
            grown = more != reached
            reached = more
        expected[member] = min(reached)
    assert joined == expected


def test_a_group_needs_both_sides():
    paid, owed = Payment(1, 5, DAY), Item(2, 5, "I", DAY)
    found = known_payer.groups({"a": [paid], "b": [paid]}, {"a": [owed], "c": [owed]})
    assert [each.key for each in found] == ["a"]


# ----------------------------------------------------------------------
# Plain pieces of patterns
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("STRIPE TRANSFER ####", ["stripetransfer"]),
        ("Rent*Harbour", ["harbour"]),
        ("AWS | Amazon Web", ["aws", "amazonweb"]),
        ("AWS | ##-##-##", []),
        ("Größe", ["sse"]),
        ("Öl für", []),
        ("Straße Nord", ["strassenord"]),
        ("Счёт 4711", ["4711"]),
    ],
)
def test_anchors(written, pieces):
    assert known_payer.anchors(written) == pieces


def plain(text):
    """Return a text as the database spells it before it looks for a piece."""
    spelt = unicodedata.normalize("NFKC", text).lower().replace("ß", "ss")
    return re.sub("[^a-z0-9]+", "", spelt)


words = st.sampled_from(
    ["Rent", "HARBOUR", "Straße", "Größe", "4711", "ﬁx", "Ｗide", "№", "\u00ad", "k"]
)
phrases = st.lists(words, min_size=1, max_size=5).map(" ".join)


@given(phrases, phrases)
@settings(deadline=None, max_examples=400)
def test_no_text_that_a_pattern_fits_is_left_out(written, text):
    text = f"{text} {written}"
    try:
        ready = pattern.compiled(written)
    except pattern.PatternError:
        return
    pieces = known_payer.anchors(written)
    if ready.matches(text) and pieces:
        assert any(piece in plain(text) for piece in pieces)
