"""Keys for credentials."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.secrets.errors import KeyUnavailable
from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
    Keyring,
    new_key_line,
)

OLD, NEW = new_key_line("old"), new_key_line("new")


def test_the_first_key_is_current():
    ring = Keyring.parse(f"{NEW}\n{OLD}\n")
    assert ring.current.id == "new"
    assert ring.find("old").secret == base64.b64decode(OLD.partition(":")[2])


@pytest.mark.parametrize("separator", ["\n", "\r\n", " ", ",", ", ", "\n\n"])
def test_keys_may_stand_on_one_line(separator):
    assert len(Keyring.parse(f"{NEW}{separator}{OLD}").keys) == 2


def test_a_server_without_a_key_says_what_to_set():
    ring = Keyring.load({})
    with pytest.raises(KeyUnavailable) as caught:
        _ = ring.current
    assert KEYS_VARIABLE in str(caught.value)
    assert FILE_VARIABLE in str(caught.value)


def test_a_missing_key_is_named():
    with pytest.raises(KeyUnavailable, match="no key 'gone'"):
        Keyring.parse(OLD).find("gone")


def test_keys_from_the_environment_or_a_file(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"{NEW}\n{OLD}\n")
    assert Keyring.load({KEYS_VARIABLE: OLD}).current.id == "old"
    assert Keyring.load({FILE_VARIABLE: str(path)}).current.id == "new"


def test_two_places_at_once_are_refused(tmp_path):
    with pytest.raises(KeyUnavailable, match="both set"):
        Keyring.load({KEYS_VARIABLE: OLD, FILE_VARIABLE: str(tmp_path / "keys")})


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = str(tmp_path / "nothing")
    with pytest.raises(KeyUnavailable) as caught:
        Keyring.load({FILE_VARIABLE: path})
    assert path in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text",
    [
        "no-colon",
        ":AAAA",
        "a b:AAAA",
        "k:",
        "k:!!!!",
        "k:" + base64.b64encode(b"x" * 16).decode(),
        "k:" + base64.b64encode(b"x" * 33).decode(),
        "ü:" + base64.b64encode(b"x" * 32).decode(),
        f"{OLD}\n{OLD}",
    ],
)
def test_wrong_keys_are_refused(text):
    with pytest.raises(KeyUnavailable):
        Keyring.parse(text)


def test_a_wrong_line_is_not_shown():
    secret = base64.b64encode(b"s" * 20).decode()
    with pytest.raises(KeyUnavailable) as caught:
        Keyring.parse(f"{OLD}\nk2:{secret}")
    assert secret not in str(caught.value)
    assert "Key 2 (k2)" in str(caught.value)
    assert caught.value.__context__ is None


def test_keys_are_not_shown():
    ring = Keyring.parse(OLD)
    assert OLD.partition(":")[2] not in repr(ring)
    assert repr(ring.current.secret) not in repr(ring)


@given(st.text(max_size=200))
def test_any_text_is_keys_or_a_clear_error(text):
    with suppress(KeyUnavailable):
        assert all(len(key.secret) == 32 for key in Keyring.parse(text).keys)
