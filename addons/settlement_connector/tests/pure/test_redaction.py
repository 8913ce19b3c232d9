"""Secrets and card numbers in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.client.provider_message import provider_message
from odoo.addons.settlement_connector.client.redaction import (
    MASK,
    is_sensitive_name,
    one_line,
    redact,
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://a.b/c?api_key=abc&x=1", f"https://a.b/c?api_key={MASK}&x=1"),
        ("/v1?x=1&X-Amz-Signature=abc", f"/v1?x=1&X-Amz-Signature={MASK}"),
        ("https://me:pw@a.b/", f"https://{MASK}@a.b/"),
        ("Authorization: Bearer abc.def-1", f"Authorization: Bearer {MASK}"),
        ("use sk_live_1234567890 here", f"use sk_{MASK} here"),
        ("whsec_1234567890", f"whsec_{MASK}"),
        ("card 4242 4242 4242 4242 declined", f"card {MASK} declined"),
        ("card 4242424242424242.", f"card {MASK}."),
        ("payout po_1OaBc2 of 12.50 EUR", "payout po_1OaBc2 of 12.50 EUR"),
        ("on 2026-05-04 10:11:12", "on 2026-05-04 10:11:12"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text, left):
    assert redact(text) == left


@given(st.text(), st.text(alphabet="abcDEF123-_/+=", min_size=6), st.text())
def test_a_known_secret_never_stays(before, secret, after):
    assert secret not in redact(f"{before} {secret} {after}", [secret]).replace(
        MASK, ""
    )


def test_a_secret_inside_another_is_masked_with_it():
    assert redact("abcdefghij", ["abcdef", "abcdefghij"]) == MASK


def test_short_values_do_not_mangle_words():
    assert redact("a failed attempt", ["a"]) == "a failed attempt"


@pytest.mark.parametrize(
    "name", ["Authorization", "X-Api-Key", "api_key", "access_token", "client_secret"]
)
def test_sensitive_names(name):
    assert is_sensitive_name(name)


@pytest.mark.parametrize("name", ["Accept", "limit", "created[gte]", "Stripe-Version"])
def test_ordinary_names(name):
    assert not is_sensitive_name(name)


@given(st.text(max_size=2000))
def test_one_line_is_one_short_line(text):
    line = one_line(text)
    assert len(line) <= 300
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "No such payout"}}', "No such payout"),
        (b'{"message": "Too many"}', "Too many"),
        (b'{"error": "invalid_grant", "error_description": "Expired"}', "Expired"),
        (b'{"errors": [{"code": "x", "detail": "Bad date"}]}', "Bad date"),
        (b'{"errors": ["first", "second"]}', "first"),
        (b'{"status": 400}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<html><style>a{}</style><b>Bad</b> gateway</html>", "Bad gateway"),
        (b"[" * 100_000, None),
    ],
)
def test_the_words_of_a_provider(body, words):
    found = provider_message(body)
    assert len(found) <= 300
    if words is not None:
        assert found == words


@given(st.binary(max_size=500))
def test_any_body_gives_a_line(body):
    assert len(provider_message(body).splitlines()) <= 1
