"""Dates as files write them: formats become bounded patterns, never ``strptime``.

A time zone in the text wins over that of the layout. Names of months are English,
long or short: others are replaced by a computed column first.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .cells import Cell, cell_text

EARLIEST, LATEST = 1970, 2199
LONGEST = 64
ISO, UNIX, UNIX_MS = "iso", "unix", "unix_ms"
SPECIAL = (ISO, UNIX, UNIX_MS)
_MONTHS = (
    "january february march april may june july august september october november "
    "december"
).split()
_MONTH_NUMBERS = {
    spelling: number
    for number, name in enumerate(_MONTHS, 1)
    for spelling in (name, name[:3])
} | {"sept": 9}
# Abbreviations that mean one offset in the files of providers.
_ZONES = {
    **dict.fromkeys(("utc", "gmt", "z"), 0),
    **{"pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5},
    **{"est": -5, "edt": -4, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "wet": 0},
    **{"west": 1, "bst": 1, "jst": 9, "aest": 10, "aedt": 11, "brt": -3},
}
_PARTS = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%y": r"(?P<y>[0-9]{2})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%I": r"(?P<I>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})",
    "%f": r"(?P<f>[0-9]{1,9})",
    "%p": r"(?P<p>[AaPp]\.?[Mm]\.?)",
    "%b": r"(?P<b>[A-Za-z]{3,9})\.?",
    "%B": r"(?P<B>[A-Za-z]{3,9})",
    "%a": r"[A-Za-z]{2,9}\.?",
    "%A": r"[A-Za-z]{2,9}",
    "%z": r"(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})",
    "%Z": r"(?P<Z>[A-Za-z]{1,5})",
    "%%": "%",
}
# Where digits stand together each number has all of its places.
_TOGETHER = re.compile(r"(?:%[YymdHIMS]){2,}")
_PLAIN = {ISO: " T", "%Y-%m-%d %H:%M:%S": " ", "%Y-%m-%dT%H:%M:%S": "T"}
_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})"
    r"(?:[.,](?P<f>[0-9]{1,9}))?)?)? ?"
    r"(?P<z>[Zz]|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date of a file.

    :ivar day: as stated; of an instant, the day in the zone of the layout.
    :ivar instant: naive UTC; midnight of the day if there is no time.
    """

    day: date
    instant: datetime
    has_time: bool


class DateFormat:
    """The ways in which one column writes dates, tried in their order.

    :param formats: as in :class:`Dates` of the layout.
    :param zone: for texts that state none.
    :raises ValueError: with a sentence if a format cannot be used.
    """

    def __init__(self, formats: tuple[str, ...], zone: ZoneInfo | timezone) -> None:
        self.formats = formats
        self.zone = zone
        self._readers = [self._reader(each) for each in formats]
        # How most programs write a moment: Python's own reader takes a tenth of the
        # time, and is asked only for texts of just this form.
        self._joints = _PLAIN.get(formats[0] if formats else "", "")
        self._is_utc = str(zone) == "UTC"
        self._from_text = lru_cache(maxsize=2048)(self._read_text)

    def read(self, cell: Cell) -> Moment:
        """Return the moment that a cell states.

        :raises ValueError: with a sentence if it is none.
        """
        if isinstance(cell, str):
            return self._from_text(cell)
        if isinstance(cell, datetime):
            return self._moment(cell, True)
        if isinstance(cell, date):
            return self._moment(datetime(cell.year, cell.month, cell.day), False)
        return self._from_text(cell_text(cell))

    def _read_text(self, text: str) -> Moment:
        if len(text) == 19 and text[10] in self._joints and text[4] == text[7] == "-":
            with contextlib.suppress(ValueError):
                return self._moment(datetime.fromisoformat(text), True)
        plain = " ".join(text.split())
        if len(plain) <= LONGEST:
            for read in self._readers:
                moment = read(plain)
                if moment is not None:
                    return moment
        raise ValueError(f"{text[:LONGEST]!r} is no date like {self._example()}.")

    def _example(self) -> str:
        shown = datetime(2026, 1, 31, 14, 5, 9)
        return " or ".join(example(each, shown) for each in self.formats)

    def _reader(self, form: str) -> Callable[[str], Moment | None]:
        if form == ISO:
            return lambda text: self._match(_ISO, text)
        if form in (UNIX, UNIX_MS):
            per_second = 1000 if form == UNIX_MS else 1
            return lambda text: self._since_epoch(text, per_second)
        pattern = compile_format(form)
        return lambda text: self._match(pattern, text)

    def _match(self, pattern: re.Pattern[str], text: str) -> Moment | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        part = found.groupdict()
        try:
            moment = datetime(_year(part), _month(part), int(part["d"]))
            has_time = bool(part.get("H") or part.get("I"))
            if has_time:
                moment = _with_clock(moment, part)
            return self._moment(moment.replace(tzinfo=_zone(part)), has_time)
        except (ValueError, OverflowError):
            return None

    def _since_epoch(self, text: str, per_second: int) -> Moment | None:
        if not re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,9})?", text, re.ASCII):
            return None
        seconds = int(Decimal(text) / per_second)
        try:
            moment = datetime(1970, 1, 1, tzinfo=timezone.utc)
            moment += timedelta(seconds=seconds)
            return self._moment(moment.astimezone(self.zone), True)
        except (ValueError, OverflowError):
            return None

    def _moment(self, moment: datetime, has_time: bool) -> Moment:
        if not EARLIEST <= moment.year <= LATEST:
            raise ValueError(f"The year {moment.year} cannot be right.")
        day = moment.date()
        if self._is_utc and moment.tzinfo is None:
            return Moment(day, moment.replace(microsecond=0), has_time)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        elif has_time:
            day = moment.astimezone(self.zone).date()
        instant = moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
        return Moment(day, instant, has_time)


