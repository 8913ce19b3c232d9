"""What is entered on the screen and what reads files are the same, both ways."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_file.layout import definition, plain
from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.screen import places, uses, values, words
from odoo.addons.settlement_file.screen.definition import definition_of, doubled_use

COLUMNS = ("Ref", "Amount", "Fee", "Type", "Curr", "Paid out")
column = st.sampled_from(COLUMNS)
maybe = st.sampled_from(("", *COLUMNS))
word = st.sampled_from(("SALE", "BACK", "a b", "ü;€", "x=y"))
kind = st.sampled_from(("charge", "refund", "fee", "skip"))


def several(strategy, **options):
    return st.lists(strategy, max_size=3, **options).map(tuple)


layouts = st.builds(
    FileLayout,
    name=word,
    version=st.integers(1, 9),
    file=st.builds(
        definition.FileForm,
        kind=st.sampled_from(definition.FILE_KINDS),
        encoding=st.sampled_from(("", "utf-8", "cp1252")),
        separator=st.sampled_from(("", ";", "\t", "|", " ")),
        skip_lines=st.integers(0, 5),
        header=st.booleans(),
        sheet=st.sampled_from(("", "Sheet 2")),
        named_cells=several(
            st.builds(definition.NamedCell, name=column, line=st.integers(-3, 9))
        ),
    ),
    numbers=st.builds(
        definition.Numbers,
        decimal=st.sampled_from((".", ",")),
        thousands=st.sampled_from(("", ".", ",", "'", " ")),
        unit=st.sampled_from(("major", "minor")),
    ),
    dates=st.builds(
        definition.Dates,
        formats=st.sampled_from((("iso",), ("%d.%m.%Y",), ("%d/%m/%y", "unix"))),
    ),
    columns=several(
        st.builds(
            definition.Column,
            column=column,
            field=st.sampled_from(tuple(definition.FIELDS)),
            unit=st.sampled_from(definition.UNITS),
            date_formats=st.sampled_from(((), ("%Y",), ("%Y", "iso"))),
        )
    ),
    constants=st.dictionaries(
        st.sampled_from(tuple(definition.FIELDS)), word, max_size=2
    ),
    tables=several(
        st.builds(
            definition.Table,
            name=column,
            values=st.dictionaries(st.sampled_from(("a", "B c")), word, max_size=2),
        )
    ),
    computed=several(
        st.builds(definition.Computed, name=column, expression=st.just("[Ref]"))
    ),
    rows=st.builds(definition.RowRule, only_if=maybe, skip_if=maybe),
    sign=st.builds(
        definition.SignRule,
        mode=st.sampled_from(definition.SIGN_MODES),
        debit=maybe,
        credit=maybe,
        column=maybe,
        negative=several(word),
        positive=several(word),
        negative_kinds=st.sampled_from(((), ("payout",), ("payout", "transfer"))),
    ),
    kinds=st.builds(
        definition.KindRule,
        column=maybe,
        values=several(
            st.builds(
                definition.KindValue,
                value=word,
                kind=kind,
                kind_debit=kind | st.just(""),
            )
        ),
        default=kind | st.just(""),
        default_debit=kind | st.just(""),
    ),
    fees=several(
        st.builds(
            definition.FeeColumn,
            column=column,
            kind=st.sampled_from(("processing", "scheme")),
            part=st.sampled_from(definition.FEE_PARTS),
            sign=st.sampled_from(definition.FEE_SIGNS),
            unit=st.sampled_from(definition.UNITS),
            includes_tax=st.booleans(),
        )
    ),
    identity=st.builds(
        definition.IdentityRule,
        mode=st.just("columns"),
        columns=several(column, min_size=1),
        otherwise=several(column),
        repeats=st.sampled_from(definition.REPEATS),
    )
    | st.builds(
        definition.IdentityRule,
        mode=st.just("fingerprint"),
        columns=several(column),
    ),
    batch=st.builds(
        definition.BatchRule,
        by=st.sampled_from(definition.BATCH_MODES),
        columns=several(column),
        total=st.sampled_from(definition.BATCH_TOTALS),
        payout_row_first=st.booleans(),
        described_by=maybe,
        total_column=maybe,
        date_column=maybe,
        expected_on_column=maybe,
        reference_column=maybe,
        descriptor_column=maybe,
        opening_column=maybe,
        closing_column=maybe,
        total_negated=st.booleans(),
    ),
    totals=several(
        st.builds(
            definition.TotalCheck,
            name=column,
            check=st.sampled_from(definition.CHECKS),
            of=st.sampled_from(definition.SUMMABLE),
            column=maybe,
            where=maybe,
            negated=st.booleans(),
        )
    ),
    refuse_wrong_totals=st.booleans(),
)


def shown(layout):
    """Return what a form holds for a layout."""
    return {
        **values.values_of(layout),
        "name": layout.name,
        "version": layout.version,
    }


@given(layouts)
def test_the_screen_says_what_the_layout_says(layout):
    again = plain.read(FileLayout, definition_of(shown(layout)))
    assert again == layout


@given(layouts)
def test_columns_in_the_order_of_the_file_say_the_same(layout):
    form = shown(layout)
    form["line_ids"] = values.in_order_of(COLUMNS, form["line_ids"])
    again = plain.read(FileLayout, definition_of(form))
    for name in ("kinds", "sign"):
        assert getattr(again, name) == getattr(layout, name)
    assert sorted(again.identity.columns) == sorted(layout.identity.columns)
    assert sorted(c.column for c in again.columns) == sorted(
        c.column for c in layout.columns
    )


def test_columns_that_nobody_uses_are_listed():
    lines = values.in_order_of(["A", "B"], [values._line("B", "kind")])
    assert [(line["column"], line["use"]) for line in lines] == [
        ("A", ""),
        ("B", "kind"),
    ]


def test_what_is_no_column_of_the_file_comes_last():
    lines = [values._line("Net", "net_amount"), values._line("A", "kind")]
    ordered = values.in_order_of(["A"], lines)
    assert [line["column"] for line in ordered] == ["A", "Net"]


def test_each_use_is_offered_once():
    names = [name for name, _label in uses.USES]
    assert len(names) == len(set(names))
    assert set(definition.FIELDS) < set(names)


def test_each_member_of_a_batch_can_be_chosen():
    members = {each.name for each in dataclasses.fields(definition.BatchRule)}
    assert set(uses.BATCH_MEMBERS.values()) == {
        name for name in members if name.endswith("_column")
    }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("tab", "\t"), (" TAB ", "\t"), ("space", " "), (";", ";"), ("", "")],
)
def test_unseen_characters(typed, meant):
    assert words.character(typed) == meant


def test_lists_and_tables_as_they_are_typed():
    assert words.items("payout, transfer,\n fee") == ["payout", "transfer", "fee"]
    assert words.lines(" a, b \n\n c ") == ["a, b", "c"]
    assert words.pairs("Mon = 1\nTue=2\nodd") == {"Mon": "1", "Tue": "2", "odd": ""}
    assert words.pairs("a = b = c") == {"a": "b = c"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("computed.0.expression", "Computed columns, “Net”, expression"),
        ("columns.1.field", "Columns, “Fee”, field"),
        ("columns.7", "Columns, 7"),
        ("file.named_cells.0", "Form of the file, named cells, “Total”"),
        ("dates.formats.0", "Dates, formats, line 1"),
        ("identity.columns", "Ids of rows, columns"),
        ("constants.currency", "Constants, currency"),
        ("", ""),
        ("name", ""),
    ],
)
def test_what_is_wrong_is_named_by_its_place_on_the_screen(path, place):
    data = {
        "computed": [{"name": "Net", "expression": "("}],
        "columns": [{"column": "A", "field": "x"}, {"column": "Fee", "field": "y"}],
        "file": {"named_cells": [{"name": "Total"}]},
        "dates": {"formats": ["%d"]},
    }
    assert places.place_of(path, data) == place
    said = places.sentence_of(path, "It is wrong.", data)
    assert said == (f"{place}: It is wrong." if place else "It is wrong.")


def test_each_part_of_a_layout_has_a_place():
    members = {each.name for each in dataclasses.fields(FileLayout)}
    assert set(places.PARTS) == members - {"name", "version", "refuse_wrong_totals"}


def test_what_is_said_twice_is_found():
    one, other = values._line("Fee", "fee"), values._line("Fee", "fee")
    assert doubled_use([one, values._line("Fee", "description")]) is None
    assert doubled_use([values._line("A", ""), values._line("A", "")]) is None
    assert doubled_use([one, values._line("B", "fee"), other]) is other


@pytest.mark.parametrize(
    ("uses_of", "rule"),
    [
        ({"A": "identity"}, ("columns", ["A"], [])),
        ({"A": "fingerprint", "B": "identity"}, ("columns", ["B"], ["A"])),
        ({"A": "fingerprint", "B": "fingerprint"}, ("fingerprint", ["A", "B"], [])),
        ({}, ("fingerprint", [], [])),
    ],
)
def test_an_id_wins_over_a_fingerprint(uses_of, rule):
    form = shown(FileLayout())
    form["line_ids"] = [values._line(name, use) for name, use in uses_of.items()]
    found = definition_of(form)["identity"]
    assert (found["mode"], found["columns"], found["otherwise"]) == rule
