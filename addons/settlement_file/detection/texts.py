"""What the texts of columns are: amounts, dates or words; and how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product

from ..reading.cells import Cell
from ..reading.dates import ISO, DateFormat, zone_of
from ..reading.numbers import MINUS, number_format, without_symbol

_NUMBER = re.compile(r"[-+(]* ?[0-9][0-9.,'\u2019 ]*\)?-?")
_MOST_TEXTS = 200
_FIRST = 3
_DATES = (
    "%d.%m.%Y %m.%d.%Y %d/%m/%Y %m/%d/%Y %d-%m-%Y %m-%d-%Y %Y/%m/%d %Y.%m.%d "
    "%d.%m.%y %d/%m/%y %m/%d/%y %Y%m%d %d-%b-%Y %d/%b/%Y %Y年%m月%d日"
).split() + [
    "%d %b %Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%a %d %b %Y",
]
_TIMES = (
    " %H:%M:%S",
    " %H:%M",
    "T%H:%M:%S",
    " %H:%M:%S %z",
    " %H:%M:%S%z",
    " %H:%M:%S %Z",
    " %H:%M:%S.%f",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %I:%M:%S %p %Z",
    ", %H:%M:%S",
    ", %H:%M",
    ", %I:%M %p",
    ", %I:%M:%S %p",
    "%H%M%S",
)


@dataclass(frozen=True, slots=True)
class NumberGuess:
    """How amounts are written, and how that shows."""

    decimal: str
    thousands: str
    reason: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class DateGuess:
    """How dates are written, and what else would fit."""

    form: str
    reason: str
    is_sure: bool = True
    alternatives: tuple[str, ...] = ()
    has_time: bool = False


def looks_like_number(text: str) -> bool:
    """Say whether a text may be an amount, whatever its signs are."""
    if len(text) > 40:
        return False
    plain = unicodedata.normalize("NFKC", text)
    bare = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    bare = without_symbol(bare.translate(MINUS))
    return bool(_NUMBER.fullmatch(bare))


def guess_numbers(texts: Iterable[str], prefers_comma: bool) -> NumberGuess:
    """Return the decimal sign that the most texts need.

    :param prefers_comma: what decides where no text does.
    """
    votes: Counter[str] = Counter()
    groups: set[str] = set()
    shown: dict[str, str] = {}
    for text in texts:
        sign, between = _signs(text)
        groups.update(between)
        if sign:
            votes[sign] += 1
            shown.setdefault(sign, text)
    if not votes:
        only = groups & {".", ","}
        decimal = "," if "." in only or (not only and prefers_comma) else "."
        return NumberGuess(
            decimal,
            "".join(sorted(groups - {decimal})),
            "No amount of the sample has decimals.",
            False,
        )
    decimal = max(votes, key=lambda each: votes[each])
    reason = f"{shown[decimal]!r} has decimals behind {decimal!r}."
    is_sure = len(votes) == 1
    if not is_sure:
        other = next(each for each in votes if each != decimal)
        reason += f" But {shown[other]!r} has them behind {other!r}."
    return NumberGuess(decimal, "".join(sorted(groups - {decimal})), reason, is_sure)


def _signs(text: str) -> tuple[str, set[str]]:
    """Return the decimal sign that a number must have, and its thousands signs."""
    places = [each for each in text if each in ".,"]
    between = {each for each in text.strip() if each in "'\u2019"}
    if not places:
        return "", between
    last = places[-1]
    if len(set(places)) == 2:
        return last, between | {places[0]}
    if len(places) > 1:
        return "", between | {last}
    behind = sum(each.isdigit() for each in text.rsplit(last, 1)[1])
    before = sum(each.isdigit() for each in text.rsplit(last, 1)[0])
    # Three digits may be a group, unless nothing or a zero stands before them.
    is_group = (
        behind == 3 and 0 < before <= 3 and not text.strip("-+( ").startswith("0")
    )
    return ("", between | {last}) if is_group else (last, between)


@lru_cache(maxsize=1)
def _formats() -> list[tuple[str, DateFormat]]:
    utc = zone_of("UTC")
    forms = [ISO, *_DATES, *("".join(pair) for pair in product(_DATES, _TIMES))]
    return [(form, DateFormat((form,), utc)) for form in forms]


def _may_be_date(text: str) -> bool:
    return 5 < len(text) <= 40 and sum(each.isdigit() for each in text) >= 3


def _fits(reader: DateFormat, text: str) -> bool:
    try:
        reader.read(text)
    except ValueError:
        return False
    return True


def guess_date(texts: list[str], day_first: bool) -> DateGuess | None:
    """Return the format that nearly all texts have, None if they are no dates.

    :param day_first: what decides where days and months cannot be told apart.
    """
    texts = texts[:_MOST_TEXTS]
    if not any(_may_be_date(each) for each in texts[:_FIRST]):
        return None
    counts = {
        form: sum(_fits(reader, each) for each in texts)
        for form, reader in _formats()
        if any(_fits(reader, each) for each in texts[:_FIRST])
    }
    # A line of a total or a title may stand among the rows.
    most = max(counts.values(), default=0)
    if most * 10 < len(texts) * 7:
        return None
    fitting = [form for form, count in counts.items() if count == most]
    best = fitting[0]
    shown = next(each for each in texts if _fits(dict(_formats())[best], each))
    has_time = ":" in shown or "%H" in best
    twisted = [each for each in fitting[1:] if _is_twisted(best, each)]
    if twisted:
        return _ambiguous(shown, best, twisted[0], day_first, has_time)
    if most < len(texts):
        reason = f"{shown!r} fits, but {len(texts) - most} of {len(texts)} do not."
        return DateGuess(best, reason, False, (), has_time)
    return DateGuess(best, f"{shown!r} and all others fit.", True, (), has_time)


def _ambiguous(
    shown: str, first: str, second: str, day_first: bool, has_time: bool
) -> DateGuess:
    """Return the more likely of two formats that differ in day and month only."""
    pair = sorted((first, second), key=lambda each: each.find("%d"))
    best, other = pair if day_first else reversed(pair)
    reason = (
        f"{shown!r} fits day/month and month/day: no value above 12 in the first part, "
        "and none in the second. Look at a date that you know."
    )
    return DateGuess(best, reason, False, (other,), has_time)


def _is_twisted(first: str, second: str) -> bool:
    """Say whether two formats differ in the order of day and month only."""
    swapped = first.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
    return swapped == second


def column_type(cells: list[Cell], date: DateGuess | None) -> str:
    """Return what the cells of a column are: money, day, moment, text or empty."""
    if not cells:
        return "empty"
    if date is not None:
        return "moment" if date.has_time else "day"
    numbers = sum(
        isinstance(each, Decimal) or (isinstance(each, str) and looks_like_number(each))
        for each in cells
    )
    return "money" if numbers * 10 >= len(cells) * 8 else "text"


def is_readable(texts: Iterable[str], guess: NumberGuess) -> bool:
    """Say whether all texts are numbers in one way of writing them."""
    reader = number_format(guess.decimal, guess.thousands)
    try:
        for text in texts:
            reader.read(text)
    except ValueError:
        return False
    return True
