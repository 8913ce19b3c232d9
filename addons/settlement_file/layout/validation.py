"""What a layout must keep to be usable: each part, and the parts together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odoo.addons.settlement.canonical.kinds import (
    BATCH_KINDS,
    FEE_KINDS,
    TRANSACTION_KINDS,
)

from ..expressions.language import ExpressionError, compile_expression
from ..reading.dates import SPECIAL, compile_format, zone_of
from ..reading.encodings import ENCODINGS
from . import definition
from .definition import FileLayout
from .errors import LayoutError
from .fields import DAY, FIELDS, MOMENT, MONEY, RATE
from .usage import FILE_NAME, expressions, named_columns

MOST_LINES_ABOVE, MOST_LINES_BELOW = 1000, 100
_CURRENCY_LENGTH = 3


def check(layout: FileLayout) -> None:
    """Refuse a layout that no file could be read with.

    :raises LayoutError: with the path of what is wrong and a sentence.
    """
    for path, sentence in problems(layout):
        raise LayoutError(path, sentence)


def problems(layout: FileLayout, is_draft: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (path, sentence) of everything that is wrong, in the order of a layout.

    :param is_draft: leave out what is only missing yet: with such a layout rows can
        be shown, if not read.
    """
    yield from _choices(layout)
    yield from _file(layout)
    yield from _numbers_and_dates(layout)
    yield from _columns(layout)
    yield from _constants(layout)
    yield from _names(layout)
    yield from _expressions(layout)
    yield from _sign(layout)
    yield from _kinds(layout)
    yield from _batch(layout)
    yield from _totals(layout)
    if not is_draft:
        yield from _identity(layout)
        yield from _needed(layout)


def _choices(layout: FileLayout) -> Iterator[tuple[str, str]]:
    chosen: list[tuple[str, str, Iterable[str]]] = [
        ("file.kind", layout.file.kind, definition.FILE_KINDS),
        ("file.encoding", layout.file.encoding, ("", *ENCODINGS)),
        ("numbers.unit", layout.numbers.unit, definition.UNITS[1:]),
        ("sign.mode", layout.sign.mode, definition.SIGN_MODES),
        ("identity.mode", layout.identity.mode, definition.IDENTITY_MODES),
        ("identity.repeats", layout.identity.repeats, definition.REPEATS),
        ("batch.by", layout.batch.by, definition.BATCH_MODES),
        ("batch.kind", layout.batch.kind, BATCH_KINDS),
        ("batch.total", layout.batch.total, definition.BATCH_TOTALS),
    ]
    for number, column in enumerate(layout.columns):
        path = f"columns.{number}"
        chosen.append((f"{path}.field", column.field, FIELDS))
        chosen.append((f"{path}.unit", column.unit, definition.UNITS))
    for number, fee in enumerate(layout.fees):
        path = f"fees.{number}"
        chosen.append((f"{path}.kind", fee.kind, FEE_KINDS))
        chosen.append((f"{path}.part", fee.part, definition.FEE_PARTS))
        chosen.append((f"{path}.sign", fee.sign, definition.FEE_SIGNS))
        chosen.append((f"{path}.unit", fee.unit, definition.UNITS))
    for number, total in enumerate(layout.totals):
        path = f"totals.{number}"
        chosen.append((f"{path}.check", total.check, definition.CHECKS))
        chosen.append((f"{path}.of", total.of, definition.SUMMABLE))
    for path, value, allowed in chosen:
        if value not in allowed:
            known = ", ".join(each for each in allowed if each)
            yield path, f"{value!r} is none of: {known}."


def _file(layout: FileLayout) -> Iterator[tuple[str, str]]:
    form = layout.file
    if form.kind == "csv":
        for name, value in (("separator", form.separator), ("quote", form.quote)):
            if len(value) > 1 or value in ("\r", "\n", "\ufeff"):
                yield f"file.{name}", "This is one character."
        if form.separator and form.separator == form.quote:
            yield "file.quote", "The quote is another character than the separator."
        if form.separator.isalnum():
            yield "file.separator", "A letter or digit separates no cells."
    if not 0 <= form.skip_lines <= MOST_LINES_ABOVE:
        yield "file.skip_lines", f"This is a number from 0 to {MOST_LINES_ABOVE}."
    if not 0 <= form.footer_lines <= MOST_LINES_BELOW:
        yield "file.footer_lines", f"This is a number from 0 to {MOST_LINES_BELOW}."
    if form.header_starts and not form.header:
        yield "file.header_starts", "A file without a header has none to be found."
    for number, cell in enumerate(form.named_cells):
        if not cell.label and not cell.line:
            yield f"file.named_cells.{number}", "A cell needs a line or a label."
        if cell.line > 0 and form.header and 0 < form.skip_lines < cell.line:
            yield f"file.named_cells.{number}.line", "This line is below the header."


