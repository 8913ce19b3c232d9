"""Lists of the evidence pack: nothing in them runs, and nothing of them is lost."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_workbench.closing.csv_file import (
    DANGEROUS,
    Table,
    cell_text,
    write_csv,
)

# What a spreadsheet looks at first.
texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"))


def written(*rows, columns=("a", "b")):
    target = io.BytesIO()
    count = write_csv(target, Table("x.csv", columns, rows))
    text = target.getvalue().decode("utf-8-sig")
    return count, list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_a_text_that_begins_like_a_formula_is_a_text(sign):
    assert cell_text(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"
    assert cell_text(f"  {sign}1") == f"'  {sign}1"


def test_numbers_and_days_stay_what_they_are():
    assert cell_text(Decimal("-12.50")) == "-12.50"
    assert cell_text(Decimal("1E+3")) == "1000"
    assert cell_text(-3) == "-3"
    assert cell_text(0) == "0"
    assert cell_text(date(2026, 1, 31)) == "2026-01-31"
    assert cell_text(datetime(2026, 1, 31, 9, 5)) == "2026-01-31 09:05:00"


def test_nothing_and_no_are_empty():
    assert [cell_text(value) for value in (None, False, "")] == ["", "", ""]
    assert cell_text(True) == "yes"


@given(texts)
def test_no_text_is_run_and_none_is_lost(text):
    shown = cell_text(text)
    assert not shown.lstrip(" \u00a0").startswith(DANGEROUS)
    assert shown.removeprefix("'") in (text, text.removeprefix("'"))


@given(st.lists(st.tuples(texts, st.decimals(allow_nan=False, allow_infinity=False))))
def test_what_is_written_is_read_again(rows):
    count, found = written(*rows)
    assert count == len(rows)
    assert found[0] == ["a", "b"]
    assert [Decimal(amount) for _text, amount in found[1:]] == [
        amount for _text, amount in rows
    ]
    assert [text for text, _amount in found[1:]] == [cell_text(t) for t, _a in rows]


def test_a_row_of_other_columns_is_refused():
    with pytest.raises(ValueError, match="other columns"):
        written(("one",))


def test_rows_are_taken_one_after_another():
    taken = []

    def rows():
        for number in range(3):
            taken.append(number)
            yield number, number

    target = io.BytesIO()
    assert write_csv(target, Table("x.csv", ("a", "b"), rows())) == 3
    assert taken == [0, 1, 2]
    assert not target.closed, "the file belongs to its caller"


def test_spreadsheets_are_told_of_utf8():
    target = io.BytesIO()
    write_csv(target, Table("x.csv", ("ä",), []))
    assert target.getvalue() == b"\xef\xbb\xbf\xc3\xa4\r\n"
