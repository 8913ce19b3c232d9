"""What a file looks like, guessed from its first bytes."""

import csv
import datetime
import io
import json

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_file.detection.columns import guess_columns
from odoo.addons.settlement_file.detection.detect import detect
from odoo.addons.settlement_file.detection.dialect import guess_dialect
from odoo.addons.settlement_file.detection.json_paths import guess_records
from odoo.addons.settlement_file.detection.kind_words import kind_of_value
from odoo.addons.settlement_file.detection.names import meanings
from odoo.addons.settlement_file.detection.table import read_table
from odoo.addons.settlement_file.detection.texts import (
    guess_date,
    guess_numbers,
    looks_like_number,
)
from odoo.addons.settlement_file.layout.definition import FileForm, FileLayout
from odoo.addons.settlement_file.layout.fields import FIELDS
from odoo.addons.settlement_file.mapping.parse import preview
from odoo.addons.settlement_file.tests.file_samples_more import SAMPLES

BY_NAME = {each.name: each for each in SAMPLES}


def found(name):
    sample = BY_NAME[name]
    return detect(sample.content, sample.filename)


def roles(detection):
    return {each.column: each.field or each.role for each in detection.columns}


# ----------------------------------------------------------------------
# Whole files
# ----------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda each: each.name)
def test_every_guess_has_a_reason(sample):
    detection = detect(sample.content, sample.filename)
    assert detection.columns
    for each in (*detection.findings, *detection.columns):
        assert each.reason.endswith(".")
    for column in detection.columns:
        assert len(column.samples) <= 5
        assert column.field in ("", *FIELDS)
    assert detection.rows


@pytest.mark.parametrize("name", ["mollie", "checkout", "shopify", "klarna", "lines"])
def test_most_files_can_be_read_as_they_are_guessed(name):
    detection = found(name)
    assert detection.problems == ()
    layout = FileLayout.from_data(detection.layout.to_data())
    shown = preview(layout, BY_NAME[name].content, BY_NAME[name].filename)
    assert shown.counts["accepted"] + BY_NAME[name].rejected >= (
        shown.counts["rows"] - 1
    )


def test_where_only_the_currency_is_missing_it_is_asked_for():
    for name in ("square", "sumup", "worldpay", "workbook"):
        assert found(name).problems == ("No column and no constant says the currency.",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "brazil",
            {
                "Data da venda": "occurred_at",
                "Data de pagamento": "available_on",
                "NSU": "identity",
                "Bandeira": "payment_method",
                "Lançamento": "kind",
                "Valor bruto": "gross_amount",
                "Taxa": "fee",
                "Valor líquido": "net_amount",
            },
        ),
        (
            "japan",
            {
                "加盟店番号": "account_identifier",
                "取引日": "occurred_at",
                "取引番号": "identity",
                "区分": "kind",
                "売上金額": "gross_amount",
                "手数料": "fee",
                "消費税": "tax",
                "差引金額": "net_amount",
            },
        ),
        (
            "bank_like",
            {
                "Buchung": "occurred_at",
                "Text": "kind",
                "Soll": "debit",
                "Haben": "credit",
                "Saldo": "balance",
            },
        ),
    ],
)
def test_columns_in_several_languages(name, expected):
    assert roles(found(name)) == expected


def test_lines_above_the_header_and_totals_below():
    form = found("brazil").layout.file
    assert (form.skip_lines, form.footer_lines, form.separator) == (3, 1, ";")
    form = found("worldpay").layout.file
    assert (form.skip_lines, form.separator) == (4, ",")
    form = found("workbook").layout.file
    assert (form.sheet, form.skip_lines, form.footer_lines) == ("Transactions", 2, 1)


def test_directions():
    assert found("worldpay").layout.sign.mode == "by_value"
    assert found("worldpay").layout.sign.negative == ("debit",)
    assert found("bank_like").layout.sign.mode == "debit_credit"
    assert found("mollie").layout.sign.mode == "as_is"
    content = b"Id,Type,Amount,Currency,Date\n1,Sale,5.00,EUR,2026-01-05\n"
    content += b"2,Refund,3.00,EUR,2026-01-05\n"
    detection = detect(content, "x.csv")
    assert detection.layout.sign.mode == "by_kind"
    assert "'Refund'" in detection.finding("sign").reason


