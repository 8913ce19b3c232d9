from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine.typed_amount import plain_amount

# Decimal point and separator of thousands, as languages of Odoo have them.
LANGUAGES = [(".", ","), (",", "."), (",", ""), (",", "\u202f"), (".", "'"), (".", "")]


@pytest.mark.parametrize(
    ("text", "point", "separator", "plain"),
    [
        ("12.50", ".", ",", "12.50"),
        ("1,250.00", ".", ",", "1250.00"),
        ("1.250,00", ",", ".", "1250.00"),
        ("12,50", ",", "", "12.50"),
        ("1 250,5", ",", "\xa0", "1250.5"),
        ("1\u202f250", ",", "\u202f", "1250"),
        ("1,234,567", ".", ",", "1234567"),
        ("5000", "", "", "5000"),
        # What may have been meant otherwise is no amount.
        ("12,50", ".", ",", ""),
        ("12.50", ",", ".", ""),
        ("1,2,3", ".", ",", ""),
        ("-5", ".", ",", ""),
        ("1.5.0", ".", ",", ""),
        ("5,", ",", ".", ""),
        ("", ".", ",", ""),
        ("1e5", ".", ",", ""),
        ("٣", ".", ",", ""),
    ],
)
def test_reading(text, point, separator, plain):
    assert plain_amount(text, point, separator) == plain


@given(
    st.integers(0, 10**12),
    st.integers(0, 99),
    st.sampled_from(LANGUAGES),
    st.booleans(),
)
def test_what_a_language_writes_is_read_to_the_cent(whole, cents, language, grouped):
    point, separator = language
    written = f"{whole:,}".replace(",", separator) if grouped else str(whole)
    read = plain_amount(f"{written}{point}{cents:02}", point, separator)
    assert Decimal(read) == Decimal(whole) + Decimal(cents) / 100


@given(st.text(max_size=12), st.sampled_from(LANGUAGES))
def test_anything_else_is_never_a_number_by_chance(text, language):
    read = plain_amount(text, *language)
    assert read == "" or read.replace(".", "", 1).isdigit()
