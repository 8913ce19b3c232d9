"""Where connections may go, and that they go where it was judged."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import BusinessError, TransientError
from odoo.addons.settlement_connector.client.addresses import (
    Guard,
    is_loopback,
    is_public,
)
from odoo.addons.settlement_connector.client.http import HttpClient
from odoo.addons.settlement_connector.client.retry import RetryPolicy
from odoo.addons.settlement_connector.tests.stand_in import StandIn

ONCE = RetryPolicy(attempts=1)


def guard(*addresses, hosts=("api.example.com",), allow_loopback=False):
    return Guard.of(hosts, allow_loopback, lambda host, port: list(addresses))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_refused(address):
    assert not is_public(address)
    with pytest.raises(BusinessError, match="no address of the public internet"):
        guard(address).addresses("https", "api.example.com", 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are_accepted(address):
    assert guard(address).addresses("https", "api.example.com", 443) == [address]


def test_one_bad_address_among_good_ones_is_enough():
    with pytest.raises(BusinessError):
        guard("8.8.8.8", "10.0.0.1").addresses("https", "api.example.com", 443)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address):
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_loopback(f"::ffff:{address}") == is_loopback(str(address))


@given(st.ip_addresses(), st.sampled_from(["https", "http"]), st.booleans())
def test_plain_http_only_reaches_this_machine(address, scheme, allow_loopback):
    hosts = ("localhost", "localhost:80")
    rules = guard(str(address), hosts=hosts, allow_loopback=allow_loopback)
    try:
        rules.addresses(scheme, "localhost", 443 if scheme == "https" else 80)
    except BusinessError:
        return
    if scheme == "http":
        assert allow_loopback
        assert is_loopback(str(address))
    if is_loopback(str(address)):
        assert allow_loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "ftp://api.example.com/",
        "https://evil.example.com/",
        "https://api.example.com.evil.com/",
        "https://api.example.com:8443/",
        "https://api.example.com:x/",
        "https://user@api.example.com/",
        "https://:pw@api.example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://2130706433/",
        "https:///nowhere",
        "",
    ],
)
def test_urls_that_are_refused(url):
    with pytest.raises(BusinessError):
        guard("8.8.8.8").check_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.example.com/v1", "https://API.example.com", "https://b.com:8443/x"],
)
def test_urls_that_are_accepted(url):
    guard("8.8.8.8", hosts=("Api.Example.com", "b.com:8443")).check_url(url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_reached_only_with_the_switch(host):
    with pytest.raises(BusinessError):
        guard("127.0.0.1").check_url(f"http://{host}:8069/")
    guard("127.0.0.1", allow_loopback=True).check_url(f"http://{host}:8069/")


def test_the_switch_does_not_open_private_networks():
    with pytest.raises(BusinessError):
        guard("10.0.0.1", allow_loopback=True).check_url("http://10.0.0.1/")
    with pytest.raises(BusinessError):
        guard("10.0.0.1", allow_loopback=True).addresses("http", "localhost", 80)


def test_a_name_that_nobody_knows_is_transient():
    def unknown(host, port):
        raise socket.gaierror("no such name")

    rules = Guard.of(["api.example.com"], False, unknown)
    with pytest.raises(TransientError, match=r"api\.example\.com cannot be resolved"):
        rules.addresses("https", "api.example.com", 443)


def test_the_client_refuses_a_foreign_base_url():
    with pytest.raises(BusinessError):
        HttpClient("https://evil.com", ["api.example.com"])


def test_the_client_refuses_a_foreign_absolute_url():
    client = HttpClient("https://api.example.com", ["api.example.com"])
    with pytest.raises(BusinessError, match="not a host of this connector"):
        client.get("https://files.example.com/report.csv")


def test_the_client_refuses_a_user_in_an_absolute_url():
    client = HttpClient("https://api.example.com", ["api.example.com"])
    with pytest.raises(BusinessError, match="user or password"):
        client.get("https://me:pw@api.example.com/report.csv")


@pytest.mark.parametrize("path", ["//evil.com/", "@evil.com/", "\\evil.com", "../x"])
def test_no_path_leads_to_another_host(path):
    asked = []

    def resolver(host, port):
        asked.append(host)
        return ["10.0.0.1"]

    client = HttpClient(
        "https://api.example.com", ["api.example.com"], retry=ONCE, resolver=resolver
    )
    with pytest.raises(BusinessError):
        client.get(path)
    assert asked in ([], ["api.example.com"])


def test_the_connection_goes_to_the_judged_address_only():
    """A name is resolved once, and the socket gets the judged address."""
    with StandIn() as server:
        server.answer()
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        client = HttpClient(
            f"http://localhost:{server.port}",
            [],
            allow_loopback=True,
            retry=ONCE,
            resolver=lambda host, port: next(answers),
        )
        assert client.get("a").status == 200
        assert server.received[0].headers["Host"].startswith("localhost:")
        with pytest.raises(BusinessError, match=r"10\.0\.0\.1"):
            client.get("a")
        assert len(server.received) == 1


def test_the_next_address_is_tried_when_one_does_not_answer():
    with StandIn() as server:
        server.answer()
        client = HttpClient(
            server.url,
            [],
            allow_loopback=True,
            retry=ONCE,
            resolver=lambda host, port: ["127.9.9.9", "127.0.0.1"],
        )
        assert client.get("a").status == 200
