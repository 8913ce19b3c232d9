"""Files as they come: columns in any order, quotes, ends of lines, damage."""

import io
import random
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement_adyen.reports import lines
from odoo.addons.settlement_adyen.reports.file import (
    ACCOUNTING,
    SETTLEMENT,
    is_report,
    kind_of,
    read_report,
)
from odoo.addons.settlement_adyen.reports.settlement_columns import REQUIRED

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402
from adyen_report import of_account, payout, refund, sale  # noqa: E402

ROWS = [sale(), refund(), of_account("Fee", debit="7.40"), payout("70.00")]
WHOLE = paper.file_of(*ROWS)
FACTS = paper.read(WHOLE)
NEEDED = (
    *("Merchant Account", "Creation Date", "Type", "Net Currency"),
    *("Net Debit (NC)", "Net Credit (NC)", "Batch Number"),
)


# ----------------------------------------------------------------------
# Which file it is
# ----------------------------------------------------------------------


def test_both_reports_are_recognised_by_their_columns():
    assert kind_of(WHOLE) == SETTLEMENT
    assert kind_of(paper.accounting_of(paper.record())) == ACCOUNTING
    assert is_report(WHOLE)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n\r\n",
        b"PK\x03\x04 settlement_detail_report",
        b'"RH","2026/01/07 04:12:13 -0800","A","X","009"\r\n',
        b"id,type,source,amount,fee,net,currency,created\n",
        b"Merchant Account,Type,Net Currency,Batch Number\n",
        b"\x00\xff\xfe" * 500,
        b'"Merchant Account,Type',
    ],
)
def test_other_files_are_not(head):
    assert not is_report(head)


def test_the_head_may_end_in_the_middle_of_a_row():
    assert is_report(WHOLE[: WHOLE.index(b"\r\n") + 30])


def test_a_file_that_is_none_is_refused_with_a_sentence():
    with pytest.raises(MalformedInput, match="settlement details or payments"):
        paper.read(b"id;amount\n1;2\n")


def test_a_file_without_anything_is_refused():
    with pytest.raises(MalformedInput, match="first row"):
        paper.read(b"")


@pytest.mark.parametrize("name", NEEDED)
def test_a_column_that_is_missing_is_named(name):
    columns = [each for each in paper.COLUMNS if each != name]
    content = paper.file_of(*ROWS, columns=columns)
    assert not is_report(content)
    with pytest.raises(MalformedInput, match="is missing, so no row can be read"):
        paper.read(content)


def test_all_columns_that_are_needed_are_tried():
    assert len(NEEDED) == len(REQUIRED)


def test_a_column_of_money_that_is_there_twice_is_refused():
    columns = [*paper.COLUMNS, "Net Credit (NC)"]
    with pytest.raises(MalformedInput, match="twice"):
        paper.read(paper.file_of(*ROWS, columns=columns))


def test_a_report_without_rows_has_no_facts():
    assert paper.read(paper.file_of()) == []


# ----------------------------------------------------------------------
# Columns
# ----------------------------------------------------------------------


@given(st.randoms(use_true_random=False))
def test_columns_in_any_order_say_the_same(chance):
    columns = list(paper.COLUMNS)
    chance.shuffle(columns)
    assert paper.read(paper.file_of(*ROWS, columns=columns)) == FACTS


def test_columns_that_a_merchant_added_do_no_harm():
    more = {
        "Metadata": '{"a": "b, c", "d": "\n"}',
        "Reserved4": "",
        "Balance Currency": "USD",
        "Net Credit (BC)": "104.20",
        "Settlement Flow": "x",
    }
    assert paper.read(paper.file_of({**ROWS[0], **more}, *ROWS[1:])) == FACTS


def test_reserved_columns_may_have_another_name():
    content = WHOLE.replace(b"Reserved4", b"Booking Date", 1)
    assert paper.read(content) == FACTS


def test_names_of_columns_may_be_spelt_with_other_blanks():
    content = WHOLE.replace(b"Net Credit (NC)", b" net credit(NC) ", 1)
    assert paper.read(content) == FACTS


def test_only_the_columns_that_are_needed():
    rows = [of_account("Fee", debit="7.40"), payout("70.00")]
    found = paper.read(paper.file_of(*rows, columns=NEEDED))
    assert [fact.kind for fact in paper.transactions(found)] == ["fee", "payout"]


def test_the_day_of_the_booking_has_its_own_column():
    row = {
        **sale(),
        "Booking Date": "2026-01-07 23:30:00",
        "Booking Date TimeZone": "PST",
    }
    (fact,) = paper.transactions(paper.facts(row))
    assert fact.booked_on.isoformat() == "2026-01-08"
    assert fact.occurred_at.isoformat() == "2026-01-06T12:30:05"


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-01-09", "2026-01-09"), ("2026-01-06 13:30:05", "2026-01-06")],
)
def test_a_booking_may_be_a_day_or_the_same_moment(text, day):
    (fact,) = paper.transactions(paper.facts({**sale(), "Booking Date": text}))
    assert fact.booked_on.isoformat() == day


