"""The client against the stand-in, over real HTTP."""

import json
import time
from datetime import datetime

import pytest

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_stripe.client import stripe_client
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.tests import stripe_shop as shop

ATTEMPTS = 4


@pytest.fixture
def server():
    with shop.StripeServer(shop.shop_world()) as server:
        yield server


@pytest.fixture
def waits():
    return []


def new_client(server, waits=None, keys=(shop.KEY,), **options):
    http = HttpClient(
        server.url,
        stripe_client.HOSTS,
        allow_loopback=True,
        should_retry_header=stripe_client.SHOULD_RETRY_HEADER,
        retry=RetryPolicy(attempts=ATTEMPTS, jitter=lambda: 1.0),
        sleep=[].append if waits is None else waits.append,
        **options,
    )
    return stripe_client.StripeClient(http, keys, RateLimiter(10_000))


@pytest.fixture
def client(server, waits):
    return new_client(server, waits)


def test_account_and_balance(server, client):
    assert client.account()["id"] == "acct_1Shop"
    answer = client.balance()
    assert json.loads(answer.content)["object"] == "balance"
    assert answer.observed_at == datetime(2026, 3, 31, 9)


def test_pages_bring_every_row_once_newest_first(server, client):
    ids, after, pages = [], "", 0
    while True:
        page = client.balance_transactions([], after=after, limit=7)
        ids += [element.id for element in page.elements]
        pages += 1
        if not page.has_more:
            break
        after = page.last_id
    assert pages == 6
    assert len(ids) == len(set(ids)) == 40
    assert ids[0] == "txn_po_09" and ids[-1] == "txn_0001"


def test_elements_are_the_bytes_received(server, client, monkeypatch):
    received = []
    get = HttpClient.get

    def spy(self, *args, **kwargs):
        answer = get(self, *args, **kwargs)
        received.append(answer.content)
        return answer

    monkeypatch.setattr(HttpClient, "get", spy)
    page = client.balance_transactions([], limit=5)
    for element in page.elements:
        assert element.content in received[0]
        assert json.loads(element.content) == element.raw
    assert "Änne Müller".encode() in page.elements[1].content


def test_sources_are_expanded(client):
    page = client.balance_transactions([("type", "charge")], limit=1)
    assert page.elements[0].raw["source"]["object"] == "charge"


def test_every_call_pins_the_version():
    with shop.StripeServer(shop.new_world(), api_version="2020-08-27") as server:
        with pytest.raises(BusinessError, match="Invalid Stripe API version"):
            new_client(server).account()


def test_limit_is_kept_inside_what_stripe_allows(client):
    assert len(client.balance_transactions([], limit=1000).elements) == 40
    assert len(client.balance_transactions([], limit=0).elements) == 1


def test_wrong_key_is_an_authentication_error_without_the_key(server):
    key = shop.KEY.replace("0001", "9999")
    with pytest.raises(AuthenticationError) as caught:
        new_client(server, keys=(key,)).account()
    assert "Invalid API Key provided" in str(caught.value)
    assert key not in str(caught.value)
    assert key[8:] not in str(caught.value)


def test_restricted_key_names_the_missing_permission(server):
    client = new_client(server, keys=(shop.RESTRICTED_KEY,))
    assert client.account()["id"] == "acct_1Shop"
    with pytest.raises(AuthenticationError) as caught:
        client.payouts([])
    assert "rak_payout_read" in str(caught.value)
    assert shop.RESTRICTED_KEY not in str(caught.value)


def test_next_key_is_tried_while_keys_rotate(server):
    client = new_client(server, keys=(shop.OLD_KEY, shop.KEY))
    assert client.account()["id"] == "acct_1Shop"
    client.balance()
    statuses = [entry.status for entry in server.log]
    assert statuses == [401, 200, 200]


def test_no_key_says_what_to_do(server):
    with pytest.raises(AuthenticationError, match="api_key"):
        new_client(server, keys=())


