"""Numbers, dates and encodings as files write them."""

import codecs
from datetime import date, datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_file.layout.definition import Numbers
from odoo.addons.settlement_file.mapping.money_cells import MoneyReader
from odoo.addons.settlement_file.reading.cells import cell_text, is_sane
from odoo.addons.settlement_file.reading.dates import (
    DateFormat,
    compile_format,
    example,
    zone_of,
)
from odoo.addons.settlement_file.reading.encodings import (
    ENCODINGS,
    codec_of,
    guess_encoding,
    printable,
)
from odoo.addons.settlement_file.reading.numbers import NumberFormat

UTC = ZoneInfo("UTC")


# ----------------------------------------------------------------------
# Numbers
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "expected"),
    [
        ("12.34", ".", "", "12.34"),
        ("-12.34", ".", "", "-12.34"),
        ("+5", ".", "", "5"),
        (".5", ".", "", "0.5"),
        ("5.", ".", "", "5"),
        ("1,234.50", ".", ",", "1234.50"),
        ("12,34,567.00", ".", ",", "1234567.00"),
        ("1.234.567,8", ",", ".", "1234567.8"),
        ("1 234,50", ",", "", "1234.50"),
        ("1\u00a0234,50", ",", "", "1234.50"),
        ("1\u202f234,50", ",", "", "1234.50"),
        ("1'234.50", ".", "'", "1234.50"),
        ("12,5-", ",", "", "-12.5"),
        ("(12.50)", ".", "", "-12.50"),
        ("($1,250.00)", ".", ",", "-1250.00"),
        ("-$5.00", ".", "", "-5.00"),
        ("$-5.00", ".", "", "-5.00"),
        ("R$ 31,25", ",", "", "31.25"),
        ("-R$ 31,25", ",", "", "-31.25"),
        ("US$12.00", ".", "", "12.00"),
        ("12,00 €", ",", "", "12.00"),
        ("€ -12,00", ",", "", "-12.00"),
        ("\u221212.50", ".", "", "-12.50"),
        ("△980", ".", "", "-980"),
        ("￥1,200", ".", ",", "1200"),
        ("１２３", ".", "", "123"),
        ("\u200e12.00\u200f", ".", "", "12.00"),
        ("000012", ".", "", "12"),
    ],
)
def test_numbers_as_people_write_them(text, decimal, thousands, expected):
    found = NumberFormat(decimal, thousands).read(text)
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("", ".", ""),
        (" ", ".", ""),
        ("-", ".", ""),
        (".", ".", ""),
        ("abc", ".", ""),
        ("1e5", ".", ""),
        ("NaN", ".", ""),
        ("Infinity", ".", ""),
        ("1.2.3", ".", ""),
        ("1,5", ".", ""),
        # A decimal sign that is taken for a thousands sign would be a hundredfold.
        ("12.34", ",", "."),
        ("1,23,4", ".", ","),
        ("1.234.56", ",", "."),
        ("--5", ".", ""),
        ("-(5)", ".", ""),
        ("5-5", ".", ""),
        ("12.34 CR", ".", ""),
        ("EUR 12.34", ".", ""),
        ("12%", ".", ""),
        ("1" * 41, ".", ""),
        ("٣", ".", ""),
        ("1'234", ".", ""),
    ],
)
def test_what_is_no_number_is_refused(text, decimal, thousands):
    with pytest.raises(ValueError, match="no number|too long"):
        NumberFormat(decimal, thousands).read(text)


def test_the_sentence_names_the_decimal_sign():
    with pytest.raises(ValueError, match="with '.' as decimal sign"):
        NumberFormat().read("12,34")


@given(
    amount=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    signs=st.sampled_from([(".", ","), (",", "."), (".", "'"), (",", " ")]),
)
def test_written_numbers_are_read_back(amount, signs):
    decimal, thousands = signs
    text = f"{amount:,.2f}".replace(",", "\0").replace(".", decimal)
    text = text.replace("\0", thousands)
    assert NumberFormat(decimal, thousands).read(text) == amount


