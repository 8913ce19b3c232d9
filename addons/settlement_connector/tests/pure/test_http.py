"""The HTTP client against a real server on this machine."""

import gzip
import logging
import time
import traceback
from email.utils import formatdate

import pytest

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_connector.client.http import BearerAuth, HttpClient
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_connector.tests.stand_in import StandIn

SECRET = "sk_test_51Abcdefghijklmnop"
POLICY = RetryPolicy(attempts=4, jitter=lambda: 1.0)


@pytest.fixture
def server():
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(server, waits):
    return new_client(server, waits)


def new_client(server, waits=None, **options):
    options = {"allow_loopback": True, "retry": POLICY, **options}
    sleep = [].append if waits is None else waits.append
    return HttpClient(server.url, [], sleep=sleep, **options)


# -- good answers -----------------------------------------------------------


def test_get_returns_status_headers_content_and_url(server, client):
    server.answer(body=b'{"a": 1.10}', headers={"X-Request-Id": "req_1"})
    response = client.get("/v1/things", params=[("expand[]", "a"), ("expand[]", "b")])
    assert response.status == 200
    assert response.headers["x-request-id"] == "req_1"
    assert response.content == b'{"a": 1.10}'
    assert str(response.json()["a"]) == "1.10"
    assert response.url == f"{server.url}/v1/things"
    assert server.received[0].target == "/v1/things?expand%5B%5D=a&expand%5B%5D=b"


def test_basic_and_bearer_auth_reach_the_provider(server, client):
    server.answer()
    client.get("a", auth=(SECRET, ""))
    client.get("a", auth=BearerAuth(SECRET))
    basic, bearer = (item.headers["Authorization"] for item in server.received)
    assert basic.startswith("Basic ")
    assert bearer == f"Bearer {SECRET}"


def test_post_sends_form_data_and_the_idempotency_key(server, client):
    server.answer()
    client.post("a", data={"x": "1"}, idempotency_key="order-1")
    assert server.received[0].method == "POST"
    assert server.received[0].body == b"x=1"
    assert server.received[0].headers["Idempotency-Key"] == "order-1"


