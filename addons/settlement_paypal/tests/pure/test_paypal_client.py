from datetime import datetime, timedelta, timezone

import pytest

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_connector.client.json_list import JsonList
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_paypal.client import announced, streams
from odoo.addons.settlement_paypal.client.pace import Pace
from odoo.addons.settlement_paypal.client.paypal_client import Keys, PaypalClient
from odoo.addons.settlement_paypal.client.tokens import TokenCache
from odoo.addons.settlement_paypal.client.webhook_event import read_event
from odoo.addons.settlement_paypal.stand_in import paypal_server as pp

NOW = datetime(2026, 1, 31, 9)


class NoSigner:
    pem = b""


@pytest.fixture
def server():
    with pp.PaypalStandIn(NoSigner()) as found:
        yield found


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def new_client(server, tokens=None, secrets=(pp.CLIENT_SECRET,), **options):
    http = HttpClient(
        server.url,
        [],
        allow_loopback=True,
        sleep=lambda seconds: None,
        retry=RetryPolicy(attempts=2),
    )
    keys = Keys([pp.CLIENT_ID], list(secrets))
    return PaypalClient(
        http, keys, tokens or TokenCache(), pace=Pace(10_000), **options
    )


def drain(client, stream, **values):
    """Return all items of a stream and how many calls it took."""
    items, cursor, calls, more = [], None, 0, True
    while more:
        request = streams.PullRequest(now=NOW, cursor=cursor, **values)
        found, cursor, more = streams.pull(client, stream, request)
        items += found
        calls += 1
        assert calls < 500
    assert cursor is None
    return items, calls


# ----------------------------------------------------------------------
# Tokens
# ----------------------------------------------------------------------


def test_one_token_for_many_calls(server):
    client = new_client(server)
    for _call in range(3):
        client.balances()
    assert server.tokens_given == 1


def test_clients_of_one_backend_share_it(server):
    tokens = TokenCache()
    for _client in range(3):
        new_client(server, tokens).balances()
    assert server.tokens_given == 1


def test_backends_do_not(server):
    tokens = TokenCache()
    for who in ("one", "other"):
        new_client(server, tokens, who=who).balances()
    assert server.tokens_given == 2


def test_a_token_is_renewed_before_it_ends(server):
    clock = Clock()
    client = new_client(server, TokenCache(clock))
    server.lifetime = 300
    client.balances()
    clock.now = 239
    client.balances()
    assert server.tokens_given == 1
    clock.now = 241
    client.balances()
    assert server.tokens_given == 2


def test_a_refused_token_is_renewed_once(server):
    client = new_client(server)
    client.balances()
    server.tokens.clear()
    client.balances()
    assert server.tokens_given == 2
    server.is_known = lambda request: False
    with pytest.raises(AuthenticationError):
        client.balances()
    assert server.tokens_given == 3


def test_the_next_secret_is_tried(server):
    new_client(server, secrets=[pp.OLD_SECRET, pp.CLIENT_SECRET]).balances()
    with pytest.raises(AuthenticationError):
        new_client(server, secrets=[pp.OLD_SECRET]).balances()
    with pytest.raises(AuthenticationError):
        new_client(server, secrets=[]).balances()


@pytest.mark.parametrize("body", ["[]", "{}", '{"access_token": 5}'])
def test_an_answer_without_a_token_may_be_better_next_time(server, body):
    server.token = lambda request: pp.Answer(body=body.encode())
    with pytest.raises(TransientError):
        new_client(server).balances()


def test_nothing_shows_a_secret(server):
    tokens = TokenCache()
    client = new_client(server, tokens)
    client.balances()
    shown = repr([client, tokens, vars(tokens), Keys([pp.CLIENT_ID], [pp.OLD_SECRET])])
    for secret in (pp.CLIENT_ID, pp.CLIENT_SECRET, pp.OLD_SECRET, "A21AA"):
        assert secret not in shown


def test_a_new_token_is_not_dropped_for_an_old_one():
    tokens = TokenCache()
    tokens.put("a", "new", 1000)
    tokens.drop("a", "old")
    assert tokens.get("a") == "new"


def test_calls_keep_their_distance():
    clock, waits = Clock(), []

    def sleep(seconds):
        waits.append(seconds)
        clock.now += seconds

    pace = Pace(4, clock=clock, sleep=sleep)
    for _call in range(3):
        pace.wait()
    clock.now += 10
    pace.wait()
    assert waits == [0.25, 0.25]