# ----------------------------------------------------------------------
# Money
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "currency", "unit", "expected"),
    [
        ("12.5", "EUR", "", "12.50"),
        ("12.3400", "EUR", "", "12.34"),
        ("980", "JPY", "", "980"),
        ("980.00", "JPY", "", "980"),
        ("1.005", "KWD", "", "1.005"),
        ("129900", "SEK", "minor", "1299.00"),
        ("45.0", "GBP", "minor", "0.45"),
        ("980", "JPY", "minor", "980"),
        ("1005", "KWD", "minor", "1.005"),
        (Decimal("0.1"), "EUR", "", "0.10"),
        (Decimal("1E+2"), "EUR", "", "100.00"),
        (Decimal("1E+2"), "EUR", "minor", "1.00"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(cell, currency, unit, expected):
    found = MoneyReader(Numbers()).read(cell, currency, unit)
    assert str(found) == expected


@pytest.mark.parametrize(
    ("cell", "currency", "unit", "words"),
    [
        ("1.005", "EUR", "", "more decimals than EUR allows"),
        ("12.5", "JPY", "", "more decimals than JPY"),
        ("45.5", "GBP", "minor", "more decimals"),
        ("9" * 18, "EUR", "", "larger than anybody pays"),
        (Decimal("1E+40"), "EUR", "", "too large"),
        (Decimal("NaN"), "EUR", "", "too large"),
        (Decimal("Infinity"), "EUR", "", "too large"),
        (Decimal("1E+999999"), "EUR", "", "too large"),
        (date(2026, 1, 1), "EUR", "", "a date and no amount"),
    ],
)
def test_what_is_no_amount_says_why(cell, currency, unit, words):
    with pytest.raises(ValueError, match=words):
        MoneyReader(Numbers()).read(cell, currency, unit)


def test_an_empty_cell_is_no_amount():
    assert MoneyReader(Numbers()).read("  ", "EUR") is None


# ----------------------------------------------------------------------
# Dates
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("iso", "2026-01-05", "2026-01-05 00:00:00"),
        ("iso", "2026-01-05 10:11:12", "2026-01-05 10:11:12"),
        ("iso", "2026-01-05T10:11", "2026-01-05 10:11:00"),
        ("iso", "2026-01-05T10:11:12.345Z", "2026-01-05 10:11:12"),
        ("iso", "2026-01-05T10:11:12+02:00", "2026-01-05 08:11:12"),
        ("iso", "2026-01-05T10:11:12 -0500", "2026-01-05 15:11:12"),
        ("iso", "2026-01-05T24:00:00", "2026-01-06 00:00:00"),
        ("%d.%m.%Y", "5.1.2026", "2026-01-05 00:00:00"),
        ("%d.%m.%y", "05.01.26", "2026-01-05 00:00:00"),
        ("%Y%m%d", "20260105", "2026-01-05 00:00:00"),
        ("%Y%m%d%H%M%S", "20260105101112", "2026-01-05 10:11:12"),
        ("%m/%d/%Y %I:%M %p", "1/5/2026 12:05 AM", "2026-01-05 00:05:00"),
        ("%m/%d/%Y %I:%M %p", "1/5/2026 12:05 pm", "2026-01-05 12:05:00"),
        ("%d-%b-%Y", "05-Jan-2026", "2026-01-05 00:00:00"),
        ("%b %d, %Y", "Sept 5, 2026", "2026-09-05 00:00:00"),
        ("%B %d, %Y", "January 5, 2026", "2026-01-05 00:00:00"),
        ("%Y年%m月%d日", "2026年1月5日", "2026-01-05 00:00:00"),
        ("%d.%m.%Y %H:%M:%S %Z", "05.01.2026 10:00:00 PST", "2026-01-05 18:00:00"),
        ("unix", "1767607872", "2026-01-05 10:11:12"),
        ("unix_ms", "1767607872999", "2026-01-05 10:11:12"),
    ],
)
def test_moments(form, text, expected):
    assert str(DateFormat((form,), UTC).read(text).instant) == expected


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("iso", ""),
        ("iso", "yesterday"),
        ("iso", "2026-02-30"),
        ("iso", "2026-13-01"),
        ("iso", "1899-12-31"),
        ("iso", "9999-12-31T23:59:59-14:00"),
        ("iso", "2026-01-05T10:11:12+99:00"),
        ("iso", "2026-01-05T25:00:00"),
        ("iso", "2026-01-05T10:11:12 Mars/Base"),
        ("iso", "٢٠٢٦-٠١-٠٥"),
        ("%d.%m.%Y", "05/01/2026"),
        ("%d.%m.%Y", "05.01.2026 "[::-1]),
        ("%d-%b-%Y", "05-Foo-2026"),
        ("%m/%d/%Y %I:%M %p", "1/5/2026 13:05 PM"),
        ("%d.%m.%Y %H:%M:%S %Z", "05.01.2026 10:00:00 XYZ"),
        ("unix", "99999999999999"),
        ("unix", "-5"),
    ],
)
def test_what_is_no_date_is_refused(form, text):
    with pytest.raises(ValueError, match="is no date like"):
        DateFormat((form,), UTC).read(text)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("%Q", "no part of a date"),
        ("%d%d", "comes twice"),
        ("%d.%m", "needs one of"),
        ("%d.%m.%Y%y", "needs one of"),
        ("%d.%m.%Y %I:%M", "%I with %p"),
        ("x", "needs one of"),
        ("%", "no part of a date"),
    ],
)
def test_formats_that_read_nothing(form, words):
    with pytest.raises(ValueError, match=words):
        compile_format(form)


