import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_audit.chain import document
from odoo.addons.settlement_audit.chain.document import Personal


def refuse(personal):
    raise AssertionError(f"unexpected {personal}")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1.10"), "1.10"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 9, 5), "2026-01-31T09:05:00"),
        ((1, "a", None, True), [1, "a", None, True]),
        ({"a": {"b": Decimal("0.00")}}, {"a": {"b": "0.00"}}),
        ({3: 4}, {"3": 4}),
        ({"b", "a"}, ["a", "b"]),
        ("nul\0", "nul\N{REPLACEMENT CHARACTER}"),
        (0.25, 0.25),
    ],
)
def test_values_are_kept_exactly(value, kept):
    assert document.plain(value, refuse) == kept


@pytest.mark.parametrize(
    "value", [object(), b"bytes", float("nan"), float("inf"), {"a": [float("-inf")]}]
)
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        document.plain(value, refuse)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.decimals(allow_nan=False)
).filter(lambda value: not isinstance(value, Decimal) or value.is_finite())
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(documents)
def test_every_document_becomes_json(value):
    kept = document.plain(value, refuse)
    assert json.loads(json.dumps(kept)) == kept
    assert "\\u0000" not in json.dumps(kept)


def test_personal_values_are_kept_apart():
    seen = []

    def keep_apart(personal):
        seen.append(personal)
        return f"hash {len(seen)}"

    value = {"name": Personal("Jane\0", 7), "old": [Personal("Joan")]}
    assert document.plain(value, keep_apart) == {
        "name": {"personal": "hash 1"},
        "old": [{"personal": "hash 2"}],
    }
    cleaned = Personal("Jane\N{REPLACEMENT CHARACTER}", 7)
    assert seen == [cleaned, Personal("Joan")]


@given(st.text(), st.text())
def test_salted_hash_tells_values_apart(one, other):
    salt = document.new_salt()
    same = document.salted_hash(one, salt) == document.salted_hash(other, salt)
    assert same == (one == other)


def test_salt_hides_equal_values():
    salts = {document.new_salt() for _number in range(20)}
    assert len(salts) == 20
    assert len({document.salted_hash("Jane", salt) for salt in salts}) == 20


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (None, None, []),
        ({"amount": "1.10"}, {"amount": "2.00"}, ["amount: 1.10 → 2.00"]),
        ({"amount": "1.10"}, {"amount": "1.10"}, ["amount: 1.10"]),
        (None, {"a": {"b": 1}}, ["a.b: 1"]),
        ({"a": 1}, None, ["a: 1 → –"]),
        ({"a": None}, {"a": 1}, ["a: – → 1"]),
        (None, {"ids": [4, 5]}, ["ids[1]: 4", "ids[2]: 5"]),
        (None, "text", ["text"]),
    ],
)
def test_changes_read_well(before, after, lines):
    assert document.describe(before, after, {}) == lines


def test_changes_show_personal_values_while_they_are_there():
    after = {"name": {"personal": "h1"}, "was": {"personal": "h2"}}
    assert document.describe(None, after, {"h1": "Jane", "h2": None}) == [
        "name: Jane",
        "was: (personal)",
    ]
