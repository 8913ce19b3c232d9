"""Stay below the number of calls a second that Stripe allows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class RateLimiter:
    """At most ``calls`` calls in any second; waits where there would be more.

    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        calls: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._starts: deque[float] = deque(maxlen=calls)

    def wait(self) -> None:
        """Return when the next call may start."""
        if len(self._starts) == self._starts.maxlen:
            pause = self._starts[0] + 1.0 - self._clock()
            if pause > 0:
                self._sleep(pause)
        self._starts.append(self._clock())
