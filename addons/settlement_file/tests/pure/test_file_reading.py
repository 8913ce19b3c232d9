"""CSV, workbooks and JSON as rows, whatever is wrong with some of them."""

import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement_file.layout.definition import FileForm, NamedCell
from odoo.addons.settlement_file.reading import json_rows, workbook
from odoo.addons.settlement_file.reading.csv_rows import OPEN_QUOTE
from odoo.addons.settlement_file.reading.rows import BrokenOff, column_names
from odoo.addons.settlement_file.reading.source import open_rows

CSV = FileForm(encoding="utf-8", separator=",")


def table(content, form=CSV, wanted=()):
    content = content.encode() if isinstance(content, str) else content
    return open_rows(form, io.BytesIO(content), wanted)


def rows(content, form=CSV, wanted=()):
    return list(table(content, form, wanted))


def cells(content, form=CSV, wanted=()):
    return [row.cells for row in rows(content, form, wanted)]


# ----------------------------------------------------------------------
# CSV
# ----------------------------------------------------------------------


def test_cells_are_what_csv_says():
    content = 'A,B,C\n1,"x, ""y""",3\n4, "five" ,6\n'
    assert cells(content) == [["1", 'x, "y"', "3"], ["4", "five ", "6"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_ends_of_lines(ending):
    content = ending.join(["A,B", "1,2", "", "3,4"])
    found = rows(content)
    assert [row.cells for row in found] == [["1", "2"], ["3", "4"]]
    assert [row.number for row in found] == [2, 4]


def test_a_cell_over_several_lines():
    found = rows('A,B\n1,"two\nlines"\n3,4\n')
    assert [row.cells for row in found] == [["1", "two\nlines"], ["3", "4"]]
    assert [row.number for row in found] == [2, 4]


@pytest.mark.parametrize(
    "line",
    ['1,"never closed', '"1,2', '1,"a"b', '"a"b,2', '1,"a""'],
)
def test_an_open_quote_spoils_its_own_row_only(line):
    found = rows(f'A,B\n{line}\n3,"4"\n5,6\n')
    assert found[0].number == 2
    assert found[0].problem == OPEN_QUOTE
    assert [row.cells for row in found[1:]] == [["3", "4"], ["5", "6"]]
    assert [row.problem for row in found[1:]] == ["", ""]


def test_an_inch_inside_of_a_text_is_a_letter():
    found = rows('A,B\n1,TV 55" black\n2,x\n3,TV 32"\n')
    assert [row.problem for row in found] == [OPEN_QUOTE, "", OPEN_QUOTE]
    without = FileForm(encoding="utf-8", separator=",", quote="")
    assert cells('A,B\n1,TV 55" black\n2,x\n', without) == [
        ["1", 'TV 55" black'],
        ["2", "x"],
    ]


def test_rows_of_another_width():
    found = rows("A,B,C\n1,2\n1,2,3,\n1,2,3,4\n1,2,3\n,,\n")
    assert [bool(row.problem) for row in found] == [True, False, True, False]
    assert "2 cells, 3 are expected" in found[0].problem
    assert "4 cells, only 3" in found[2].problem
    assert found[1].cells == ["1", "2", "3"]


def test_bytes_of_another_encoding_spoil_their_own_row():
    content = "A,B\n1,für\n".encode("cp1252") + "2,für\n".encode()
    found = rows(content)
    assert "no utf-8" in found[0].problem
    assert found[0].text() == "1,f\ufffdr"
    assert (found[1].cells, found[1].problem) == (["2", "für"], "")


def test_null_characters_and_marks_are_left_out():
    found = rows(b"\xef\xbb\xbfA,B\n1\x00,2\n\xef\xbb\xbf3,4\n")
    assert [row.cells for row in found] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_letters(encoding):
    form = FileForm(encoding=encoding, separator=";")
    assert cells("A;B\n1;für\n".encode(encoding), form) == [["1", "für"]]
    either = FileForm(separator=";")
    assert cells("A;B\n1;fur\n".encode(encoding), either) == [["1", "fur"]]


def test_wide_letters_without_a_mark():
    form = FileForm(encoding="utf-16", separator=";")
    assert cells("A;B\n1;2\n".encode("utf-16-le"), form) == [["1", "2"]]


def test_separator_and_encoding_are_found_if_not_given():
    content = "Größe;B\n1;2\n3;4\n".encode("cp1252")
    found = table(content, FileForm())
    assert found.columns == ("Größe", "B")
    assert [row.cells for row in found] == [["1", "2"], ["3", "4"]]


def test_what_stands_above_and_below_the_rows():
    form = FileForm(
        encoding="utf-8",
        separator=",",
        skip_lines=4,
        footer_lines=2,
        named_cells=(
            NamedCell("Account", label="account"),
            NamedCell("Period", label="Period"),
            NamedCell("First", line=1, cell=1),
            NamedCell("Total", line=-1, cell=2),
            NamedCell("Count", label="Rows"),
            NamedCell("Nothing", line=3, cell=9),
        ),
    )
    content = (
        "Title,x\nAccount:,77\n\nPeriod: May 2026,\nA,B\n1,2\n3,4\nRows,2\nSum,6\n"
    )
    found = table(content, form)
    assert found.named == {"Account": "77", "Period": "May 2026", "First": "Title"}
    assert [row.cells for row in found] == [["1", "2"], ["3", "4"]]
    assert (found.named["Total"], found.named["Count"]) == ("6", "2")
    assert "Nothing" not in found.named


def test_a_header_is_found_by_its_first_cell():
    form = FileForm(encoding="utf-8", separator=",", header_starts="id")
    assert cells("x\ny,z\nId,B\n1,2\n", form) == [["1", "2"]]
    with pytest.raises(MalformedInput, match="No line begins with 'id'"):
        table("x\ny,z\n", form)


def test_a_file_without_a_header():
    form = FileForm(encoding="utf-8", separator=",", header=False)
    found = table("1,2\n3,4\n", form)
    assert found.columns == ("Column 1", "Column 2")
    assert [row.cells for row in found] == [["1", "2"], ["3", "4"]]


def test_names_of_columns_are_different():
    names = column_names(["A", " A ", "", "A (2)", "A", "b\nc"])
    assert len(set(names)) == 6
    assert names[0] == "A"
    assert names[2] == "Column 3"
    assert names[5] == "b c"


def test_empty_files_say_so():
    for content in ("", "\n\n", "   \n"):
        with pytest.raises(MalformedInput, match="no row"):
            table(content)


def test_too_many_columns():
    with pytest.raises(MalformedInput, match="more than 1000 columns"):
        table(",".join(map(str, range(1001))) + "\n")


def test_formulas_are_texts():
    content = 'A,B\n=1+1,"=HYPERLINK(""http://x"")"\n@SUM(1),+5\n'
    assert cells(content) == [["=1+1", '=HYPERLINK("http://x")'], ["@SUM(1)", "+5"]]


def test_an_endless_line_is_cut_and_memory_stays_small():
    class Endless(io.RawIOBase):
        left = 30 << 20

        def seek(self, *_place):
            return 0

        def read(self, size=-1):
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    form = FileForm(encoding="utf-8", separator=",", header=False)
    tracemalloc.start()
    for row in open_rows(form, Endless()):
        assert len(row.text()) <= 2000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_a_file_stays_open_even_if_nobody_reads_on():
    stream = io.BytesIO(b"A,B\n1,2\n")
    found = open_rows(CSV, stream)
    del found
    assert not stream.closed
    assert stream.seek(0) == 0


# ----------------------------------------------------------------------
# Workbooks
# ----------------------------------------------------------------------

XLSX = FileForm(kind="xlsx")


def book(*lines, change=None):
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    if change:
        change(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def repacked(content, **members):
    """Return a workbook with members replaced or added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            if member.filename not in members:
                new.writestr(member, old.read(member))
        for name, text in members.items():
            new.writestr(name, text)
    return made.getvalue()


def test_cells_of_a_workbook():
    at = datetime(2026, 7, 1, 14, 5, 9)
    content = book(
        ["A", "B", "C", "D", "E", "F"],
        [0.1 + 0.2, 1234567.891, 5, True, at, date(2026, 7, 1)],
        [-0.005, 1e-7, 1e15, "x", None, "=A1"],
    )
    first, second = cells(content, XLSX)
    assert first[:3] == [Decimal("0.3"), Decimal("1234567.891"), Decimal(5)]
    assert first[3:] == ["true", at, date(2026, 7, 1)]
    assert second[:4] == [Decimal("-0.005"), Decimal("1E-7"), Decimal(10**15), "x"]
    # A formula that no program has computed yet has no value.
    assert second[4:] == ["", ""]


def test_numbers_are_those_of_the_screen():
    for number, shown in (
        (1.005, "1.005"),
        (1.1 * 3, "3.3"),
        (123456789012345.6, "123456789012346"),
        (2.675, "2.675"),
        (100.0, "100"),
    ):
        ((cell,),) = cells(book(["A"], [number]), XLSX)
        assert cell == Decimal(shown)


def test_short_rows_of_a_workbook_are_filled():
    found = rows(book(["A", "B", "C"], [1], [None, None, 3], [], [4, 5, 6, 7]), XLSX)
    assert [row.number for row in found] == [2, 3, 5]
    assert [bool(row.problem) for row in found] == [False, False, True]
    assert found[1].cells == ["", "", Decimal(3)]
    assert found[1].text() == " |  | 3"


def test_sheets_are_found_by_name():
    content = book(
        ["A"], [1], change=lambda made: made.create_sheet("Two").append(["B"])
    )
    form = FileForm(kind="xlsx", sheet=" two ")
    assert table(content, form).columns == ("B",)
    with pytest.raises(MalformedInput, match="no sheet 'Three', only 'Sheet', 'Two'"):
        table(content, FileForm(kind="xlsx", sheet="Three"))
    assert workbook.sheet_names(io.BytesIO(content)) == ("Sheet", "Two")


@pytest.mark.parametrize("content", [b"", b"A;B\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_workbook(content):
    with pytest.raises(MalformedInput):
        table(content, XLSX)


def test_entities_are_refused():
    good = book(["A"], [1])
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<sheetData><row><c t='inlineStr'><is><t>&b;</t></is></c></row></sheetData>"
        "</worksheet>"
    )
    content = repacked(good, **{"xl/worksheets/sheet1.xml": bomb})
    with pytest.raises(MalformedInput, match="defines entities"):
        table(content, XLSX)


def test_what_unpacks_beyond_measure_is_refused():
    content = repacked(book(["A"], [1]), **{"xl/media/zeros.xml": b"\0" * (5 << 20)})
    with pytest.raises(MalformedInput, match="300 times"):
        table(content, XLSX)


def test_too_much_text_is_refused(monkeypatch):
    content = repacked(book(["A"]), **{"xl/sharedStrings.xml": f"<sst>{'x' * 30_000}"})
    monkeypatch.setattr(workbook, "MOST_TEXT_BYTES", 20_000)
    with pytest.raises(MalformedInput, match="Save the sheet as CSV"):
        table(content, XLSX)


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<dimension ref="A1:XFD1048576"/><sheetData>{}</sheetData></worksheet>'
)


def sheet(text):
    return repacked(book(["A"]), **{"xl/worksheets/sheet1.xml": SHEET.format(text)})


def test_a_row_far_below_is_no_trap():
    content = sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2000000000"><c r="A2000000000"><v>2</v></c></row>'
    )
    form = FileForm(kind="xlsx", header=False)
    assert cells(content, form) == [[Decimal(1)]]


def test_a_cell_far_right_is_refused():
    content = sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    with pytest.raises(MalformedInput, match="more than 1000 columns"):
        table(content, XLSX)


def test_a_sheet_that_breaks_off_keeps_its_rows():
    content = sheet("")
    broken = SHEET.format(
        "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 900))
        + "<row"
    )
    content = repacked(content, **{"xl/worksheets/sheet1.xml": broken})
    found = []
    with pytest.raises(BrokenOff):
        for row in table(content, FileForm(kind="xlsx", header=False)):
            found.append(row.cells[0])
    assert found == [Decimal(n) for n in range(1, len(found) + 1)]


# ----------------------------------------------------------------------
# JSON
# ----------------------------------------------------------------------


def test_records_of_a_list():
    content = (
        '[{"a": 1.10, "b": {"c": "x", "d": [1, 2]}, "e": null, "f": true}, {"a": 2}]'
    )
    found = table(content, FileForm(kind="json"), ("a", "z"))
    assert found.columns == ("a", "b.c", "b.d.0", "b.d.1", "e", "f", "z")
    first, second = [row.cells for row in found]
    assert first == [Decimal("1.10"), "x", Decimal(1), Decimal(2), "", "true", ""]
    assert str(first[0]) == "1.10"
    assert second == [Decimal(2), "", "", "", "", "", ""]


def test_numbers_are_never_floats():
    long = "123456789012345678901234567890.5"
    content = f'[{{"a": 0.1, "b": 1e400, "c": {long}, "d": NaN}}]'
    ((a, b, c, d),) = cells(content, FileForm(kind="json"))
    assert (a, b) == (Decimal("0.1"), Decimal("1e400"))
    assert c == Decimal(long)
    assert d == "NaN"


def test_members_beside_the_list_are_named_cells():
    form = FileForm(
        kind="json",
        records="data.items",
        named_cells=(
            NamedCell("Day", label="meta.day"),
            NamedCell("Sum", label="data.sum"),
            NamedCell("End", label="end"),
        ),
    )
    content = json.dumps(
        {
            "meta": {"day": "2026-01-05", "list": [{"x": 1}]},
            "data": {"items": [{"a": 1}], "sum": 12.5},
            "end": True,
        }
    )
    found = table(content, form, ("a",))
    assert found.named["Day"] == "2026-01-05"
    assert [row.cells for row in found] == [[Decimal(1)]]
    assert found.named == {"Day": "2026-01-05", "Sum": Decimal("12.5"), "End": "true"}


def test_lists_inside_of_records_are_rows():
    form = FileForm(kind="json", records="p", explode="x.lines")
    content = json.dumps(
        {
            "p": [
                {"id": 1, "x": {"y": "z", "lines": [{"a": 1}, {"a": 2}, 3]}},
                {"id": 2, "x": {}},
                {"id": 3, "x": {"lines": []}},
            ]
        }
    )
    found = table(content, form)
    assert found.columns == ("id", "x.y", "x.lines.a")
    listed = list(found)
    assert [row.cells[2] for row in listed[:2]] == [Decimal(1), Decimal(2)]
    assert "no object" in listed[2].problem
    assert "no list 'x.lines'" in listed[3].problem
    assert [row.number for row in listed] == [1, 2, 3, 4]


def test_json_lines():
    form = FileForm(kind="json", json_lines=True)
    found = rows('{"a": 1}\n\n{"a": \n[1]\n{"a": 2}\n', form)
    assert [bool(row.problem) for row in found] == [False, True, True, False]
    assert found[1].text() == '{"a":'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "breaks off"),
        ("{", "breaks off"),
        ("[", "breaks off"),
        ("[]", "no record"),
        ("5", "no record|no object|breaks off"),
        ('{"other": []}', "no list 'items'"),
        ('{"items": {"a": 1', "breaks off"),
        ('{"items": ' + "[" * 100_000, "breaks off"),
    ],
)
def test_json_without_records(content, words):
    path = "items" if "items" in words or "items" in content else ""
    with pytest.raises(MalformedInput, match=words):
        rows(content, FileForm(kind="json", records=path), ("a",))


def test_json_that_breaks_off_keeps_its_records():
    content = '[{"a": 1}, {"a": 2}, {"a": '
    found = []
    with pytest.raises(BrokenOff, match="character 22"):
        for row in table(content, FileForm(kind="json")):
            found.append(row.cells)
    assert found == [[Decimal(1)], [Decimal(2)]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 64])
def test_pieces_of_any_size_are_the_same(monkeypatch, size):
    content = json.dumps(
        {"k": '\\"]}', "items": [{"n": 12345.678, "t": 'a"b\\'}, {"n": 1}], "z": 9}
    )
    form = FileForm(kind="json", records="items")
    whole = cells(content, form)
    monkeypatch.setattr(json_rows, "_CHUNK", size)
    assert cells(content, form) == whole


def test_other_records_are_refused():
    with pytest.raises(MalformedInput, match="no member 'x'"):
        table('[{"a": 1}]', FileForm(kind="json"), ("x", "y", "a"))


def test_memory_does_not_follow_the_file():
    record = json.dumps({"id": "x" * 500, "amount": 1})

    def peak(count):
        content = ("[" + ",".join([record] * count) + "]").encode()
        stream = io.BytesIO(content)
        tracemalloc.start()
        for _row in open_rows(FileForm(kind="json"), stream):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(2_000) + (4 << 20)
