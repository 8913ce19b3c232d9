"""Hostile and broken XML ends in a sentence, quickly and in little memory."""

import io
import time

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import TransactionFact
from odoo.addons.settlement_bank.formats import camt, xml_stream
from odoo.addons.settlement_bank.tests.camt_samples import Entry, Statement, document

GOOD = document(Statement([Entry("1.00", "A"), Entry("2.00", "B")]))
ROOT = GOOD[GOOD.index(b"<Document") :]


def refusal(content):
    with pytest.raises(MalformedInput) as caught:
        list(camt.parse(io.BytesIO(content)))
    return str(caught.value)


def until_refused(content):
    facts = []
    with pytest.raises(MalformedInput) as caught:
        for fact in camt.parse(io.BytesIO(content)):
            facts.append(fact)
    return facts, str(caught.value)


LAUGHS = (
    b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)


@pytest.mark.parametrize(
    "prolog",
    [
        b"<!DOCTYPE Document>",
        LAUGHS,
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">',
        b"<!-- <Document> --> <?pi <Document> ?>\n<!DOCTYPE Document>",
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE Document>',
    ],
)
def test_document_type_is_refused(prolog):
    assert "DOCTYPE" in refusal(prolog + ROOT)
    as_utf16 = (prolog.replace(b"UTF-8", b"UTF-16") + ROOT).decode().encode("utf-16")
    assert "DOCTYPE" in refusal(as_utf16)


def test_document_type_behind_a_long_comment_is_refused():
    refusal(b"<!--" + b"x" * (1 << 17) + b"--><!DOCTYPE d>" + ROOT)


def test_document_type_that_the_first_look_misses_is_refused(monkeypatch):
    monkeypatch.setattr(xml_stream, "check_prolog", lambda head: None)
    assert "DOCTYPE" in refusal(LAUGHS + ROOT)


@pytest.mark.parametrize("encoding", ["UTF-7", "EBCDIC-CP-US", "UTF-32", "x" * 300])
def test_encoding_that_could_hide_something_is_refused(encoding):
    refusal(b'<?xml version="1.0" encoding="' + encoding.encode() + b'"?>' + ROOT)


def test_undeclared_entity_is_damage():
    refusal(ROOT.replace(b"<Id>S-1</Id>", b"<Id>&evil;</Id>"))


@pytest.mark.parametrize("content", [b"", b" \n\t ", b"hello", b"\x00\x01\x02", b"{}"])
def test_what_is_no_xml_is_refused(content):
    assert refusal(content)


def test_deep_nesting_is_refused():
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    facts, _words = until_refused(GOOD.replace(b"</Stmt>", deep + b"</Stmt>"))
    assert len([fact for fact in facts if isinstance(fact, TransactionFact)]) == 2


def test_endless_element_is_refused():
    started = time.monotonic()
    words = refusal(GOOD.replace(b"<Ntry>", b"<a/>" * 5_000_000 + b"<Ntry>", 1))
    assert "MiB" in words
    assert time.monotonic() - started < 30


def test_endless_text_is_refused():
    refusal(GOOD.replace(b"<Id>S-1</Id>", b"<Id>" + b"x" * (20 << 20) + b"</Id>"))


def test_entries_hidden_in_foreign_elements_release_nothing():
    hidden = b"<Foo>" + b"<Ntry></Ntry>" * 2_000_000 + b"</Foo>"
    assert "MiB" in refusal(GOOD.replace(b"<Ntry>", hidden + b"<Ntry>", 1))


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(b"<Stmt>", b"<Stmt><Stmt>").replace(b"</Stmt>", b"</Stmt></Stmt>"),
        GOOD.replace(b"<Ntry>", b"<Ntry><Ntry></Ntry>"),
        GOOD.replace(b"<Ntry>", b"<NtryDtls><TxDtls><a/></TxDtls></NtryDtls><Ntry>"),
        GOOD.replace(b"<GrpHdr>", b"<Ntry><Amt>1</Amt></Ntry><GrpHdr>"),
        GOOD.replace(b"<Acct>", b"<Acct><Stmt/><Btch/>"),
    ],
)
def test_elements_in_the_wrong_place_are_ignored(content):
    facts = list(camt.parse(io.BytesIO(content)))
    references = {
        fact.bank_reference for fact in facts if isinstance(fact, TransactionFact)
    }
    assert references <= {"A", "B"}


def test_truncated_file_gives_what_stands_before_the_break():
    cut = GOOD.index(b"<Ntry>", GOOD.index(b"<Ntry>") + 1) + 20
    facts, words = until_refused(GOOD[:cut])
    assert [fact.bank_reference for fact in facts] == ["A"]
    assert "line 1" in words
    whole = list(camt.parse(io.BytesIO(GOOD)))
    assert facts == whole[:1]


def test_damage_shows_the_same_facts_wherever_the_chunks_end(monkeypatch):
    damaged = GOOD.replace(b"<Amt", b"<A<mt", 2).replace(b"<A<mt", b"<Amt", 1)
    rows = []
    for size in (7, 64, 1 << 16):
        monkeypatch.setattr(xml_stream, "CHUNK", size)
        monkeypatch.setattr(xml_stream, "check_prolog", lambda head: None)
        rows.append(until_refused(damaged)[0])
    assert rows[0] == rows[1] == rows[2]
