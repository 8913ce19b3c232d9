"""The functions of expressions. Each looks at its arguments once and ends.

None repeats anything, so the work of an expression is bounded by its length times the
length of a text; texts are bounded themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timezone
from decimal import Decimal
from functools import lru_cache

from ..reading.dates import DateFormat, compile_format
from ..reading.numbers import number_format
from .coercion import Coercion
from .values import (
    LONGEST_TEXT,
    MOST_PLACES,
    ROUNDINGS,
    Value,
    checked_text,
    is_empty,
    round_to,
    text_of,
)

Tables = Mapping[str, Mapping[str, str]]
Arguments = Sequence[Value]
MOST_ARGUMENTS = 50


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is called, what it says, and what it does."""

    signature: str
    meaning: str
    least: int
    most: int
    run: Callable[[Arguments, Coercion, Tables], Value]


def _left(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    return to.text(given[0])[: to.whole(given[1], 0, LONGEST_TEXT)]


def _right(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, length = to.text(given[0]), to.whole(given[1], 0, LONGEST_TEXT)
    return text[max(0, len(text) - length) :]


def _mid(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    start = to.whole(given[1], 1, LONGEST_TEXT) - 1
    return to.text(given[0])[start : start + to.whole(given[2], 0, LONGEST_TEXT)]


def _replace(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, old, new = (to.text(each) for each in given)
    if not old:
        raise ValueError("What is to be replaced is empty.")
    length = len(text) + text.count(old) * (len(new) - len(old))
    if length > LONGEST_TEXT:
        raise ValueError(f"The text is longer than {LONGEST_TEXT} characters.")
    return text.replace(old, new)


def _split(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, between = to.text(given[0]), to.text(given[1])
    if not between:
        raise ValueError("What the text is split at is empty.")
    pieces = text.split(between)
    place = to.whole(given[2], -LONGEST_TEXT, LONGEST_TEXT)
    if not place:
        raise ValueError("Pieces count from 1, or from -1 for the last one.")
    place = place - 1 if place > 0 else place
    return pieces[place].strip() if -len(pieces) <= place < len(pieces) else ""


def _number(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    if isinstance(given[0], Decimal) or len(given) == 1:
        return to.number(given[0])
    marks = [to.text(each) for each in given[1:]]
    if len(marks[0]) != 1 or marks[0].isalnum() or marks[0] in "".join(marks[1:]):
        raise ValueError("The decimal sign is one sign, and no thousands sign.")
    own = Coercion(number_format(marks[0], checked_text("".join(marks[1:]))[:5]))
    return own.number(given[0])


def _date(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    if is_empty(given[0]):
        raise ValueError("A date is needed and this is empty.")
    form = to.text(given[1]) if len(given) > 1 else "iso"
    if isinstance(given[0], bool | Decimal) and not form.startswith("unix"):
        raise ValueError("A date is needed and this is none.")
    return _date_format(form).read(to.text(given[0])).day


@lru_cache(maxsize=256)
def _date_format(form: str) -> DateFormat:
    return DateFormat((form,), timezone.utc)


def _round(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    how = to.text(given[2]).lower() if len(given) > 2 else "half_up"
    if how not in ROUNDINGS:
        raise ValueError(f"Rounding is one of {', '.join(ROUNDINGS)}.")
    return round_to(to.number(given[0]), to.whole(given[1], 0, MOST_PLACES), how)


def _lookup(given: Arguments, to: Coercion, tables: Tables) -> Value:
    name, key = to.text(given[0]), to.text(given[1]).strip().casefold()
    if name not in tables:
        raise ValueError(f"The layout has no table {name!r}.")
    found = tables[name].get(key)
    if found is not None:
        return found
    if len(given) > 2:
        return given[2]
    raise ValueError(f"{to.text(given[1])[:60]!r} is not in the table {name!r}.")


def _one_of(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    return any(to.compare("=", given[0], each) for each in given[1:])


def _concat(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    return checked_text("".join(to.text(each) for each in given))


def _folded(given: Arguments, to: Coercion) -> list[str]:
    return [to.text(each).casefold() for each in given]


def _contains(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, *wanted = _folded(given, to)
    return any(each in text for each in wanted)


def _starts(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, *wanted = _folded(given, to)
    return text.startswith(tuple(wanted))


def _ends(given: Arguments, to: Coercion, _tables: Tables) -> Value:
    text, *wanted = _folded(given, to)
    return text.endswith(tuple(wanted))


FUNCTIONS: dict[str, Function] = {
    "left": Function("left(text, length)", "its first characters", 2, 2, _left),
    "right": Function("right(text, length)", "its last characters", 2, 2, _right),
    "mid": Function(
        "mid(text, start, length)",
        "characters from a place on; 1 is the first",
        3,
        3,
        _mid,
    ),
    "trim": Function(
        "trim(text)",
        "the text without blanks around it",
        1,
        1,
        lambda given, to, _tables: " ".join(to.text(given[0]).split()),
    ),
    "upper": Function(
        "upper(text)",
        "in capitals",
        1,
        1,
        lambda given, to, _tables: checked_text(to.text(given[0]).upper()),
    ),
    "lower": Function(
        "lower(text)",
        "in small letters",
        1,
        1,
        lambda given, to, _tables: checked_text(to.text(given[0]).lower()),
    ),
    "length": Function(
        "length(text)",
        "number of its characters",
        1,
        1,
        lambda given, to, _tables: Decimal(len(to.text(given[0]))),
    ),
    "replace": Function(
        "replace(text, old, new)",
        "every old one replaced by the new one",
        3,
        3,
        _replace,
    ),
    "split": Function(
        "split(text, between, number)",
        "one piece of a text; 1 is the first, -1 the last, nothing if there is none",
        3,
        3,
        _split,
    ),
    "concat": Function(
        "concat(a, b, …)", "all texts in a row", 1, MOST_ARGUMENTS, _concat
    ),
    "contains": Function(
        "contains(text, part, …)",
        "whether any part is in it; capitals do not matter",
        2,
        MOST_ARGUMENTS,
        _contains,
    ),
    "starts_with": Function(
        "starts_with(text, part, …)",
        "whether it begins with any part",
        2,
        MOST_ARGUMENTS,
        _starts,
    ),
    "ends_with": Function(
        "ends_with(text, part, …)",
        "whether it ends with any part",
        2,
        MOST_ARGUMENTS,
        _ends,
    ),
    "one_of": Function(
        "one_of(value, a, b, …)",
        "whether it equals any of the others",
        2,
        MOST_ARGUMENTS,
        _one_of,
    ),
    "is_empty": Function(
        "is_empty(value)",
        "whether there is nothing but blanks",
        1,
        1,
        lambda given, _to, _tables: is_empty(given[0]),
    ),
    "number": Function(
        "number(text[, decimal sign[, thousands signs]])",
        "a text as number; without signs those of the layout",
        1,
        3,
        _number,
    ),
    "date": Function(
        "date(text[, format])", 'a text as date: date([Day], "%d.%m.%Y")', 1, 2, _date
    ),
    "text": Function(
        "text(value)",
        "a number or date as text",
        1,
        1,
        lambda given, _to, _tables: text_of(given[0]),
    ),
    "abs": Function(
        "abs(number)",
        "the number without its sign",
        1,
        1,
        lambda given, to, _tables: to.number(given[0]).copy_abs(),
    ),
    "min": Function(
        "min(a, b, …)",
        "the smallest number",
        1,
        MOST_ARGUMENTS,
        lambda given, to, _tables: min(to.number(each) for each in given),
    ),
    "max": Function(
        "max(a, b, …)",
        "the largest number",
        1,
        MOST_ARGUMENTS,
        lambda given, to, _tables: max(to.number(each) for each in given),
    ),
    "round": Function(
        "round(number, decimals[, how])",
        "rounded; how is half_up, half_even, up or down",
        2,
        3,
        _round,
    ),
    "lookup": Function(
        "lookup(table, key[, otherwise])",
        "what a table of the layout has for a key; capitals do not matter",
        2,
        3,
        _lookup,
    ),
}

# These look only at the arguments that they need; the parser knows them itself.
LAZY: dict[str, tuple[str, str]] = {
    "if": (
        "if(condition, then[, otherwise])",
        "the second value if the condition holds, else the third",
    ),
    "coalesce": ("coalesce(a, b, …)", "the first value that is not empty"),
}


def is_date_format(form: str) -> bool:
    """Say whether a text is a format that ``date`` can read with."""
    try:
        compile_format(form)
    except ValueError:
        return False
    return True
