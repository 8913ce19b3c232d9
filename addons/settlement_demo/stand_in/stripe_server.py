"""A Stripe API on the loopback, answering from a :class:`StripeWorld`.

::

    server = StripeServer(world)
    with server:
        requests.get(server.url + "/v1/balance", headers={...})
    server.faults.add("status", status=429, headers={"Retry-After": "1"})
    [entry.path for entry in server.log]

It speaks what a read-only synchronisation needs: account, balance, balance
transactions, payouts and disputes as lists and singly, any source object by its id;
authentication with full and restricted keys, the pinned version, pagination,
filters, expansion, rate limits, the error envelope and the ``Date`` header of the
world's clock.
"""

from __future__ import annotations

import base64
import json
import threading
import time

from odoo.addons.settlement_connector.stand_in.faults import Fault
from odoo.addons.settlement_connector.stand_in.server import (
    Answer,
    Received,
    StandInServer,
)

from .stripe_query import StripeQuery
from .stripe_refusal import Refusal
from .stripe_world import Raw, StripeWorld

__all__ = ["API_VERSION", "StripeServer", "StripeWorld"]

API_VERSION = "2026-06-24.dahlia"


class RateLimit:
    """At most ``calls`` requests in any ``seconds`` of real time."""

    def __init__(self, calls: int, seconds: float = 1.0) -> None:
        self.calls = calls
        self.seconds = seconds
        self._instants: list[float] = []
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Count one request and say whether it is within the limit."""
        with self._lock:
            now = time.monotonic()
            self._instants = [i for i in self._instants if i > now - self.seconds]
            if len(self._instants) >= self.calls:
                return False
            self._instants.append(now)
            return True


class StripeServer(StandInServer):
    """The stand-in: a thread that serves one world on a free loopback port.

    :param world: what it shows; may be changed while it runs.
    :param port: 0 = any free port.
    :param api_version: the only ``Stripe-Version`` it accepts.
    :param rate_limit: answers 429 above it; ``None`` = unlimited.
    """

    def __init__(
        self,
        world: StripeWorld,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_version: str = API_VERSION,
        rate_limit: RateLimit | None = None,
    ) -> None:
        super().__init__(host=host, port=port)
        self.world = world
        self.api_version = api_version
        self.rate_limit = rate_limit

    def now(self) -> float:
        """Return the clock of the world."""
        return self.world.now

    def respond(self, request: Received, fault: Fault | None) -> Answer:
        """Answer a read; refuse every write: the stand-in is read-only."""
        try:
            return self._as_json(self._result(request, fault))
        except Refusal as refusal:
            return self._as_json(refusal.body(), refusal.status, refusal.headers)

    def refusal(
        self, status: int, words: str, headers: dict[str, str] | None = None
    ) -> Answer:
        """Return an error in Stripe's envelope, in its words where it has some."""
        error = Refusal.of_status(status, words)
        return self._as_json(error.body(), status, headers)

    def _as_json(
        self, body: Raw, status: int = 200, headers: dict[str, str] | None = None
    ) -> Answer:
        # Stripe indents its answers by two blanks and writes other letters as UTF-8.
        text = json.dumps(body, indent=2, ensure_ascii=False, default=float)
        own = {"Stripe-Version": self.api_version, **(headers or {})}
        return Answer(status, text.encode(), own)

    def _result(self, request: Received, fault: Fault | None) -> Raw:
        if request.method != "GET":
            raise Refusal(403, "The stand-in does not accept writes.")
        if self.rate_limit and not self.rate_limit.allows():
            raise Refusal.rate_limited()
        allowed = self._allowed_resources(request)
        self._check_version(request)
        overlap = fault is not None and fault.kind == "duplicate"
        query = StripeQuery(self.world, allowed, overlap)
        return query.answer(request.path, request.params)

    def _allowed_resources(self, request: Received) -> frozenset[str] | None:
        key = self._key(request)
        if not key:
            raise Refusal.no_key()
        if key not in self.world.keys:
            raise Refusal.wrong_key(key)
        return self.world.keys[key]

    @staticmethod
    def _key(request: Received) -> str:
        header = request.headers.get("Authorization", "")
        scheme, _space, value = header.partition(" ")
        if scheme.lower() == "basic":
            user, _colon, _password = base64.b64decode(value).decode().partition(":")
            return user
        return value if scheme.lower() == "bearer" else ""

    def _check_version(self, request: Received) -> None:
        version = request.headers.get("Stripe-Version", "")
        if version != self.api_version:
            raise Refusal(400, f"Invalid Stripe API version: {version}")
