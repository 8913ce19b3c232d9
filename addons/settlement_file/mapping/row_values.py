"""The cells of a row as money, dates, texts and kinds, by the columns of a layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import FeeFact

from ..layout.definition import Column, FeeColumn, FileLayout, KindRule, KindValue
from ..layout.fields import DAY, FIELDS, MOMENT, TEXT
from ..reading.cells import Cell, cell_text
from ..reading.dates import DateFormat, Moment, zone_of
from .money_cells import MoneyReader
from .problems import CellProblem

Cells = Sequence[Cell]
ZERO = Decimal(0)
_LONGEST_TEXT = 2000
_MOST_VALUES = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the file that fills a field, and where it stands in a row."""

    place: int
    column: str
    unit: str = ""
    dates: DateFormat | None = None


def places_of(
    layout: FileLayout, place_of: Callable[[str], int]
) -> dict[str, tuple[Place, ...]]:
    """Return the columns of each field, in the order in which they are asked."""
    zone = zone_of(layout.dates.timezone)
    known: dict[tuple[str, ...], DateFormat] = {}

    def dates_of(column: Column) -> DateFormat | None:
        if FIELDS[column.field].type not in (DAY, MOMENT):
            return None
        formats = column.date_formats or layout.dates.formats
        return known.setdefault(formats, DateFormat(formats, zone))

    found: dict[str, tuple[Place, ...]] = {}
    for column in layout.columns:
        place = Place(
            place_of(column.column), column.column, column.unit, dates_of(column)
        )
        found[column.field] = (*found.get(column.field, ()), place)
    return found


def text_at(cells: Cells, place: int) -> str:
    """Return the text of a cell without blanks around it."""
    cell = cells[place]
    return cell.strip() if isinstance(cell, str) else cell_text(cell)


def first_text(cells: Cells, places: Sequence[Place]) -> str:
    """Return the first text that is not empty, "" if all are."""
    for each in places:
        if text := text_at(cells, each.place):
            return text[:_LONGEST_TEXT]
    return ""


def first_moment(cells: Cells, places: Sequence[Place], field: str) -> Moment | None:
    """Return the first date that is stated, None if all cells are empty.

    :raises CellProblem: for a cell that is no date.
    """
    for each in places:
        cell = cells[each.place]
        if isinstance(cell, str) and not cell.strip():
            continue
        assert each.dates is not None
        try:
            return each.dates.read(cell)
        except ValueError as error:
            raise CellProblem(each.column, field, str(error)) from error
    return None


def day_of(cells: Cells, places: Sequence[Place], field: str) -> date | None:
    """Return the first day that is stated, None if all cells are empty."""
    moment = first_moment(cells, places, field)
    return moment.day if moment else None


def first_amount(
    cells: Cells,
    places: Sequence[Place],
    field: str,
    currency: str,
    money: MoneyReader,
) -> Decimal | None:
    """Return the first amount that is stated, None if all cells are empty.

    :raises CellProblem: for a cell that is no amount of the currency.
    """
    for each in places:
        try:
            amount = money.read(cells[each.place], currency, each.unit)
        except ValueError as error:
            raise CellProblem(each.column, field, str(error)) from error
        if amount is not None:
            return amount
    return None


def currency_code(text: str, column: str, field: str = "currency") -> str:
    """Return an ISO 4217 code in capitals.

    :raises CellProblem: if it has not the form of one.
    """
    code = text.strip().upper()
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    sentence = (
        f"{text[:20]!r} is no currency code such as EUR."
        if code
        else ("The currency is empty.")
    )
    raise CellProblem(column, field, sentence)


class Kinds:
    """What rows are, by the value of a column."""

    def __init__(self, rule: KindRule, place: int | None) -> None:
        self._rule = rule
        self._place = place
        self._values = {folded(each.value): each for each in rule.values}
        self._default = KindValue("", rule.default, rule.default_debit)
        self._known: dict[str, tuple[KindValue, str]] = {}

    def read(self, cells: Cells) -> tuple[KindValue, str]:
        """Return the kinds of a row, and the code that says it.

        A value that nothing names is an adjustment whose code begins with
        ``unknown:``, so that a person decides.
        """
        if self._place is None:
            return self._default, ""
        text = text_at(cells, self._place)
        found = self._known.get(text)
        if found is None:
            found = self._find(text)
            # A column of free texts shall not fill the memory.
            if len(self._known) < _MOST_VALUES:
                self._known[text] = found
        return found

    def _find(self, text: str) -> tuple[KindValue, str]:
        code = text[:100]
        if named := self._values.get(folded(text)):
            if named.kind:
                return named, code
        elif self._rule.default:
            return self._default, code
        return KindValue(text, "adjustment"), f"unknown:{code}"


def folded(text: str) -> str:
    """Return a value as it is compared: capitals and blanks make no difference."""
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class FeePlace:
    """One column with a fee or the tax on one."""

    place: int
    rule: FeeColumn

    def read(self, cells: Cells, currency: str, money: MoneyReader) -> Decimal:
        """Return the amount, positive when it costs us.

        :raises CellProblem: if it is no amount of the currency.
        """
        rule = self.rule
        try:
            amount = money.read(cells[self.place], currency, rule.unit)
        except ValueError as error:
            raise CellProblem(rule.column, f"{rule.part}_amount", str(error)) from error
        if not amount:
            return ZERO
        if rule.sign == "absolute":
            return abs(amount)
        return -amount if rule.sign == "cost_negative" else amount

    def line(
        self, cells: Cells, currency: str, money: MoneyReader
    ) -> tuple[FeeFact, ...]:
        """Return the fee line of a row whose only column of fees this is."""
        amount = self.read(cells, currency, money)
        if not amount:
            return ()
        if self.rule.part == "tax":
            return (FeeFact(self.rule.kind, ZERO, amount),)
        return (FeeFact(self.rule.kind, amount),)


TEXT_FIELDS = tuple(
    name
    for name, each in FIELDS.items()
    if each.type == TEXT
    and name not in ("currency", "presentment_currency", "structured_reference")
)
