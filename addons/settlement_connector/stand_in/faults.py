"""Faults that a stand-in commits on request, so that clients can be tested."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# The provider answers properly, but shows its rows in another way.
ROW_FAULTS: tuple[str, ...] = (
    "duplicate",  # a later page starts with the last row of the page before
    "reordered",  # the rows of a page come in the reverse order
    "changed",  # ``change`` is applied to each row of a page
)
FAULT_KINDS: tuple[str, ...] = (
    "status",  # an error answer with ``status``, such as 429 or 503
    "echo",  # the same, and its text repeats all headers of the request
    "slow",  # waits ``seconds``, then answers properly
    "reset",  # closes the connection without an answer, as if it was down
    "cut",  # promises the whole body, sends half of it
    "content_type",  # a page of HTML with status 200, as proxies do
    "garbage",  # status 200, right content type, text that is no JSON
    "huge",  # status 200 and a body that never ends
    *ROW_FAULTS,
)


def _same(row: Any) -> Any:
    return row


@dataclass(slots=True)
class Fault:
    """One fault, committed ``times`` times on requests below ``path``.

    :param kind: one of :data:`FAULT_KINDS`.
    :param path: only requests whose path starts with this text; "" = all.
    :param skip: so many matching requests are answered properly before.
    :param status: HTTP status of the kinds ``status`` and ``echo``.
    :param seconds: delay of kind ``slow``.
    :param headers: further headers of an error (``Retry-After`` …).
    :param change: what the kind ``changed`` does to a row.
    """

    kind: str
    times: int = 1
    path: str = ""
    skip: int = 0
    status: int = 500
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    change: Callable[[Any], Any] = _same

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"Unknown kind of fault {self.kind!r}.")

    @property
    def is_proper(self) -> bool:
        """Tell whether the client still gets an answer that it may use."""
        return self.kind == "slow" or self.kind in ROW_FAULTS

    def rows(self, rows: list[Any]) -> list[Any]:
        """Return the rows of a page as this fault shows them.

        A repeated row depends on how the provider counts pages: see
        :mod:`.pages`.
        """
        if self.kind == "reordered":
            return rows[::-1]
        return [self.change(row) for row in rows] if self.kind == "changed" else rows


class FaultPlan:
    """The faults still to be committed, first planned first; thread-safe."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **values: Any) -> Fault:
        """Plan one fault; ``values`` are the other fields of :class:`Fault`."""
        fault = Fault(kind, **values)
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
