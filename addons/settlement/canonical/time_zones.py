"""The time zone in which days are counted."""

from __future__ import annotations

from datetime import date, datetime, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import BusinessError


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    :raises BusinessError: if the time zone does not exist on this machine.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BusinessError(f"The time zone {name!r} is unknown here.") from error


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day of a naive UTC instant in a time zone."""
    # Clocks differ from UTC by quarters of an hour, so a quarter is of one day.
    quarter = moment.minute - moment.minute % 15
    return _day(moment.replace(minute=quarter, second=0, microsecond=0), zone)


@lru_cache(maxsize=1024)
def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()
