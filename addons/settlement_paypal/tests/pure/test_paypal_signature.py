import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import AuthenticationError, TransientError
from odoo.addons.settlement_paypal.client.certificates import (
    CertificateCache,
    check_address,
    read_chain,
    verified_key,
)
from odoo.addons.settlement_paypal.client.webhook_signature import (
    Signature,
    question,
    verify,
    verify_by_call,
)
from odoo.addons.settlement_paypal.stand_in import paypal_server as pp

SIGNER = pp.Signer()
BODY = b'{"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED"}'
NOW = datetime.now(timezone.utc)
HOSTS = ("api-m.paypal.com", "api.paypal.com")


class Sender(pp.PaypalStandIn):
    """Makes headers without serving anything."""

    url = "https://api-m.paypal.com"

    def __init__(self):
        self.signer = SIGNER


SENDER = Sender()
HEADERS = SENDER.headers(BODY)


def check(body=BODY, ids=(pp.WEBHOOK_ID,), now=NOW, headers=None, **changed):
    verify(
        Signature.of({**(headers or HEADERS), **changed}),
        body,
        ids,
        now.replace(tzinfo=None),
        lambda url: SIGNER.key.public_key(),
    )


def refused(match=None, **values):
    with pytest.raises(AuthenticationError, match=match):
        check(**values)


def test_valid():
    check()


def test_one_of_our_webhooks_is_enough():
    check(ids=("OLD", pp.WEBHOOK_ID))


def test_what_is_wrong():
    refused("wrong", body=BODY + b" ")
    refused("wrong", ids=("ANOTHER",))
    refused("wrong", ids=())
    refused("too old", now=NOW + timedelta(days=5))
    refused("too old", now=NOW - timedelta(days=5))
    later = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    refused("wrong", **{"PAYPAL-TRANSMISSION-TIME": later})
    refused("wrong", **{"PAYPAL-TRANSMISSION-ID": "another"})


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_every_header_is_needed(name):
    refused(**{name: ""})


def test_an_event_that_is_sent_again_for_days_is_taken():
    check(now=NOW + timedelta(days=3))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(HEADERS)), st.text(max_size=60))
def test_any_header_is_refused_in_words(name, text):
    if text and HEADERS[name] == text:
        return
    # The address of the certificate is not signed: its own check is another one.
    if name == "PAYPAL-CERT-URL":
        return
    refused(**{name: text})


# ----------------------------------------------------------------------
# The other way: PayPal is asked
# ----------------------------------------------------------------------


def ask(confirms, body=BODY, ids=(pp.WEBHOOK_ID,), now=NOW):
    verify_by_call(Signature.of(HEADERS), body, ids, now.replace(tzinfo=None), confirms)


def answered(question):
    return b"SUCCESS" in SENDER.verification(question).body


def test_what_paypal_confirms():
    ask(answered)
    ask(answered, ids=("OLD", pp.WEBHOOK_ID))


@pytest.mark.parametrize(
    ("match", "values"),
    [
        ("wrong", {"body": BODY.replace(b"WH-1", b"WH-2")}),
        ("wrong", {"ids": ("ANOTHER",)}),
        ("wrong", {"ids": ()}),
        ("too old", {"now": NOW + timedelta(days=5)}),
    ],
)
def test_what_paypal_does_not_confirm(match, values):
    with pytest.raises(AuthenticationError, match=match):
        ask(answered, **values)


def test_the_event_is_asked_about_byte_by_byte():
    body = '{ "id" : "WH-1",  "n": 1.50, "name": "Müller" }'.encode()
    asked = question(Signature.of(HEADERS), "W", body)
    assert asked.endswith(b'"webhook_event": ' + body + b"}")
    told = json.loads(asked)
    assert told["webhook_id"] == "W"
    assert told["transmission_sig"] == HEADERS["PAYPAL-TRANSMISSION-SIG"]
    assert told["auth_algo"] == "SHA256withRSA"


# ----------------------------------------------------------------------
# Addresses
# ----------------------------------------------------------------------

GOOD = "https://api-m.paypal.com/v1/notifications/certs/CERT-1"


