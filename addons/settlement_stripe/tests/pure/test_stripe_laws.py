"""Laws that hold for every row, found by generated data."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import kinds, money
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement_stripe.mapper import const, minor_units, parse_item

DATA = Path(__file__).parent.parent / "data"
AMOUNTS = st.integers(-(10**12), 10**12)
# What the cards of the world settle in, each class of decimals included.
CURRENCIES = st.sampled_from(
    ["eur", "usd", "jpy", "krw", "clp", "kwd", "bhd", "mga", "huf", "twd", "brl"]
)
FEE_TYPES = st.sampled_from(
    [*const.FEE_KINDS, const.TAX_FEE_TYPE, const.WITHHELD_TAX_FEE_TYPE, "climate_fee"]
)


@st.composite
def balance_transactions(draw):
    currency = draw(CURRENCIES)
    gross = draw(AMOUNTS)
    details = [
        {"amount": amount, "currency": currency, "type": kind, "description": words}
        for amount, kind, words in draw(
            st.lists(
                st.tuples(
                    st.integers(-(10**6), 10**6),
                    FEE_TYPES,
                    st.sampled_from(["Stripe processing fees", "Dispute fee", ""]),
                ),
                max_size=5,
            )
        )
    ]
    explained = sum(detail["amount"] for detail in details)
    fee = explained + draw(st.sampled_from([0, 0, 17]))
    return {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": gross,
        "fee": fee,
        "net": gross - fee,
        "currency": currency,
        "created": draw(st.integers(10**9, 2 * 10**9)),
        "available_on": 1_767_657_600,
        "fee_details": details,
        "type": draw(st.sampled_from([*const.TYPE_KINDS, "quantum_fee"])),
        "reporting_category": draw(st.sampled_from([*const.CATEGORY_KINDS, "quantum"])),
        "source": "ch_1",
    }


@given(balance_transactions())
def test_no_cent_is_lost_or_invented(raw):
    result = parse_item(json.dumps(raw).encode(), {}, "Europe/Berlin")
    facts = result.transactions
    assert not result.rejected
    currency = raw["currency"].upper()
    assert sum(fact.net_amount for fact in facts) == minor_units.to_major(
        raw["net"], currency
    )
    for fact in facts:
        assert fact.net_amount == fact.gross_amount - fact.fee_amount - fact.tax_amount
        assert sum((line.amount for line in fact.fees), Decimal(0)) == fact.fee_amount
        assert (
            sum((line.tax_amount for line in fact.fees), Decimal(0)) == fact.tax_amount
        )


@given(balance_transactions())
def test_only_words_of_the_canonical_model(raw):
    for fact in parse_item(json.dumps(raw).encode(), {}, "UTC").transactions:
        assert fact.kind in kinds.TRANSACTION_KINDS
        assert all(line.kind in kinds.FEE_KINDS for line in fact.fees)
        assert fact.provider_state in kinds.PROVIDER_STATES


@given(balance_transactions())
def test_a_fee_row_has_no_fee_beside_it(raw):
    for fact in parse_item(json.dumps(raw).encode(), {}, "UTC").transactions:
        if fact.kind in ("fee", "fee_refund", "dispute_fee"):
            assert fact.fee_amount == 0
            assert fact.gross_amount == fact.net_amount + fact.tax_amount


@given(AMOUNTS, CURRENCIES)
def test_minor_units_there_and_back(amount, currency):
    code = currency.upper()
    major = minor_units.to_major(amount, code)
    assert minor_units.to_stripe(major, code) == amount
    assert -major.as_tuple().exponent == money.exponent(code)


@given(st.integers(-(10**10), 10**10), st.sampled_from(["ISK", "UGX"]))
def test_hundredths_that_are_always_zero(whole, code):
    assert minor_units.to_major(whole * 100, code) == whole
    assert minor_units.to_stripe(Decimal(whole), code) == whole * 100
    with pytest.raises(MalformedInput):
        minor_units.to_major(whole * 100 + 1, code)


def test_amount_finer_than_stripe_counts():
    with pytest.raises(MalformedInput):
        minor_units.to_stripe(Decimal("1.5"), "MGA")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    try:
        result = parse_item(content, {}, "UTC")
    except MalformedInput:
        return
    assert list(result) is not None


ODD = st.sampled_from(
    [None, True, -1, 10**30, 1.5, "", "eur", "text", [], [None], [7], {}, {"id": 1}]
)
RECORDED = sorted(DATA.glob("*.json"))


@given(st.sampled_from(RECORDED), st.data())
def test_any_field_may_be_odd(path, data):
    raw = json.loads(path.read_bytes())
    places = [raw]
    places += [value for value in raw.values() if isinstance(value, dict)]
    source = raw.get("source")
    if isinstance(source, dict):
        places += [value for value in source.values() if isinstance(value, dict)]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places))
        names = sorted(set(place) - {"object"})
        if names:
            place[data.draw(st.sampled_from(names))] = data.draw(ODD)
    context = {"observed_at": "2026-03-02T06:00:00"}
    assert list(parse_item(json.dumps(raw).encode(), context, "UTC"))
