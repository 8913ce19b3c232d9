"""Fetching one object gives what the regular pull would give."""

import json
from datetime import datetime

import pytest

from odoo.addons.settlement.canonical.errors import SettlementError
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_stripe.client import announced, streams
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.client.stripe_client import StripeClient
from odoo.addons.settlement_stripe.tests import stripe_shop as shop


@pytest.fixture
def server():
    with shop.StripeServer(shop.shop_world()) as running:
        yield running


@pytest.fixture
def client(server):
    http = HttpClient(server.url, [], allow_loopback=True)
    return StripeClient(http, [shop.KEY], RateLimiter(10_000))


def fetch(client, target):
    """Return stream → ids of all its items."""
    result = {}
    for stream, items in announced.fetch(client, target):
        result.setdefault(stream, []).extend(item.external_id for item in items)
    return result


def test_charge(client):
    assert fetch(client, "source:ch_0001") == {"balance_transactions": ["txn_0001"]}


def test_bytes_are_those_of_the_regular_pull(client):
    ((_stream, (item,)),) = announced.fetch(client, "source:ch_0001")
    request = streams.PullRequest(since=datetime(2026, 3, 1))
    items, _cursor, _more = streams.pull(client, "balance_transactions", request)
    assert item in items


def test_charge_whose_money_has_not_moved(client):
    assert fetch(client, "source:ch_unknown") == {"balance_transactions": []}


def test_payout_with_its_final_list(client):
    found = fetch(client, "payout:po_00")
    assert list(found) == ["balance_transactions", "payouts", "payout_transactions"]
    assert found["payouts"] == ["po_00"]
    assert len(found["balance_transactions"]) == 1
    assert len(found["payout_transactions"]) == 4


def test_long_list_comes_page_by_page(client, server):
    world = server.world
    template = world.balance_transactions[0]
    for number in range(250):
        row = {**template, "id": f"txn_more{number}"}
        world.add_transaction(row, payout="po_00")
    pages = [
        items
        for stream, items in announced.fetch(client, "payout:po_00")
        if stream == "payout_transactions"
    ]
    assert [len(items) for items in pages] == [100, 100, 54]
    assert {item.context["payout"] for items in pages for item in items} == {"po_00"}


def test_payout_without_a_final_list(client, server):
    server.world.change("po_00", 0, reconciliation_status="in_progress")
    assert "payout_transactions" not in fetch(client, "payout:po_00")


def test_balance(client):
    ((stream, (item,)),) = announced.fetch(client, "balance")
    assert stream == "balance"
    assert json.loads(item.content)["object"] == "balance"
    assert "observed_at" in item.context


def test_payout_that_is_not_ours(client):
    with pytest.raises(SettlementError, match="po_foreign"):
        fetch(client, "payout:po_foreign")
