"""Layouts as data: what is refused, with the place and a sentence."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_file.layout import definition, plain
from odoo.addons.settlement_file.layout.definition import FileLayout, LayoutError
from odoo.addons.settlement_file.layout.fields import FIELDS
from odoo.addons.settlement_file.layout.usage import named_columns
from odoo.addons.settlement_file.layout.validation import problems

GOOD = {
    "name": "Good",
    "columns": [
        {"column": "Date", "field": "occurred_at"},
        {"column": "Amount", "field": "gross_amount"},
    ],
    "constants": {"currency": "EUR"},
    "kinds": {"default": "charge"},
    "identity": {"columns": ["Id"]},
}


def changed(path, value):
    """Return the good layout with one member changed; None drops it."""
    data = copy.deepcopy(GOOD)
    *outer, last = path.split(".")
    holder = data
    for key in outer:
        if isinstance(holder, list):
            holder = holder[int(key)]
        else:
            holder = holder.setdefault(key, {})
    if isinstance(holder, list):
        holder[int(last)] = value
    elif value is None:
        holder.pop(last, None)
    else:
        holder[last] = value
    return data


def refused(data):
    with pytest.raises(LayoutError) as caught:
        FileLayout.from_data(data)
    assert caught.value.sentence
    return caught.value


def test_a_layout_of_defaults_is_small():
    layout = FileLayout.from_data(GOOD)
    assert layout.to_data() == GOOD
    assert json.loads(json.dumps(layout.to_data())) == GOOD
    assert layout.file.quote == '"'
    assert layout.identity.repeats == "reject"


def test_equal_layouts_have_equal_checksums():
    turned = dict(reversed(list(copy.deepcopy(GOOD).items())))
    assert FileLayout.from_data(GOOD).checksum == FileLayout.from_data(turned).checksum
    other = FileLayout.from_data(changed("name", "Other"))
    assert other.checksum != FileLayout.from_data(GOOD).checksum


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("extra", 1, "extra"),
        ("name", 5, "name"),
        ("version", "1", "version"),
        ("version", True, "version"),
        ("columns", {}, "columns"),
        ("columns", ["x"], "columns.0"),
        ("columns", [{"column": "A"}], "columns.0.field"),
        ("columns", [{"column": "A", "field": "x", "more": 1}], "columns.0.more"),
        ("columns.0.field", "nonsense", "columns.0.field"),
        ("columns.0.column", " ", "columns.0.column"),
        ("columns.0.unit", "minor", "columns.0.unit"),
        ("columns.0.date_formats", ["%d"], "columns.0.date_formats.0"),
        ("columns.1.date_formats", ["iso"], "columns.1.date_formats"),
        ("columns.1.unit", "tons", "columns.1.unit"),
        ("constants.currency", "Euro", "constants.currency"),
        ("constants.currency", 5, "constants.currency"),
        ("constants.gross_amount", "5", "constants.gross_amount"),
        ("constants.other", "5", "constants.other"),
        ("file.kind", "pdf", "file.kind"),
        ("file.encoding", "rot13", "file.encoding"),
        ("file.separator", ";;", "file.separator"),
        ("file.separator", "\n", "file.separator"),
        ("file.separator", "a", "file.separator"),
        ("file", {"separator": '"'}, "file.quote"),
        ("file.skip_lines", -1, "file.skip_lines"),
        ("file.skip_lines", 1001, "file.skip_lines"),
        ("file.footer_lines", 101, "file.footer_lines"),
        ("file", {"header": False, "header_starts": "x"}, "file.header_starts"),
        ("file.named_cells", [{"name": "A"}], "file.named_cells.0"),
        (
            "file",
            {"skip_lines": 2, "named_cells": [{"name": "A", "line": 5}]},
            "file.named_cells.0.line",
        ),
        ("file.named_cells", [{"name": "", "line": 1}], "file.named_cells.0.name"),
        ("numbers.decimal", "", "numbers.decimal"),
        ("numbers.decimal", "1", "numbers.decimal"),
        ("numbers.thousands", ".", "numbers.thousands"),
        ("numbers.thousands", "a", "numbers.thousands"),
        ("numbers.unit", "", "numbers.unit"),
        ("dates.timezone", "Mars", "dates.timezone"),
        ("dates.formats", [], "dates.formats"),
        ("dates.formats", ["%d.%m"], "dates.formats.0"),
        ("computed", [{"name": "X", "expression": "1 +"}], "computed.0.expression"),
        ("computed", [{"name": " X", "expression": "1"}], "computed.0.name"),
        (
            "computed",
            [{"name": "X", "expression": "[Y]"}, {"name": "Y", "expression": "1"}],
            "computed.0.expression",
        ),
        ("computed", [{"name": "X", "expression": "[X]"}], "computed.0.expression"),
        (
            "computed",
            [{"name": "X", "expression": "1"}, {"name": "X", "expression": "1"}],
            "computed.1.name",
        ),
        ("computed", [{"name": "File name", "expression": "1"}], "computed.0.name"),
        ("tables", [{"name": ""}], "tables.0.name"),
        ("tables", [{"name": "A"}, {"name": "A"}], "tables.1.name"),
        ("tables", [{"name": "A", "values": {"x": 1}}], "tables.0.values.x"),
        ("rows.only_if", "((", "rows.only_if"),
        ("rows.fill_down", [""], "rows.fill_down.0"),
        ("sign.mode", "up", "sign.mode"),
        ("sign.mode", "by_value", "sign.column"),
        (
            "sign",
            {"mode": "by_value", "column": "D", "negative": ["a"], "positive": ["A"]},
            "sign.positive",
        ),
        ("sign.mode", "debit_credit", "sign.debit"),
        (
            "sign",
            {"mode": "debit_credit", "debit": "D", "credit": "C"},
            "columns.1.field",
        ),
        ("sign.negative_kinds", ["x"], "sign.negative_kinds.0"),
        ("kinds.default", "", "kinds.default"),
        ("kinds.default", "x", "kinds.default"),
        ("kinds.values", [{"value": "A", "kind": "x"}], "kinds.values.0.kind"),
        (
            "kinds.values",
            [{"value": "A", "kind": "charge"}, {"value": "a ", "kind": "refund"}],
            "kinds.values.1.value",
        ),
        ("fees", [{"column": "F", "kind": "x"}], "fees.0.kind"),
        ("fees", [{"column": "F", "part": "x"}], "fees.0.part"),
        ("fees", [{"column": "F", "sign": "x"}], "fees.0.sign"),
        ("fees", [{"column": ""}], "fees.0.column"),
        ("identity.columns", [], "identity.columns"),
        ("identity.mode", "x", "identity.mode"),
        ("identity.repeats", "x", "identity.repeats"),
        ("batch.by", "x", "batch.by"),
        ("batch.by", "columns", "batch.columns"),
        ("batch.kind", "x", "batch.kind"),
        ("batch.total", "column", "batch.by"),
        ("batch", {"by": "day", "total": "column"}, "batch.total_column"),
        ("batch", {"by": "day", "described_by": "true"}, "batch.date_column"),
        ("batch", {"by": "payout_row", "kind": "day"}, "batch.kind"),
        ("batch", {"by": "payout_row", "described_by": "true"}, "batch.described_by"),
        ("totals", [{"name": "", "column": "A"}], "totals.0.name"),
        ("totals", [{"name": "A"}], "totals.0.column"),
        ("totals", [{"name": "A", "check": "x", "column": "A"}], "totals.0.check"),
        ("totals", [{"name": "A", "of": "x", "column": "A"}], "totals.0.of"),
        ("totals", [{"name": "A", "check": "balance", "opening": "A"}], "totals.0"),
        (
            "totals",
            [
                {
                    "name": "A",
                    "check": "running_balance",
                    "column": "A",
                    "where": "true",
                }
            ],
            "totals.0.where",
        ),
        ("constants", {}, "columns"),
        ("columns", [{"column": "A", "field": "gross_amount"}], "columns"),
        ("columns", [{"column": "A", "field": "booked_on"}], "columns"),
        ("name", "a" * 5000, "name"),
        ("name", "a\0", "name"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path, value, where):
    assert refused(changed(path, value)).path == where


@pytest.mark.parametrize("data", [None, [], "x", 5, True])
def test_what_is_no_layout_at_all(data):
    assert refused(data).path == ""


def test_a_draft_may_lack_what_is_not_said_yet():
    layout = plain.read(FileLayout, {"kinds": {"default": "charge"}})
    assert not list(problems(layout, is_draft=True))
    assert {path for path, _sentence in problems(layout)} == {
        "columns",
        "identity.columns",
    }


def test_all_problems_are_told_and_not_only_the_first():
    data = {**changed("file.kind", "pdf"), "constants": {}, "identity": {}}
    layout = plain.read(FileLayout, data)
    paths = [path for path, _sentence in problems(layout)]
    assert paths == ["file.kind", "identity.columns", "columns"]


def test_lists_are_bounded():
    data = changed("columns", [{"column": "A", "field": "booked_on"}] * 2001)
    assert "more than 2000" in refused(data).sentence


def test_every_named_column_says_where():
    data = changed("batch", {"by": "columns", "columns": ["Payout"]})
    data["fees"] = [{"column": "Fee"}]
    named = dict(named_columns(FileLayout.from_data(data)))
    assert named["columns.0.column"] == "Date"
    assert named["fees.0.column"] == "Fee"
    assert named["batch.columns.0"] == "Payout"
    assert named["identity.columns.0"] == "Id"


def test_every_field_is_one_of_a_transaction():
    from dataclasses import fields

    from odoo.addons.settlement.canonical.facts import TransactionFact

    assert set(FIELDS) <= {each.name for each in fields(TransactionFact)}
    assert all(each.label for each in FIELDS.values())


def test_choices_are_closed():
    assert set(definition.SUMMABLE) == {
        "gross_amount",
        "fee_amount",
        "tax_amount",
        "net_amount",
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    name=st.sampled_from(
        [each.name for each in FileLayout.__dataclass_fields__.values()]
    ),
    value=anything,
)
def test_anything_is_read_or_refused(name, value):
    try:
        layout = FileLayout.from_data({**GOOD, name: value})
    except LayoutError as error:
        assert error.sentence
    else:
        assert FileLayout.from_data(layout.to_data()) == layout
