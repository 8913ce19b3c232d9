"""Sealed credentials open in their place only."""

import dataclasses
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.secrets.errors import (
    CredentialVoid,
    KeyUnavailable,
)
from odoo.addons.settlement_connector.secrets.keyring import Keyring, new_key_line
from odoo.addons.settlement_connector.secrets.sealing import (
    Place,
    key_id_of,
    masked,
    seal,
    unseal,
)

OLD, NEW = new_key_line("old"), new_key_line("new")
RING = Keyring.parse(OLD)
PLACE = Place("settlement.credential", 7, 3, "api_key", "test", "https://api.x")
VALUES = ["sk_test_0123456789abcdef"]

places = st.builds(
    Place,
    model=st.text(max_size=20),
    row=st.integers(0, 2**31),
    backend=st.integers(0, 2**31),
    name=st.text(max_size=20),
    environment=st.sampled_from(["test", "live"]),
    api_url=st.text(max_size=40),
)


@given(st.lists(st.text(max_size=200), max_size=5), places)
def test_what_was_sealed_comes_back(values, place):
    assert unseal(RING, seal(RING, values, place), place) == values


@given(places, places)
def test_another_place_cannot_open_it(place, other):
    sealed = seal(RING, VALUES, place)
    if place == other:
        return
    with pytest.raises(CredentialVoid):
        unseal(RING, sealed, other)


@pytest.mark.parametrize(
    "change",
    [
        {"row": 8},
        {"backend": 4},
        {"name": "webhook_secret"},
        {"environment": "live"},
        {"api_url": "https://api.y"},
        {"api_url": ""},
        {"model": "res.partner"},
    ],
)
def test_each_part_of_the_place_counts(change):
    sealed = seal(RING, VALUES, PLACE)
    with pytest.raises(CredentialVoid, match="Enter it again"):
        unseal(RING, sealed, dataclasses.replace(PLACE, **change))


def test_parts_of_the_place_cannot_be_shifted():
    sealed = seal(RING, VALUES, dataclasses.replace(PLACE, name="a", environment="b"))
    with pytest.raises(CredentialVoid):
        unseal(RING, sealed, dataclasses.replace(PLACE, name='a","environment":"b'))


@given(st.data())
def test_no_altered_text_opens(data):
    sealed = seal(RING, VALUES, PLACE)
    position = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.characters(codec="ascii"))
    altered = sealed[:position] + letter + sealed[position + 1 :]
    if altered == sealed:
        return
    with pytest.raises((CredentialVoid, KeyUnavailable)):
        unseal(RING, altered, PLACE)


@given(st.text("abc", max_size=6))
def test_a_sealed_text_has_one_spelling(value):
    """Base64 leaves bits unused before its padding; they may not be anything."""
    sealed = seal(RING, [value], PLACE)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = sealed.rstrip("=")
    padding = sealed[len(body) :]
    for letter in letters:
        other = body[:-1] + letter + padding
        if other != sealed:
            with pytest.raises(CredentialVoid):
                unseal(RING, other, PLACE)


@given(st.text(max_size=100))
def test_any_text_is_refused_with_a_sentence(text):
    with pytest.raises((CredentialVoid, KeyUnavailable)):
        unseal(RING, text, PLACE)


def test_rotation_with_two_keys():
    sealed_old = seal(RING, VALUES, PLACE)
    both = Keyring.parse(f"{NEW}\n{OLD}")
    assert unseal(both, sealed_old, PLACE) == VALUES
    sealed_new = seal(both, VALUES, PLACE)
    assert (key_id_of(sealed_old), key_id_of(sealed_new)) == ("old", "new")
    only_new = Keyring.parse(NEW)
    assert unseal(only_new, sealed_new, PLACE) == VALUES
    with pytest.raises(KeyUnavailable, match="no key 'old'"):
        unseal(only_new, sealed_old, PLACE)


def test_another_key_of_the_same_id_cannot_open_it():
    with pytest.raises(CredentialVoid):
        unseal(Keyring.parse(new_key_line("old")), seal(RING, VALUES, PLACE), PLACE)


def test_the_same_value_never_looks_the_same():
    assert seal(RING, VALUES, PLACE) != seal(RING, VALUES, PLACE)


def test_nothing_readable_is_in_a_sealed_text():
    assert VALUES[0] not in seal(RING, VALUES, PLACE)


def test_failing_to_open_shows_nothing():
    sealed = seal(RING, VALUES, PLACE)
    with pytest.raises(CredentialVoid) as caught:
        unseal(RING, sealed, dataclasses.replace(PLACE, row=8))
    shown = "".join(traceback.format_exception(caught.value))
    assert sealed not in shown
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["sk_test_0123456789abcdef"], "…cdef"),
        (["short"], "…"),
        (["exactly15chars!"], "…"),
        (["sk_test_0123456789abcdef", "sk_test_0123456789ABCDEF"], "…cdef, …CDEF"),
        ([], ""),
    ],
)
def test_what_people_may_see(values, shown):
    assert masked(values) == shown


@given(st.text(min_size=1))
def test_most_of_a_value_stays_hidden(value):
    assert len(masked([value])) <= max(1, 5)
    if len(value) < 16:
        assert masked([value]) == "…"