def compile_format(form: str) -> re.Pattern[str]:
    """Return the pattern of a format in the manner of ``strptime``.

    :raises ValueError: with a sentence for what no date can be read with.
    """
    pieces: list[str] = []
    place = 0
    together = [found.span() for found in _TOGETHER.finditer(form)]
    form_seen: set[str] = set()
    while place < len(form):
        if form[place] != "%":
            pieces.append(re.escape(form[place]))
            place += 1
            continue
        code = form[place : place + 2]
        if code not in _PARTS:
            raise ValueError(f"{code!r} in {form!r} is no part of a date.")
        if code in form_seen and code != "%%":
            raise ValueError(f"{code!r} comes twice in {form!r}.")
        form_seen.add(code)
        part = _PARTS[code]
        if any(first <= place < last for first, last in together):
            part = part.replace("{1,2}", "{2}")
        pieces.append(part)
        place += 2
    _check_parts(form, form_seen)
    return re.compile("".join(pieces), re.ASCII)


def _check_parts(form: str, codes: set[str]) -> None:
    for needed in (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",)):
        if len(codes.intersection(needed)) != 1:
            raise ValueError(f"{form!r} needs one of {', '.join(needed)}.")
    if {"%H", "%I"} <= codes or ("%I" in codes) != ("%p" in codes):
        raise ValueError(f"{form!r} needs %H, or %I with %p.")


def example(form: str, moment: datetime) -> str:
    """Return how a moment looks in a format."""
    if form in SPECIAL:
        seconds = int(moment.replace(tzinfo=timezone.utc).timestamp())
        shown = {ISO: moment.isoformat(" "), UNIX: str(seconds)}
        return shown.get(form, f"{seconds}000")
    values = {
        "%Y": f"{moment:%Y}",
        "%y": f"{moment:%y}",
        "%m": f"{moment.month:02}",
        "%d": f"{moment.day:02}",
        "%H": f"{moment.hour:02}",
        "%I": f"{moment.hour % 12 or 12:02}",
        "%M": f"{moment.minute:02}",
        "%S": f"{moment.second:02}",
        "%f": "000000",
        "%p": "AM" if moment.hour < 12 else "PM",
        "%b": _MONTHS[moment.month - 1][:3].title(),
        "%B": _MONTHS[moment.month - 1].title(),
        "%a": "Sat",
        "%A": "Saturday",
        "%z": "+00:00",
        "%Z": "UTC",
        "%%": "%",
    }
    return re.sub("%.", lambda found: values.get(found[0], found[0]), form)


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    :raises ValueError: with a sentence if there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone, such as Europe/Paris.") from error


def _year(part: dict[str, str]) -> int:
    return int(part["Y"]) if part.get("Y") else 2000 + int(part["y"])


def _month(part: dict[str, str]) -> int:
    if part.get("m"):
        return int(part["m"])
    name = (part.get("b") or part.get("B") or "").lower()
    if name not in _MONTH_NUMBERS:
        raise ValueError(name)
    return _MONTH_NUMBERS[name]


def _with_clock(moment: datetime, part: dict[str, str]) -> datetime:
    hour = int(part.get("H") or part.get("I") or 0)
    if part.get("I"):
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if part["p"][0] in "Pp" else 0)
    # 24:00 is the end of the day in ISO 8601; a leap second is the one before it.
    clock = int(part.get("M") or 0), min(int(part.get("S") or 0), 59)
    if hour == 24 and not any(clock):
        return moment + timedelta(days=1)
    return moment.replace(hour=hour, minute=clock[0], second=clock[1])


def _zone(part: dict[str, str]) -> timezone | None:
    offset = part.get("z")
    if offset:
        if offset in "Zz":
            return timezone.utc
        digits = offset[1:].replace(":", "")
        ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if ahead > timedelta(hours=14):
            raise ValueError(offset)
        return timezone(-ahead if offset[0] == "-" else ahead)
    name = part.get("Z")
    if not name:
        return None
    if name.lower() not in _ZONES:
        raise ValueError(name)
    return timezone(timedelta(hours=_ZONES[name.lower()]))
