"""A stand-in whose answers are scripted, for the tests of the client itself. ::

with StandIn() as server:
    server.answer(body=b'{"data": []}')
    client = HttpClient(server.url, [], allow_loopback=True)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from odoo.addons.settlement_connector.stand_in.faults import Fault
from odoo.addons.settlement_connector.stand_in.server import (
    Answer,
    Received,
    StandInServer,
)

__all__ = ["Answer", "Received", "StandIn"]


class StandIn(StandInServer):
    """The server; ``received`` is what it was asked.

    Answers are used in the order they were given; the last one is repeated.
    A ``route`` function may compute them from the request instead.
    """

    keeps_connections = False

    def __init__(self, route: Callable[[Received], Answer] | None = None) -> None:
        super().__init__()
        self.received: list[Received] = []
        self._answers: deque[Answer] = deque()
        self._route = route

    def answer(self, status: int = 200, body: bytes = b"{}", **options: Any) -> None:
        """Append an answer to the script; ``options`` as in :class:`Answer`."""
        self._answers.append(Answer(status, body, **options))

    def respond(self, request: Received, fault: Fault | None) -> Answer:
        """Record the request and give the next answer."""
        self.received.append(request)
        if self._route:
            return self._route(request)
        return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