def test_the_day_is_that_of_the_zone():
    tokyo = DateFormat(("iso",), ZoneInfo("Asia/Tokyo"))
    moment = tokyo.read("2026-01-05T20:00:00Z")
    assert (moment.day, str(moment.instant)) == (
        date(2026, 1, 6),
        "2026-01-05 20:00:00",
    )
    moment = tokyo.read("2026-01-05")
    assert (moment.day, str(moment.instant)) == (
        date(2026, 1, 5),
        "2026-01-04 15:00:00",
    )


def test_clocks_that_change():
    berlin = DateFormat(("%Y-%m-%d %H:%M:%S",), ZoneInfo("Europe/Berlin"))
    # The hour that is there twice is the first of both.
    assert str(berlin.read("2026-10-25 02:30:00").instant) == "2026-10-25 00:30:00"
    assert str(berlin.read("2026-10-25 03:30:00").instant) == "2026-10-25 02:30:00"
    assert str(berlin.read("2026-03-29 01:30:00").instant) == "2026-03-29 00:30:00"
    assert str(berlin.read("2026-03-29 03:30:00").instant) == "2026-03-29 01:30:00"


def test_dates_of_a_workbook_are_dates():
    form = DateFormat(("%d.%m.%Y",), ZoneInfo("Europe/Berlin"))
    moment = form.read(datetime(2026, 7, 1, 14, 5))
    assert moment.has_time
    assert str(moment.instant) == "2026-07-01 12:05:00"
    moment = form.read(date(2026, 7, 1))
    assert not moment.has_time
    assert str(moment.day) == "2026-07-01"
    assert str(DateFormat(("unix",), UTC).read(Decimal(1767607872)).day) == "2026-01-05"


def test_several_formats_are_tried_in_order():
    form = DateFormat(("%d/%m/%Y", "%m/%d/%Y"), UTC)
    assert form.read("03/04/2026").day == date(2026, 4, 3)
    assert form.read("12/31/2026").day == date(2026, 12, 31)


def test_unknown_zones_are_refused():
    for name in ("Mars/Base", "", "../etc/passwd", "\0"):
        with pytest.raises(ValueError, match="no time zone"):
            zone_of(name)


