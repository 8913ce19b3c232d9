"""Kinds of matches read like words, and none is hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine.kind_words import (
    DETAILS,
    METHODS,
    kind_words,
)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("manual", "By hand"),
        ("identifier/exact", "Identifier: same amount"),
        ("reference/short:fee", "Reference: smaller amount, fee"),
        ("reference/exact:misread", "Reference: same amount, a digit differs"),
        ("identifier/own_accounts:rate", "Identifier: own accounts, two currencies"),
        ("amount_date/like_name", "Amount and payer: similar name"),
        ("new_one/some_thing", "New one: some thing"),
        ("", ""),
    ],
)
def test_words(kind, words):
    assert kind_words(kind) == words


@given(
    st.sampled_from(sorted(METHODS)),
    st.lists(st.sampled_from(sorted(DETAILS)), min_size=1, max_size=3, unique=True),
)
def test_each_part_is_told(method, details):
    words = kind_words(f"{method}/{':'.join(details)}")
    assert words.startswith(f"{METHODS[method]}: ")
    for detail in details:
        assert DETAILS[detail] in words


def test_no_two_kinds_read_alike():
    kinds = [f"{method}/{detail}" for method in METHODS for detail in DETAILS]
    assert len({kind_words(kind) for kind in kinds}) == len(kinds)
