"""How Adyen signs what it sends: HMAC-SHA256 with a key in hexadecimal digits.

Of a standard notification each item is signed by itself, over eight of its fields; of
the webhooks of the platform and of the management it is the body, in a header.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
)

HEADER = "HmacSignature"
WRONG = "The signature of the event is wrong."
Raw = Mapping[str, Any]

# Only the reference that we gave may have a colon: so the text that is signed can be
# read in one way alone.
_PLAIN = re.compile(r"[^:\\]*")
_ESCAPED = str.maketrans({"\\": "\\\\", ":": "\\:"})


def verify_item(item: Raw, keys: Sequence[str]) -> None:
    """Return if an item of a standard notification is signed with one of the keys.

    :param item: one ``NotificationRequestItem``.
    :raises AuthenticationError: if it is not.
    :raises MalformedInput: if a signed field is no text of its kind.
    :raises BusinessError: if a key is none.
    """
    data = item.get("additionalData")
    given = data.get("hmacSignature") if isinstance(data, Mapping) else None
    # Older versions of Adyen's signing escape the colons of a reference.
    texts = {signed_text(item), signed_text(item, escape=True)}
    _verify(given, [text.encode("utf-8", "surrogatepass") for text in texts], keys)


def verify_body(body: bytes, given: object, keys: Sequence[str]) -> None:
    """Return if a body is signed with one of the keys.

    :param given: what the header says.
    :raises AuthenticationError: if it is not.
    :raises BusinessError: if a key is none.
    """
    _verify(given, [body], keys)


def signed_text(item: Raw, escape: bool = False) -> str:
    """Return the text of an item that is signed.

    :param escape: put a backslash before colons and backslashes.
    :raises MalformedInput: if a field is no text of its kind.
    """
    amount = item.get("amount") or {}
    if not isinstance(amount, Mapping):
        raise MalformedInput("The amount of the event is none.")
    fields = [
        _text(item.get("pspReference")),
        _text(item.get("originalReference")),
        _text(item.get("merchantAccountCode")),
        _text(item.get("merchantReference"), colons=True),
        _number(amount.get("value")),
        _text(amount.get("currency")),
        _text(item.get("eventCode")),
        success_of(item),
    ]
    return ":".join(one.translate(_ESCAPED) if escape else one for one in fields)


def success_of(item: Raw) -> str:
    """Return ``true``, ``false`` or "", however the item writes it.

    :raises MalformedInput: if it is none of these.
    """
    value = item.get("success")
    text = _text(str(value) if isinstance(value, bool) else value).lower()
    if text not in ("true", "false", ""):
        raise MalformedInput("Whether the event tells of a success cannot be read.")
    return text


def _verify(given: object, texts: Sequence[bytes], keys: Sequence[str]) -> None:
    """Compare with every key and text; how long that takes tells nothing."""
    sent = given.encode("utf-8", "replace") if isinstance(given, str) else b""
    wanted = [_signature(key, text) for key in keys for text in texts]
    if not any([hmac.compare_digest(one, sent) for one in wanted]):
        raise AuthenticationError(WRONG)


def _signature(key: str, text: bytes) -> bytes:
    try:
        secret = binascii.unhexlify(key.strip())
    except (ValueError, binascii.Error):
        secret = b""
    if not secret:
        raise BusinessError(
            "The credential hmac_key is no key: it has to be the hexadecimal digits "
            "that Adyen shows once when the key is generated."
        )
    return base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest())


def _text(value: object, colons: bool = False) -> str:
    text = "" if value is None else value
    if not isinstance(text, str) or not (colons or _PLAIN.fullmatch(text)):
        raise MalformedInput("A signed field of the event cannot be read.")
    return text


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)
