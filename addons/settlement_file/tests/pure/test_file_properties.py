"""What holds for every file, whatever its rows are."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.money import exponent
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.mapping.parse import check_totals, parse, preview

COLUMNS = ("Id", "Day", "Type", "Currency", "Gross", "Fee", "Net", "Payout", "Text")
CURRENCIES = ("EUR", "JPY", "KWD")
DATA = {
    "name": "Any",
    "columns": [
        {"column": "Day", "field": "booked_on"},
        {"column": "Currency", "field": "currency"},
        {"column": "Gross", "field": "gross_amount"},
        {"column": "Net", "field": "net_amount"},
        {"column": "Text", "field": "description"},
    ],
    "fees": [{"column": "Fee"}],
    "kinds": {
        "column": "Type",
        "values": [
            {"value": "move", "kind": "charge", "kind_debit": "refund"},
            {"value": "cost", "kind": "fee_refund", "kind_debit": "fee"},
        ],
    },
    "identity": {"mode": "fingerprint", "columns": list(COLUMNS[:8])},
    "batch": {"by": "columns", "columns": ["Payout"]},
}


def layout(kind="csv", **members):
    form = {"csv": {"encoding": "utf-8", "separator": ","}}.get(kind, {"kind": kind})
    return FileLayout.from_data({**DATA, "file": form, **members})


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")),
    max_size=12,
).map(str.strip)


@st.composite
def rows(draw):
    """A row whose amounts fit together, in the decimals of its currency."""
    currency = draw(st.sampled_from(CURRENCIES))
    step = Decimal(1).scaleb(-exponent(currency))
    gross, fee = (draw(st.integers(-9999, 9999)) * step for _turn in range(2))
    return (
        f"id-{draw(st.integers(0, 5))}",
        f"2026-0{draw(st.integers(1, 9))}-11",
        draw(st.sampled_from(("move", "cost", "other"))),
        currency,
        str(gross),
        str(fee),
        str(gross - fee),
        f"P{draw(st.integers(0, 2))}",
        draw(texts),
    )


@st.composite
def bad_rows(draw):
    """A row with something wrong in one cell, or of another width."""
    row = list(draw(rows()))
    place, value = draw(
        st.sampled_from(
            [(1, "soon"), (3, "Euro"), (4, "x"), (4, "1e5"), (5, "?"), (6, "0.0001")]
        )
    )
    row[place] = value
    return tuple(row[: draw(st.sampled_from((len(row), len(row), 5)))])


def as_csv(lines):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue().encode()


def as_json(lines):
    return json.dumps(
        [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    ).encode()


def as_xlsx(lines):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("S")
    sheet.append(COLUMNS)
    for line in lines:
        cells = [openpyxl.cell.WriteOnlyCell(sheet, value=each) for each in line]
        for cell in cells:
            # A text that begins like a formula is a text.
            cell.data_type = "s"
        for place in (4, 5, 6):
            cells[place].value = float(line[place])
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content, made=None):
    return list(parse(made or layout(), io.BytesIO(content)))


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


def by_identity(facts):
    return {
        (row.external_id, row.occurrence): (
            row.kind,
            row.gross_amount,
            row.net_amount,
            row.batch_external_id,
        )
        for row in of(facts, TransactionFact)
    }


@given(lines=st.lists(rows(), max_size=12))
def test_every_row_ends_as_a_fact_and_keeps_the_laws(lines):
    facts = read(as_csv(lines))
    assert broken_laws(facts) == []
    found = of(facts, TransactionFact)
    assert len(found) == len(lines)
    assert not of(facts, RejectedRow)
    assert len(by_identity(facts)) == len(lines)
    for row, line in zip(found, lines, strict=True):
        assert row.net_amount == Decimal(line[6])
        assert row.description == line[8]


@given(lines=st.lists(rows(), max_size=10), wrong=st.lists(bad_rows(), max_size=5))
def test_bad_rows_never_change_the_sums_of_good_ones(lines, wrong):
    good = of(read(as_csv(lines)), BatchFact)
    mixed = []
    for place in range(max(len(lines), len(wrong))):
        mixed.extend(wrong[place : place + 1])
        mixed.extend(lines[place : place + 1])
    facts = read(as_csv(mixed))
    assert len(of(facts, RejectedRow)) == len(wrong)
    found = {
        (fact.currency, fact.external_id): fact.total for fact in of(facts, BatchFact)
    }
    assert found == {(fact.currency, fact.external_id): fact.total for fact in good}
    if wrong and good:
        assert not all(fact.complete for fact in of(facts, BatchFact)) or not {
            row[7] for row in wrong if len(row) == len(COLUMNS)
        } & {fact.external_id for fact in good}


@given(data=st.data(), lines=st.lists(rows(), max_size=10))
def test_rows_in_any_order_are_the_same_rows(data, lines):
    other = data.draw(st.permutations(lines))
    first, second = read(as_csv(lines)), read(as_csv(other))
    assert by_identity(first) == by_identity(second)
    totals = [
        {(fact.currency, fact.external_id): fact.total for fact in of(facts, BatchFact)}
        for facts in (first, second)
    ]
    assert totals[0] == totals[1]


@given(lines=st.lists(rows(), min_size=1, max_size=8))
def test_batches_are_the_sums_of_their_rows(lines):
    facts = read(as_csv(lines))
    for batch in of(facts, BatchFact):
        inside = [
            row.net_amount
            for row in of(facts, TransactionFact)
            if (row.batch_external_id, row.currency)
            == (batch.external_id, batch.currency)
        ]
        assert inside
        assert sum(inside) == batch.total
        assert batch.complete


@settings(max_examples=25)
@given(lines=st.lists(rows(), min_size=1, max_size=6))
def test_every_form_of_file_says_the_same(lines):
    facts = read(as_csv(lines))
    assert read(as_json(lines), layout("json")) == facts
    found = read(as_xlsx(lines), layout("xlsx"))
    amounts = [
        [
            (row.kind, row.gross_amount, row.net_amount)
            for row in of(each, TransactionFact)
        ]
        for each in (found, facts)
    ]
    assert amounts[0] == amounts[1]


@given(lines=st.lists(rows(), max_size=8), wrong=st.lists(bad_rows(), max_size=3))
def test_preview_and_parsing_agree(lines, wrong):
    content = as_csv([*lines, *wrong])
    shown = preview(layout(), content, "", limit=100)
    facts = read(content)
    assert [each.fact for each in shown.rows if each.fact] == of(facts, TransactionFact)
    assert shown.counts["rejected"] == len(of(facts, RejectedRow)) == len(wrong)
    assert list(shown.batches) == of(facts, BatchFact)
    assert sum(each.rows for each in shown.totals) == len(lines)
    for each in shown.totals:
        cost = each.fee_amount + each.tax_amount
        assert each.gross_amount - cost == each.net_amount


@given(
    lines=st.lists(rows().filter(lambda row: row[3] == "EUR"), min_size=1, max_size=8),
    off=st.integers(-3, 3),
)
def test_a_control_holds_if_and_only_if_it_is_right(lines, off):
    net = sum(Decimal(line[6]) for line in lines) + off * Decimal("0.01")
    total = ("Total", "", "", "EUR", "", "", str(net), "", "")
    made = layout(
        totals=[{"name": "Net", "column": "Net", "where": '[Id] = "Total"'}],
    )
    content = as_csv([*lines, total])
    (result,) = check_totals(made, io.BytesIO(content))
    assert result.is_right is (off == 0)
    assert len(of(read(content, made), RejectedRow)) == (off != 0)


@given(lines=st.lists(rows(), min_size=1, max_size=6), cut=st.integers(0, 200))
def test_a_file_that_is_cut_has_the_rows_up_to_there(lines, cut):
    content = as_csv(lines)
    shown = preview(layout(), content[: len(content) - cut], "", 100, is_whole=False)
    if shown.problem:
        return
    facts = of(read(content), TransactionFact)
    found = [each.fact for each in shown.rows if each.fact]
    # A quoted cell that was cut in two lines is the only row that may be wrong.
    assert found[:-1] == facts[: len(found) - 1] if found else True