def test_compressed_answers_are_decompressed(server, client):
    body = b'{"n": "%s"}' % (b"x" * 300_000)
    server.answer(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert client.get("a").content == body


def test_json_with_a_charset_or_a_suffix_is_json(server, client):
    for declared in ("application/json; charset=utf-8", "application/hal+json"):
        server.answer(content_type=declared)
    assert client.get("a").status == client.get("a").status == 200


def test_other_types_are_accepted_where_asked_for(server, client):
    server.answer(body=b"a;b", content_type="text/csv")
    assert client.get("a", content_type="text/csv").content == b"a;b"
    assert server.received[0].headers["Accept"] == "text/csv"


def test_an_answer_without_content_needs_no_type(server, client):
    server.answer(204, b"", content_type="")
    assert client.get("a").content == b""


def test_cookies_are_not_kept(server, client):
    server.answer(headers={"Set-Cookie": "session=1"})
    client.get("a")
    client.get("a")
    assert "Cookie" not in server.received[1].headers


def test_the_environment_gives_neither_proxy_nor_password(
    server, client, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answer()
    assert client.get("a").status == 200
    assert "Authorization" not in server.received[0].headers


# -- failures that may pass -------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(server, client, waits, status):
    server.answer(status)
    server.answer(body=b'{"ok": true}')
    assert client.get("a").json() == {"ok": True}
    assert waits == [0.5]


def test_waits_double_and_end(server, client, waits):
    server.answer(500, b'{"message": "down for maintenance"}')
    with pytest.raises(TransientError, match="status 500: down for maintenance"):
        client.get("a")
    assert waits == [0.5, 1.0, 2.0]
    assert len(server.received) == 4


def test_retry_after_in_seconds_is_obeyed(server, client, waits):
    server.answer(429, headers={"Retry-After": "7"})
    server.answer()
    client.get("a")
    assert waits == [7.0]


def test_retry_after_as_a_date_is_obeyed(server, client, waits):
    moment = formatdate(time.time() + 20, usegmt=True)
    server.answer(503, headers={"Retry-After": moment})
    server.answer()
    client.get("a")
    assert len(waits) == 1
    assert 15 <= waits[0] <= 20


def test_a_long_retry_after_is_left_to_the_next_pull(server, client, waits):
    server.answer(429, headers={"Retry-After": "3600"})
    with pytest.raises(TransientError) as caught:
        client.get("a")
    assert caught.value.retry_after == 3600
    assert waits == []


def test_a_cut_body_is_transient(server, client):
    server.answer(body=b'{"data": [', announced=500)
    with pytest.raises(TransientError, match="cut"):
        client.get("a")
    assert len(server.received) == 4


def test_a_cut_chunked_body_is_transient(server, client):
    server.answer(body=b'{"data": []}', chunked=True, cut=True)
    with pytest.raises(TransientError, match="cut"):
        client.get("a")


def test_a_whole_chunked_body_is_read(server, client):
    server.answer(body=b'{"data": []}', chunked=True)
    assert client.get("a").content == b'{"data": []}'


def test_a_cut_compressed_body_is_transient(server, client):
    body = gzip.compress(b"x" * 100_000)[:-20]
    server.answer(body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TransientError, match="cut"):
        client.get("a")


def test_a_page_of_a_proxy_instead_of_json_is_transient(server, client):
    server.answer(body=b"<html>Hotel login</html>", content_type="text/html")
    with pytest.raises(TransientError, match="text/html instead of application/json"):
        client.get("a")


def test_json_that_is_none_is_transient(server, client):
    server.answer(body=b'{"data": ')
    with pytest.raises(TransientError, match="JSON"):
        client.get("a").json()


def test_a_silent_server_is_transient(server):
    server.answer(wait=lambda: time.sleep(0.5))
    client = new_client(server, timeout=(1, 0.05), retry=RetryPolicy(attempts=1))
    with pytest.raises(TransientError, match="no answer within the time limit"):
        client.get("a")


def test_an_answer_that_drips_is_given_up(server):
    server.answer(body=b"x" * 10)
    ticks = iter(range(0, 10_000, 100))
    client = new_client(
        server, clock=lambda: next(ticks), deadline=50, retry=RetryPolicy(attempts=1)
    )
    with pytest.raises(TransientError, match="too slowly"):
        client.get("a")


def test_nobody_listening_is_transient(server, client):
    server.answer()
    server.stop()
    with pytest.raises(TransientError, match="the connection failed"):
        client.get("a")


# -- failures that stay -----------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials(server, client, waits, status):
    server.answer(status, b'{"error": {"message": "Invalid API Key provided"}}')
    with pytest.raises(AuthenticationError, match="Invalid API Key provided"):
        client.get("a")
    assert waits == []


def test_other_refusals_carry_the_words_of_the_provider(server, client, waits):
    server.answer(400, b'{"error": {"message": "No such\\npayout: po_1", "type": "x"}}')
    with pytest.raises(BusinessError) as caught:
        client.get("/v1/payouts/po_1")
    assert str(caught.value).endswith("status 400: No such payout: po_1")
    assert waits == []


def test_too_large_answers_are_not_read(server):
    server.answer(body=b"x" * 2000)
    with pytest.raises(BusinessError, match="larger than 1,000 bytes"):
        new_client(server, max_bytes=1000).get("a")


def test_too_large_answers_without_a_length_are_not_read(server):
    server.answer(body=b"x" * 200_000, chunked=True)
    with pytest.raises(BusinessError, match="larger than"):
        new_client(server, max_bytes=1000).get("a")


def test_a_compression_bomb_is_not_read(server):
    bomb = gzip.compress(b"\0" * 10_000_000)
    server.answer(body=bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(BusinessError, match="larger than"):
        new_client(server, max_bytes=100_000).get("a")


def test_a_post_is_not_repeated_blindly(server, client, waits):
    server.answer(500)
    with pytest.raises(TransientError):
        client.post("a")
    assert len(server.received) == 1


def test_a_post_is_repeated_when_the_provider_did_nothing(server, client):
    server.answer(429)
    server.answer()
    assert client.post("a").status == 200


def test_a_post_with_an_idempotency_key_is_repeated(server, client):
    server.answer(500)
    server.answer()
    assert client.post("a", idempotency_key="k").status == 200
    keys = {item.headers["Idempotency-Key"] for item in server.received}
    assert keys == {"k"}


def test_a_budget_may_stop_every_attempt(server):
    left = iter([None, None])

    def spend():
        if next(left, "none") == "none":
            raise TransientError("The calls of today are used up.")

    server.answer(500)
    with pytest.raises(TransientError, match="used up"):
        new_client(server, before_request=spend).get("a")
    assert len(server.received) == 2


# -- redirects --------------------------------------------------------------


def test_redirects_are_not_followed(server, client):
    server.answer(302, headers={"Location": "/b"})
    with pytest.raises(BusinessError, match="redirect"):
        client.get("a")
    assert len(server.received) == 1


def test_a_redirect_inside_the_host_may_be_followed(server):
    server.answer(302, headers={"Location": "/b"})
    server.answer(body=b'{"b": 1}')
    assert new_client(server, redirects=1).get("a").json() == {"b": 1}
    assert [item.path for item in server.received] == ["/a", "/b"]


@pytest.mark.parametrize(
    "target",
    ["http://localhost:1/b", "https://example.com/", "//example.com/", "file:///etc"],
)
def test_a_redirect_to_elsewhere_is_never_followed(server, target):
    server.answer(302, headers={"Location": target})
    with pytest.raises(BusinessError, match="redirect"):
        new_client(server, redirects=5).get("a", auth=(SECRET, ""))
    assert len(server.received) == 1


def test_redirects_in_a_circle_end(server):
    server.answer(302, headers={"Location": "/a"})
    with pytest.raises(BusinessError, match="redirect"):
        new_client(server, redirects=3).get("a")
    assert len(server.received) == 4


# -- secrets ----------------------------------------------------------------


def everything_logged(caplog):
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 429, 500])
@pytest.mark.parametrize("auth", [(SECRET, ""), ("me", SECRET), BearerAuth(SECRET)])
def test_no_secret_in_logs_errors_or_tracebacks(server, client, caplog, auth, status):
    caplog.set_level(logging.DEBUG)
    echo = f'{{"error": {{"message": "key {SECRET} is bad"}}}}'.encode()
    server.answer(status, echo, headers={"Location": f"/b?api_key={SECRET}"})
    shown = ""
    try:
        response = client.get(
            "a", params={"api_key": SECRET}, headers={"X-Api-Key": SECRET}, auth=auth
        )
        shown = repr(response) + response.url
    except (AuthenticationError, BusinessError, TransientError) as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
        assert error.__context__ is None
    assert server.received
    assert SECRET not in shown
    assert SECRET not in everything_logged(caplog)
    assert caplog.records


SHAPELESS = "correct horse battery"


@pytest.mark.parametrize(
    "options",
    [
        {"auth": (SHAPELESS, "")},
        {"auth": ("me", SHAPELESS)},
        {"auth": BearerAuth(SHAPELESS)},
        {"headers": {"X-Api-Key": SHAPELESS}},
        {"params": {"api_key": SHAPELESS}},
        {"params": [("access_token", SHAPELESS)]},
    ],
)
def test_a_secret_that_looks_like_none_is_known_by_its_use(server, client, options):
    server.answer(400, f'{{"message": "what is {SHAPELESS}?"}}'.encode())
    with pytest.raises(BusinessError, match=r"what is \*\*\*\?"):
        client.get("a", **options)


def test_no_secret_when_nobody_listens(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.answer()
    server.stop()
    with pytest.raises(TransientError) as caught:
        client.get("a", params={"sig": SECRET, "plain": "x"}, auth=(SECRET, ""))
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown + everything_logged(caplog)
    assert "plain" not in str(caught.value)


def test_bearer_auth_does_not_show_its_token():
    assert SECRET not in repr(BearerAuth(SECRET))
    assert SECRET not in f"{BearerAuth(SECRET)}"


# -- the provider says itself whether to try again ----------------------------


@pytest.mark.parametrize(("told", "calls"), [("false", 1), ("", 4), ("maybe", 4)])
def test_provider_may_forbid_to_repeat(server, told, calls):
    client = new_client(server, should_retry_header="X-Should-Retry")
    server.answer(500, headers={"X-Should-Retry": told})
    with pytest.raises(TransientError):
        client.get("a")
    assert len(server.received) == calls


def test_provider_may_ask_to_repeat_a_refusal(server):
    client = new_client(server, should_retry_header="X-Should-Retry")
    server.answer(400, headers={"X-Should-Retry": "true"})
    server.answer(body=b"[]")
    assert client.get("a").content == b"[]"


def test_nobody_else_listens_to_that_header(server, client):
    server.answer(400, headers={"X-Should-Retry": "true"})
    with pytest.raises(BusinessError):
        client.get("a")