# ----------------------------------------------------------------------
# Transactions
# ----------------------------------------------------------------------


def at(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S+0000}"


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 21])
def test_pages(server, count):
    server.rows = [pp.transaction(number) for number in range(count)]
    items, _calls = drain(new_client(server), "transactions", limit=10)
    assert len(items) == count
    assert len({item.external_id for item in items}) == count


def test_periods_are_no_longer_than_paypal_takes(server):
    since = NOW - timedelta(days=100)
    server.rows = [
        pp.transaction(day, at=at(since + timedelta(days=day))) for day in range(100)
    ]
    items, calls = drain(new_client(server), "transactions", since=since)
    assert len({item.external_id for item in items}) == 100
    assert calls == 4
    first = server.log.below("/v1/reporting/transactions")[0].params
    assert first["start_date"] == "2025-10-23T06:00:00Z", "Three hours of late rows"
    assert first["balance_affecting_records_only"] == "Y"


def test_no_more_than_three_years_are_asked_for(server):
    drain(new_client(server), "transactions")
    asked = server.log.below("/v1/reporting/transactions")
    first = datetime.fromisoformat(asked[0].params["start_date"][:-1])
    assert first == NOW - timedelta(days=3 * 365)
    assert asked[-1].params["end_date"] == "2026-01-31T09:00:00Z"


def test_a_future_end_is_now(server):
    drain(
        new_client(server),
        "transactions",
        since=NOW - timedelta(days=1),
        until=NOW + timedelta(days=40),
    )
    (asked,) = server.log.below("/v1/reporting/transactions")
    assert asked.params["end_date"] == "2026-01-31T09:00:00Z"


def test_too_many_rows_are_halved_until_they_fit(server):
    server.rows = [
        pp.transaction(number, at=at(NOW - timedelta(minutes=7 * number)))
        for number in range(200)
    ]
    server.most_rows = 30
    items, _calls = drain(
        new_client(server), "transactions", since=NOW - timedelta(days=2)
    )
    assert len({item.external_id for item in items}) == 200


def test_too_many_rows_of_one_minute_need_a_person(server):
    server.rows = [pp.transaction(number, at=at(NOW)) for number in range(5)]
    server.most_rows = 4
    with pytest.raises(BusinessError, match="greater than the maximum"):
        drain(new_client(server), "transactions", since=NOW - timedelta(days=1))


def test_a_period_that_paypal_does_not_have_is_passed_over(server):
    server.oldest = datetime(2026, 1, 5, tzinfo=timezone.utc)
    server.rows = [pp.transaction(1, at="2026-01-20T08:00:00Z")]
    items, _calls = drain(
        new_client(server), "transactions", since=datetime(2025, 12, 6, 3)
    )
    assert len(items) == 1


def test_twins_are_numbered_and_the_seam_of_pages_is_not(server):
    twin = pp.transaction(1, "T1106", "-10.00", invoice_id="A")
    other = pp.transaction(1, "T1106", "-11.00", invoice_id="B")
    server.rows = [twin, other]
    server.faults.add("duplicate", path="/v1/reporting", skip=1)
    since = NOW - timedelta(days=30)
    items, calls = drain(new_client(server), "transactions", since=since, limit=1)
    assert (calls, len(items)) == (2, 3)
    found = {(item.content, item.context.get("twin", "0")) for item in items}
    assert sorted(number for _content, number in found) == ["0", "1"]


def test_twins_on_two_pages_may_stand_far_apart(server):
    first = pp.transaction(1, "T1106", "-10.00", invoice_id="A")
    second = pp.transaction(1, "T1106", "-11.00", invoice_id="B")
    others = [pp.transaction(number) for number in range(2, 102)]
    server.rows = [first, *others, second]
    since = NOW - timedelta(days=30)
    items, _calls = drain(new_client(server), "transactions", since=since, limit=30)
    assert [item.context.get("twin") for item in items] == [None] * 101 + ["1"]


def test_bytes_are_those_of_paypal(server):
    raw = b'{"transaction_info": {"transaction_id": "X1",  "n": 1.50}}'
    body = b'{"transaction_details": [' + raw + b'], "total_pages": 1}'
    server.transactions = lambda params, fault: pp.Answer(body=body)
    (item,) = drain(new_client(server), "transactions", since=NOW - timedelta(days=1))[
        0
    ]
    assert (item.external_id, item.content) == ("X1", raw)


