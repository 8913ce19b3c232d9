"""A provider on the loopback: threads, plain HTTP, faults by plan, a request log.

::

    class AcmeStandIn(StandInServer):
        def respond(self, request, fault):
            if request.headers.get("Authorization") != "Bearer " + KEY:
                return self.refusal(401, "Who are you?")
            page = numbered_page(self.rows, int(request.param("page", "1")), 50, fault)
            return Answer.of_json({"items": page.rows, "next": page.following})

    with AcmeStandIn() as server:
        server.faults.add("status", status=503, times=2, path="/v1/items")
        …
        server.log.paths()
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from .faults import Fault, FaultPlan
from .request_log import RequestLog

# What a body that never ends comes in, and where even that is given up.
_HUGE_CHUNK = b'{"never ends": "' + b"x" * 65519 + b'"}'
_HUGE_LIMIT = 512 * 1024 * 1024
Server = TypeVar("Server", bound="StandInServer")


def _number(value: Any) -> Any:
    """Return a Decimal as a JSON number; providers state amounts both ways."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON.")


@dataclass
class Answer:
    """One answer of a stand-in.

    :param announced: the Content-Length to declare instead of the true one.
    :param chunked: send the body in one chunk; ``cut`` leaves the end away.
    :param cut: send half of the body, or no end of the chunks.
    :param wait: called before anything is sent, for slow servers.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    announced: int | None = None
    chunked: bool = False
    cut: bool = False
    wait: Callable[[], Any] = lambda: None

    @classmethod
    def of_json(cls, data: Any, status: int = 200, **options: Any) -> Answer:
        """Return data as JSON, letters of all languages as UTF-8."""
        text = json.dumps(data, ensure_ascii=False, default=_number)
        return cls(status, text.encode(), **options)


@dataclass(frozen=True)
class Received:
    """One request as it reached the server; ``target`` is path and query."""

    method: str
    target: str
    headers: Any = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Return the path without the query."""
        return urlsplit(self.target).path

    @property
    def params(self) -> list[tuple[str, str]]:
        """Return the names and values of the query, in order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def param(self, name: str, default: str = "") -> str:
        """Return one value of the query."""
        return dict(self.params).get(name, default)


class StandInServer:
    """The base: a thread that answers on a free loopback port.

    Inherit it and implement :meth:`respond`. ``faults`` takes the faults to commit,
    ``log`` knows what was asked, ``url`` is the address without a slash at the end.

    :param port: 0 = any free port.
    """

    # Whether a connection serves several requests, as those of real providers do.
    keeps_connections = True

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.faults = FaultPlan()
        self.log = RequestLog()
        # Bytes of a body without end that the client let itself be sent.
        self.huge_bytes = 0
        self.http = _Http((host, port), _Handler)
        self.http.stand_in = self
        self._thread: threading.Thread | None = None

    # -- what a provider says ----------------------------------------------------

    def respond(self, request: Received, fault: Fault | None) -> Answer:
        """Return what the provider answers.

        :param fault: what is committed on this request; only those about rows are of
            interest here (see :meth:`Fault.rows` and :mod:`.pages`).
        """
        raise NotImplementedError

    def refusal(
        self, status: int, words: str, headers: dict[str, str] | None = None
    ) -> Answer:
        """Return an error in the envelope of the provider."""
        return Answer.of_json({"message": words}, status, headers=headers or {})

    def now(self) -> float:
        """Return the instant of the ``Date`` header, Unix seconds."""
        return time.time()

    def committed(self, answer: Answer, request: Received, fault: Fault) -> Answer:
        """Return an answer as a fault makes it."""
        if fault.kind == "status":
            return self.refusal(
                fault.status, "An unknown error occurred", fault.headers
            )
        if fault.kind == "echo":
            words = f"{request.target} {dict(request.headers)} {request.body[:4000]!r}"
            return self.refusal(fault.status, words, fault.headers)
        if fault.kind == "slow":
            answer.wait = lambda: threading.Event().wait(fault.seconds)
        elif fault.kind == "content_type":
            return Answer(body=b"<html>Please wait</html>", content_type="text/html")
        elif fault.kind == "garbage":
            return Answer(body=b'{"object": "list", "data"')
        elif fault.kind == "cut":
            answer.cut = True
        return answer

    # -- serving -----------------------------------------------------------------

    @property
    def port(self) -> int:
        """Return the port that is served."""
        return self.http.server_port

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at the end."""
        return f"http://{self.http.server_address[0]!s}:{self.port}"

    def start(self: Server) -> Server:
        """Serve in a daemon thread."""
        self._thread = threading.Thread(
            target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread:
            self.http.shutdown()
            self._thread.join(timeout=5)
            self._thread = None
        self.http.server_close()

    def __enter__(self: Server) -> Server:
        """Start to serve."""
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        """Stop to serve."""
        self.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: StandInServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "nginx"
    sys_version = ""

    @property
    def stand_in(self) -> StandInServer:
        """Return the stand-in that this connection belongs to."""
        return cast(_Http, self.server).stand_in

    def do_GET(self) -> None:
        """Answer one request, or commit the fault that is planned for it."""
        size = int(self.headers.get("Content-Length") or 0)
        request = Received(self.command, self.path, self.headers, self.rfile.read(size))
        fault = self.stand_in.faults.next_for(request.path)
        answer = self.stand_in.respond(request, fault)
        proper = answer.status if fault is None or fault.is_proper else 0
        self.stand_in.log.add(
            request.method, request.path, dict(request.params), proper
        )
        if fault and fault.kind == "reset":
            self.close_connection = True
        elif fault and fault.kind == "huge":
            self._send_for_ever()
        else:
            if fault:
                answer = self.stand_in.committed(answer, request, fault)
            self._send(answer)

    do_POST = do_GET

    def _send(self, answer: Answer) -> None:
        answer.wait()
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        if not self.stand_in.keeps_connections:
            self.send_header("Connection", "close")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self._send_chunk(answer)
        else:
            self._send_body(answer)
        if answer.cut or answer.announced is not None:
            self.close_connection = True

    def _send_body(self, answer: Answer) -> None:
        size = len(answer.body) if answer.announced is None else answer.announced
        self.send_header("Content-Length", str(size))
        self.end_headers()
        half = len(answer.body) // 2
        self.wfile.write(answer.body[:half] if answer.cut else answer.body)

    def _send_chunk(self, answer: Answer) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(answer.body), answer.body))
        if not answer.cut:
            self.wfile.write(b"0\r\n\r\n")

    def _send_for_ever(self) -> None:
        """Send chunks until the client hangs up."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b"%x\r\n%b\r\n" % (len(_HUGE_CHUNK), _HUGE_CHUNK)
        while self.stand_in.huge_bytes < _HUGE_LIMIT:
            self.wfile.write(chunk)
            self.stand_in.huge_bytes += len(_HUGE_CHUNK)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the provider's clock for the ``Date`` header."""
        instant = self.stand_in.now() if timestamp is None else timestamp
        return formatdate(instant, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing: the log of the stand-in is enough."""
