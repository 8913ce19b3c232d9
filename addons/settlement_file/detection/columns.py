"""What each column of a sample may mean, by its name and by what stands in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from ..layout.fields import DAY, FIELDS, MOMENT, MONEY, RATE
from ..reading.cells import Cell, cell_text
from ..reading.encodings import printable
from .finding import ColumnGuess
from .kind_words import kind_of_value
from .names import FIELD, Meaning, meanings
from .table import Table, values_of
from .texts import (
    DateGuess,
    NumberGuess,
    column_type,
    guess_date,
    guess_numbers,
    looks_like_number,
)

_SAMPLES, _LONGEST_SAMPLE = 5, 80
_MOST_KINDS = 60
_MONEY_ROLES = frozenset(("fee", "tax", "debit", "credit", "balance"))
# Of these roles a file has several columns.
_MANY = frozenset(("fee", "tax"))
# Columns that may say the kind, if no other does.
_WEAK = frozenset(("description", "payment_method", ""))
_TYPE_WORDS = {
    "money": "amounts",
    "day": "dates",
    "moment": "dates with times",
    "text": "texts",
    "empty": "empty",
}


@dataclass(frozen=True, slots=True)
class Guesses:
    """What was guessed of all columns.

    :ivar dates: how each column of dates writes them.
    """

    columns: tuple[ColumnGuess, ...]
    numbers: NumberGuess
    dates: dict[str, DateGuess]
    values: dict[str, list[Cell]]


def guess_columns(table: Table) -> Guesses:
    """Return a guess for each column of a sample."""
    values = {
        name: values_of(table.rows, place) for place, name in enumerate(table.columns)
    }
    numbers = guess_numbers(_amounts(values), table.form.separator == ";")
    day_first = numbers.decimal == "," or table.form.separator == ";"
    dates: dict[str, DateGuess] = {}
    types: dict[str, str] = {}
    for name, cells in values.items():
        guess = _date(name, cells, day_first)
        if guess is not None:
            dates[name] = guess
        types[name] = column_type(cells, guess)
    chosen = _choose(table.columns, types, values)
    columns = tuple(
        _guess(name, values[name], types[name], chosen.get(name))
        for name in table.columns
    )
    return Guesses(columns, numbers, dates, values)


def _amounts(values: dict[str, list[Cell]]) -> list[str]:
    """Return the texts of columns that hold numbers and nothing else."""
    found: list[str] = []
    for cells in values.values():
        texts = [each for each in cells if isinstance(each, str)]
        are_numbers = texts and all(looks_like_number(each) for each in texts)
        if are_numbers and guess_date(texts, True) is None:
            found.extend(texts)
    return found


def _date(name: str, cells: list[Cell], day_first: bool) -> DateGuess | None:
    texts = [each for each in cells if isinstance(each, str)]
    stated = [each for each in cells if isinstance(each, date)]
    guess = guess_date(texts, day_first)
    if stated and 2 * len(stated) >= len(cells):
        has_time = any(isinstance(each, datetime) for each in stated)
        form = guess.form if guess else "iso"
        return DateGuess(form, "The workbook holds dates.", has_time=has_time)
    texts = [cell_text(each) for each in cells]
    if guess is None:
        guess = guess_date(texts, day_first)
    if guess is None or not all(each.isdigit() for each in texts):
        return guess
    # Digits alone may be anything, unless the column is called a date.
    is_called_one = any(
        each.field and FIELDS[each.field].type in (DAY, MOMENT)
        for each in meanings(name)[:2]
    )
    return guess if is_called_one else None


def _choose(
    names: tuple[str, ...], types: dict[str, str], values: dict[str, list[Cell]]
) -> dict[str, Meaning]:
    """Give each column its most likely meaning, and each meaning one column."""
    offers = [
        (meaning, place, name)
        for place, name in enumerate(names)
        for meaning in meanings(name)
        if _fits(meaning, types[name], values[name])
    ]
    offers.sort(key=lambda each: (-each[0].score, -len(values[each[2]]), each[1]))
    chosen: dict[str, Meaning] = {}
    taken: set[tuple[str, str]] = set()
    for meaning, _place, name in offers:
        target = meaning.role, meaning.field
        if name in chosen or (target in taken and meaning.role not in _MANY):
            continue
        chosen[name] = meaning
        taken.add(target)
    if ("field", "currency") not in taken:
        for name in names:
            if name not in chosen and _are_currencies(values[name]):
                chosen[name] = Meaning(FIELD, "currency", "", 0)
                break
    if ("kind", "") not in taken:
        _choose_kind(names, types, values, chosen)
    _choose_first(names, types, chosen)
    return chosen


def _choose_kind(
    names: tuple[str, ...],
    types: dict[str, str],
    values: dict[str, list[Cell]],
    chosen: dict[str, Meaning],
) -> None:
    """Take the column whose values look like kinds, whatever it is called."""
    best, most = "", 0
    for name in names:
        known = chosen.get(name)
        if types[name] != "text" or (known and known.field not in _WEAK):
            continue
        words = {cell_text(each) for each in values[name]}
        hits = sum(bool(kind_of_value(each)) for each in words)
        if len(words) <= 20 and 2 * hits > len(words) and hits > most:
            best, most = name, hits
    if best:
        chosen[best] = Meaning("kind", "", "", 0)


def _choose_first(
    names: tuple[str, ...], types: dict[str, str], chosen: dict[str, Meaning]
) -> None:
    """Take the first column of dates, or of amounts, where no name says which."""
    fields = {each.field for each in chosen.values()}
    roles = {each.role for each in chosen.values()}
    if not fields.intersection(("occurred_at", "booked_on")):
        _take_first(names, types, chosen, "occurred_at", ("moment", "day"))
    has_amount = fields.intersection(("gross_amount", "net_amount"))
    if not has_amount and not {"debit", "credit"} <= roles:
        _take_first(names, types, chosen, "gross_amount", ("money",))


def _take_first(
    names: tuple[str, ...],
    types: dict[str, str],
    chosen: dict[str, Meaning],
    field: str,
    wanted: tuple[str, ...],
) -> None:
    for name in names:
        if name not in chosen and types[name] in wanted:
            chosen[name] = Meaning(FIELD, field, "", 0)
            return


def _fits(meaning: Meaning, kind: str, cells: list[Cell]) -> bool:
    """Say whether what stands in a column can be what its name says."""
    if meaning.role == FIELD:
        return _fits_field(meaning, kind, cells)
    if meaning.role in _MONEY_ROLES:
        return kind in ("money", "empty")
    if not cells:
        return False
    distinct = len({cell_text(each) for each in cells})
    if meaning.role == "kind":
        return kind == "text" and distinct <= _MOST_KINDS
    if meaning.role == "direction":
        return kind == "text" and distinct <= 4
    return kind in ("text", "money")


def _fits_field(meaning: Meaning, kind: str, cells: list[Cell]) -> bool:
    wanted = FIELDS[meaning.field].type
    if wanted in (MONEY, RATE):
        return kind == "money"
    if wanted in (DAY, MOMENT):
        return kind in ("day", "moment")
    if meaning.field.endswith("currency"):
        return _are_currencies(cells)
    if meaning.field == "counterparty_email":
        return any("@" in cell_text(each) for each in cells)
    if meaning.score == 1 and not cells:
        return False
    return kind in ("text", "money") or (kind == "empty" and meaning.score == 3)


def _are_currencies(cells: list[Cell]) -> bool:
    codes = {cell_text(each).strip() for each in cells}
    return bool(codes) and len(codes) < 40 and all(_is_currency(each) for each in codes)


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha()


def _guess(
    name: str, cells: list[Cell], kind: str, meaning: Meaning | None
) -> ColumnGuess:
    counts = Counter(printable(cell_text(each))[:_LONGEST_SAMPLE] for each in cells)
    few = [value for value, _count in counts.most_common(_MOST_KINDS + 1)]
    return ColumnGuess(
        column=name,
        samples=tuple(list(counts)[:_SAMPLES]),
        type=kind,
        field=meaning.field if meaning else "",
        role=meaning.role if meaning else "",
        reason=_reason(kind, meaning),
        distinct=len(counts),
        filled=len(cells),
        values=tuple(few) if len(few) <= _MOST_KINDS else (),
    )


def _reason(kind: str, meaning: Meaning | None) -> str:
    holds = _TYPE_WORDS[kind]
    if meaning is None:
        return f"Its name says nothing; it holds {holds}."
    if meaning.role == "kind" and not meaning.name:
        return "Most of its values are words for payments, refunds, fees or payouts."
    if not meaning.name and meaning.field != "currency":
        return f"It is the first column that holds {holds} and has no other meaning."
    if not meaning.name:
        return "All of its values look like currency codes."
    likeness = {
        3: f"Its name is {meaning.name!r}",
        2: f"Its name begins or ends with {meaning.name!r}",
        1: f"Its name contains {meaning.name!r}",
    }[meaning.score]
    return f"{likeness}, and it holds {holds}."