def test_a_list_that_promises_pages_and_brings_none(server):
    body = b'{"transaction_details": [], "total_pages": 3}'
    server.transactions = lambda params, fault: pp.Answer(body=body)
    with pytest.raises(TransientError, match="page 1 is empty"):
        drain(new_client(server), "transactions")


# ----------------------------------------------------------------------
# Disputes, balances and what was announced
# ----------------------------------------------------------------------


def test_disputes_that_changed_are_read_in_full(server):
    old = pp.dispute(1, update_time="2025-12-01T10:00:00Z")
    server.disputes = [old, *(pp.dispute(number) for number in range(2, 32))]
    items, calls = drain(
        new_client(server), "disputes", since=datetime(2026, 1, 1), limit=10
    )
    assert len(items) == 30
    assert calls == 3
    assert b"disputed_transactions" in items[0].content


def test_disputes_without_permission_say_which(server):
    server.may_read_disputes = False
    with pytest.raises(BusinessError, match="Customer disputes"):
        drain(new_client(server), "disputes")


def test_balances_know_when_they_were_asked_for(server):
    (item,), calls = drain(new_client(server), "balances")
    assert calls == 1
    assert item.context == {"observed_at": NOW.isoformat()}


def test_what_an_event_announced(server):
    server.rows = [pp.transaction(1), pp.transaction(2)]
    server.disputes = [pp.dispute(7)]
    client = new_client(server)
    target = f"transaction:{server.name(server.rows[0])}:2026-01-06"
    ((stream, items),) = announced.fetch(client, target, NOW)
    assert (stream, len(items)) == ("transactions", 1)
    ((stream, items),) = announced.fetch(client, "dispute:PP-D-7", NOW)
    assert (stream, items[0].external_id) == ("disputes", "PP-D-7")


def test_the_item_of_an_event_is_that_of_a_pull(server):
    server.rows = [pp.transaction(1)]
    client = new_client(server)
    target = f"transaction:{server.name(server.rows[0])}:2026-01-06"
    ((_stream, items),) = announced.fetch(client, target, NOW)
    assert items == drain(client, "transactions")[0]


def test_a_row_of_which_paypal_knows_nothing_yet(server):
    server.oldest = datetime(2026, 2, 1, tzinfo=timezone.utc)
    target = "transaction:X1:2026-01-06"
    assert list(announced.fetch(new_client(server), target, NOW)) == []


@pytest.mark.parametrize(
    ("kind", "resource", "target"),
    [
        ("PAYMENT.CAPTURE.REFUNDED", {"id": "1AB"}, "transaction:1AB:2026-01-06"),
        ("PAYMENT.SALE.COMPLETED", {"id": "1AB"}, "transaction:1AB:2026-01-06"),
        ("CUSTOMER.DISPUTE.RESOLVED", {"dispute_id": "PP-D-1"}, "dispute:PP-D-1"),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": "../../x?y"}, ""),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": 5}, ""),
        ("PAYMENT.CAPTURE.COMPLETED", None, ""),
        ("CUSTOMER.DISPUTE.CREATED", {"dispute_id": "a/b"}, ""),
        ("BILLING.PLAN.CREATED", {"id": "1AB"}, ""),
    ],
)
def test_what_is_read_of_an_event(server, kind, resource, target):
    event = server.event(kind, resource)
    assert read_event(pp.json.dumps(event).encode()).target == target


@pytest.mark.parametrize(
    ("query", "token"),
    [
        ("page_size=50&next_page_token=AAB+cd/E=", "AAB+cd/E="),
        ("page_size=50&next_page_token=AAB%2Bcd", "AAB+cd"),
        ("page_size=50&page=2", "page:2"),
    ],
)
def test_where_the_next_page_of_disputes_begins(query, token):
    link = {"rel": "next", "href": f"https://api.example/v1/customer/disputes?{query}"}
    assert streams._next_token(JsonList((), {"links": [link]})) == token


def test_a_list_of_disputes_that_names_no_next_page_is_not_the_end():
    link = {"rel": "next", "href": "https://api.example/v1/customer/disputes"}
    with pytest.raises(TransientError):
        streams._next_token(JsonList((), {"links": [link]}))
    assert streams._next_token(JsonList((), {"links": []})) == ""
