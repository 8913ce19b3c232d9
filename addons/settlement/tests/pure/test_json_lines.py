import io
import json
import random
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical import json_lines, kinds, money
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    FeeFact,
    RejectedRow,
    TransactionFact,
)


def line_of(fact):
    """Return a fact as the line that states it."""
    name = next(
        name for name, kind in json_lines.FACT_TYPES.items() if kind is type(fact)
    )
    values = {key: value for key, value in asdict(fact).items() if value is not None}
    return json.dumps({"type": name, **values}, default=str).encode()


@st.composite
def transactions(draw):
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    decimals = money.exponent(currency)

    def amounts(low, high):
        minor = draw(st.integers(low, high))
        return money.from_minor(minor, decimals)

    fees = tuple(
        FeeFact(
            draw(st.sampled_from(kinds.FEE_KINDS)), amounts(-99, 999), amounts(0, 9)
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    gross = amounts(-(10**9), 10**9)
    fee = sum((each.amount for each in fees), Decimal(0))
    tax = sum((each.tax_amount for each in fees), Decimal(0))
    return TransactionFact(
        currency=currency,
        external_id=draw(st.text("abc_123", min_size=1)),
        kind=draw(st.sampled_from(kinds.TRANSACTION_KINDS)),
        gross_amount=gross,
        fee_amount=fee,
        tax_amount=tax,
        net_amount=gross - fee - tax,
        fees=fees,
        occurred_at=datetime(2026, 1, draw(st.integers(1, 28)), 3, 4, 5),
        booked_on=date(2026, 1, draw(st.integers(1, 28))),
        description=draw(st.text(st.characters(exclude_characters="\x00"))),
        extra_references=(("order", draw(st.text("XYZ1"))),),
    )


@given(transactions())
def test_a_fact_survives_the_way_through_its_line(fact):
    assert json_lines.read_fact(line_of(fact)) == fact


def test_a_batch_survives_too():
    fact = BatchFact(
        currency="EUR",
        kind="payout",
        external_id="po_1",
        date=date(2026, 1, 1),
        total=Decimal("1.50"),
        expected_on=date(2026, 1, 3),
        sequence=7,
        complete=False,
    )
    assert json_lines.read_fact(line_of(fact)) == fact


GOOD = {
    "type": "transaction",
    "currency": "EUR",
    "external_id": "t",
    "kind": "charge",
    "gross_amount": "1.00",
    "net_amount": "1.00",
    "occurred_at": "2026-01-01T00:00:00Z",
    "booked_on": "2026-01-01",
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"type": "nonsense"}, "type"),
        ({"currency": "EURO"}, "currency"),
        ({"kind": "gift"}, "kind"),
        ({"external_id": ""}, "external_id"),
        ({"booked_on": None}, "booked_on"),
        ({"booked_on": "2026-02-30"}, "booked_on"),
        ({"gross_amount": "1.005"}, "1.005"),
        ({"gross_amount": "NaN"}, "NaN"),
        ({"gross_amount": True}, "gross_amount"),
        ({"occurrence": "1"}, "occurrence"),
        ({"exchange_rate": "-1"}, "exchange_rate"),
        ({"fees": [{"kind": "bribe", "amount": "1"}]}, "fees"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_named(change, named):
    with pytest.raises(MalformedInput, match=named.replace(".", r"\.")):
        json_lines.read_fact(json.dumps({**GOOD, **change}).encode())


def test_bad_lines_are_numbered_and_good_lines_go_on():
    good = json.dumps(GOOD).encode()
    facts = list(json_lines.read_facts(io.BytesIO(b"\n".join([good, b"{", good]))))
    assert [type(fact) for fact in facts] == [
        TransactionFact,
        RejectedRow,
        TransactionFact,
    ]
    assert facts[1].number == 2


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_broken_lines_raise_typed_errors_only(seed):
    rng = random.Random(seed)
    line = bytearray(json.dumps(GOOD).encode())
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(line))
        if rng.random() < 0.5:
            line[at] = rng.randrange(256)
        else:
            del line[at : at + rng.randint(1, 5)]
    try:
        fact = json_lines.read_fact(bytes(line))
    except MalformedInput:
        return
    assert isinstance(fact, TransactionFact)


def test_a_bad_line_says_which_transaction_it_would_be():
    lines = [
        b'{"type": "transaction", "external_id": "txn_1"}',
        b'{"type": "batch", "external_id": "po_1"}',
        b'{"type": "transaction", "external_id": 5}',
        b'{"type": "transaction"}',
        b"[]",
        b"5",
        b"{",
    ]
    found = list(json_lines.read_facts(io.BytesIO(b"\n".join(lines))))
    assert [row.external_id for row in found] == ["txn_1", *[""] * 6]