def test_key_is_in_no_representation(client):
    assert shop.KEY not in repr(client)
    assert shop.KEY not in repr(vars(client)["_http"].__dict__)


def test_manual_payout_cannot_be_listed(server, client):
    created = shop.START + shop.DAY
    shop.add_payout(
        server.world, "manual", created=created, amount=100, automatic=False
    )
    with pytest.raises(BusinessError, match="automatic transfers, not manual"):
        client.balance_transactions([("payout", "po_manual")])


def test_unknown_parameter_is_told_in_stripes_words(client):
    with pytest.raises(BusinessError, match="Received unknown parameter: flavour"):
        client.payouts([("flavour", "sweet")])


@pytest.mark.parametrize("status", [409, 429, 500, 502, 503])
def test_passing_errors_are_repeated(server, client, waits, status):
    server.faults.add("status", status=status, times=2)
    assert client.account()["id"] == "acct_1Shop"
    assert len(server.log) == 3
    assert waits == [0.5, 1.0]


def test_lasting_errors_end_in_stripes_words(server, client):
    server.faults.add("status", status=500, times=99)
    with pytest.raises(TransientError, match="An unknown error occurred"):
        client.account()
    assert len(server.log) == ATTEMPTS


def test_retry_after_is_obeyed(server, client, waits):
    server.faults.add("status", status=429, headers={"Retry-After": "7"})
    client.account()
    assert waits == [7.0]


def test_longer_waits_are_left_to_the_next_pull(server, client, waits):
    server.faults.add("status", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(TransientError) as caught:
        client.account()
    assert caught.value.retry_after == 3600
    assert waits == []


def test_stripe_forbids_to_repeat(server, client):
    headers = {"Stripe-Should-Retry": "false"}
    server.faults.add("status", status=500, times=9, headers=headers)
    with pytest.raises(TransientError):
        client.account()
    assert len(server.log) == 1


def test_stripe_asks_to_repeat(server, client):
    headers = {"Stripe-Should-Retry": "true"}
    server.faults.add("status", status=400, headers=headers)
    assert client.account()["id"] == "acct_1Shop"


@pytest.mark.parametrize("kind", ["reset", "cut", "content_type"])
def test_broken_answers_are_repeated(server, client, kind):
    server.faults.add(kind, times=2)
    assert len(client.balance_transactions([]).elements) == 40


def test_slow_answers_end_in_time_and_are_repeated(server):
    server.faults.add("slow", seconds=1.0)
    client = new_client(server, timeout=(1.0, 0.2))
    assert client.account()["id"] == "acct_1Shop"
    assert len(server.log) == 2


@pytest.mark.parametrize("kind", ["reset", "cut", "content_type", "garbage"])
def test_lasting_faults_are_transient(server, client, kind):
    server.faults.add(kind, times=99)
    with pytest.raises(TransientError):
        client.balance_transactions([])


def test_rate_limit_of_the_server_is_survived():
    limit = shop.RateLimit(3, 0.4)
    with shop.StripeServer(shop.shop_world(), rate_limit=limit) as server:
        http = HttpClient(
            server.url,
            (),
            allow_loopback=True,
            retry=RetryPolicy(attempts=6, base=0.1),
            sleep=lambda seconds: time.sleep(min(seconds, 0.3)),
        )
        client = stripe_client.StripeClient(http, [shop.KEY], RateLimiter(1000))
        for _ in range(8):
            client.account()
        assert 429 in [entry.status for entry in server.log]


def test_request_log_never_holds_the_key(server, client):
    client.payouts([("status", "paid")])
    assert shop.KEY not in repr(list(server.log))


def test_limiter_waits_for_the_second_to_pass():
    now, waits = [100.0], []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    limiter = RateLimiter(2, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        limiter.wait()
    assert waits == [1.0, 1.0]
    now[0] += 5
    limiter.wait()
    assert len(waits) == 2
