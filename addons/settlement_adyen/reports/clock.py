"""Instants of a report: a local time and the abbreviation of a time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.json_reading import YEARS

# Hours ahead of UTC. Abbreviations that several countries use for clocks of their own
# (IST, BST, CST of China …) mean the backend's own clock where it has that name, and
# else the one that Adyen's accounts in Europe, America and the Pacific have.
HOURS: dict[str, float] = {
    **dict.fromkeys(("UTC", "GMT", "WET", "Z"), 0),
    **dict.fromkeys(("CET", "WEST", "BST"), 1),
    **dict.fromkeys(("CEST", "EET", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK", "TRT"), 3),
    "GST": 4,
    "IST": 5.5,
    "WIB": 7,
    **dict.fromkeys(("SGT", "HKT", "MYT", "AWST"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    "ACST": 9.5,
    "AEST": 10,
    "ACDT": 10.5,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    **dict.fromkeys(("BRT", "ART", "ADT", "UYT"), -3),
    "NDT": -2.5,
    "NST": -3.5,
    **dict.fromkeys(("AST", "EDT", "CLT", "AMT"), -4),
    **dict.fromkeys(("EST", "CDT", "COT", "PET"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    "AKST": -9,
    "HST": -10,
}
_FORM = "0000-00-00 00:00:00"
_QUARTER = 15


def instant(text: str, abbreviation: str, zone: ZoneInfo, name: str) -> datetime:
    """Return ``YYYY-MM-DD HH:MM:SS`` of a clock as naive UTC.

    :param abbreviation: what the report calls the clock, "" if it does not say.
    :param zone: time zone of the backend.
    :param name: the column, for the error.
    :raises MalformedInput: if it is no date.
    """
    try:
        if len(text) != len(_FORM) or text[10] not in " T":
            raise ValueError
        wall = datetime.fromisoformat(text)
        if wall.year not in YEARS or wall.tzinfo:
            raise ValueError
    except ValueError:
        raise MalformedInput(f"{text[:40]!r} in {name} is no date and time.") from None
    quarter = wall.minute - wall.minute % _QUARTER
    return wall - _ahead(wall.replace(minute=quarter, second=0), abbreviation, zone)


# Clocks are changed at full quarters of an hour.
@lru_cache(maxsize=1024)
def _ahead(wall: datetime, abbreviation: str, zone: ZoneInfo) -> timedelta:
    """Return how far a clock that shows ``wall`` is ahead of UTC.

    In the hour that comes twice when clocks go back, the abbreviation says which one
    it is.
    """
    code = abbreviation.strip().upper()
    for fold in (0, 1):
        local = wall.replace(tzinfo=zone, fold=fold)
        if (local.tzname() or "").upper() == code:
            return local.utcoffset() or timedelta()
    if code in HOURS:
        return timedelta(hours=HOURS[code])
    return wall.replace(tzinfo=zone).utcoffset() or timedelta()
