import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.card_numbers import (
    mask_card_numbers,
    mask_stream,
)

CARDS = {
    b"4111111111111111": b"411111******1111",
    b"4111 1111 1111 1111": b"4111 11** **** 1111",
    b"5555-5555-5555-4444": b"5555-55**-****-4444",
    b"2223003122003222": b"222300******3222",
    b"378282246310005": b"378282*****0005",
    b"3782 822463 10005": b"3782 82**** *0005",
    b"6011111111111117": b"601111******1117",
    b"30569309025904": b"305693****5904",
}
OTHERS = (
    b"4111111111111112",  # fails the check digit
    b"DE89370400440532013000",  # IBAN
    b"41111111111111111111",  # too long
    b"txn_4111111111111111",  # part of an identifier
    b"4111111111111111abc",
    b"1234567890123452",  # passes the check digit, no issuer
    b"RF18539007547034",
    b"4111111111111111.50",
)


@pytest.mark.parametrize("card", CARDS)
def test_card_numbers_keep_first_six_and_last_four(card):
    assert mask_card_numbers(b'"' + card + b'",') == b'"' + CARDS[card] + b'",'


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_stay_as_they_are(text):
    assert mask_card_numbers(b" " + text + b" ") == b" " + text + b" "


@given(st.binary(max_size=400))
def test_masking_keeps_the_length_and_is_stable(data):
    masked = mask_card_numbers(data)
    assert len(masked) == len(data)
    assert mask_card_numbers(masked) == masked


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_a_stream_masks_like_the_whole(seed, size):
    rng = random.Random(seed)
    pieces = [
        rng.choice([*CARDS, *OTHERS, b"abc", b"9" * 13, b" ", b"-", b"x" * 50])
        for _ in range(30)
    ]
    data = rng.choice([b"", b" ", b"a"]).join(pieces)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(mask_stream(chunks)) == mask_card_numbers(data)
