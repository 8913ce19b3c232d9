"""Keep calls to one provider apart in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Lets a call begin no sooner than a part of a second after the one before.

    :param calls: calls a second.
    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        calls: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._distance = 1.0 / calls
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next call may begin."""
        with self._lock:
            now = self._clock()
            begin = max(now, self._next)
            self._next = begin + self._distance
        if begin > now:
            self._sleep(begin - now)