@pytest.mark.parametrize("text", ["2026-02-30", "0026-01-06", "06/01/2026", "soon"])
def test_a_booking_that_is_neither(text):
    found = paper.facts({**sale(), "Booking Date": text})
    assert "Booking Date" in paper.rejected(found)[0].reason


# ----------------------------------------------------------------------
# Bytes
# ----------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_with_and_without_a_mark(mark):
    assert paper.read(paper.file_of(*ROWS, mark=mark)) == FACTS


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n\r\n"])
def test_ends_of_lines(end):
    assert paper.read(WHOLE.replace(b"\r\n", end)) == FACTS


def test_the_last_line_may_have_no_end():
    assert paper.read(WHOLE.rstrip(b"\r\n")) == FACTS


@pytest.mark.parametrize("delimiter", [b";", b"\t"])
def test_saved_by_a_spreadsheet(delimiter):
    text = paper.changed(ROWS[3], Modification_Reference="TX2370000EURXT batch 237")
    usual = paper.file_of(*ROWS[:3], text)
    assert paper.read(usual.replace(b",", delimiter)) == paper.read(usual)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_cell_in_quotes(mark):
    head, *rest = WHOLE.decode("utf-8-sig").splitlines()
    cells = [lines.cells_of(line, ",") for line in (head, *rest)]
    quoted = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in cells)
    assert is_report(mark + quoted.encode())
    assert paper.read(mark + quoted.encode()) == FACTS


@pytest.mark.parametrize("text", ["a, b", 'say "x"', "a\nb", "a\r\nb\r\nc", "Zoë 株"])
def test_texts_of_all_kinds(text):
    (fact,) = paper.transactions(
        paper.facts(sale(Modification_Merchant_Reference=text))
    )
    assert fact.description == text


def test_bytes_that_are_no_text_spoil_only_themselves():
    content = WHOLE.replace(b"INV/2026/00017", b"INV\xff\xfe", 1)
    fact, *_rest = paper.transactions(paper.read(content))
    assert fact.invoice_reference == "INV\ufffd\ufffd"
    assert len(paper.transactions(paper.read(content))) == len(ROWS)


def test_a_character_that_no_database_keeps():
    content = WHOLE.replace(b"INV/2026/00017", b"INV\x00", 1)
    fact, *_rest = paper.transactions(paper.read(content))
    assert fact.invoice_reference == "INV\ufffd"


def test_names_of_rows_are_short_enough_for_an_index():
    long = {"Modification_Merchant_Reference": "€" * 5000}
    rows = [of_account("Fee", debit="1.00", **long)]
    long = {"Modification_Merchant_Reference": "€" * 4999 + "$"}
    rows += [of_account("Fee", debit="1.00", **long)]
    first, second = paper.transactions(paper.facts(*rows))
    assert len(first.external_id.encode()) < 1000
    assert first.external_id != second.external_id


# ----------------------------------------------------------------------
# Damage
# ----------------------------------------------------------------------


def spoilt(place, change):
    head, *rows = WHOLE.splitlines(keepends=True)
    rows[place] = change(rows[place])
    return paper.read(b"".join((head, *rows)))


@pytest.mark.parametrize("place", range(len(ROWS)))
@pytest.mark.parametrize(
    "change",
    [
        lambda line: b'"' + line,
        lambda line: line.replace(b",", b',"', 1),
        lambda line: line[:20] + b"\r\n",
        lambda line: line.rstrip() + b",more\r\n",
        lambda line: b"total: 4 rows\r\n",
    ],
    ids=["quote", "quote inside", "short", "long", "remark"],
)
def test_a_row_that_is_damaged_takes_no_other_with_it(place, change):
    found = spoilt(place, change)
    bad = [each for each in paper.rejected(found) if each.number]
    assert [each.number for each in bad] == [place + 2]
    good = [fact for fact in paper.transactions(FACTS)]
    del good[place]
    assert paper.transactions(found) == good


def test_two_open_quotes_take_nothing_between_them():
    head, *rows = WHOLE.splitlines(keepends=True)
    rows[0], rows[3] = b'"' + rows[0], b'"' + rows[3]
    found = paper.read(b"".join((head, *rows)))
    assert [each.number for each in paper.rejected(found) if each.number] == [2, 5]
    assert paper.transactions(found) == paper.transactions(FACTS)[1:3]


def test_a_quote_that_opens_in_one_row_and_ends_in_another_takes_none_between():
    head, *rows = paper.file_of(*[refund()] * 4).splitlines(keepends=True)
    # Read as one cell, rows and all, it would be a row as wide as the others.
    rows[0] = rows[0].rstrip() + b'"\r\n'
    rows[3] = b'8"\r\n'
    found = paper.read(b"".join((head, *rows)))
    assert [each.number for each in paper.rejected(found) if each.number] == [2, 5]
    assert len(paper.transactions(found)) == 2


