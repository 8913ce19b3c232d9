"""What a stand-in was asked, in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request as the stand-in saw it; credentials are never kept.

    ``status`` 0 says that it got no proper answer.
    """

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

    def below(self, path: str) -> list[LoggedRequest]:
        """Return the requests whose path starts with a text, in order."""
        return [entry for entry in self if entry.path.startswith(path)]

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()
