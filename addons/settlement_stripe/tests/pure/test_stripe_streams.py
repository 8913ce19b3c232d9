"""What a pull brings: windows, cursors, lists of payouts, late rows."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.client.streams import (
    STREAMS,
    PullRequest,
    pull,
)
from odoo.addons.settlement_stripe.client.stripe_client import StripeClient
from odoo.addons.settlement_stripe.tests import stripe_shop as shop


def moment(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).replace(tzinfo=None)


@pytest.fixture
def server():
    with shop.StripeServer(shop.shop_world()) as server:
        yield server


@pytest.fixture
def client(server):
    http = HttpClient(server.url, (), allow_loopback=True, sleep=[].append)
    return StripeClient(http, [shop.KEY], RateLimiter(10_000))


def pull_all(client, stream, **options):
    """Return all items of a stream and the number of calls it took."""
    items, cursor, calls = [], None, 0
    while True:
        page, cursor, more = pull(client, stream, PullRequest(cursor=cursor, **options))
        items += page
        calls += 1
        assert more == (cursor is not None)
        if not more:
            return items, calls


def ids(items):
    return [item.external_id for item in items]


def test_order_of_the_streams():
    assert STREAMS == (
        "balance_transactions",
        "disputes",
        "payouts",
        "payout_transactions",
        "balance",
    )


def test_all_rows_once_whatever_the_page_size(client):
    whole, _calls = pull_all(client, "balance_transactions")
    small, calls = pull_all(client, "balance_transactions", limit=3)
    assert ids(whole) == ids(small)
    assert len(set(ids(whole))) == 40
    assert calls == 14


def test_window_includes_both_its_ends(client):
    first, second = moment(shop.START), moment(shop.START + 600)
    items, _ = pull_all(client, "balance_transactions", since=first, until=second)
    assert ids(items) == ["txn_0002", "txn_0001"]
    inside = {"since": first + timedelta(seconds=1), "until": second}
    inside["until"] -= timedelta(seconds=1)
    assert pull_all(client, "balance_transactions", **inside) == ([], 1)


def test_neighbouring_windows_lose_nothing(client):
    start, cut = moment(shop.START), moment(shop.START + 3 * shop.DAY + 600)
    cut += timedelta(microseconds=500_000)
    end = moment(shop.START + 40 * shop.DAY)
    before, _ = pull_all(client, "balance_transactions", since=start, until=cut)
    after, _ = pull_all(client, "balance_transactions", since=cut, until=end)
    assert len({*ids(before), *ids(after)}) == 40


def test_rows_carry_no_context(client):
    items, _ = pull_all(client, "balance_transactions")
    assert all(item.context == {} for item in items)


def test_payouts_reach_back_to_hear_the_last_word(server, client):
    until = moment(server.world.now)
    items, _ = pull_all(client, "payouts", since=until, until=until)
    in_reach = [
        payout["id"]
        for payout in server.world.payouts
        if payout["created"] >= server.world.now - 28 * shop.DAY
    ]
    assert sorted(ids(items)) == sorted(in_reach)
    assert 0 < len(in_reach) < 10


def test_each_final_list_is_read_with_its_payout_as_context(client):
    items, calls = pull_all(client, "payout_transactions", limit=3)
    assert len(items) == 40
    by_payout = {}
    for item in items:
        by_payout.setdefault(item.context["payout"], []).append(item)
    assert len(by_payout) == 10
    for name, rows in by_payout.items():
        nets = [json.loads(row.content)["net"] for row in rows]
        assert sum(nets) == 0, name
    assert calls == 20


def test_lists_that_are_not_final_or_known_are_left_out(server, client):
    server.world.change("po_03", 0, reconciliation_status="in_progress")
    odd = {"automatic": False, "reconciliation_status": "completed"}
    shop.add_payout(server.world, "manual", created=shop.START, amount=100, **odd)
    items, _ = pull_all(
        client, "payout_transactions", listed_payouts={"po_00", "po_01"}
    )
    payouts = {item.context["payout"] for item in items}
    assert payouts == {f"po_{day:02}" for day in range(2, 10)} - {"po_03"}


def test_no_list_at_all(client):
    since = moment(shop.START - 300 * shop.DAY)
    until = since + timedelta(days=1)
    assert pull_all(client, "payout_transactions", since=since, until=until) == ([], 1)


def test_one_call_reads_at_most_one_page_of_rows(client):
    request = PullRequest(limit=2)
    items, cursor, _more = pull(client, "payout_transactions", request)
    assert len(items) <= 2
    items, _, _ = pull(
        client, "payout_transactions", PullRequest(None, None, cursor, 2)
    )
    assert len(items) <= 2


def test_cursor_continues_after_a_crash(client):
    items, cursor, more = pull(client, "payout_transactions", PullRequest(limit=3))
    assert more
    again, rest = [], cursor
    while rest:
        page, rest, more = pull(
            client, "payout_transactions", PullRequest(cursor=rest, limit=3)
        )
        again += page
    assert len(items) + len(again) == 40


def test_balance_has_the_instant_of_the_answer(server, client):
    (item,), _ = pull_all(client, "balance")
    assert item.external_id == "balance"
    assert item.context == {"observed_at": "2026-03-31T09:00:00"}
    server.world.now += 60
    (item,), _ = pull_all(client, "balance")
    assert item.context == {"observed_at": "2026-03-31T09:01:00"}


def test_disputes_reach_back_far_enough_to_hear_how_they_ended(server, client):
    opened = shop.START - 170 * shop.DAY
    shop.add_dispute(server.world, 1, created=opened)
    shop.add_dispute(server.world, 2, created=opened - 20 * shop.DAY)
    window = {"since": moment(shop.START), "until": moment(server.world.now)}
    (item,), _calls = pull_all(client, "disputes", **window)
    assert item.external_id == "dp_0001"
    server.world.change("dp_0001", server.world.now, status="lost")
    (again,), _calls = pull_all(client, "disputes", **window)
    assert again.content != item.content


def test_disputes_come_page_by_page(server, client):
    for number in range(1, 26):
        shop.add_dispute(server.world, number, created=shop.START + number)
    items, calls = pull_all(client, "disputes", limit=10)
    assert (len(set(ids(items))), calls) == (25, 3)


def test_second_pull_brings_the_same_bytes(client):
    for stream in STREAMS:
        assert pull_all(client, stream) == pull_all(client, stream)


def test_late_row_is_found_inside_the_window(server, client):
    created = shop.START + 2 * shop.DAY
    seen_at = server.world.now + 60
    shop.add_charge(server.world, 900, created=created, visible_from=seen_at)
    window = {"since": moment(created - 1), "until": moment(created + 1)}
    assert "txn_0900" not in ids(pull_all(client, "balance_transactions", **window)[0])
    server.world.now = seen_at
    assert "txn_0900" in ids(pull_all(client, "balance_transactions", **window)[0])


def test_row_twice_across_pages_is_handed_on_twice(server, client):
    server.faults.add("duplicate", skip=1)
    items, _ = pull_all(client, "balance_transactions", limit=10)
    assert len(set(ids(items))) == 40
    assert len(items) == 41


def test_list_that_does_not_advance_ends(server, client):
    server.faults.add("duplicate", skip=1, times=99)
    with pytest.raises(TransientError, match="nothing new"):
        pull_all(client, "balance_transactions", limit=1)
