"""A scripted HTTP server on this machine, for the tests of connectors.

Pure Python: pure tests and Odoo tests use it alike. ::

    with StandIn() as server:
        server.answer(body=b'{"data": []}')
        client = HttpClient(server.url, [], allow_loopback=True)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One answer of the server.

    :param announced: the Content-Length to declare instead of the true one.
    :param chunked: send the body in one chunk; ``cut`` leaves the end away.
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


@dataclass
class Received:
    """One request as it reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def log_message(self, format, *args):  # noqa: A002
        """Say nothing: requests are recorded instead."""

    def do_GET(self):
        """Record the request and give the next answer."""
        size = int(self.headers.get("Content-Length") or 0)
        received = Received(
            self.command, self.path, dict(self.headers), self.rfile.read(size)
        )
        self.server.received.append(received)
        answer = self.server.next_answer(received)
        answer.wait()
        self.close_connection = True
        self._send(answer)

    do_POST = do_GET

    def _send(self, answer):
        self.send_response(answer.status)
        self.send_header("Connection", "close")
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self._send_chunked(answer)
            return
        size = len(answer.body) if answer.announced is None else answer.announced
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(answer.body)

    def _send_chunked(self, answer):
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(answer.body), answer.body))
        if not answer.cut:
            self.wfile.write(b"0\r\n\r\n")


class StandIn(ThreadingHTTPServer):
    """The server; ``url`` is its address, ``received`` what it was asked.

    Answers are used in the order they were given; the last one is repeated.
    A ``route`` function may compute them from the request instead.
    """

    daemon_threads = True

    def __init__(self, route: Callable[[Received], Answer] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []
        self._answers: deque[Answer] = deque()
        self._route = route

    @property
    def url(self) -> str:
        """Return the base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, status: int = 200, body: bytes = b"{}", **options: Any) -> None:
        """Append an answer to the script; ``options`` as in :class:`Answer`."""
        self._answers.append(Answer(status, body, **options))

    def next_answer(self, received: Received) -> Answer:
        """Return what the request is answered with."""
        if self._route:
            return self._route(received)
        return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client gives up early."""

    def __enter__(self) -> StandIn:
        """Start to serve."""
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args: Any) -> None:
        """Stop to serve."""
        self.shutdown()
        self.server_close()