def test_fees_that_are_written_as_costs():
    fees = {each.column: each.sign for each in found("checkout").layout.fees}
    assert fees["Processing Fee"] == "cost_negative"
    fees = {each.column: each.sign for each in found("shopify").layout.fees}
    assert fees == {"Fee": "cost_positive"}


def test_kinds_of_the_values_of_a_column():
    rule = found("checkout").layout.kinds
    assert rule.column == "Type"
    named = {each.value: each.kind for each in rule.values}
    assert named["Charge"] == "charge"
    assert named["Refund"] == "refund"
    assert named["Chargeback"] == "dispute"
    detection = found("shopify")
    assert "'mystery'" in detection.finding("kinds").reason
    assert not detection.finding("kinds").is_sure


def test_identity():
    assert found("mollie").layout.identity.columns == ("ID",)
    rule = found("shopify").layout.identity
    assert rule.mode == "fingerprint"
    assert "Amount" in rule.columns
    content = b"Id,Type,Amount\n1,sale,5.00\n1,fee,-0.10\n2,sale,7.00\n"
    detection = detect(content, "x.csv")
    assert detection.layout.identity.columns == ("Id", "Type")
    assert not detection.finding("identity").is_sure


def test_batches():
    rule = found("shopify").layout.batch
    assert (rule.by, rule.columns, rule.total) == (
        "columns",
        ("Payout ID",),
        "payout_row",
    )
    assert found("mollie").layout.batch.total == "sum"


def test_records_of_json():
    detection = found("nested")
    form = detection.layout.file
    assert (form.kind, form.records, form.explode) == (
        "json",
        "data.payouts",
        "entries",
    )
    assert "meta.skipped" in detection.record_paths
    assert found("gocardless").layout.file.records == "payout_items"
    assert found("lines").layout.file.json_lines


def test_currencies_of_names_and_signs():
    detection = detect(b"Id,Date,Amount (CHF)\n1,2026-01-05,5.00\n", "x.csv")
    assert detection.layout.constants == {"currency": "CHF"}
    detection = detect("Id;Tag;Betrag\n1;05.01.2026;5,00 €\n".encode(), "x.csv")
    assert detection.layout.constants == {"currency": "EUR"}
    assert detection.layout.numbers.decimal == ","
    assert found("brazil").layout.constants in ({}, {"currency": "BRL"})


def test_the_form_that_a_person_corrected_is_kept():
    content = "a;b\nx,1;y,2\n"
    like = FileLayout(file=FileForm(encoding="cp1252", separator=",", header=False))
    detection = detect(content.encode(), "x.csv", like)
    assert detection.layout.file == like.file
    assert [each.column for each in detection.columns] == ["Column 1"]
    assert detect(content.encode(), "x.csv").layout.file.separator == ";"
    like = FileLayout(file=FileForm(kind="xlsx", sheet="Read me"))
    detection = detect(BY_NAME["workbook"].content, "x.xlsx", like)
    assert detection.sheets == ("Read me", "Transactions")
    assert [each.column for each in detection.columns] == ["Nothing to see"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "x.csv"),
        (b"\n\n", "x.csv"),
        (b"PK\x03\x04 no archive", "x.xlsx"),
        (b"{", "x.json"),
        (b"[]", "x.json"),
        (b"[1, 2]", "x.json"),
    ],
)
def test_what_has_no_rows_is_a_problem(content, name):
    detection = detect(content, name)
    assert detection.problems
    assert not detection.columns or not detection.rows or detection.problems


def test_the_bytes_count_more_than_the_name():
    assert detect(BY_NAME["workbook"].content, "x.csv").layout.file.kind == "xlsx"
    assert detect(b'[{"a": 1}]', "x.csv").layout.file.kind == "json"
    assert detect(b"A,B\n1,2\n", "x.json").layout.file.kind == "csv"


def test_a_large_sample_may_end_in_a_row():
    head = "Id,Date,Amount\n"
    lines = "".join(f"{n},2026-01-05,{n}.50\n" for n in range(4000))
    whole = (head + lines).encode()
    assert len(whole) > 65_536
    cut = detect(whole[:50_001], "x.csv")
    assert cut.finding("separator").is_sure
    assert roles(cut) == {
        "Id": "identity",
        "Date": "occurred_at",
        "Amount": "gross_amount",
    }
    assert cut.rows == 500


