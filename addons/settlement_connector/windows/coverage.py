"""What a set of periods covers without a hole. Times are naive UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

Period = tuple[datetime, datetime]


def merged(periods: Iterable[Period]) -> list[Period]:
    """Return the periods in order, those that overlap or touch made one."""
    result: list[Period] = []
    for since, until in sorted(periods):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], until))
        else:
            result.append((since, until))
    return result


def covered_until(start: datetime, periods: Iterable[Period]) -> datetime:
    """Return up to when ``periods`` cover everything from ``start`` on.

    ``start`` itself if nothing covers it.
    """
    for since, until in merged(periods):
        if since <= start < until:
            return until
    return start


def gaps(start: datetime, end: datetime, periods: Iterable[Period]) -> list[Period]:
    """Return what ``periods`` leave uncovered between ``start`` and ``end``."""
    result: list[Period] = []
    for since, until in merged(periods):
        if start < min(since, end):
            result.append((start, min(since, end)))
        start = max(start, until)
    if start < end:
        result.append((start, end))
    return result


def is_covered(period: Period, periods: Iterable[Period]) -> bool:
    """Tell whether ``periods`` cover the whole of ``period``."""
    since, until = period
    return any(since >= found[0] and until <= found[1] for found in merged(periods))