def test_addresses_of_paypal():
    check_address(GOOD, HOSTS)
    check_address(
        "http://127.0.0.1:9/v1/notifications/certs/C", (), "http://127.0.0.1:9"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://api-m.paypal.com/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://user@api-m.paypal.com/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com/other/CERT-1",
        "https://api-m.paypal.com:x/v1/notifications/certs/CERT-1",
        "https://[::1/v1/notifications/certs/CERT-1",
        "http://127.0.0.1:90/v1/notifications/certs/C",
        "file:///v1/notifications/certs/CERT-1",
        # Other spellings of a good address would each be kept for themselves.
        "https://api-m.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api-m.paypal.com/v1/notifications/certs/CERT-1#b",
        "https://api-m.paypal.com/v1/notifications/certs/../../v2/x",
        "https://API-M.paypal.com/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com/v1/notifications/certs/",
    ],
)
def test_addresses_of_others(url):
    with pytest.raises(AuthenticationError):
        check_address(url, HOSTS)
    if not url.startswith("http://127.0.0.1:90/"):
        with pytest.raises(AuthenticationError):
            check_address(url, HOSTS, "http://127.0.0.1:9")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_address(text):
    with pytest.raises(AuthenticationError):
        check_address(text, HOSTS)


# ----------------------------------------------------------------------
# Certificates
# ----------------------------------------------------------------------


def key_of(chain, roots=(SIGNER.root,), now=NOW):
    return verified_key(chain, roots, now)


def rejected(match, chain, **values):
    with pytest.raises(AuthenticationError, match=match):
        key_of(chain, **values)


def test_a_chain_with_and_without_its_root():
    chain = read_chain(SIGNER.pem)
    assert key_of(chain).public_numbers() == SIGNER.key.public_key().public_numbers()
    assert key_of(chain[:1])


def test_a_chain_with_an_authority_between():
    key = pp.new_key()
    between = pp.certificate("Between", key, SIGNER.root, SIGNER.root_key, is_ca=True)
    leaf = pp.certificate("x.paypal.com", SIGNER.key, between, key)
    assert key_of([leaf, between])
    rejected("nobody", [leaf])
    rejected("chain is broken", [leaf, SIGNER.root])


def test_who_is_no_authority_issues_nothing():
    leaf = pp.certificate("x.paypal.com", pp.new_key(), SIGNER.leaf, SIGNER.key)
    rejected("chain is broken", [leaf, SIGNER.leaf, SIGNER.root])


def test_an_authority_that_nobody_trusts():
    rejected("nobody", read_chain(SIGNER.pem), roots=())
    rejected("nobody", read_chain(SIGNER.pem), roots=(pp.Signer().root,))


def test_an_authority_of_the_same_name_is_another():
    other = pp.certificate("Root of the stand-in", pp.new_key())
    rejected("nobody", [SIGNER.leaf], roots=(other,))


@pytest.mark.parametrize(
    "name", ["evil.example", "paypal.com.evil.example", "xpaypal.com"]
)
def test_a_certificate_for_another_name(name):
    leaf = pp.certificate(name, SIGNER.key, SIGNER.root, SIGNER.root_key)
    rejected("another name", [leaf])


def test_a_certificate_out_of_its_time():
    chain = read_chain(SIGNER.pem)
    rejected("too old", chain, now=NOW + timedelta(days=60))
    rejected("too old", chain, now=NOW - timedelta(days=60))


def test_no_certificate():
    assert read_chain(b"") == []
    rejected("there is none", [])
    with pytest.raises(AuthenticationError, match="cannot be read"):
        read_chain(b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n")


def test_no_more_than_a_few_certificates_are_read():
    assert len(read_chain(pp.pem_of(SIGNER.leaf) * 50)) == 6


# ----------------------------------------------------------------------
# Memory
# ----------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_key_is_fetched_once_a_day():
    clock, fetched = Clock(), []
    cache = CertificateCache(clock)

    def fetch():
        fetched.append(clock.now)
        return SIGNER.key.public_key()

    for clock.now in (0.0, 10.0, 86_000.0, 87_000.0):
        cache.key_of("a", fetch)
    assert fetched == [0.0, 87_000.0]


def test_strangers_cannot_make_us_fetch_for_ever():
    clock = Clock()
    cache = CertificateCache(clock)

    def fetch():
        raise AuthenticationError("no")

    for number in range(10):
        with pytest.raises(AuthenticationError):
            cache.key_of(f"x{number}", fetch)
    with pytest.raises(TransientError):
        cache.key_of("x11", fetch)
    clock.now = 61.0
    with pytest.raises(AuthenticationError):
        cache.key_of("x12", fetch)


def test_memory_is_bounded():
    clock = Clock()
    cache = CertificateCache(clock)
    for number in range(100):
        clock.now += 60
        cache.key_of(f"x{number}", SIGNER.key.public_key)
    assert len(cache._kept) == 16
