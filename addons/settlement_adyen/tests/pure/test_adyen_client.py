"""Downloads from a stand-in of Adyen over real HTTP."""

import logging
import sys
import tracemalloc
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_adyen.client import adyen_client
from odoo.addons.settlement_adyen.client.adyen_client import AdyenClient, Keys
from odoo.addons.settlement_adyen.client.report_address import ReportAddress
from odoo.addons.settlement_connector.client.http import (
    HttpClient,
    NotAllowed,
    NotFound,
)
from odoo.addons.settlement_connector.client.retry import RetryPolicy

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_stand_in as ay  # noqa: E402

MEBIBYTE = 1024 * 1024
BODY = b"Company Account,Merchant Account,Type\nExampleCompany,ExampleShopEU,Settled\n"
FIRST = ReportAddress.of_batch(ay.ACCOUNT, 1)
BY_KEY = Keys(api_keys=[ay.API_KEY])
BY_LOGIN = Keys(users=[ay.USER], passwords=[ay.PASSWORD])


@pytest.fixture
def server():
    with ay.AdyenStandIn() as found:
        found.issue(1, BODY)
        yield found


def new_client(server, keys=BY_KEY, **options):
    options = {"max_bytes": adyen_client.LARGEST, "content_type": "", **options}
    http = HttpClient(
        server.url,
        [],
        allow_loopback=True,
        sleep=lambda seconds: None,
        retry=RetryPolicy(attempts=2),
        **options,
    )
    return AdyenClient(http, keys)


def content(client, report=FIRST):
    with client.report(report) as file:
        return file.read()


@pytest.mark.parametrize("keys", [BY_KEY, BY_LOGIN])
def test_a_report_is_downloaded_with_a_key_or_a_login(server, keys):
    assert content(new_client(server, keys)) == BODY
    path = "/reports/download/MerchantAccount/ExampleShopEU/"
    assert server.log.paths() == [f"{path}settlement_detail_report_batch_1.csv"]


def test_of_both_the_key_is_shown_alone(server):
    keys = Keys([ay.API_KEY], [ay.USER], [ay.PASSWORD])
    assert content(new_client(server, keys)) == BODY
    assert len(server.log) == 1


def test_a_company_has_reports_of_its_own(server):
    server.accounts.add(ay.COMPANY)
    server.reports[ay.COMPANY, "all.csv"] = BODY
    report = ReportAddress(ay.COMPANY, "all.csv", "Company")
    assert content(new_client(server), report) == BODY


@pytest.mark.parametrize(
    "keys",
    [
        Keys(api_keys=["a new key that is not active yet", ay.API_KEY]),
        Keys(users=[ay.USER], passwords=["the new password", ay.PASSWORD]),
        Keys(api_keys=["gone"], users=[ay.USER], passwords=[ay.PASSWORD]),
    ],
)
def test_while_a_key_is_replaced_both_are_tried(server, keys):
    client = new_client(server, keys)
    assert content(client) == BODY
    assert content(client) == BODY
    # What was taken once is shown first from then on.
    assert len(server.log) == 3


def test_without_keys_nobody_is_asked(server):
    for keys in (Keys(), Keys(users=[ay.USER]), Keys(passwords=[ay.PASSWORD])):
        with pytest.raises(AuthenticationError, match="no key"):
            new_client(server, keys).report(FIRST)
    assert not server.log


def test_wrong_keys_are_refused_in_words(server):
    with pytest.raises(AuthenticationError, match="401: HTTP Status Response"):
        new_client(server, Keys(api_keys=["wrong key of nobody"])).report(FIRST)


def test_an_account_of_somebody_else(server):
    with pytest.raises(NotAllowed, match="Not allowed to download"):
        new_client(server).report(ReportAddress.of_batch("Another", 1))


def test_a_report_that_is_not_there(server):
    with pytest.raises(NotFound, match="Report not found"):
        new_client(server).report(ReportAddress.of_batch(ay.ACCOUNT, 2))


@pytest.mark.parametrize("kind", ["cut", "reset", "garbage", "content_type"])
def test_what_is_no_report_is_not_taken_for_one(server, kind):
    server.faults.add(kind, times=9)
    with pytest.raises(TransientError):
        new_client(server).report(FIRST)
    server.faults.clear()
    assert content(new_client(server)) == BODY


@pytest.mark.parametrize("status", [429, 500, 503])
def test_short_failures_are_got_over(server, status):
    server.faults.add("status", status=status, headers={"Retry-After": "1"})
    assert content(new_client(server)) == BODY


def test_a_chunked_report_that_was_cut(server):
    server.chunked = True
    assert content(new_client(server)) == BODY
    server.faults.add("cut", times=9)
    with pytest.raises(TransientError, match="cut"):
        new_client(server).report(FIRST)


def test_no_redirect_is_followed(server):
    server.faults.add("status", status=302, headers={"Location": "https://a.example"})
    with pytest.raises(BusinessError, match="redirect"):
        new_client(server).report(FIRST)


def test_other_hosts_are_not_reached_even_if_somebody_says_so():
    for host in ("ca-live.adyen.com.evil.example", "evil.example", "10.0.0.1"):
        with pytest.raises(BusinessError, match="not a host of this connector"):
            HttpClient(f"https://{host}", ["ca-live.adyen.com"])


def test_a_report_that_was_issued_again_is_another_one(server):
    client = new_client(server)
    assert content(client) == BODY
    server.issue(1, BODY + b"more\n")
    assert content(client) == BODY + b"more\n"


def test_the_memory_does_not_grow_with_a_report(server):
    server.issue(1, BODY + b"x" * (48 * MEBIBYTE))
    server.chunked = True
    client = new_client(server)
    tracemalloc.start()
    try:
        with client.report(FIRST) as file:
            before = tracemalloc.get_traced_memory()[0]
            size = sum(len(piece) for piece in iter(lambda: file.read(MEBIBYTE), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == len(BODY) + 48 * MEBIBYTE
    # The stand-in joins its answer once, in this process as well.
    assert peak - before < (48 + 16) * MEBIBYTE


def test_no_secret_in_a_line_of_the_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.faults.add("echo", status=500, times=9)
    for keys in (BY_KEY, BY_LOGIN):
        with pytest.raises(TransientError) as caught:
            new_client(server, keys).report(FIRST)
        said = f"{caplog.text} {caught.value} {keys!r} {new_client(server, keys)!r}"
        for secret in (
            ay.API_KEY,
            ay.PASSWORD,
            ay.USER,
            ay.basic(ay.USER, ay.PASSWORD),
        ):
            assert secret not in said
