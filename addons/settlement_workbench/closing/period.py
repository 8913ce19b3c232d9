"""Months as periods that are closed."""

from __future__ import annotations

from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def month_start(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month of a day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY


def last_working_day(day: date) -> date:
    """Return the day itself, or the Friday before it: banks rest at weekends."""
    while day.weekday() >= SATURDAY:
        day -= ONE_DAY
    return day
