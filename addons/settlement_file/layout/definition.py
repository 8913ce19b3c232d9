"""The layout of a file: how it is read and what each of its columns means.

A layout is data: ``FileLayout.from_data(json.loads(text))`` and ``to_data()`` are each
other's inverse. All parts have defaults, so that a layout states only what differs.

Columns are named as in the header of the file. A name that comes twice is followed by
``" (2)"``; a file without a header has ``Column 1``, ``Column 2`` …; a record of JSON
has ``amount.value`` for a member of a member. Named cells, computed columns and
``File name`` are columns too: wherever a column can be named, they can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import plain
from .errors import LayoutError as LayoutError
from .fields import FIELDS as FIELDS

FILE_KINDS = ("csv", "xlsx", "json")
SIGN_MODES = ("as_is", "negated", "debit_credit", "by_value", "by_kind")
FEE_SIGNS = ("cost_positive", "cost_negative", "absolute")
FEE_PARTS = ("fee", "tax")
UNITS = ("", "major", "minor")
BATCH_MODES = ("none", "columns", "day", "file", "payout_row")
BATCH_TOTALS = ("sum", "column", "payout_row")
IDENTITY_MODES = ("columns", "fingerprint")
REPEATS = ("reject", "count")
CHECKS = ("sum", "count", "balance", "running_balance")
SUMMABLE = ("gross_amount", "fee_amount", "tax_amount", "net_amount")
# Kinds of a value that are no kinds of the canonical model.
SKIP, UNKNOWN = "skip", ""


@dataclass(frozen=True)
class NamedCell:
    """A cell above or below the rows that every row can use as a column.

    Found by its place (``line`` counts from 1, from the last line as −1; ``cell`` from
    1) or as what stands right of ``label`` (or behind it and a colon in one cell).
    Below the rows only totals checks know it.
    """

    name: str
    line: int = 0
    cell: int = 1
    label: str = ""


@dataclass(frozen=True)
class FileForm:
    """How the bytes become rows.

    ``encoding`` and ``separator`` may be empty: then each file is asked.
    ``skip_lines`` are lines above the header, ``footer_lines`` lines below the last
    row; ``header`` says whether a line names the columns. ``header_starts`` finds the
    header by its first cell instead, within the first 200 lines. ``records`` is the
    path of the list in a JSON file (``data.items``; empty: the file itself is the
    list), ``json_lines`` says that each line is one record, ``explode`` names a list
    inside each record whose elements are the rows; they keep the other members of
    their record as columns.
    """

    kind: str = "csv"
    encoding: str = ""
    separator: str = ""
    quote: str = '"'
    skip_lines: int = 0
    header: bool = True
    header_starts: str = ""
    footer_lines: int = 0
    sheet: str = ""
    records: str = ""
    json_lines: bool = False
    explode: str = ""
    named_cells: tuple[NamedCell, ...] = ()


@dataclass(frozen=True)
class Numbers:
    """How amounts are written: signs, and major or minor units.

    ``thousands`` are characters that are left out; blanks always are. A minus before
    or after the number and round brackets are negative, whatever the layout.
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = "major"


@dataclass(frozen=True)
class Dates:
    """How dates are written, tried in this order, and the zone they are stated in.

    Formats are those of ``strptime`` without ``%Z`` and locale words: ``%Y-%m-%d
    %H:%M:%S``. ``iso`` is any ISO 8601 date or instant, ``unix`` and ``unix_ms``
    seconds and milliseconds since 1970. A zone inside the text wins over ``timezone``.
    """

    formats: tuple[str, ...] = ("iso",)
    timezone: str = "UTC"


@dataclass(frozen=True)
class Column:
    """One column and the canonical field that it fills (a name of ``FIELDS``).

    ``unit`` and ``date_formats`` override those of the file. Several columns may fill
    one field: the first that is not empty does.
    """

    column: str
    field: str
    unit: str = ""
    date_formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Computed:
    """A column made by an expression of other columns; earlier ones can be used."""

    name: str
    expression: str


@dataclass(frozen=True)
class SignRule:
    """Which way the money went.

    - ``as_is``: positive came to us; ``negated``: positive left us;
    - ``debit_credit``: ``credit`` and ``debit`` name two columns without sign;
    - ``by_value``: the column ``column`` says it by one of the ``negative`` or
      ``positive`` values, amounts are unsigned;
    - ``by_kind``: amounts are unsigned and the kind says it; kinds of either direction
      are positive unless they are among ``negative_kinds``.
    """

    mode: str = "as_is"
    debit: str = ""
    credit: str = ""
    column: str = ""
    negative: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative_kinds: tuple[str, ...] = ("payout",)


@dataclass(frozen=True)
class KindValue:
    """The kind of rows of one value, by the sign of their amount.

    ``kind`` may be ``skip``: such rows move no money, and are counted as left out.
    ``kind_debit`` is for amounts below zero, if those are something else.
    """

    value: str
    kind: str
    kind_debit: str = ""


@dataclass(frozen=True)
class KindRule:
    """What each row is, by the value of a column; upper and lower case are the same.

    What no value names gets ``default``; if that is empty, it becomes an adjustment
    with the code ``unknown:<value>``, which waits for a person. Without ``column``
    every row has the default.
    """

    column: str = ""
    values: tuple[KindValue, ...] = ()
    default: str = UNKNOWN
    default_debit: str = ""


