from datetime import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.json_reading import (
    child,
    children,
    instant,
    load_object,
    required_text,
    text,
)


def test_numbers_stay_exact():
    assert load_object(b'{"a": 0.10, "b": 5}') == {"a": Decimal("0.10"), "b": 5}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"5", b"{", b'{"a": NaN}', b"[" * 100_000, b"\xff{}"]
)
def test_what_is_no_object(content):
    with pytest.raises(MalformedInput):
        load_object(content)


def test_fields_of_the_wrong_type_are_nothing():
    raw = {"a": " x ", "b": 5, "c": {"d": 1}, "e": [{"f": 1}, 5, {}]}
    assert (text(raw, "a"), text(raw, "b"), text(raw, "z")) == ("x", "", "")
    assert (child(raw, "c"), child(raw, "a")) == ({"d": 1}, {})
    assert (children(raw, "e"), children(raw, "c")) == ([{"f": 1}, {}], [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a\0b", "a\ufffdb"), ("a\ud800b", "a?b"), ("a\nb ", "a\nb"), ("é 💶", "é 💶")],
)
def test_a_text_is_one_that_a_database_keeps(given, kept):
    assert text({"a": given}, "a") == kept


@pytest.mark.parametrize("raw", [{}, {"a": ""}, {"a": "  "}, {"a": 5}])
def test_a_text_that_must_be_there(raw):
    with pytest.raises(MalformedInput, match="field a is missing"):
        required_text(raw, "a")


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-06T12:30:05+01:00",
        "2026-01-06T12:30:05+0100",
        "2026-01-06T11:30:05Z",
        "2026-01-06T11:30:05.123456789Z",
    ],
)
def test_instants_become_naive_utc(value):
    assert instant({"a": value}, "a") == datetime(2026, 1, 6, 11, 30, 5)


@pytest.mark.parametrize(
    "value", ["2026-01-06T12:30:05", "2026-13-06T12:30:05Z", "x", "0001-01-01T00:00Z"]
)
def test_what_is_no_instant_is_named(value):
    with pytest.raises(MalformedInput, match="in a is no instant"):
        instant({"a": value}, "a")
