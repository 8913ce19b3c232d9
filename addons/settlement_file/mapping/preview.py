"""What a layout makes of a sample, row by row, for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)

from ..layout.definition import FileLayout


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that cannot be read as the layout says.

    :ivar row: number of the row, counted as people see it in the file: from 1, its
        header included; JSON: number of the record.
    :ivar column: name of the column, "" if the row as a whole is wrong.
    :ivar field: what it should have become, "" if that is not one field.
    """

    row: int
    column: str
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: what stands in the file, what it becomes or why it does not.

    :ivar cells: (column, text) in the order of the file, computed columns last.
    :ivar skipped: why the row is left out, "" if it is not.
    """

    number: int
    cells: tuple[tuple[str, str], ...]
    fact: TransactionFact | None = None
    errors: tuple[CellError, ...] = ()
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the good rows of one account and currency."""

    account_identifier: str
    currency: str
    rows: int
    gross_amount: Decimal
    fee_amount: Decimal
    tax_amount: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One control of the file: what it states and what its rows say.

    :ivar is_right: None if the file states nothing to compare with.
    """

    name: str
    sentence: str
    is_right: bool | None
    stated: str = ""
    found: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a layout makes of a sample.

    :ivar columns: names of all columns of the file, computed ones last.
    :ivar rows: the first rows; ``rejected`` names bad ones further down.
    :ivar counts: ``rows, accepted, rejected, skipped``.
    :ivar kinds: number of accepted rows by kind.
    :ivar unknown_values: values of the kind column that nothing names, with counts.
    :ivar problem: why no row can be read at all, "" if rows can.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    unknown_values: dict[str, int] = field(default_factory=dict)
    totals: tuple[Totals, ...] = ()
    batches: tuple[BatchFact, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    problem: str = ""


def preview(
    layout: FileLayout,
    sample: bytes,
    filename: str,
    limit: int = 20,
    is_whole: bool = True,
) -> Preview:
    """Return what a layout makes of a sample; nothing is raised for its content.

    :param sample: bytes of the file; XLSX needs all of them.
    :param limit: how many rows are shown in full; totals count all of the sample.
    :param is_whole: False if the sample is only the beginning of the file: then its
        last line is left out and controls are not compared.
    """
    # The reading needs the results that are defined here.
    from .preview_rows import make_preview

    return make_preview(layout, sample, filename, limit, is_whole)
