"""What is read of an event, and what it makes us fetch."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement_stripe.client.announced import target_of
from odoo.addons.settlement_stripe.client.webhook_event import Event, read_event


def event(subject=None, **more):
    raw = {
        "id": "evt_1",
        "object": "event",
        "type": "charge.succeeded",
        "livemode": False,
        "data": {"object": subject or {"object": "charge", "id": "ch_1"}},
        **more,
    }
    return read_event(json.dumps(raw).encode())


def test_snapshot():
    assert event() == Event("evt_1", "charge.succeeded", False, "charge", "ch_1", "")


def test_connected_account_and_mode():
    read = event(account="acct_9", livemode=True)
    assert (read.account, read.is_live) == ("acct_9", True)


def test_thin_event_names_its_object():
    raw = {
        "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1SQ3w3TGDPLLGSM4CW0",
        "object": "v2.core.event",
        "type": "v1.billing.meter.no_meter_found",
        "livemode": True,
        "related_object": {"id": "po_1", "type": "payout", "url": "/v1/payouts/po_1"},
    }
    read = read_event(json.dumps(raw).encode())
    assert (read.object_type, read.object_id, read.is_live) == ("payout", "po_1", True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"1",
        b"{}",
        b'{"id": 1}',
        b'{"id": ""}',
        b'{"id": "evt 1"}',
        b'{"id": "evt_1/../x"}',
        b'{"id": "evt_' + b"1" * 500 + b'"}',
        b"[" * 100_000,
    ],
)
def test_no_event(body):
    with pytest.raises(MalformedInput):
        read_event(body)


@given(st.binary())
def test_nothing_else_is_raised(body):
    with pytest.raises(MalformedInput):
        read_event(body)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_content_is_an_event_without_object(content):
    for raw in ({"id": "evt_1", "data": content}, {"id": "evt_1", "type": content}):
        read = read_event(json.dumps(raw).encode())
        assert read.id == "evt_1" and target_of(read) == ""


@pytest.mark.parametrize(
    ("subject", "target"),
    [
        ({"object": "charge", "id": "ch_1"}, "source:ch_1"),
        ({"object": "refund", "id": "re_1"}, "source:re_1"),
        ({"object": "refund", "id": "pyr_1"}, "source:pyr_1"),
        ({"object": "dispute", "id": "dp_1"}, "dispute:dp_1"),
        ({"object": "topup", "id": "tu_1"}, "source:tu_1"),
        ({"object": "transfer", "id": "tr_1"}, "source:tr_1"),
        ({"object": "application_fee", "id": "fee_1"}, "source:fee_1"),
        ({"object": "payout", "id": "po_1"}, "payout:po_1"),
        ({"object": "balance"}, "balance"),
        ({"object": "payout"}, ""),
        ({"object": "charge", "id": "ch_1?payout=po_1"}, ""),
        ({"object": "charge", "id": "../account"}, ""),
        ({"object": "invoice", "id": "in_1"}, ""),
        ({"object": ["charge"], "id": "ch_1"}, ""),
    ],
)
def test_what_is_fetched(subject, target):
    assert target_of(event(subject)) == target
