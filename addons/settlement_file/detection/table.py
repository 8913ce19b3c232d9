"""The rows of a sample, and which of its lines names the columns."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.storage import archive

from ..layout.definition import FileForm
from ..reading.cells import Cell, cell_text
from ..reading.csv_rows import CsvRows
from ..reading.encodings import ENCODINGS, guess_encoding
from ..reading.rows import RawRow
from ..reading.source import decoded, open_rows
from ..reading.workbook import WorkbookRows, sheet_names
from .dialect import SEPARATORS, guess_dialect
from .finding import Finding
from .json_paths import guess_records
from .texts import looks_like_number

MOST_ROWS = 500
_LARGE = 32_768
_HEADER_WITHIN = 60
_TOTAL_WORDS = ("total", "sum", "summe", "gesamt", "subtotal", "合計", "totaal", "suma")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sample below its header.

    :ivar form: how they were read.
    """

    form: FileForm
    columns: tuple[str, ...] = ()
    rows: tuple[RawRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    sheets: tuple[str, ...] = ()
    record_paths: tuple[str, ...] = ()
    problem: str = ""


def read_table(sample: bytes, filename: str, like: FileForm | None) -> Table:
    """Return the rows of a sample; nothing is raised for its content."""
    form, findings = like or FileForm(), []
    sheets: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    try:
        if like is None:
            form = FileForm(kind=_kind(sample, filename))
        if form.kind == "xlsx":
            sheets = sheet_names(io.BytesIO(sample))
            form, findings = _workbook_form(form, sample, sheets, like is not None)
        elif form.kind == "json":
            records = guess_records(sample)
            paths = records.paths
            if like is None:
                form = replace(
                    form,
                    records=records.path,
                    json_lines=records.is_lines,
                    explode=records.explode,
                )
                findings = [records.finding]
        else:
            sample = _without_cut_line(sample)
            form, findings = _csv_form(form, sample, like is not None)
        columns, rows = _rows(form, sample)
    except MalformedInput as error:
        return Table(form, (), (), tuple(findings), sheets, paths, str(error))
    return Table(form, columns, rows, tuple(findings), sheets, paths)


def _kind(sample: bytes, filename: str) -> str:
    if archive.is_archive(sample):
        return "xlsx"
    text = sample[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"")
    is_named = filename.lower().endswith((".json", ".jsonl", ".ndjson"))
    if text[:1] in (b"{", b"[") and (is_named or _begins_json(text)):
        return "json"
    return "csv"


def _begins_json(text: bytes) -> bool:
    rest = text[1:].lstrip()[:1]
    return rest in (b'"', b"{", b"[", b"}", b"]")


def _without_cut_line(sample: bytes) -> bytes:
    """Leave the last line of a large sample out: its end may be missing."""
    end = sample.rfind(b"\n")
    if len(sample) < _LARGE or end < 0 or end >= len(sample) - 2:
        return sample
    return sample[: end + 1 + (sample[end + 1 : end + 2] == b"\0")]


def _rows(form: FileForm, sample: bytes) -> tuple[tuple[str, ...], tuple[RawRow, ...]]:
    table = open_rows(form, io.BytesIO(sample))
    rows: list[RawRow] = []
    # What was read before the file breaks off is enough to guess from.
    with contextlib.suppress(MalformedInput):
        rows.extend(islice(table, MOST_ROWS))
    return table.columns, tuple(rows)


# ----------------------------------------------------------------------
# CSV and workbooks
# ----------------------------------------------------------------------


def _csv_form(
    form: FileForm, sample: bytes, is_given: bool
) -> tuple[FileForm, list[Finding]]:
    findings: list[Finding] = []
    if not form.encoding:
        guess = guess_encoding(sample)
        form = replace(form, encoding=guess.encoding)
        findings.append(
            Finding(
                "encoding",
                guess.encoding,
                guess.reason,
                guess.is_sure,
                tuple(each for each in guess.alternatives if each in ENCODINGS),
            )
        )
    if not form.separator:
        dialect = guess_dialect(decoded(sample, form.encoding))
        form = replace(form, separator=dialect.separator, quote=dialect.quote)
        reason = (
            f"Of a hundred lines {dialect.share} have {dialect.width} cells with it."
            if dialect.width > 1
            else "No sign cuts the lines into cells."
        )
        is_sure = dialect.share > 60 and dialect.width > 1 and not dialect.alternatives
        findings.append(
            Finding(
                "separator",
                dialect.separator,
                f"It is the {SEPARATORS[dialect.separator]}. {reason}",
                is_sure,
                dialect.alternatives,
            )
        )
    if is_given:
        return form, findings
    lines = CsvRows(io.BytesIO(sample), form.encoding, form.separator, form.quote)
    return _with_header(form, list(islice(lines, MOST_ROWS)), findings)


def _workbook_form(
    form: FileForm, sample: bytes, sheets: tuple[str, ...], is_given: bool
) -> tuple[FileForm, list[Finding]]:
    if is_given:
        return form, []
    best: list[RawRow] = []
    chosen = ""
    for sheet in sheets[:10]:
        rows = list(islice(WorkbookRows(io.BytesIO(sample), sheet), MOST_ROWS))
        if len(rows) > len(best):
            best, chosen = rows, sheet
    findings = [
        Finding(
            "sheet",
            chosen,
            "It has the most rows." if len(sheets) > 1 else "It is the only sheet.",
            len(sheets) <= 1,
            tuple(each for each in sheets if each != chosen),
        )
    ]
    name = chosen if len(sheets) > 1 else ""
    return _with_header(replace(form, sheet=name), best, findings)


def _with_header(
    form: FileForm, rows: list[RawRow], findings: list[Finding]
) -> tuple[FileForm, list[Finding]]:
    place = find_header(rows)
    if place is None:
        finding = Finding(
            "header",
            "",
            "The first line has values already: no line names the columns.",
            False,
        )
        return replace(form, header=False), [*findings, finding]
    number = rows[place].number
    above = number - 1
    reason = f"Line {number} has names only, and amounts or dates stand below it."
    if above:
        reason += f" {above} lines stand above it."
    findings = [*findings, Finding("header", str(number), reason)]
    form = replace(form, skip_lines=above, footer_lines=_footer(rows[place:]))
    if form.footer_lines:
        findings.append(
            Finding(
                "rows",
                str(form.footer_lines),
                "The last line looks like a total."
                if form.footer_lines == 1
                else f"The last {form.footer_lines} lines look like totals.",
                False,
            )
        )
    return form, findings


def find_header(rows: list[RawRow]) -> int | None:
    """Return the place of the row that names the columns, None if there is none."""
    widths = Counter(_filled(row) for row in rows if _filled(row) > 1)
    if not widths:
        return 0 if rows and not _has_value(rows[0]) else None
    usual = max(widths, key=lambda width: (widths[width] * width, width))
    for place, row in enumerate(rows[:_HEADER_WITHIN]):
        if _filled(row) * 10 < usual * 6 or _filled(row) < 2:
            continue
        if _has_value(row):
            return None
        texts = [cell_text(each).strip().casefold() for each in row.cells]
        texts = [each for each in texts if each]
        below = rows[place + 1 : place + 6]
        is_named = len(set(texts)) * 10 >= len(texts) * 8
        if is_named and (not below or any(_has_value(each) for each in below)):
            return place
    return None


def _filled(row: RawRow) -> int:
    return sum(1 for each in row.cells if each != "" and cell_text(each).strip())


def _has_value(row: RawRow) -> bool:
    """Say whether any cell is an amount or a date: no name of a column is."""
    for cell in row.cells:
        if not isinstance(cell, str):
            return True
        text = cell.strip()
        if text and text[-1:].isdigit() and looks_like_number(text):
            return True
        digits = sum(each.isdigit() for each in text)
        if digits >= 6 and len(text) <= 30 and text[:1].isdigit():
            return True
    return False


def _footer(rows: list[RawRow]) -> int:
    """Return how many of the last lines are totals: they begin with such a word."""
    count = 0
    for row in reversed(rows[1:]):
        first = next(
            (cell_text(e).strip() for e in row.cells if cell_text(e).strip()), ""
        )
        if not first.casefold().startswith(_TOTAL_WORDS):
            break
        count += 1
    return count if count < min(len(rows) - 1, 20) else 0


def values_of(rows: tuple[RawRow, ...], place: int) -> list[Cell]:
    """Return the cells of a column that are not empty."""
    return [
        cell.strip() if isinstance(cell, str) else cell
        for row in rows
        if place < len(row.cells) and not row.problem
        for cell in (row.cells[place],)
        if cell_text(cell).strip()
    ]
