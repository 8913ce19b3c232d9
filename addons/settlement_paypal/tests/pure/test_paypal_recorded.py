"""One day of a shop, as each of PayPal's three sources tells it."""

import io
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_connector.client.json_list import read_list
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_paypal.client.streams import transaction_items
from odoo.addons.settlement_paypal.mapper.items import parse_item
from odoo.addons.settlement_paypal.reports.file import is_report, read_report

DATA = Path(__file__).parents[1] / "data"
ZONE = "America/Los_Angeles"
# number, kind, gross, fee, currency, number that it refers to, batch
DAY = """
 1 charge            100.00   3.20 USD  -  settlement
 2 charge             29.99   1.36 USD  -  settlement
 3 charge            500.00  15.00 BRL  -  settlement
 4 conversion       -485.00   0    BRL  3  settlement
 5 conversion         90.12   0    USD  3  settlement
 6 refund            -20.00  -0.58 USD  1  settlement
 7 refund             -5.00   0    USD  2  settlement
 8 dispute          -100.00   0    USD  1  settlement
 9 dispute_reversal  100.00   0    USD  1  settlement
10 dispute          -100.00   0    USD  1  settlement
11 dispute_fee       -20.00   0    USD 10  settlement
12 reserve_hold      -15.00   0    USD  -  settlement
13 reserve_release     7.00   0    USD  -  settlement
14 charge            -75.00   1.50 USD  -  settlement
15 fee               -10.00   0    USD  -  settlement
16 conversion        -30.00   0    USD 17  settlement
17 conversion         27.55   0    EUR 16  settlement
18 payout           -200.00   0    USD  -  payout
19 payout            -12.34   0    EUR  -  payout
20 charge             15000 540    JPY  -  settlement
21 withholding        -2.40   0    USD  -  settlement
22 adjustment         -1.11   0    USD  -  settlement
"""
EXPECTED = [line.split() for line in DAY.strip().splitlines()]


def identifier(number):
    return "" if number == "-" else f"{int(number):05}AB12345CD678"


@pytest.fixture(scope="module")
def settlement():
    with (DATA / "stl_20260106.csv").open("rb") as file:
        return list(read_report(file, ZoneInfo(ZONE)))


@pytest.fixture(scope="module")
def detail():
    with (DATA / "trr_20260106.csv").open("rb") as file:
        return list(read_report(file, ZoneInfo(ZONE)))


@pytest.fixture(scope="module")
def api():
    content = (DATA / "transactions_20260106.json").read_bytes()
    items = transaction_items(read_list(content, "transaction_details", "PayPal"), [])
    return [
        fact for item in items for fact in parse_item(item.content, item.context, ZONE)
    ]


def rows(facts):
    return [fact for fact in facts if isinstance(fact, TransactionFact)]


@pytest.mark.parametrize("place", range(len(EXPECTED)), ids=lambda place: place + 1)
def test_each_row_of_the_settlement_report(settlement, place):
    number, kind, gross, fee, currency, parent, batch = EXPECTED[place]
    fact = rows(settlement)[place]
    assert fact.external_id == identifier(number)
    assert fact.kind == kind
    assert (fact.gross_amount, fact.fee_amount) == (Decimal(gross), Decimal(fee))
    assert fact.currency == currency
    assert fact.parent_external_id == identifier(parent)
    assert fact.batch_kind == batch


def test_nothing_else_is_in_it(settlement):
    assert len(rows(settlement)) == len(EXPECTED)
    assert not [fact for fact in settlement if isinstance(fact, RejectedRow)]
    assert broken_laws(settlement) == []


def test_batches_are_proved(settlement):
    batches = [
        fact
        for fact in settlement
        if isinstance(fact, BatchFact) and fact.kind == "settlement"
    ]
    assert [(fact.currency, fact.total) for fact in batches] == [
        ("BRL", Decimal("0.00")),
        ("EUR", Decimal("27.55")),
        ("JPY", Decimal(14_460)),
        ("USD", Decimal("-56.88")),
    ]
    for batch in batches:
        listed = [
            fact.net_amount
            for fact in rows(settlement)
            if fact.currency == batch.currency and fact.batch_kind == "settlement"
        ]
        assert sum(listed) == batch.total
        assert batch.complete


def test_payouts(settlement):
    payouts = [
        (fact.external_id, fact.currency, fact.total, fact.reference)
        for fact in settlement
        if isinstance(fact, BatchFact) and fact.kind == "payout"
    ]
    assert payouts == [
        (identifier("18"), "USD", Decimal("200.00"), "PPBK20260106A1"),
        (identifier("19"), "EUR", Decimal("12.34"), "PPBK20260106A2"),
    ]


def test_balances(settlement):
    found = {
        fact.currency: fact.available
        for fact in settlement
        if isinstance(fact, BalanceFact)
    }
    assert found == {
        "EUR": Decimal("65.21"),
        "JPY": Decimal(14_460),
        "USD": Decimal("743.12"),
    }


def test_only_the_code_that_nobody_knows_waits(settlement):
    unknown = [
        fact.source_code
        for fact in rows(settlement)
        if fact.source_code.startswith("unknown:")
    ]
    assert unknown == ["unknown:T0020"]


def keys(facts):
    return {(fact.external_id, fact.occurrence): fact for fact in rows(facts)}


def test_the_api_tells_the_same_rows(settlement, api):
    from_file, from_api = keys(settlement), keys(api)
    assert from_file.keys() == from_api.keys()
    for key, fact in from_file.items():
        other = from_api[key]
        for name in (
            *("kind", "currency", "gross_amount", "fee_amount", "net_amount", "fees"),
            *("occurred_at", "booked_on", "account_identifier", "source_code"),
            *("source_external_id", "parent_external_id", "payment_reference"),
            *("invoice_reference", "order_reference", "mandate_reference"),
            *("bank_reference", "provider_state"),
        ):
            assert getattr(fact, name) == getattr(other, name), (key, name)
        assert fact.source_version_at < other.source_version_at


def test_the_api_tells_the_same_payouts(settlement, api):
    def payouts(facts):
        return [
            fact
            for fact in facts
            if isinstance(fact, BatchFact) and fact.kind == "payout"
        ]

    assert payouts(api) == payouts(settlement)


def test_the_detail_report_stands_between_them(settlement, detail, api):
    from_file, from_api = keys(settlement), keys(api)
    shared = keys(detail).keys() & from_file.keys()
    assert len(shared) == 7
    for key in shared:
        fact = keys(detail)[key]
        assert from_file[key].source_version_at < fact.source_version_at
        assert fact.source_version_at < from_api[key].source_version_at
        assert fact.net_amount == from_file[key].net_amount


def test_what_the_detail_report_has_alone_is_not_booked(settlement, detail):
    alone = keys(detail).keys() - keys(settlement).keys()
    states = sorted(keys(detail)[key].provider_state for key in alone)
    assert states == ["initiated", "initiated", "rejected"]
    assert not [fact for fact in detail if isinstance(fact, BatchFact)]


def test_both_are_recognised():
    for name in ("stl_20260106.csv", "trr_20260106.csv"):
        assert is_report((DATA / name).read_bytes()[:65_536])
    other = (DATA / "transactions_20260106.json").read_bytes()
    assert not is_report(other)


@pytest.mark.parametrize("lines", [1, 2, 4])
def test_files_cut_into_chunks_of_any_size_are_read_alike(settlement, lines):
    content = (DATA / "stl_20260106.csv").read_bytes()
    file = io.BufferedReader(io.BytesIO(content), buffer_size=lines * 7)
    assert list(read_report(file, ZoneInfo(ZONE))) == settlement
