"""The evidence pack: the same data give the same bytes, and it lists what is in it."""

import hashlib
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_workbench.closing.csv_file import Table
from odoo.addons.settlement_workbench.closing.pack_file import (
    FIXED_TIME,
    sha256_of,
    write_pack,
)
from odoo.addons.settlement_workbench.closing.summary_pdf import (
    Line,
    Summary,
    write_pdf,
)

cells = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)


def tables(rows):
    return [Table("one.csv", ("a", "b"), iter(rows)), Table("two.csv", ("c",), [])]


def make(path, rows=(("1", "2"),), summary=lambda members: b"%PDF", about=None):
    return write_pack(path, tables(rows), summary, about or {"company": "Ü"})


def test_it_says_what_is_in_it(tmp_path):
    path = tmp_path / "pack.zip"
    digest = make(path)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as pack:
        assert pack.testzip() is None
        names = ["one.csv", "two.csv", "summary.pdf", "contents.json"]
        assert pack.namelist() == names
        contents = json.loads(pack.read("contents.json"))
        assert contents["company"] == "Ü"
        for each in contents["files"]:
            content = pack.read(each["name"])
            assert each["bytes"] == len(content)
            assert each["sha256"] == hashlib.sha256(content).hexdigest()
        assert [each["rows"] for each in contents["files"]] == [1, 0, 0]


def test_the_summary_knows_the_hashes_of_the_lists(tmp_path):
    seen = []
    make(tmp_path / "pack.zip", summary=lambda members: seen.extend(members) or b"")
    assert [(each.name, each.rows) for each in seen] == [("one.csv", 1), ("two.csv", 0)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_the_same_data_give_the_same_bytes(tmp_path, rows):
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    assert make(first, rows) == make(second, rows)
    assert first.read_bytes() == second.read_bytes()


def test_other_data_give_another_hash(tmp_path):
    path = tmp_path / "pack.zip"
    assert make(path, [("1", "2")]) != make(path, [("1", "3")])


def test_no_clock_and_no_system_is_in_it(tmp_path):
    path = tmp_path / "pack.zip"
    make(path)
    with zipfile.ZipFile(path) as pack:
        for info in pack.infolist():
            assert info.date_time == FIXED_TIME
            assert info.create_system == 3
            assert not info.extra or len(info.extra) <= 20


def test_long_lists_are_hashed_in_pieces(tmp_path):
    path = tmp_path / "pack.zip"
    digest = make(path, ((str(number), "x" * 50) for number in range(50_000)))
    assert digest == sha256_of(path)


def test_a_list_that_breaks_breaks_the_pack(tmp_path):
    with pytest.raises(ValueError, match="other columns"):
        make(tmp_path / "pack.zip", [("1",)])


# ----------------------------------------------------------------------
# Its first page
# ----------------------------------------------------------------------


def summary(sentence="All good."):
    return Summary(
        title="Evidence of 2026-01",
        answer="Ready to close? Yes.",
        facts=(("State", "Open"),),
        heads=("Check", "Result", "What", "Amount", "Signed"),
        lines=[Line("Feeds", "ok", "Good", sentence, "1.00 EUR", "")] * 40,
        file_heads=("List", "Rows", "SHA-256"),
        files=[("one.csv", "1", "0" * 64)],
    )


def test_the_page_is_the_same_for_the_same_data():
    assert write_pdf(summary()) == write_pdf(summary())
    assert write_pdf(summary()).startswith(b"%PDF-")
    assert write_pdf(summary()) != write_pdf(summary("Not good."))


def test_markup_in_a_sentence_is_text():
    assert write_pdf(summary("<b>5 < 6 & more\ufeff</i>")).startswith(b"%PDF-")


def test_every_state_has_its_colour():
    line = Line("x", "blocking", "In the Way", "", "", "")
    for state in ("ok", "warning", "blocking", "unknown", "other"):
        page = Summary(
            "t",
            "a",
            (),
            ("1", "2", "3", "4", "5"),
            [Line("x", state, state, line.sentence, "", "")],
            ("1", "2", "3"),
            [],
        )
        assert write_pdf(page).startswith(b"%PDF-")
