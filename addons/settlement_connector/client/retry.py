"""When to try again: exponential waits with jitter, ``Retry-After`` obeyed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime


def parse_retry_after(
    value: str | None, now: Callable[[], float] = time.time
) -> float | None:
    """Return the seconds to wait that a ``Retry-After`` header states, if any.

    :param value: seconds or an HTTP date.
    :param now: clock in seconds since the epoch.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, moment.timestamp() - now())


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently one call is repeated inside one pull.

    :param attempts: calls in all, the first one included.
    :param base: seconds before the second attempt, doubled each time.
    :param longest_wait: no single wait is longer; who asks for more is asked again
        by the next scheduled pull.
    """

    attempts: int = 4
    base: float = 0.5
    longest_wait: float = 30.0
    jitter: Callable[[], float] = random.random

    def wait(self, attempt: int, retry_after: float | None) -> float | None:
        """Return the seconds to wait after ``attempt`` (0 = first), None to stop."""
        if attempt + 1 >= self.attempts:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= self.longest_wait else None
        full = min(self.longest_wait, self.base * 2.0**attempt)
        return full * (0.5 + 0.5 * self.jitter())
