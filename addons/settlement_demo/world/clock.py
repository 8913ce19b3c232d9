"""Days, instants and banking days of the simulated months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MONDAY, SUNDAY = 0, 6
# After the last month the world goes on for so many days: payouts of the month's
# end arrive, and late data are delivered.
TAIL_DAYS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """The simulated months and the days after them.

    :param start: first day of the first month.
    :param months: how many calendar months.
    """

    start: date
    months: int = 1

    def __post_init__(self) -> None:
        if self.start.day != 1 or self.months < 1:
            raise ValueError("A period starts on the first of a month.")

    @property
    def month_starts(self) -> list[date]:
        """Return the first days of the months."""
        starts = [self.start]
        while len(starts) < self.months:
            starts.append(next_month(starts[-1]))
        return starts

    @property
    def tail_start(self) -> date:
        """Return the first day after the last month."""
        return next_month(self.month_starts[-1])

    @property
    def end(self) -> date:
        """Return the last day of the world."""
        return self.tail_start + (TAIL_DAYS - 1) * DAY

    def days(self) -> Iterator[date]:
        """Yield every day from the start to the end."""
        return days_between(self.start, self.end)


def next_month(day: date) -> date:
    """Return the first day of the month after ``day``."""
    return (day.replace(day=1) + 32 * DAY).replace(day=1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from ``first`` to ``last``, both inclusive."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def is_banking_day(day: date) -> bool:
    """Return whether banks book on ``day``: Monday to Friday here."""
    return day.weekday() < 5


def banking_day(day: date) -> date:
    """Return ``day``, or the next day on which banks book."""
    while not is_banking_day(day):
        day += DAY
    return day


def last_banking_day(day: date) -> date:
    """Return ``day``, or the last day before it on which banks booked."""
    while not is_banking_day(day):
        day -= DAY
    return day


def next_weekday(day: date, weekday: int) -> date:
    """Return ``day``, or the next day that is this day of the week (0 = Monday)."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def after_banking_days(day: date, count: int) -> date:
    """Return the day that is ``count`` banking days after ``day``."""
    for _step in range(count):
        day = banking_day(day + DAY)
    return day


def midnight(day: date) -> int:
    """Return midnight UTC of a day in Unix seconds."""
    return int(datetime.combine(day, time(), timezone.utc).timestamp())


def day_end(day: date) -> int:
    """Return the last second of a day in UTC, in Unix seconds."""
    return midnight(day + DAY) - 1


def local_instant(day: date, seconds: int, zone: str) -> int:
    """Return the Unix seconds of a local wall-clock time.

    :param seconds: after local midnight by the clock on the wall.
    """
    wall = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(seconds=seconds)
    return int(wall.timestamp())


def local_day(instant: int, zone: str) -> date:
    """Return the day on which an instant falls in a time zone."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def utc_day(instant: int) -> date:
    """Return the day of an instant in UTC."""
    return datetime.fromtimestamp(instant, timezone.utc).date()
