"""Check that bytes sent to our webhook come from PayPal."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from odoo.addons.settlement.canonical.errors import AuthenticationError
from odoo.addons.settlement.canonical.json_reading import instant_of

ALGORITHM = "SHA256withRSA"
# An event that was not taken is sent again for three days, under its first signature.
TOLERANCE = 4 * 86_400
_LONGEST_HEADER = 2048


@dataclass(frozen=True, slots=True)
class Signature:
    """What the headers of a webhook say; nothing of it is believed yet."""

    transmission_id: str
    time: str
    certificate_url: str
    value: bytes

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Signature:
        """Return the signature in the headers of a request.

        :raises AuthenticationError: if there is none that we could check.
        """
        texts = {
            name: (headers.get(f"PAYPAL-{name}") or "")[:_LONGEST_HEADER]
            for name in (
                *("TRANSMISSION-ID", "TRANSMISSION-TIME", "TRANSMISSION-SIG"),
                *("CERT-URL", "AUTH-ALGO"),
            )
        }
        if not all(texts.values()) or texts["AUTH-ALGO"] != ALGORITHM:
            raise AuthenticationError("The webhook carries no signature of PayPal.")
        try:
            value = base64.b64decode(texts["TRANSMISSION-SIG"], validate=True)
        except (binascii.Error, ValueError):
            raise AuthenticationError(
                "The webhook carries no signature of PayPal."
            ) from None
        return cls(
            texts["TRANSMISSION-ID"],
            texts["TRANSMISSION-TIME"],
            texts["CERT-URL"],
            value,
        )

    def signed(self, webhook_id: str, body: bytes) -> bytes:
        """Return the text that PayPal signs for one webhook."""
        parts = (self.transmission_id, self.time, webhook_id, str(zlib.crc32(body)))
        return "|".join(parts).encode()


def verify(
    signature: Signature,
    body: bytes,
    webhook_ids: Iterable[str],
    now: datetime,
    key_of: Callable[[str], rsa.RSAPublicKey],
) -> None:
    """Return if a signature fits the body for one of our webhooks.

    :param body: the raw bytes of the request, before anybody decodes them.
    :param webhook_ids: ids that PayPal gave to our webhook, the current one first.
    :param now: naive UTC.
    :param key_of: returns the verified key of a certificate's address.
    :raises AuthenticationError: with the reason; it contains nothing of the input.
    """
    _check_time(signature.time, now)
    key = key_of(signature.certificate_url)
    if not any(_fits(key, signature, one, body) for one in webhook_ids):
        raise AuthenticationError("The signature of the webhook is wrong.")


def verify_by_call(
    signature: Signature,
    body: bytes,
    webhook_ids: Iterable[str],
    now: datetime,
    confirms: Callable[[bytes], bool],
) -> None:
    """Return if PayPal itself says that it signed a body for one of our webhooks.

    :param body: an event in JSON: what is none must not come here, for its bytes
        become a part of the question.
    :param webhook_ids: ids that PayPal gave to our webhook, the current one first.
    :param now: naive UTC.
    :param confirms: asks PayPal; called until it says yes.
    :raises AuthenticationError: with the reason; it contains nothing of the input.
    """
    _check_time(signature.time, now)
    if not any(confirms(question(signature, one, body)) for one in webhook_ids):
        raise AuthenticationError("The signature of the webhook is wrong.")


def question(signature: Signature, webhook_id: str, body: bytes) -> bytes:
    """Return what PayPal is asked; the event stands in it byte by byte."""
    told = {
        "auth_algo": ALGORITHM,
        "cert_url": signature.certificate_url,
        "transmission_id": signature.transmission_id,
        "transmission_sig": base64.b64encode(signature.value).decode(),
        "transmission_time": signature.time,
        "webhook_id": webhook_id,
    }
    return json.dumps(told)[:-1].encode() + b', "webhook_event": ' + body + b"}"


def _check_time(text: str, now: datetime) -> None:
    try:
        sent_at = instant_of(text)
    except (ValueError, OverflowError):
        raise AuthenticationError(
            "The webhook does not say when it was sent."
        ) from None
    if abs((now - sent_at).total_seconds()) > TOLERANCE:
        raise AuthenticationError("The signature of the webhook is too old.")


def _fits(
    key: rsa.RSAPublicKey, signature: Signature, webhook_id: str, body: bytes
) -> bool:
    signed = signature.signed(webhook_id, body)
    try:
        key.verify(signature.value, signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
