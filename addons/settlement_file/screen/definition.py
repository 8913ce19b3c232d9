"""What people entered on the screen as the data of a layout."""

from __future__ import annotations

from typing import Any

from ..layout.definition import FIELDS
from . import words
from .uses import BATCH_MEMBERS, FEE_USES, SIGN_MEMBERS

Values = dict[str, Any]


def definition_of(values: Values) -> Values:
    """Return the data of a layout, as ``FileLayout.from_data`` takes it.

    :param values: settings by name, and for each list of the screen its rows in
        order, as dicts.
    """
    lines = [line for line in values["line_ids"] if line["use"]]
    return {
        "name": values["name"],
        "version": values["version"],
        "file": _file(values),
        "numbers": {
            "decimal": values["decimal"],
            "thousands": words.character(values["thousands"]),
            "unit": values["unit"],
        },
        "dates": {
            "formats": words.lines(values["date_formats"]) or ["iso"],
            "timezone": values["timezone"],
        },
        "columns": [_column(line) for line in lines if line["use"] in FIELDS],
        "constants": {row["field"]: row["value"] for row in values["constant_ids"]},
        "tables": [
            {"name": row["name"], "values": words.pairs(row["content"])}
            for row in values["table_ids"]
        ],
        "computed": [
            {"name": row["name"], "expression": row["expression"]}
            for row in values["computed_ids"]
        ],
        "rows": {"only_if": values["only_if"], "skip_if": values["skip_if"]},
        "sign": _sign(values, lines),
        "kinds": _kinds(values, lines),
        "fees": [_fee(line) for line in lines if line["use"] in FEE_USES],
        "identity": _identity(values, lines),
        "batch": _batch(values, lines),
        "totals": [dict(row) for row in values["total_ids"]],
        "refuse_wrong_totals": values["refuse_wrong_totals"],
    }


def doubled_use(lines: list[Values]) -> Values | None:
    """Return a row that says of a column what another row says, None if there is none.

    A fee that is named twice would be taken twice.
    """
    seen = set()
    for line in lines:
        key = line["column"], line["use"]
        if line["use"] and key in seen:
            return line
        seen.add(key)
    return None


def _file(values: Values) -> Values:
    names = (
        *("encoding", "skip_lines", "header", "header_starts"),
        *("footer_lines", "sheet", "records", "json_lines", "explode"),
    )
    return {
        "kind": values["file_kind"],
        "separator": words.character(values["separator"]),
        "quote": values["quote"],
        "named_cells": [dict(row) for row in values["cell_ids"]],
        **{name: values[name] for name in names},
    }


def _column(line: Values) -> Values:
    return {
        "column": line["column"],
        "field": line["use"],
        "unit": line["unit"],
        "date_formats": words.lines(line["date_formats"]),
    }


def _fee(line: Values) -> Values:
    return {
        "column": line["column"],
        "kind": line["fee_kind"] or "processing",
        "part": FEE_USES[line["use"]],
        "sign": line["fee_sign"] or "cost_positive",
        "unit": line["unit"],
        "includes_tax": line["includes_tax"],
    }


def _used(lines: list[Values], use: str) -> list[str]:
    """Return the columns of one use, in order."""
    return [line["column"] for line in lines if line["use"] == use]


def _first(lines: list[Values], use: str) -> str:
    return next(iter(_used(lines, use)), "")


def _sign(values: Values, lines: list[Values]) -> Values:
    return {
        "mode": values["sign_mode"],
        "negative": words.lines(values["negative_values"]),
        "positive": words.lines(values["positive_values"]),
        "negative_kinds": words.items(values["negative_kinds"]),
        **{member: _first(lines, use) for use, member in SIGN_MEMBERS.items()},
    }


def _kinds(values: Values, lines: list[Values]) -> Values:
    return {
        "column": _first(lines, "kind"),
        "values": [dict(row) for row in values["kind_ids"] if row["kind"]],
        "default": values["default_kind"],
        "default_debit": values["default_kind_debit"],
    }


def _identity(values: Values, lines: list[Values]) -> Values:
    """An id wins; without one, what is fingerprinted is all there is."""
    columns, parts = _used(lines, "identity"), _used(lines, "fingerprint")
    mode, otherwise = ("columns", parts) if columns else ("fingerprint", [])
    return {
        "mode": mode,
        "columns": columns or parts,
        "otherwise": otherwise,
        "repeats": values["repeats"],
    }


def _batch(values: Values, lines: list[Values]) -> Values:
    return {
        "by": values["batch_by"],
        "kind": values["batch_kind"],
        "columns": _used(lines, "batch"),
        "total": values["batch_total"],
        "payout_row_first": values["payout_row_first"],
        "described_by": values["described_by"],
        "total_negated": values["total_negated"],
        **{member: _first(lines, use) for use, member in BATCH_MEMBERS.items()},
    }