@dataclass(frozen=True)
class FeeColumn:
    """A column with a fee, or the tax on one, that is withheld from the row.

    ``sign``: ``cost_positive``: a positive number costs us; ``cost_negative``: a
    negative one does; ``absolute``: any number costs us, on rows that take money away
    too. ``part`` is fee or tax; tax belongs to the fee line of the same ``kind``.
    ``includes_tax``: the column holds the fee with its tax, which other columns state.
    """

    column: str
    kind: str = "processing"
    part: str = "fee"
    sign: str = "cost_positive"
    unit: str = ""
    includes_tax: bool = False


@dataclass(frozen=True)
class RowRule:
    """Which rows count, as conditions: empty means all.

    Rows for which ``only_if`` is false or ``skip_if`` is true are left out, and
    counted as such. In the columns of ``fill_down`` an empty cell means what the row
    above means: so are files written that state a currency or date once for many rows.
    """

    only_if: str = ""
    skip_if: str = ""
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchRule:
    """Which rows belong together.

    ``by``: ``none``; ``columns``: equal values of ``columns``; ``day``: the day on
    which they are booked; ``file``: all of one file; ``payout_row``: rows up to the
    next row of the kind payout (``payout_row_first``: from it on). Each currency and
    account is a batch of its own.

    ``total``: ``sum`` of the lines; ``column``: what ``total_column`` states;
    ``payout_row``: minus the payout row, whose lines are found as ``by`` says.
    ``described_by`` is the condition of rows that are no transactions but describe
    their batch; without it the columns named here are read from the rows themselves.
    """

    by: str = "none"
    kind: str = "payout"
    columns: tuple[str, ...] = ()
    total: str = "sum"
    payout_row_first: bool = False
    described_by: str = ""
    total_column: str = ""
    total_negated: bool = False
    date_column: str = ""
    expected_on_column: str = ""
    reference_column: str = ""
    descriptor_column: str = ""
    opening_column: str = ""
    closing_column: str = ""


@dataclass(frozen=True)
class IdentityRule:
    """What makes two rows the same row, in whatever file and order they come.

    ``columns``: the provider's own id, of one or more columns. Rows without it use
    ``otherwise``, columns that are fingerprinted, or are refused. ``repeats``: what to
    do with an id that comes again in one file: ``reject`` it with a sentence, or
    ``count`` it as a row of its own. ``fingerprint``: the chosen columns together, and
    rows that are alike are counted.
    """

    mode: str = "columns"
    columns: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    repeats: str = "reject"


@dataclass(frozen=True)
class TotalCheck:
    """One control that the file itself offers.

    - ``sum``: ``of`` over all rows is what ``column`` states; ``count``: so many rows;
    - ``balance``: ``opening`` + net of all rows = ``closing``;
    - ``running_balance``: ``column`` changes from row to row by the net
      (``newest_first``: upwards).

    The stated value stands in a named cell, or in the rows for which the condition
    ``where`` holds: those are no transactions. With ``currency_column`` they state one
    currency each. Without ``where`` the balance columns are those of the rows: of the
    first row its opening, of the last one its closing.
    """

    name: str
    check: str = "sum"
    of: str = "net_amount"
    column: str = ""
    where: str = ""
    currency_column: str = ""
    opening: str = ""
    closing: str = ""
    newest_first: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Table:
    """A list of values to look things up in; upper and lower case are the same."""

    name: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileLayout:
    """Everything that turns one shape of file into facts.

    ``constants`` fill canonical fields that no column states (``currency`` and
    ``account_identifier`` above all). A row belongs to the wallet of its fields
    ``account_identifier`` and ``currency``. ``refuse_wrong_totals`` refuses the file
    as a whole if one of ``totals`` is wrong; otherwise its rows are read and the
    control is put in front of a person.
    """

    name: str = ""
    version: int = 1
    file: FileForm = field(default_factory=FileForm)
    numbers: Numbers = field(default_factory=Numbers)
    dates: Dates = field(default_factory=Dates)
    columns: tuple[Column, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    computed: tuple[Computed, ...] = ()
    rows: RowRule = field(default_factory=RowRule)
    sign: SignRule = field(default_factory=SignRule)
    kinds: KindRule = field(default_factory=KindRule)
    fees: tuple[FeeColumn, ...] = ()
    identity: IdentityRule = field(default_factory=IdentityRule)
    batch: BatchRule = field(default_factory=BatchRule)
    totals: tuple[TotalCheck, ...] = ()
    refuse_wrong_totals: bool = False

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> FileLayout:
        """Return the layout that JSON data describes, checked as a whole.

        :raises LayoutError: with the path of what is wrong and a sentence.
        """
        from .validation import check

        layout = plain.read(cls, data)
        check(layout)
        return layout

    def to_data(self) -> dict[str, Any]:
        """Return the layout as data that JSON can write, without its defaults."""
        return plain.write(self)

    @cached_property
    def checksum(self) -> str:
        """Return the SHA-256 of the layout's content; equal layouts have equal ones."""
        return plain.digest(self)