# ----------------------------------------------------------------------
# Its parts
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "separator", "quote"),
    [
        ("a,b,c\n1,2,3\n", ",", '"'),
        ("a;b;c\n1,5;2,5;3,5\n", ";", '"'),
        ("a\tb\n1\t2\n", "\t", '"'),
        ("a|b|c\n1|2|3\n", "|", '"'),
        ('"a;x","b"\n"1;y","2"\n', ",", '"'),
        ("'a','b,c'\n'1','2,3'\n'4','5,6'\n", ",", "'"),
        ("Title\n\na;b;c\n1;2;3\n4;5;6\n", ";", '"'),
        ("just words\nand more words\n", ",", '"'),
    ],
)
def test_dialects(text, separator, quote):
    guess = guess_dialect(text)
    assert (guess.separator, guess.quote) == (separator, quote)


@pytest.mark.parametrize(
    ("texts", "prefers_comma", "decimal", "thousands", "is_sure"),
    [
        (["12.34", "5.00"], True, ".", "", True),
        (["1.234,50", "7,00"], False, ",", ".", True),
        (["1,234.50"], True, ".", ",", True),
        (["12,000", "980"], False, ".", ",", False),
        (["1.250", "17"], False, ",", ".", False),
        (["1'234.50"], False, ".", "'", True),
        (["12,000", "12.5"], False, ".", ",", True),
        (["0,125"], False, ",", "", True),
        (["5", "7"], True, ",", "", False),
        (["5", "7"], False, ".", "", False),
        (["1.5", "1,5", "2,5"], False, ",", "", False),
    ],
)
def test_decimal_signs(texts, prefers_comma, decimal, thousands, is_sure):
    guess = guess_numbers(texts, prefers_comma)
    assert (guess.decimal, guess.is_sure) == (decimal, is_sure)
    assert set(guess.thousands) - {"."} == set(thousands) - {"."}


@pytest.mark.parametrize(
    "text",
    ["5", "-5.00", "(1,234.50)", "€ 5", "5,00 €", "-R$ 5,00", "5-", "△980", "¥1"],
)
def test_what_looks_like_a_number(text):
    assert looks_like_number(text)


@pytest.mark.parametrize("text", ["", "x", "5 pieces", "A5", "2026-01-05", "1" * 50])
def test_what_does_not(text):
    assert not looks_like_number(text)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2026-01-05"], "iso"),
        (["2026-01-05T10:00:00Z"], "iso"),
        (["31.01.2026"], "%d.%m.%Y"),
        (["01/31/2026"], "%m/%d/%Y"),
        (["31/01/2026 10:00"], "%d/%m/%Y %H:%M"),
        (["01/31/2026 10:00:00 PM"], "%m/%d/%Y %I:%M:%S %p"),
        (["20260131"], "%Y%m%d"),
        (["31-Jan-2026"], "%d-%b-%Y"),
        (["Jan 31, 2026"], "%b %d, %Y"),
        (["January 31, 2026, 10:00 AM"], "%b %d, %Y, %I:%M %p"),
        (["2026年1月5日"], "%Y年%m月%d日"),
        (["2026/01/31 10:00:00"], "%Y/%m/%d %H:%M:%S"),
        (["31.01.2026 10:00:00 UTC"], "%d.%m.%Y %H:%M:%S %Z"),
    ],
)
def test_dates_of_one_meaning(texts, form):
    guess = guess_date(texts, True)
    assert (guess.form, guess.is_sure, guess.alternatives) == (form, True, ())


def test_dates_of_two_meanings_are_told_in_words():
    guess = guess_date(["03/04/2025", "05/06/2025"], True)
    assert (guess.form, guess.alternatives) == ("%d/%m/%Y", ("%m/%d/%Y",))
    assert not guess.is_sure
    assert "'03/04/2025' fits day/month and month/day" in guess.reason
    assert "no value above 12 in the first part" in guess.reason
    guess = guess_date(["03/04/2025", "05/06/2025"], False)
    assert (guess.form, guess.alternatives) == ("%m/%d/%Y", ("%d/%m/%Y",))
    # One date that fits only one way decides.
    assert guess_date(["03/04/2025", "25/06/2025"], False).is_sure