moments = st.datetimes(
    min_value=datetime(1971, 1, 1), max_value=datetime(2198, 12, 31)
).map(lambda each: each.replace(microsecond=0))


@given(
    moment=moments,
    form=st.sampled_from(
        [
            "iso",
            "%d.%m.%Y %H:%M:%S",
            "%m/%d/%Y %I:%M:%S %p",
            "%d %b %Y %H:%M:%S",
            "%Y%m%d%H%M%S",
            "unix",
        ]
    ),
)
def test_written_moments_are_read_back(moment, form):
    assert DateFormat((form,), UTC).read(example(form, moment)).instant == moment


@given(text=st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text):
    reader = DateFormat(("iso", "%d.%m.%Y", "%b %d %Y %I:%M %p", "unix"), timezone.utc)
    try:
        moment = reader.read(text)
    except ValueError as error:
        assert "is no date" in str(error)
    else:
        assert 1970 <= moment.day.year <= 2199


# ----------------------------------------------------------------------
# Encodings and cells
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Datum;Betrag;Straße\n01.01.2026;1,00;Müllerweg\n", "cp1252"),
        ("Data;Kwota;Opłata\n2026-01-01;1,00;Zażółć gęślą jaźń\n", "cp1250"),
        ("Дата;Сумма;Комиссия\n01.01.2026;1,00;нет\n", "cp1251"),
        ("日付,金額,手数料\n2026/01/05,1000,36\n", "cp932"),
        ("取引日,金額,手数料,区分\n2026/01/05,1000,36,売上\n", "euc_jp"),
        ("日期,金额,手续费,订单\n2026/01/05,1000,36,x\n", "gb18030"),
        ("日期,金額,手續費,訂單\n2026/01/05,1000,36,x\n", "big5"),
        ("날짜,금액,수수료,주문\n2026/01/05,1000,36,x\n", "cp949"),
        ("Datum;Betrag;Größe\n", "utf-8"),
        ("Datum;Betrag\n", "utf-8"),
        ("Datum;Größe\n", "utf-16-le"),
        ("Datum;Größe\n", "utf-16-be"),
    ],
)
def test_encodings_are_told_apart(text, encoding):
    guess = guess_encoding(text.encode(encoding))
    assert guess.encoding == encoding
    assert guess.reason
    assert guess.encoding in ENCODINGS


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ],
)
def test_marks_of_unicode(mark, encoding):
    guess = guess_encoding(mark + b"a;b")
    assert (guess.encoding, guess.is_sure) == (encoding, True)


def test_a_letter_cut_in_two_is_no_mistake():
    assert guess_encoding("aä".encode()[:-1]).encoding == "utf-8"
    assert guess_encoding(b"").encoding == "utf-8"


def test_every_encoding_is_one_of_python():
    for encoding in ENCODINGS:
        codec, errors = codec_of(encoding)
        assert codecs.lookup(codec)
        assert b"".decode(codec, errors) == ""


@given(content=st.binary(max_size=200))
def test_any_bytes_have_an_encoding(content):
    guess = guess_encoding(content)
    text = content.decode(codec_of(guess.encoding)[0], "replace")
    printable(text).encode()


def test_texts_of_cells():
    assert cell_text(Decimal("1E+3")) == "1000"
    assert cell_text(Decimal("1E+999999")) == "1E+999999"
    assert cell_text(Decimal("0.10")) == "0.10"
    assert cell_text(datetime(2026, 1, 5, 10, 0)) == "2026-01-05 10:00:00"
    assert cell_text(date(2026, 1, 5)) == "2026-01-05"
    assert cell_text(None) == ""
    assert cell_text(True) == "true"
    assert is_sane(Decimal("1E+29"))
    assert not is_sane(Decimal("1E+30"))
    assert not is_sane(Decimal("1E-31"))
    assert not is_sane(Decimal("NaN"))


def test_nothing_unprintable_is_kept():
    assert printable("a\0b") == "a\ufffdb"
    assert printable("ä\udc80\ud800") == "ä\ufffd\ufffd"
