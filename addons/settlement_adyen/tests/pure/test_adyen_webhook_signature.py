"""Signatures of events, computed here by the letter of the documentation."""

import base64
import copy
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
    SettlementError,
)
from odoo.addons.settlement_adyen.client.webhook_signature import (
    signed_text,
    verify_body,
    verify_item,
)

KEY = hashlib.sha256(b"example").hexdigest().upper()
OTHER = hashlib.sha256(b"another").hexdigest()
# In the form of the documented example, with figures of our own.
ITEM = {
    "pspReference": "8835511210681145",
    "originalReference": "",
    "merchantAccountCode": "ExampleShopEU",
    "merchantReference": "S00042-1",
    "amount": {"value": 1130, "currency": "EUR"},
    "eventCode": "AUTHORISATION",
    "success": "true",
    "eventDate": "2026-03-30T10:00:00+02:00",
    "reason": "",
    "additionalData": {"shopperReference": "x"},
}
TEXT = b"8835511210681145::ExampleShopEU:S00042-1:1130:EUR:AUTHORISATION:true"


def mac(text, key=KEY):
    digest = hmac.new(bytes.fromhex(key), text, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def with_signature(signature, **values):
    item = {**copy.deepcopy(ITEM), **values}
    item["additionalData"]["hmacSignature"] = signature
    return item


SIGNED = with_signature(mac(TEXT))


def test_the_text_that_is_signed():
    assert signed_text(ITEM).encode() == TEXT


def test_a_fixed_signature():
    """A figure that openssl made of the text, not this test's own arithmetic."""
    key = "00" * 31 + "01"
    signature = "V8HpAfaGMxoSrHdWmf5cmxypkGK56jn+KEPfdewndjU="
    verify_item(with_signature(signature), [key])


def test_a_signed_item():
    verify_item(SIGNED, [KEY])
    verify_item(SIGNED, [KEY.lower()])
    verify_item(SIGNED, [f" {KEY}\n"])


def test_while_the_key_is_replaced_both_are_tried():
    verify_item(SIGNED, [OTHER, KEY])
    verify_item(SIGNED, [KEY, OTHER])
    with pytest.raises(AuthenticationError):
        verify_item(SIGNED, [OTHER])
    with pytest.raises(AuthenticationError):
        verify_item(SIGNED, [])


@pytest.mark.parametrize(
    ("success", "written"),
    [("true", b"true"), (True, b"true"), ("false", b"false"), (False, b"false")],
)
def test_success_as_text_and_as_boolean(success, written):
    signature = mac(TEXT.replace(b"true", written))
    verify_item(with_signature(signature, success=success), [KEY])


@pytest.mark.parametrize("value", [None, "absent", ""])
@pytest.mark.parametrize(
    ("field", "text"),
    [
        (
            "originalReference",
            b"8835511210681145::ExampleShopEU:S00042-1:1130:EUR:AUTHORISATION:true",
        ),
        (
            "merchantReference",
            b"8835511210681145::ExampleShopEU::1130:EUR:AUTHORISATION:true",
        ),
        (
            "success",
            b"8835511210681145::ExampleShopEU:S00042-1:1130:EUR:AUTHORISATION:",
        ),
    ],
)
def test_what_is_missing_is_an_empty_text(field, text, value):
    item = with_signature(mac(text))
    item[field] = value
    if value == "absent":
        del item[field]
    verify_item(item, [KEY])


@pytest.mark.parametrize("amount", [None, {}, {"value": None, "currency": None}])
def test_an_event_without_an_amount(amount):
    text = b"8835511210681145::ExampleShopEU:S00042-1:::AUTHORISATION:true"
    verify_item(with_signature(mac(text), amount=amount), [KEY])


def test_a_change_of_something_names_its_original():
    text = b"2:1:ExampleShopEU:S00042-1:1130:EUR:REFUND:true"
    item = with_signature(
        mac(text), pspReference="2", originalReference="1", eventCode="REFUND"
    )
    verify_item(item, [KEY])


@pytest.mark.parametrize(
    "written",
    [
        b"8835511210681145::ExampleShopEU:a:b\\c:1130:EUR:AUTHORISATION:true",
        b"8835511210681145::ExampleShopEU:a\\:b\\\\c:1130:EUR:AUTHORISATION:true",
    ],
)
def test_colons_of_a_reference_plain_and_escaped(written):
    verify_item(with_signature(mac(written), merchantReference="a:b\\c"), [KEY])


def test_letters_of_all_languages():
    written = TEXT.replace(b"S00042-1", "Bestellung Ä–7".encode())
    item = with_signature(mac(written), merchantReference="Bestellung Ä–7")
    verify_item(json.loads(json.dumps(item)), [KEY])


CHANGES = {
    "pspReference": "8835511210681146",
    "originalReference": "8835511210681145",
    "merchantAccountCode": "ExampleShopUS",
    "merchantReference": "S00043-1",
    "amount": {"value": 1131, "currency": "EUR"},
    "eventCode": "REPORT_AVAILABLE",
    "success": "false",
}


@pytest.mark.parametrize("field", CHANGES)
def test_no_signed_field_can_be_changed(field):
    with pytest.raises(AuthenticationError):
        verify_item({**SIGNED, field: CHANGES[field]}, [KEY])
    removed = {name: value for name, value in SIGNED.items() if name != field}
    if field != "originalReference":
        with pytest.raises(AuthenticationError):
            verify_item(removed, [KEY])


def test_the_currency_is_signed_too():
    changed = {**SIGNED, "amount": {"value": 1130, "currency": "USD"}}
    with pytest.raises(AuthenticationError):
        verify_item(changed, [KEY])


def test_fields_cannot_be_shifted_into_one_another():
    """Only our own reference may have a colon, so there is one way to read a text."""
    for shifted in (
        {"pspReference": "8835511210681145:", "originalReference": None},
        {"merchantAccountCode": "ExampleShopEU:S00042-1", "merchantReference": "x"},
        {"eventCode": "AUTHORISATION:true", "success": ""},
        {"pspReference": "8835511210681145\\"},
    ):
        with pytest.raises(MalformedInput, match="signed field"):
            verify_item({**SIGNED, **shifted}, [KEY])
    with pytest.raises(AuthenticationError):
        moved = {**SIGNED, "merchantReference": "S00042-1:1130"}
        verify_item(moved, [KEY])


@pytest.mark.parametrize(
    "signature",
    [
        "",
        None,
        7,
        ["x"],
        "ä",
        "\ud800",
        mac(TEXT)[:-1],
        mac(TEXT) + "=",
        mac(TEXT).lower(),
    ],
)
def test_a_signature_that_is_none(signature):
    with pytest.raises(AuthenticationError):
        verify_item(with_signature(signature), [KEY])


@pytest.mark.parametrize("data", [None, [], "hmacSignature", {}])
def test_an_item_without_a_signature(data):
    with pytest.raises(AuthenticationError):
        verify_item({**ITEM, "additionalData": data}, [KEY])


@pytest.mark.parametrize(
    "values",
    [
        {"pspReference": 8835511210681145},
        {"amount": "1130 EUR"},
        {"amount": {"value": 11.3, "currency": "EUR"}},
        {"amount": {"value": True, "currency": "EUR"}},
        {"success": "perhaps"},
        {"success": 1},
        {"eventCode": ["AUTHORISATION"]},
    ],
)
def test_fields_of_another_kind(values):
    with pytest.raises(MalformedInput):
        verify_item({**SIGNED, **values}, [KEY])


@pytest.mark.parametrize("key", ["", "no key", "abc", "zz" * 32, "ä"])
def test_a_key_that_is_none_is_said(key):
    with pytest.raises(BusinessError, match="hexadecimal"):
        verify_item(SIGNED, [key])


BODY = b'{"type": "balancePlatform.report.created"}'


def test_a_body_that_is_signed_as_a_whole():
    verify_body(BODY, mac(BODY), [OTHER, KEY])
    for body, signature in ((BODY + b" ", mac(BODY)), (BODY, None), (BODY, "")):
        with pytest.raises(AuthenticationError):
            verify_body(body, signature, [KEY])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["value", "hmacSignature"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(SIGNED)), values))
def test_nothing_that_is_sent_breaks_it_or_passes(changes):
    try:
        verify_item({**SIGNED, **changes}, [KEY])
    except SettlementError:
        return
    assert signed_text({**SIGNED, **changes}).encode() == TEXT


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
    st.integers(0, 10**12),
)
def test_every_reference_and_amount_can_be_signed(reference, value):
    amount = {"value": value, "currency": "JPY"}
    item = {**ITEM, "merchantReference": reference, "amount": amount}
    for escape in (False, True):
        text = signed_text(item, escape).encode()
        verify_item(
            with_signature(
                mac(text), **{"merchantReference": reference, "amount": amount}
            ),
            [KEY],
        )