def test_some_texts_among_dates():
    guess = guess_date(["Total", "31.01.2026", "30.01.2026", "29.01.2026"], True)
    assert guess.form == "%d.%m.%Y"
    assert not guess.is_sure
    assert "1 of 4 do not" in guess.reason
    assert guess_date(["Total", "31.01.2026"], True) is None
    assert guess_date(["x", "y"], True) is None
    assert guess_date([], True) is None


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Gross", "gross_amount"),
        ("GROSS AMOUNT", "gross_amount"),
        ("grossAmount", "gross_amount"),
        ("gross_amount", "gross_amount"),
        ("Bruttobetrag", "gross_amount"),
        ("Montant brut", "gross_amount"),
        ("Nettobetrag", "net_amount"),
        ("Währung", "currency"),
        ("Waehrung", "currency"),
        ("Devise", "currency"),
        ("通貨", "currency"),
        ("Buchungstag", "booked_on"),
        ("Value Date", "value_date"),
        ("Bestellnummer", "order_reference"),
        ("Facture", "invoice_reference"),
        ("E-Mail", "counterparty_email"),
        ("Gebühr", "fee"),
        ("Prowizja", "fee"),
        ("MwSt", "tax"),
        ("Soll", "debit"),
        ("Haben", "credit"),
        ("Transaction ID", "identity"),
        ("Payout ID", "batch"),
        ("Saldo", "balance"),
        ("Transaction type", "kind"),
    ],
)
def test_names_of_columns(name, meaning):
    best = meanings(name)[0]
    assert (best.field or best.role) == meaning


def test_a_name_that_means_nothing():
    assert meanings("xyzzy") == []
    assert meanings("") == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Sale", "charge"),
        ("payment_paid_out", "charge"),
        ("Refund", "refund"),
        ("REFUNDS", "refund"),
        ("Failed refund", "refund_failure"),
        ("Rückerstattung", "refund"),
        ("Chargeback", "dispute"),
        ("Chargeback fee", "dispute_fee"),
        ("Chargeback reversal", "dispute_reversal"),
        ("Auszahlung", "payout"),
        ("Rolling reserve hold", "reserve_hold"),
        ("Reserve release", "reserve_release"),
        ("gocardless_fee", "fee"),
        ("売上", "charge"),
        ("返金", "refund"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_kinds_of_words(value, kind):
    assert kind_of_value(value) == kind


def test_headers_and_files_without_one():
    table = read_table(b"1;2026-01-05;5.00\n2;2026-01-05;6.00\n", "x.csv", None)
    assert not table.form.header
    assert table.columns == ("Column 1", "Column 2", "Column 3")
    table = read_table(b"Title\n\nId;Date;Sum\n1;2026-01-05;5.00\n", "x.csv", None)
    assert table.form.skip_lines == 2
    assert table.columns == ("Id", "Date", "Sum")


def test_a_cut_json_file_has_its_list():
    content = json.dumps({"a": {"b": [{"x": n} for n in range(100)]}})
    records = guess_records(content[:200].encode())
    assert records.path == "a.b"
    records = guess_records(b'{"t": "a \\" [{", "l": [{"x": 1}')
    assert (records.path, records.paths) == ("l", ("l",))


def test_dates_of_a_workbook():
    book = openpyxl.Workbook()
    book.active.append(["Id", "Wann", "Amount"])
    book.active.append(["1", datetime.datetime(2026, 1, 5, 10, 0), 5.25])
    content = io.BytesIO()
    book.save(content)
    table = read_table(content.getvalue(), "x.xlsx", None)
    guesses = guess_columns(table)
    types = {each.column: each.type for each in guesses.columns}
    assert types == {"Id": "money", "Wann": "moment", "Amount": "money"}


# ----------------------------------------------------------------------
# Properties
# ----------------------------------------------------------------------

words = st.text("abcdefghij xyzäöé", min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(
            words,
            st.decimals(min_value=-9999, max_value=9999, places=2),
            st.dates(datetime.date(2000, 1, 1), datetime.date(2199, 12, 31)),
        ),
        min_size=3,
        max_size=12,
    ),
    separator=st.sampled_from(";,\t|"),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_files_that_are_written_are_recognised(rows, separator, comma, encoding):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(["Text", "Amount", "Date"])
    for word, amount, day in rows:
        shown = f"{amount:.2f}"
        writer.writerow([word, shown.replace(".", ",") if comma else shown, day])
    detection = detect(text.getvalue().encode(encoding), "x.csv")
    assert [each.column for each in detection.columns] == ["Text", "Amount", "Date"]
    assert detection.layout.file.separator == separator
    assert detection.layout.numbers.decimal == ("," if comma else ".")
    assert detection.finding("dates").value == "iso"


@settings(max_examples=100)
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.json", "a"]))
def test_any_bytes_are_looked_at(content, name):
    detection = detect(content, name)
    str(preview(detection.layout, content, name)).encode()
