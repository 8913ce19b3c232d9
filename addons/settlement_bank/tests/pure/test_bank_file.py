"""Files as they come from banks: documents and archives of documents."""

import io
import struct
import zipfile

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement.storage import archive
from odoo.addons.settlement_bank.formats import bank_file
from odoo.addons.settlement_bank.tests.camt_samples import Entry, Statement, document

ONE = document(Statement([Entry("1.00", "A"), Entry("2.50", text="coffee")]))
TWO = document(Statement([Entry("2.00", "B")], identifier="S-2", sequence="2"))
BAD_ROW = document(Statement([Entry("1.001", "BAD")], identifier="S-3"))


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return buffer.getvalue()


def parse(content):
    return ParseResult(list(bank_file.parse(io.BytesIO(content))))


def refusal(content):
    with pytest.raises(MalformedInput) as caught:
        parse(content)
    return str(caught.value)


def test_plain_document():
    assert len(parse(ONE).transactions) == 2


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archive_is_all_its_documents(method):
    result = parse(zipped(("b.xml", TWO), ("sub/a.xml", ONE), method=method))
    assert list(result) == [*parse(TWO), *parse(ONE)]


def test_same_document_twice_has_no_twins():
    result = parse(zipped(("a.xml", ONE), ("copy.xml", ONE)))
    assert {fact.occurrence for fact in result.transactions} == {0}


def test_numbers_of_rejected_rows_differ_between_members():
    result = parse(
        zipped(("a.xml", BAD_ROW), ("b.xml", b"<pain/>"), ("c.xml", BAD_ROW))
    )
    numbers = [rejected.number for rejected in result.rejected]
    assert len(numbers) == len(set(numbers)) == 3


def test_member_that_is_no_statement_is_put_aside_and_named():
    result = parse(zipped(("a.xml", ONE), ("readme.txt", b"hello")))
    assert len(result.transactions) == 2
    (rejected,) = result.rejected
    assert rejected.reason.startswith("readme.txt: ")


def test_litter_of_file_managers_is_passed_over():
    result = parse(
        zipped(("a.xml", ONE), ("__MACOSX/._a.xml", b"x"), (".DS_Store", b"x"))
    )
    assert result.rejected == []


def test_archive_without_a_readable_member_is_refused():
    assert "no statement" in refusal(zipped(("a.xml", document())))
    assert "no statement file" in refusal(zipped(("empty/", b"")))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../a.xml", "outside"),
        ("/a.xml", "outside"),
        ("x/../../a.xml", "outside"),
        ("c:\\a.xml", "outside"),
        ("inner.zip", "archive again"),
    ],
)
def test_members_that_are_refused(name, words):
    assert words in refusal(zipped(("a.xml", ONE), (name, ONE)))


def test_bomb_is_refused_before_it_is_read():
    assert "300 times" in refusal(zipped(("a.xml", b" " * (50 << 20))))


def test_too_many_members_are_refused():
    many = zipped(*((f"{n}.xml", b"") for n in range(archive.MAX_MEMBERS + 1)))
    assert "more than 2000" in refusal(many)


def test_directory_that_lies_about_its_size_is_refused():
    content = bytearray(zipped(("a.xml", ONE)))
    at = content.rindex(b"PK\x05\x06")
    content[at + 12 : at + 16] = struct.pack("<L", 1 << 30)
    assert refusal(bytes(content))


def test_encrypted_member_is_refused():
    content = bytearray(zipped(("a.xml", ONE)))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "encrypted" in refusal(bytes(content))


def test_member_with_a_false_checksum_is_put_aside():
    damaged = zipped(("a.xml", ONE), ("b.xml", TWO), method=zipfile.ZIP_STORED)
    damaged = damaged.replace(b"<Id>S-2</Id>", b"<Id>S-9</Id>")
    result = parse(damaged)
    assert {"A", ""} <= {fact.bank_reference for fact in result.transactions}
    assert "damaged" in result.rejected[-1].reason


@pytest.mark.parametrize("cut", [10, 200, -30])
def test_broken_archive_is_refused(cut):
    assert refusal(zipped(("a.xml", ONE))[:cut])


@pytest.mark.parametrize(
    ("filename", "head", "expected"),
    [
        ("a.xml", ONE, True),
        ("a.txt", ONE, True),
        ("a.xml", ONE.replace(b"camt.053", b"camt.052"), True),
        ("a.xml", ONE.decode().encode("utf-16"), True),
        ("a.zip", zipped(("a.xml", ONE)), True),
        ("a", zipped(("a.xml", ONE)), True),
        ("a.xlsx", zipped(("sheet.bin", b"x")), False),
        ("a.csv", b"date;amount\n", False),
        ("a.xml", b'<Document xmlns="urn:x:pain.001.001.03"/>', False),
        ("a.sta", b":20:STARTUMS\n:25:", False),
    ],
)
def test_recognises(filename, head, expected):
    assert bank_file.recognises(filename, head[:65536]) is expected
