"""Check that bytes sent to our webhook come from Stripe, and not long ago."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from odoo.addons.settlement.canonical.errors import AuthenticationError

HEADER = "Stripe-Signature"
# Seconds that may lie between the signature and now, in either direction.
TOLERANCE = 300
_LONGEST_HEADER = 4096
_SCHEME = "v1"


def verify(
    header: str,
    body: bytes,
    secrets: Iterable[str],
    now: float,
    tolerance: int = TOLERANCE,
) -> None:
    """Return if one signature of the header fits the body under one secret.

    While an endpoint's secret is being replaced, Stripe signs with both and both are
    known here: any pair that fits is enough.

    :param header: value of ``Stripe-Signature``: ``t=<unix>,v1=<hex>[,v1=…]``.
    :param body: the raw bytes of the request, before anybody decodes them.
    :param secrets: ``whsec_…`` of the endpoint, whole texts.
    :param now: Unix seconds.
    :raises AuthenticationError: with the reason; it contains nothing of the input.
    """
    timestamp, signatures = _parts(header)
    if abs(now - int(timestamp)) > tolerance:
        raise AuthenticationError("The signature of the webhook is too old.")
    signed = timestamp.encode() + b"." + body
    expected = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    # Every pair is compared, so that the time taken tells nothing.
    fits = [
        hmac.compare_digest(one.encode(), given.encode())
        for one in expected
        for given in signatures
    ]
    if not any(fits):
        raise AuthenticationError("The signature of the webhook is wrong.")


def _parts(header: str) -> tuple[str, list[str]]:
    """Return the time stamp and the signatures of the scheme that we trust."""
    fields = [
        part.strip().partition("=") for part in header[:_LONGEST_HEADER].split(",")
    ]
    stamps = [value for name, _equals, value in fields if name == "t"]
    signatures = [value for name, _equals, value in fields if name == _SCHEME]
    if len(stamps) != 1 or not signatures or not _is_number(stamps[0]):
        raise AuthenticationError("The webhook carries no signature of Stripe.")
    return stamps[0], signatures


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
