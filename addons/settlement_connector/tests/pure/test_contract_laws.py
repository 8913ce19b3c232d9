"""What the contract finds, it finds in facts that break one law each."""

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    FeeFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.known_codes import KnownCode
from odoo.addons.settlement_connector.contract.fact_laws import (
    broken_codes,
    broken_laws,
)
from odoo.addons.settlement_connector.contract.sample import sample_rows

NOON = datetime(2026, 1, 10, 12)
CHARGE = TransactionFact(
    currency="EUR",
    external_id="txn_1",
    kind="charge",
    gross_amount=Decimal("100.00"),
    fee_amount=Decimal("2.00"),
    tax_amount=Decimal("0.38"),
    net_amount=Decimal("97.62"),
    fees=(FeeFact("processing", Decimal("2.00"), Decimal("0.38")),),
    occurred_at=NOON,
    booked_on=date(2026, 1, 10),
)
PAYOUT = BatchFact("EUR", "payout", "po_1", date(2026, 1, 12), Decimal("97.62"))


def test_good_facts_break_nothing():
    balance = BalanceFact("EUR", NOON, Decimal(5))
    rejected = RejectedRow(1, "raw", "why")
    assert broken_laws([CHARGE, PAYOUT, balance, rejected]) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"external_id": " "}, "no identity"),
        ({"kind": "gift"}, "'gift' is no kind"),
        ({"provider_state": "maybe"}, "'maybe' is no state"),
        ({"occurred_at": NOON.replace(tzinfo=timezone.utc)}, "naive UTC"),
        ({"net_amount": Decimal("98.00")}, "is not its net"),
        ({"kind": "refund"}, "wrong sign for a refund"),
        ({"fees": ()}, "do not add up to its fee"),
        ({"fees": (FeeFact("processing", Decimal(2)),)}, "up to its tax"),
        ({"fees": (replace(CHARGE.fees[0], kind="tip"),)}, "'tip' is no kind of fee"),
        ({"net_amount": 97.62}, "net_amount is float"),
        ({"currency": "JPY"}, "has more decimals than JPY allows"),
    ],
)
def test_each_law_of_a_transaction(values, words):
    sentences = " ".join(broken_laws([replace(CHARGE, **values)]))
    assert words in sentences


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"external_id": ""}, "no identity"),
        ({"kind": "heap"}, "'heap' is no kind of batch"),
        ({"total": Decimal("0.001")}, "total: 0.001 has more decimals"),
    ],
)
def test_each_law_of_a_batch(values, words):
    assert words in " ".join(broken_laws([replace(PAYOUT, **values)]))


def test_a_row_put_aside_has_a_reason():
    assert broken_laws([RejectedRow(1, "raw", " ")])


def test_codes():
    good = [
        KnownCode("sale", "charge", "charge", group="type"),
        KnownCode("sale", "charge", "charge", group="category"),
        KnownCode("fee", "fee_refund", "fee"),
        KnownCode("dispute", "dispute", "dispute"),
    ]
    assert broken_codes(good) == []
    assert "twice" in broken_codes([good[0], good[0]])[0]
    assert "no canonical kind" in broken_codes([KnownCode("x", "gift", "charge")])[0]
    turned = broken_codes([KnownCode("fee", "fee", "fee_refund")])
    assert [sentence[:21] for sentence in turned] == [
        "fee: money that comes",
        "fee: money that goes ",
    ]


def test_sample_rows_differ():
    rows = sample_rows(50, NOON, start=7)
    assert len({row.amount for row in rows}) == len({row.at for row in rows}) == 50
    assert rows[0].number == 7
    assert all(row.amount > 1 for row in rows)
