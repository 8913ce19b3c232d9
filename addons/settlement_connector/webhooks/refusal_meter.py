"""How often what an outsider sends may cause a write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

BURST = 60
WRITES_PER_SECOND = 1.0


@dataclass(slots=True)
class _Count:
    waiting: int
    allowance: float
    at: float


class RefusalMeter:
    """Counts refused requests in memory and says when the count may be written.

    The first ones are written at once; under a flood one write per second carries
    all that came in between.

    :param burst: writes that may follow each other at once.
    :param per_second: writes that come free again each second.
    :param clock: seconds, never going back.
    """

    def __init__(
        self,
        burst: int = BURST,
        per_second: float = WRITES_PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._counts: dict[Hashable, _Count] = {}
        self._lock = threading.Lock()

    def count(self, key: Hashable) -> int:
        """Count one request.

        :return: how many are to be written now; 0 = none yet.
        """
        with self._lock:
            count = self._refreshed(key)
            count.waiting += 1
            if count.allowance < 1:
                return 0
            count.allowance -= 1
            number, count.waiting = count.waiting, 0
            return number

    def put_back(self, key: Hashable, number: int) -> None:
        """Take back a number that could not be written; the next one carries it."""
        with self._lock:
            self._refreshed(key).waiting += number

    def _refreshed(self, key: Hashable) -> _Count:
        now = self._clock()
        count = self._counts.setdefault(key, _Count(0, self._burst, now))
        regained = (now - count.at) * self._per_second
        count.allowance = min(self._burst, count.allowance + regained)
        count.at = now
        return count
