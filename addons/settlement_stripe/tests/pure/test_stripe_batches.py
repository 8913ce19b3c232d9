"""Payouts, balances and objects that cannot be read."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.errors import BusinessError, MalformedInput
from odoo.addons.settlement.canonical.facts import BalanceFact
from odoo.addons.settlement_stripe.mapper import parse_item

DATA = Path(__file__).parent.parent / "data"
CONTEXT = {"observed_at": "2026-03-02T06:00:00"}


def parse(name, zone="Europe/Berlin", context=CONTEXT, **changes):
    raw = json.loads((DATA / f"{name}.json").read_bytes())
    raw.update(changes)
    return parse_item(json.dumps(raw).encode(), context, zone)


def payout(name, zone="Europe/Berlin", **changes):
    (batch,) = parse(name, zone, **changes).batches
    return batch


def test_finished_payout():
    batch = payout("po_paid")
    assert (batch.kind, batch.external_id, batch.currency) == (
        "payout",
        "po_paid",
        "EUR",
    )
    assert batch.total == Decimal("96.19")
    assert batch.complete and batch.lists_rows
    assert batch.reference == "TRACE20260303A"
    assert batch.descriptor == "SHOP EXAMPLE"
    assert batch.provider_state == "settled"
    assert batch.payout_external_id == "txn_payout_paid"
    assert batch.date == date(2026, 3, 1)


def test_arrival_is_stripes_day_in_every_zone():
    for zone in ("America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland"):
        assert payout("po_paid", zone).expected_on == date(2026, 3, 3)


def test_payout_on_its_way_is_open_and_has_no_trace():
    batch = payout("po_in_transit")
    assert not batch.complete
    assert batch.reference == ""
    assert batch.provider_state == "acknowledged"


def test_trace_counts_only_once_supported():
    batch = payout("po_paid", trace_id={"status": "pending", "value": "X"})
    assert batch.reference == ""
    assert payout("po_paid", trace_id=None).reference == ""


def test_manual_payout_never_lists_its_rows():
    batch = payout("po_manual")
    assert not batch.lists_rows and not batch.complete
    assert not payout("po_manual", reconciliation_status="completed").complete


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_failed_payout_is_final(status):
    batch = payout("po_failed", status=status, reconciliation_status="in_progress")
    assert batch.provider_state == "rejected"
    assert batch.complete


def test_a_later_word_about_a_payout_is_a_higher_version():
    life = [
        payout("po_in_transit", status="pending"),
        payout("po_in_transit"),
        payout("po_in_transit", status="paid"),
        payout("po_paid", trace_id=None),
        payout("po_paid"),
        payout("po_paid", status="failed", reconciliation_status="in_progress"),
        payout("po_paid", status="failed"),
    ]
    versions = [batch.source_version_at for batch in life]
    assert versions == sorted(set(versions))


def test_negative_payout_takes_from_the_bank():
    assert payout("po_negative").total == Decimal("-25.00")


def test_payout_without_decimals():
    assert str(payout("po_jpy").total) == "480000"


def test_unknown_status_is_rejected_with_its_id():
    (row,) = parse("po_unknown_status").rejected
    assert row.reason == "po_odd: The payout status 'teleported' is unknown."


def test_balance_per_currency():
    at = datetime(2026, 3, 2, 6)
    zero = Decimal(0)
    assert parse("balance").balances == [
        BalanceFact("EUR", at, Decimal("1203.45"), Decimal("50.00"), Decimal("57.00")),
        BalanceFact("JPY", at, zero, Decimal(1500), zero),
        BalanceFact("USD", at, Decimal("-5.00"), zero, zero),
    ]


def test_balance_instant_with_a_zone_becomes_naive_utc():
    context = {"observed_at": "2026-03-02T08:00:00+02:00"}
    assert parse("balance", context=context).balances[0].observed_at == datetime(
        2026, 3, 2, 6
    )


@pytest.mark.parametrize("context", [{}, {"observed_at": "yesterday"}])
def test_balance_without_instant_is_rejected(context):
    (row,) = parse("balance", context=context).rejected
    assert "instant" in row.reason


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'"txn_1"',
        b'{"object": "customer", "id": "cus_1"}',
        b'{"id": "txn_1"}',
        b'{"object": "balance_transaction", "amount": NaN}',
        b"[" * 100_000,
        b'{"object": "payout", "amount": ' + b"9" * 5000 + b"}",
    ],
)
def test_bytes_that_are_nothing_of_ours(content):
    with pytest.raises(MalformedInput):
        parse_item(content, {}, "UTC")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "10000"),
        ("amount", 100.5),
        ("amount", True),
        ("amount", None),
        ("net", None),
        ("currency", "euro"),
        ("currency", None),
        ("currency", "e€r"),
        ("created", "2026-03-01"),
        ("created", 10**18),
        ("created", True),
        ("available_on", 10**18),
        ("fee_details", ["fee"]),
        ("fee_details", [{"amount": 320, "currency": "usd", "type": "stripe_fee"}]),
        ("id", ""),
    ],
)
def test_wrong_field_rejects_the_row(field, value):
    result = parse("charge_card", **{field: value})
    assert len(result.rejected) == 1
    assert not result.transactions


def test_amount_of_no_world_is_rejected():
    (row,) = parse("charge_card", amount=10**16, net=10**16 - 381).rejected
    assert "no amount of this world" in row.reason


@pytest.mark.parametrize("source", [None, 7, [], {}, {"object": 5}, {"metadata": []}])
def test_odd_sources_do_no_harm(source):
    (fact,) = parse("charge_card", source=source).transactions
    assert fact.net_amount == Decimal("96.19")


def test_unknown_time_zone_is_no_fault_of_the_data():
    with pytest.raises(BusinessError, match="Mars/Base"):
        parse("charge_card", "Mars/Base")
