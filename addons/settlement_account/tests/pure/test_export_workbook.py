import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from odoo.addons.settlement_account.export.workbook import (
    TEXT_LENGTH,
    Column,
    Sheet,
    fits_number,
    sheet_name,
    shortened,
    write_workbook,
)


def cells(rows, columns=1, **values):
    """Return the cells below the head of a workbook of one sheet."""
    target = io.BytesIO()
    head = [Column(f"C{number}", **values) for number in range(columns)]
    write_workbook(target, [Sheet("One", head, rows)], "Title")
    page = load_workbook(target)["One"]
    return list(page.iter_rows(min_row=2))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3))
def test_money_keeps_every_digit(amount):
    ((cell,),) = cells([[amount]], digits=3)
    assert Decimal(repr(cell.value)).quantize(Decimal("0.001")) == amount


@pytest.mark.parametrize(
    ("digits", "shown"), [(0, "#,##0"), (2, "#,##0.00"), (3, "#,##0.000")]
)
def test_money_shows_the_decimals_of_its_currency(digits, shown):
    ((cell,),) = cells([[Decimal("5")]], digits=digits)
    assert cell.number_format == shown


def test_money_that_no_spreadsheet_keeps_is_a_text():
    amount = Decimal("1234567890123456.78")
    assert not fits_number(amount)
    ((cell,),) = cells([[amount]])
    assert cell.value == "1234567890123456.78"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_a_text_stays_what_it_is(text):
    rows = cells([[text], ["end"]])
    assert (rows[0][0].value or "") == text
    assert rows[0][0].data_type != "f"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "{=1}", "http://a.example"]
)
def test_nothing_becomes_a_formula_or_a_link(text):
    ((cell,),) = cells([[text]])
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_days_and_instants_are_dates():
    ((day, instant),) = cells(
        [[date(2026, 3, 31), datetime(2026, 3, 31, 23, 59, 58)]], columns=2
    )
    assert day.value == datetime(2026, 3, 31)
    assert instant.value == datetime(2026, 3, 31, 23, 59, 58)
    assert day.is_date and instant.is_date


def test_numbers_truths_and_nothing():
    ((number, truth, nothing),) = cells([[7, True, None]], columns=3)
    assert (number.value, truth.value, nothing.value) == (7, True, None)


def test_a_long_text_is_cut_and_says_so():
    assert shortened("a" * TEXT_LENGTH) == "a" * TEXT_LENGTH
    cut = shortened("a" * (TEXT_LENGTH + 1))
    assert len(cut) == TEXT_LENGTH
    assert cut.endswith("…")


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError):
        cells([["a", "b"]])


def test_notes_stand_below_the_rows():
    target = io.BytesIO()
    write_workbook(target, [Sheet("One", [Column("C")], [["a"]], ["note"])], "Title")
    page = load_workbook(target)["One"]
    assert [row[0].value for row in page.iter_rows()] == ["C", "a", None, "note"]


@given(st.text())
def test_the_name_of_a_sheet_is_allowed(name):
    made = sheet_name(name)
    assert len(made) <= 31
    assert not set(made) & set("[]:*?/\\")
