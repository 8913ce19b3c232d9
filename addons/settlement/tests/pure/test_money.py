from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import money
from odoo.addons.settlement.canonical.errors import MalformedInput

CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3, "ISK": 0, "CLF": 4, "USD": 2}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_exponents_are_those_of_iso_4217(currency):
    assert money.exponent(currency) == CURRENCIES[currency]


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(CURRENCIES)))
def test_minor_units_survive_the_way_there_and_back(minor, currency):
    amount = money.from_minor(minor, money.exponent(currency))
    assert money.to_minor(amount, currency) == minor
    assert money.parse_amount(format(amount, "f"), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.005", "EUR"),
        ("1.5", "JPY"),
        ("1.0001", "KWD"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1,50", "EUR"),
        ("", "EUR"),
        ("--1", "EUR"),
    ],
)
def test_what_is_no_exact_amount_is_refused(text, currency):
    with pytest.raises(MalformedInput):
        money.parse_amount(text, currency)


def test_trailing_zeros_do_not_make_an_amount_finer():
    assert money.to_minor(Decimal("1.5000"), "EUR") == 150