def test_a_quote_inside_a_text_is_a_letter():
    (fact,) = paper.transactions(
        paper.read(
            paper.file_of(sale(Modification_Merchant_Reference="X")).replace(
                b",X,", b',12" vinyl,'
            )
        )
    )
    assert fact.description == '12" vinyl'


def test_lines_are_counted_as_an_editor_counts_them():
    note = sale(Modification_Merchant_Reference="a\nb\nc")
    (bad,) = paper.rejected(paper.facts(note, sale(Creation_Date="x")))[:1]
    assert bad.number == 5


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Net_Credit_NC": "1,234.50"}, "is no amount"),
        ({"Net_Credit_NC": "97.5O"}, "is no amount"),
        ({"Net_Credit_NC": "٩٧"}, "is no amount"),
        ({"Net_Credit_NC": "1e3"}, "is no amount"),
        ({"Net_Credit_NC": "NaN"}, "is no amount"),
        ({"Net_Credit_NC": "9" * 16}, "is no amount"),
        ({"Net_Credit_NC": "-97.50"}, "has a sign"),
        ({"Net_Credit_NC": "97.501"}, "more decimals than EUR allows"),
        ({"Commission_NC": "2.505"}, "more decimals than EUR allows"),
        ({"Net_Currency": "", "Gross_Currency": ""}, "is no currency code"),
        ({"Net_Currency": "EURO"}, "is no currency code"),
        ({"Gross_Currency": "€"}, "is no currency code"),
        ({"Exchange_Rate": "one"}, "is no exchange rate"),
        ({"Exchange_Rate": "0"}, "is no exchange rate"),
        ({"Exchange_Rate": "-1"}, "is no exchange rate"),
        ({"Creation_Date": ""}, "is no date and time"),
        ({"Creation_Date": "06/01/2026 13:30"}, "is no date and time"),
        ({"Creation_Date": "2026-02-30 13:30:05"}, "is no date and time"),
        ({"Creation_Date": "0026-01-06 13:30:05"}, "is no date and time"),
        ({"Creation_Date": "2026-01-06 13:30:0é"}, "is no date and time"),
        ({"Merchant_Account": ""}, "is no merchant account"),
        ({"Merchant_Account": "x" * 201}, "is no merchant account"),
        ({"Type": " "}, "is no type of row"),
        ({"Psp_Reference": "8" * 101}, "is no Psp Reference: it is too long"),
        ({"Modification_Reference": "8" * 101}, "is no Modification Reference"),
        ({"Batch_Number": ""}, "is no batch number"),
    ],
)
def test_a_cell_that_cannot_be_right_is_named(cells, words):
    found = paper.facts(sale(**cells))
    assert paper.transactions(found) == []
    assert words in paper.rejected(found)[0].reason


def test_what_is_kept_of_a_row_has_an_end():
    found = paper.facts(sale(Type="", Modification_Merchant_Reference="x" * 9000))
    assert len(paper.rejected(found)[0].raw) == 2000


# ----------------------------------------------------------------------
# Length
# ----------------------------------------------------------------------


def peak_of(rows):
    """Return the most memory held while so many captures of a payment are read."""
    head, line = paper.file_of(sale()).splitlines(keepends=True)
    before, after = line.split(paper.CAPTURE.encode())
    file = io.BytesIO(
        head + b"".join(b"%s%016d%s" % (before, each, after) for each in range(rows))
    )
    tracemalloc.start()
    try:
        for _fact in read_report(file, paper.ZONE, paper.TOLD_AT):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_report():
    assert peak_of(21_000) < peak_of(7_000) * 1.3


def test_a_line_without_end_is_cut_and_not_swallowed():
    content = paper.file_of(sale(), mark=b"") + b"x" * (3 << 20) + b"\n"
    found = paper.read(content)
    assert len(paper.transactions(found)) == 1
    assert all(len(each.raw) <= 2000 for each in paper.rejected(found))


def test_the_file_stays_open_for_who_opened_it():
    file = io.BytesIO(WHOLE)
    assert list(read_report(file, paper.ZONE, paper.TOLD_AT))
    assert not file.closed


def test_a_reading_that_is_given_up_leaves_the_file_open():
    file = io.BytesIO(WHOLE)
    reading = read_report(file, paper.ZONE, paper.TOLD_AT)
    next(reading)
    reading.close()
    assert not file.closed


def test_lines_are_put_back_in_their_order():
    chance = random.Random(1)
    for _turn in range(200):
        texts = [chance.choice(['"', "a,b", '"x', "", "c,d"]) for _each in range(60)]
        content = "h,i\n" + "\n".join(texts)
        rows = list(lines.read_rows(io.BytesIO(content.encode()), ","))
        numbers = [row.number for row in rows]
        assert numbers == sorted(numbers)
        assert "".join(row.text for row in rows).split() == content.split()
