"""What Stripe sends: events, signed, to an address of ours.

::

    sender = StripeWebhooks("http://127.0.0.1:8069/settlement/webhook/…", ["whsec_…"])
    status = sender.send(sender.event("charge.succeeded", {"object": "charge", …}))
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .stripe_world import Raw

API_VERSION = "2026-06-24.dahlia"


class StripeWebhooks:
    """One endpoint of an account.

    :param url: where events are sent.
    :param secrets: signing secrets; two while one replaces the other.
    :param live: mode of the events.
    """

    def __init__(self, url: str, secrets: Sequence[str], live: bool = False) -> None:
        self.url = url
        self.secrets = list(secrets)
        self.live = live
        self._numbers = itertools.count(1)

    def event(self, kind: str, subject: Raw, **more: Any) -> Raw:
        """Return a new event about an object, such as ``payout.paid``."""
        return {
            "id": f"evt_{next(self._numbers):06}",
            "object": "event",
            "api_version": API_VERSION,
            "created": int(time.time()),
            "data": {"object": subject},
            "livemode": self.live,
            "pending_webhooks": 1,
            "type": kind,
            **more,
        }

    @staticmethod
    def content(event: Raw) -> bytes:
        """Return an event as it is sent, indented by two blanks."""
        return json.dumps(event, indent=2, ensure_ascii=False).encode()

    def signature(self, body: bytes, at: float | None = None) -> str:
        """Return the header ``Stripe-Signature`` for a body.

        :param at: Unix seconds; now by default.
        """
        stamp = str(int(time.time() if at is None else at))
        signed = stamp.encode() + b"." + body
        values = [
            hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
            for secret in self.secrets
        ]
        return ",".join([f"t={stamp}", *(f"v1={value}" for value in values)])

    def send(self, event: Raw | bytes, signature: str | None = None) -> int:
        """Send an event or raw bytes and return the status of the answer.

        :param signature: header to send instead of the right one; "" = none.
        """
        body = event if isinstance(event, bytes) else self.content(event)
        header = self.signature(body) if signature is None else signature
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if header:
            headers["Stripe-Signature"] = header
        return self._post(body, headers)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            connection.request("POST", parts.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()
