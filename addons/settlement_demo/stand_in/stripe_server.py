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
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from .faults import Fault, FaultPlan, RequestLog
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


class StripeServer:
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
        self.world = world
        self.api_version = api_version
        self.rate_limit = rate_limit
        self.faults = FaultPlan()
        self.log = RequestLog()
        self._http = _Server((host, port), _Handler)
        self._http.stand_in = self
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at the end."""
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> StripeServer:
        """Serve in a daemon thread."""
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._http.shutdown()
        self._http.server_close()
        if self._thread:
            self._thread.join(timeout=5)

    def __enter__(self) -> StripeServer:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: StripeServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "nginx"
    sys_version = ""

    @property
    def stand_in(self) -> StripeServer:
        """Return the stand-in that this connection belongs to."""
        return cast(_Server, self.server).stand_in

    def do_GET(self) -> None:
        """Answer a read."""
        parts = urlsplit(self.path)
        params = parse_qsl(parts.query, keep_blank_values=True)
        fault = self.stand_in.faults.next_for(parts.path)
        try:
            status, body = 200, self._result(parts.path, params, fault)
            headers: dict[str, str] = {}
        except Refusal as refusal:
            status, body, headers = refusal.status, refusal.body(), refusal.headers
        proper = status if fault is None or fault.kind in ("slow", "duplicate") else 0
        self.stand_in.log.add("GET", parts.path, dict(params), proper)
        self._answer(status, body, headers, fault)

    def do_POST(self) -> None:
        """Refuse every write: the stand-in is read-only."""
        self.close_connection = True
        refusal = Refusal(403, "The stand-in does not accept writes.")
        self._send(refusal.status, refusal.body(), {})

    def _result(self, path: str, params: list[tuple[str, str]], fault: Any) -> Raw:
        if self.stand_in.rate_limit and not self.stand_in.rate_limit.allows():
            raise Refusal.rate_limited()
        allowed = self._allowed_resources()
        self._check_version()
        overlap = fault is not None and fault.kind == "duplicate"
        query = StripeQuery(self.stand_in.world, allowed, overlap)
        return query.answer(path, params)

    def _allowed_resources(self) -> frozenset[str] | None:
        key = self._key()
        if not key:
            raise Refusal.no_key()
        if key not in self.stand_in.world.keys:
            raise Refusal.wrong_key(key)
        return self.stand_in.world.keys[key]

    def _key(self) -> str:
        scheme, _space, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            user, _colon, _password = base64.b64decode(value).decode().partition(":")
            return user
        return value if scheme.lower() == "bearer" else ""

    def _check_version(self) -> None:
        version = self.headers.get("Stripe-Version", "")
        if version != self.stand_in.api_version:
            raise Refusal(400, f"Invalid Stripe API version: {version}")

    def _answer(
        self, status: int, body: Raw, headers: dict[str, str], fault: Fault | None
    ) -> None:
        kind = fault.kind if fault else ""
        if fault is None or kind == "duplicate":
            self._send(status, body, headers)
        elif kind == "slow":
            time.sleep(fault.seconds)
            self._send(status, body, headers)
        elif kind == "status":
            refusal = Refusal.of_status(fault.status)
            self._send(fault.status, refusal.body(), fault.headers)
        elif kind == "content_type":
            self._send_bytes(200, b"<html>Please wait</html>", "text/html", {})
        elif kind == "garbage":
            self._send_bytes(200, b'{"object": "list", "data"', "application/json", {})
        elif kind == "cut":
            self._send(status, body, headers, cut=True)
        else:
            self.close_connection = True

    def _send(
        self, status: int, body: Raw, headers: dict[str, str], cut: bool = False
    ) -> None:
        # Stripe indents its answers by two blanks and writes other letters as UTF-8.
        text = json.dumps(body, indent=2, ensure_ascii=False, default=float)
        content = text.encode()
        self._send_bytes(status, content, "application/json", headers, cut)

    def _send_bytes(
        self,
        status: int,
        content: bytes,
        content_type: str,
        headers: dict[str, str],
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Stripe-Version", self.stand_in.api_version)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the world's clock for the ``Date`` header."""
        instant = self.stand_in.world.now if timestamp is None else timestamp
        return formatdate(instant, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the request log of the stand-in is enough."""
