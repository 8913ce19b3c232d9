"""The secret part of a webhook's address."""

import re

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.webhooks.address import (
    PATH,
    digest,
    mask_addresses,
    new_token,
)


def test_tokens_are_random_and_fit_an_address():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


@given(st.text())
def test_any_guess_has_a_digest(guess):
    assert len(digest(guess)) == 32


def test_digest_tells_tokens_apart():
    token = new_token()
    assert digest(token) == digest(token) != digest(token[:-1])


def test_access_line_without_the_token():
    line = f'127.0.0.1 - - "POST {PATH}{new_token()} HTTP/1.1" 200 -'
    assert mask_addresses(line) == (
        '127.0.0.1 - - "POST /settlement/webhook/*** HTTP/1.1" 200 -'
    )


def test_mistyped_tokens_are_masked_too():
    token = new_token()
    for ending in ("x", "?a=1", "/more", "%20", "ä"):
        masked = mask_addresses(f"https://erp.example{PATH}{token}{ending}")
        assert token not in masked


def test_other_text_stays():
    assert mask_addresses("GET /settlement/webhooks HTTP/1.1") == (
        "GET /settlement/webhooks HTTP/1.1"
    )
