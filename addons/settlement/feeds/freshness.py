"""How long a source has been silent, as its own calendar counts."""

from __future__ import annotations

from datetime import datetime, time, timedelta

SATURDAY = 5


def silent_hours(since: datetime, until: datetime, *, weekends: bool) -> float:
    """Return the hours between two moments of one time zone.

    :param weekends: whether Saturdays and Sundays count; banks send nothing then.
    """
    if weekends:
        return max((until - since).total_seconds(), 0) / 3600
    seconds = 0.0
    at = since
    while at < until:
        midnight = datetime.combine(at.date() + timedelta(days=1), time.min)
        end = min(midnight, until)
        if at.weekday() < SATURDAY:
            seconds += (end - at).total_seconds()
        at = end
    return seconds / 3600
