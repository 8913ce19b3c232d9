"""What an event is: its items, its side, its id; and who may send one."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    MalformedInput,
    SettlementError,
)
from odoo.addons.settlement_adyen.client import webhook_event
from odoo.addons.settlement_adyen.client.event_codes import note_of
from odoo.addons.settlement_adyen.client.webhook_login import verify_login

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_stand_in as ay  # noqa: E402

NAME = ay.report_name(12)
PLATFORM = json.dumps(
    {
        "type": "balancePlatform.report.created",
        "environment": "test",
        "data": {"fileName": "balanceplatform_accounting_report.csv"},
    }
).encode()


def read(*items, **values):
    return webhook_event.read_event(ay.notification(*items, **values))


def check(body, headers=None, keys=(ay.HMAC_KEY,)):
    event = webhook_event.read_event(body)
    webhook_event.verify(event, body, headers or {}, keys)
    return event


def test_all_items_have_to_be_signed():
    good, bad = ay.item("CAPTURE", "1"), ay.signed(ay.item("CAPTURE", "2"), "00" * 32)
    body = ay.notification(good, good)
    assert len(check(body).items) == 2
    listed = json.loads(body)["notificationItems"]
    listed[1]["NotificationRequestItem"] = bad
    mixed = json.dumps({"live": "false", "notificationItems": listed}).encode()
    with pytest.raises(AuthenticationError):
        check(mixed)


def test_an_event_of_the_platform_is_signed_as_a_whole():
    event = check(PLATFORM, {"HmacSignature": ay.sign(PLATFORM)})
    assert (event.type, event.live) == ("balancePlatform.report.created", False)
    assert not event.items
    for headers in ({}, {"HmacSignature": "x"}, {"HmacSignature": ay.sign(b"{}")}):
        with pytest.raises(AuthenticationError):
            check(PLATFORM, headers)


def test_a_signature_of_the_body_does_not_stand_for_those_of_the_items():
    body = ay.notification(ay.item("CAPTURE", "1"), key="00" * 32)
    with pytest.raises(AuthenticationError):
        check(body, {"HmacSignature": ay.sign(body)})


@pytest.mark.parametrize(
    ("live", "side"),
    [("true", True), ("false", False), (True, True), (False, False), ("", None)],
)
def test_of_which_environment_it_is(live, side):
    event = read(ay.item("CAPTURE", "1"), live=live)
    assert event.live is side
    for environment in ("live", "test"):
        if side is (environment == "live"):
            webhook_event.check_side(event, environment)
        else:
            with pytest.raises(AuthenticationError, match=environment):
                webhook_event.check_side(event, environment)


def test_the_same_event_has_the_same_id():
    first = read(ay.item("REFUND", "9", eventDate="2026-03-01T00:00:00Z"))
    again = read(ay.item("REFUND", "9", eventDate="2026-03-02T00:00:00Z"))
    assert first.id == again.id == "REFUND:9:true"
    failed = read(ay.item("REFUND", "9", success=False))
    assert failed.id == "REFUND:9:false"
    assert read(ay.item("REFUND", "8")).id != first.id


def test_a_report_that_is_announced_again_is_another_event():
    first = read(ay.available(NAME, eventDate="2026-03-01T00:00:00Z"))
    again = read(ay.available(NAME, eventDate="2026-03-02T00:00:00Z"))
    assert first.id == f"REPORT_AVAILABLE:{NAME}:true:2026-03-01T00:00:00Z"
    assert again.id != first.id


def test_several_items_have_one_id_that_is_never_too_long():
    items = [ay.item("CAPTURE", str(number)) for number in range(40)]
    assert read(*items[:2]).id == "CAPTURE:0:true+CAPTURE:1:true"
    assert len(read(*items).id) == len("sha256:") + 64
    assert read(*items).id != read(*items[1:]).id
    assert len(read(ay.item("CAPTURE", "9" * 300)).id) < 255


def test_two_events_of_the_platform_are_two():
    other = PLATFORM.replace(b"accounting", b"payout")
    ids = {webhook_event.read_event(body).id for body in (PLATFORM, other, PLATFORM)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"eventCode": None},
        {"eventCode": ""},
        {"eventCode": 7},
        {"pspReference": None},
        {"pspReference": ""},
        {"pspReference": 7},
    ],
)
def test_an_item_that_says_nothing_has_no_id(values):
    event = webhook_event.Event(live=False, items=[{**ay.item("A", "1"), **values}])
    with pytest.raises(MalformedInput):
        assert event.id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"{}",
        b'{"type": ""}',
        b'{"type": 7}',
        b'{"notificationItems": null}',
        b'{"notificationItems": []}',
        b'{"notificationItems": [7]}',
        b'{"notificationItems": [{}]}',
        b'{"notificationItems": [{"NotificationRequestItem": []}]}',
        b'{"notificationItems": {"NotificationRequestItem": {}}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_event(body):
    with pytest.raises(MalformedInput):
        webhook_event.read_event(body)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(body):
    with pytest.raises(SettlementError):
        check(body)


def test_codes_that_move_no_money_and_codes_that_nobody_knows():
    assert "report" in note_of("AUTHORISATION")
    assert "risk" in note_of("NOTIFICATION_OF_FRAUD")
    for code in ("QUANTUM_SETTLEMENT", "", None, 7, ["CAPTURE"]):
        assert note_of(code) == ""


# -- user and password --------------------------------------------------------


def login(header, users=(ay.WEBHOOK_USER,), passwords=(ay.WEBHOOK_PASSWORD,)):
    verify_login(header, users, passwords)


def test_user_and_password():
    login(ay.basic())
    login(ay.basic().replace("Basic", "basic"))
    login(ay.basic(password="a:b"), passwords=["new", "a:b"])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !",
        "Bearer x",
        ay.basic().partition(" ")[2],
        ay.basic(user=""),
        ay.basic(password=""),
        ay.basic(user=ay.WEBHOOK_PASSWORD, password=ay.WEBHOOK_USER),
        ay.basic(password=f"{ay.WEBHOOK_PASSWORD} "),
        "Basic bm8gY29sb24=",
        "Basic \udce4",
    ],
)
def test_any_other_is_refused(header):
    with pytest.raises(AuthenticationError, match="User or password"):
        login(header)


def test_without_users_nobody_is_let_in():
    with pytest.raises(AuthenticationError):
        login(ay.basic(), users=[])
    with pytest.raises(AuthenticationError):
        login(ay.basic(), passwords=[])
