"""User and password that Adyen shows our webhook, where that was agreed."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from odoo.addons.settlement.canonical.errors import AuthenticationError

WRONG = "User or password of the event is wrong."


def verify_login(
    header: object, users: Sequence[str], passwords: Sequence[str]
) -> None:
    """Return if a header ``Authorization`` shows one of the users and passwords.

    :raises AuthenticationError: if it does not.
    """
    user, password = _read(header)
    # All are compared: how long that takes tells nothing about any of them.
    known = [hmac.compare_digest(user, one.encode()) for one in users]
    right = [hmac.compare_digest(password, one.encode()) for one in passwords]
    if not (any(known) and any(right)):
        raise AuthenticationError(WRONG)


def _read(header: object) -> tuple[bytes, bytes]:
    scheme, _space, text = (header if isinstance(header, str) else "").partition(" ")
    try:
        shown = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        shown = b""
    user, colon, password = shown.partition(b":")
    if scheme.lower() != "basic" or not colon:
        raise AuthenticationError(WRONG)
    return user, password
