"""Faults that a stand-in commits on request, so that clients can be tested."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

FAULT_KINDS: tuple[str, ...] = (
    "status",  # an error answer with ``status``
    "slow",  # waits ``seconds``, then answers properly
    "reset",  # closes the connection without an answer
    "cut",  # promises the whole body, sends half of it
    "content_type",  # a page of HTML with status 200, as proxies do
    "garbage",  # status 200, right content type, text that is no JSON
    "duplicate",  # a later page starts with the last row of the page before
)


@dataclass(slots=True)
class Fault:
    """One fault, committed ``times`` times on requests below ``path``.

    :param kind: one of :data:`FAULT_KINDS`.
    :param path: only requests whose path starts with this text; "" = all.
    :param skip: so many matching requests are answered properly before.
    :param status: HTTP status of kind ``status``.
    :param seconds: delay of kind ``slow``.
    :param headers: further headers of kind ``status`` (``Retry-After`` …).
    """

    kind: str
    times: int = 1
    path: str = ""
    skip: int = 0
    status: int = 500
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"Unknown kind of fault {self.kind!r}.")


class FaultPlan:
    """The faults still to be committed, first planned first; thread-safe."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **values: object) -> Fault:
        """Plan one fault; ``values`` are the other fields of :class:`Fault`."""
        fault = Fault(kind, **values)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults that are still planned."""
        with self._lock:
            self._faults.clear()

    def next_for(self, path: str) -> Fault | None:
        """Return the fault that the request of ``path`` meets, using it up."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and path.startswith(fault.path):
                    return self._use(fault)
        return None

    @staticmethod
    def _use(fault: Fault) -> Fault | None:
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.times -= 1
        return fault


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as the stand-in saw it; credentials are never kept."""

    number: int
    method: str
    path: str
    params: dict[str, str]
    status: int


class RequestLog:
    """Requests in the order of their answers; thread-safe."""

    def __init__(self) -> None:
        self._entries: list[LoggedRequest] = []
        self._numbers = count(1)
        self._lock = threading.Lock()

    def add(self, method: str, path: str, params: dict[str, str], status: int) -> None:
        """Keep one request; ``status`` 0 says that it got no proper answer."""
        with self._lock:
            number = next(self._numbers)
            self._entries.append(LoggedRequest(number, method, path, params, status))

    def __iter__(self) -> Iterator[LoggedRequest]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def paths(self) -> list[str]:
        """Return the paths in order."""
        return [entry.path for entry in self]

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
