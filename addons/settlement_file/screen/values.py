"""The data of a layout as what people see on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..layout.definition import Column, FeeColumn, FileLayout, IdentityRule
from . import words
from .uses import BATCH_MEMBERS, SIGN_MEMBERS

Values = dict[str, Any]


def values_of(layout: FileLayout) -> Values:
    """Return settings and rows of a layout; ``definition_of`` is the way back."""
    return {
        **_settings(layout),
        "line_ids": lines_of(layout),
        "kind_ids": [
            {"value": each.value, "kind": each.kind, "kind_debit": each.kind_debit}
            for each in layout.kinds.values
        ],
        "constant_ids": [
            {"field": name, "value": value} for name, value in layout.constants.items()
        ],
        "table_ids": [
            {"name": each.name, "content": words.paired(each.values)}
            for each in layout.tables
        ],
        "computed_ids": [
            {"name": each.name, "expression": each.expression}
            for each in layout.computed
        ],
        "total_ids": [_members(each) for each in layout.totals],
        "cell_ids": [_members(each) for each in layout.file.named_cells],
    }


def _members(made: Any) -> Values:
    return {name: getattr(made, name) for name in made.__dataclass_fields__}


def _settings(layout: FileLayout) -> Values:
    return {
        **_file_settings(layout),
        "decimal": layout.numbers.decimal,
        "thousands": words.character_word(layout.numbers.thousands),
        "unit": layout.numbers.unit,
        "date_formats": "\n".join(layout.dates.formats),
        "timezone": layout.dates.timezone,
        "only_if": layout.rows.only_if,
        "skip_if": layout.rows.skip_if,
        "sign_mode": layout.sign.mode,
        "negative_values": "\n".join(layout.sign.negative),
        "positive_values": "\n".join(layout.sign.positive),
        "negative_kinds": words.listed(layout.sign.negative_kinds),
        "default_kind": layout.kinds.default,
        "default_kind_debit": layout.kinds.default_debit,
        "repeats": layout.identity.repeats,
        "batch_by": layout.batch.by,
        "batch_kind": layout.batch.kind,
        "batch_total": layout.batch.total,
        "payout_row_first": layout.batch.payout_row_first,
        "described_by": layout.batch.described_by,
        "total_negated": layout.batch.total_negated,
        "refuse_wrong_totals": layout.refuse_wrong_totals,
    }


def _file_settings(layout: FileLayout) -> Values:
    form = layout.file
    return {
        "file_kind": form.kind,
        "encoding": form.encoding,
        "separator": words.character_word(form.separator),
        "quote": form.quote,
        "skip_lines": form.skip_lines,
        "header": form.header,
        "header_starts": form.header_starts,
        "footer_lines": form.footer_lines,
        "sheet": form.sheet,
        "records": form.records,
        "json_lines": form.json_lines,
        "explode": form.explode,
    }


def lines_of(layout: FileLayout) -> list[Values]:
    """Return each use of a column as a row of the screen."""
    found = _identity_lines(layout.identity)
    found += _named(layout.kinds.column, "kind")
    for use, member in SIGN_MEMBERS.items():
        found += _named(getattr(layout.sign, member), use)
    found += [_field_line(column) for column in layout.columns]
    found += [_fee_line(fee) for fee in layout.fees]
    found += [_line(column, "batch") for column in layout.batch.columns]
    for use, member in BATCH_MEMBERS.items():
        found += _named(getattr(layout.batch, member), use)
    return found


def _identity_lines(rule: IdentityRule) -> list[Values]:
    use = "identity" if rule.mode == "columns" else "fingerprint"
    found = [_line(column, use) for column in rule.columns]
    return found + [_line(column, "fingerprint") for column in rule.otherwise]


def _named(column: str, use: str) -> list[Values]:
    return [_line(column, use)] if column else []


def _line(column: str, use: str) -> Values:
    return {
        "column": column,
        "use": use,
        "unit": "",
        "date_formats": "",
        "fee_kind": "",
        "fee_sign": "",
        "includes_tax": False,
    }


def _field_line(column: Column) -> Values:
    return {
        **_line(column.column, column.field),
        "unit": column.unit,
        "date_formats": "\n".join(column.date_formats),
    }


def _fee_line(fee: FeeColumn) -> Values:
    return {
        **_line(fee.column, "fee_tax" if fee.part == "tax" else "fee"),
        "unit": fee.unit,
        "fee_kind": fee.kind,
        "fee_sign": fee.sign,
        "includes_tax": fee.includes_tax,
    }


def in_order_of(columns: Iterable[str], lines: list[Values]) -> list[Values]:
    """Return rows in the order of the columns of the file, unused columns too.

    Rows of columns that the file does not have (named cells, computed ones) come last.
    """
    known = list(dict.fromkeys(columns))
    found = []
    for column in known:
        found += [line for line in lines if line["column"] == column] or [
            _line(column, "")
        ]
    return found + [line for line in lines if line["column"] not in set(known)]