def _numbers_and_dates(layout: FileLayout) -> Iterator[tuple[str, str]]:
    numbers = layout.numbers
    if len(numbers.decimal) != 1 or numbers.decimal.isalnum():
        yield "numbers.decimal", "The decimal sign is one sign, a point or a comma."
    elif numbers.decimal in numbers.thousands:
        yield "numbers.thousands", "The decimal sign cannot be a thousands sign too."
    if len(numbers.thousands) > 5 or any(each.isalnum() for each in numbers.thousands):
        yield "numbers.thousands", "These are signs such as a point or an apostrophe."
    try:
        zone_of(layout.dates.timezone)
    except ValueError as error:
        yield "dates.timezone", str(error)
    if not layout.dates.formats:
        yield "dates.formats", "At least one way of writing dates is needed."
    yield from _formats("dates.formats", layout.dates.formats)


def _formats(path: str, formats: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, form in enumerate(formats):
        if form not in SPECIAL:
            try:
                compile_format(form)
            except ValueError as error:
                yield f"{path}.{number}", str(error)


def _columns(layout: FileLayout) -> Iterator[tuple[str, str]]:
    for number, column in enumerate(layout.columns):
        path = f"columns.{number}"
        known = FIELDS.get(column.field)
        kind = known.type if known else ""
        if column.unit and kind != MONEY:
            yield f"{path}.unit", "Only an amount has a unit."
        if column.date_formats and kind not in (DAY, MOMENT):
            yield f"{path}.date_formats", "Only a date is written in formats."
        yield from _formats(f"{path}.date_formats", column.date_formats)


def _constants(layout: FileLayout) -> Iterator[tuple[str, str]]:
    for name, value in layout.constants.items():
        path = f"constants.{name}"
        if name not in FIELDS or FIELDS[name].type in (MONEY, MOMENT, DAY, RATE):
            yield path, "Only texts, the currency and the account can be constant."
        elif name.endswith("currency") and not _is_currency(value):
            yield path, f"{value!r} is no currency code such as EUR."


def _is_currency(value: str) -> bool:
    is_upper = value.isascii() and value.isalpha() and value.isupper()
    return is_upper and len(value) == _CURRENCY_LENGTH


def _names(layout: FileLayout) -> Iterator[tuple[str, str]]:
    """Check names of columns: none empty where one must be, none given twice."""
    for path, name in named_columns(layout):
        is_needed = path.split(".")[0] in ("columns", "fees") or path[-1].isdigit()
        if is_needed and not name.strip():
            yield path, "The name of the column is missing."
    seen = {FILE_NAME}
    made = [
        *((f"file.named_cells.{n}.name", e.name) for n, e in _cells(layout)),
        *((f"computed.{n}.name", e.name) for n, e in enumerate(layout.computed)),
    ]
    for path, name in made:
        if not name.strip() or name != name.strip():
            yield path, "A name is needed, without blanks around it."
        if name in seen:
            yield path, f"There are two columns {name!r}."
        seen.add(name)
    tables = [each.name.strip() for each in layout.tables]
    for number, name in enumerate(tables):
        if not name or name in tables[:number]:
            yield f"tables.{number}.name", "A table needs a name of its own."


def _cells(
    layout: FileLayout,
) -> Iterator[tuple[int, definition.NamedCell]]:
    yield from enumerate(layout.file.named_cells)


def _expressions(layout: FileLayout) -> Iterator[tuple[str, str]]:
    tables = {each.name: each.values for each in layout.tables}
    computed = [each.name for each in layout.computed]
    for number, (path, text) in enumerate(expressions(layout)):
        try:
            columns = compile_expression(text, tables).columns
        except ExpressionError as error:
            yield path, str(error)
            continue
        # A computed column sees those above it, conditions see all of them.
        for name in columns.intersection(computed[number:]):
            if number < len(computed):
                yield path, f"{name!r} is computed later: move it up."


def _sign(layout: FileLayout) -> Iterator[tuple[str, str]]:
    sign = layout.sign
    if sign.mode == "debit_credit":
        for name in ("debit", "credit"):
            if not getattr(sign, name):
                yield f"sign.{name}", "The name of the column is missing."
        for number, column in enumerate(layout.columns):
            if column.field in ("gross_amount", "net_amount"):
                yield (
                    f"columns.{number}.field",
                    "The columns for debit and credit state the amount already.",
                )
    if sign.mode == "by_value":
        if not sign.column:
            yield "sign.column", "The name of the column is missing."
        if not sign.negative:
            yield "sign.negative", "A value is needed that says that money left us."
        both = {each.casefold() for each in sign.negative}
        if both.intersection(each.casefold() for each in sign.positive):
            yield "sign.positive", "A value cannot say both directions."
    for number, kind in enumerate(sign.negative_kinds):
        if kind not in TRANSACTION_KINDS:
            yield f"sign.negative_kinds.{number}", f"There is no kind {kind!r}."


def _kinds(layout: FileLayout) -> Iterator[tuple[str, str]]:
    rule = layout.kinds
    allowed = ("", definition.SKIP, *TRANSACTION_KINDS)
    stated = [
        ("kinds.default", rule.default),
        ("kinds.default_debit", rule.default_debit),
    ]
    for number, value in enumerate(rule.values):
        path = f"kinds.values.{number}"
        stated.append((f"{path}.kind", value.kind))
        stated.append((f"{path}.kind_debit", value.kind_debit))
    for path, kind in stated:
        if kind not in allowed:
            yield path, f"There is no kind {kind!r}."
    seen: set[str] = set()
    for number, value in enumerate(rule.values):
        folded = " ".join(value.value.casefold().split())
        if folded in seen:
            yield f"kinds.values.{number}.value", f"{value.value!r} is there twice."
        seen.add(folded)
    if not rule.column and not rule.default:
        yield "kinds.default", "Say what rows are: by a column, or all the same."


def _identity(layout: FileLayout) -> Iterator[tuple[str, str]]:
    if not layout.identity.columns:
        yield (
            "identity.columns",
            "Without a column that tells rows apart no row is known again.",
        )


def _batch(layout: FileLayout) -> Iterator[tuple[str, str]]:
    batch = layout.batch
    if batch.by == "columns" and not batch.columns:
        yield "batch.columns", "The columns that name the batch are missing."
    if batch.by == "none" and (batch.described_by or batch.total != "sum"):
        yield "batch.by", "Say first which rows belong together."
    if batch.total == "column" and not batch.total_column:
        yield "batch.total_column", "The column that states the total is missing."
    if batch.by == "payout_row" and batch.described_by:
        yield "batch.described_by", "The payout row itself describes its batch."
    if batch.by in ("payout_row",) and batch.kind != "payout":
        yield "batch.kind", "What ends with a payout row is a payout."
    if batch.described_by and batch.by == "day" and not batch.date_column:
        yield "batch.date_column", "A row that describes a day has to state it."


def _totals(layout: FileLayout) -> Iterator[tuple[str, str]]:
    for number, total in enumerate(layout.totals):
        path = f"totals.{number}"
        if not total.name.strip():
            yield f"{path}.name", "A control needs a name."
        if total.check == "balance":
            if not (total.opening and total.closing):
                yield path, "The columns of both balances are needed."
        elif not total.column:
            yield f"{path}.column", "The column that states the value is missing."
        if total.check == "running_balance" and total.where:
            yield f"{path}.where", "A running balance stands in every row."


def _needed(layout: FileLayout) -> Iterator[tuple[str, str]]:
    """Check what no row can do without."""
    filled = {each.field for each in layout.columns} | set(layout.constants)
    if "currency" not in filled:
        yield "columns", "No column and no constant says the currency."
    if layout.sign.mode != "debit_credit" and not filled.intersection(
        ("gross_amount", "net_amount")
    ):
        yield "columns", "No column says the amount: gross, net or both."
    if not filled.intersection(("occurred_at", "booked_on")):
        yield "columns", "No column says when the money moved."
