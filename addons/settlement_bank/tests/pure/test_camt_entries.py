"""How entries, statements and their frames become facts."""

import io
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement_bank.formats import camt
from odoo.addons.settlement_bank.tests.camt_samples import (
    Detail,
    Entry,
    Statement,
    document,
    footing,
)


def parse(*statements, **options):
    content = document(*statements, **options)
    return ParseResult(list(camt.parse(io.BytesIO(content))))


def identities(result):
    return [(fact.external_id, fact.occurrence) for fact in result.transactions]


# --- Identity ----------------------------------------------------------------


def test_identity_names_account_day_reference_and_amount():
    result = parse(Statement([Entry("12.50", "REF-1")]))
    assert identities(result) == [
        ("DE02120300000000202051/EUR:2026-01-05:REF-1:12.50", 0)
    ]


def test_reference_used_twice_on_one_day_with_the_same_amount():
    result = parse(
        Statement([Entry("12.50", "REF", text="a"), Entry("12.50", "REF", text="b")])
    )
    assert [fact.occurrence for fact in result.transactions] == [0, 1]


def test_reference_used_for_other_facts_does_not_merge_rows_of_two_files():
    one = parse(Statement([Entry("100.00", "REF")], identifier="A"))
    other = parse(Statement([Entry("-0.50", "REF")], identifier="B"))
    assert not set(identities(one)) & set(identities(other))


def test_reference_used_again_on_another_day_is_another_row():
    one = parse(Statement([Entry("1.00", "REF", day="2026-01-05")]))
    other = parse(Statement([Entry("1.00", "REF", day="2026-01-06")]))
    assert not set(identities(one)) & set(identities(other))


def test_same_rows_in_one_file_or_two():
    first, second = Entry("1.00", "A"), Entry("2.00", "", text="no reference")
    together = parse(Statement([first, second]))
    apart = identities(parse(Statement([first], identifier="X"))) + identities(
        parse(Statement([second], identifier="Y"))
    )
    assert identities(together) == apart


def test_same_statement_twice_in_one_file_has_no_twins():
    statement = Statement([Entry("1.00", "A"), Entry("2.00", text="cash")])
    result = parse(statement, statement)
    assert len(result.transactions) == 4
    assert len(set(identities(result))) == 2


def test_twins_in_two_statements_of_one_file_are_two():
    result = parse(
        Statement([Entry("2.50", text="coffee")], identifier="A", sequence="1"),
        Statement([Entry("2.50", text="coffee")], identifier="B", sequence="2"),
    )
    assert [fact.occurrence for fact in result.transactions] == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "other words"},
        {"details": [Detail("5.00", end_to_end="OTHER")]},
        {"details": [Detail("5.00", text="other remittance")]},
        {"number": "17"},
    ],
)
def test_facts_stand_in_for_a_missing_reference(change):
    plain = parse(Statement([Entry("5.00")]))
    changed = parse(Statement([Entry("5.00", **change)]))
    assert identities(plain) != identities(changed)


def test_folding_of_text_does_not_change_an_identity():
    one = parse(Statement([Entry("5.00", details=[Detail("5.00", text="INV 12 34")])]))
    other = parse(Statement([Entry("5.00", details=[Detail("5.00", text="INV 1234")])]))
    assert identities(one) == identities(other)


def test_filler_is_no_reference():
    result = parse(Statement([Entry("5.00", "NONREF"), Entry("5.00", "NONREF", "9")]))
    assert len({fact.external_id for fact in result.transactions}) == 2


def test_reference_of_the_only_detail_serves_the_entry():
    detail = Detail("5.00", extra="")
    content = document(Statement([Entry("5.00", details=[detail])])).replace(
        b"<Refs>", b"<Refs><AcctSvcrRef>INSIDE</AcctSvcrRef>"
    )
    (fact,) = ParseResult(list(camt.parse(io.BytesIO(content)))).transactions
    assert fact.entry_reference == "2026-01-05:INSIDE:5.00"
    assert fact.bank_reference == "INSIDE"


def test_currencies_of_one_account_number_are_apart():
    one = parse(Statement([Entry("5.00", "REF")], currency="EUR"))
    other = parse(Statement([Entry("5.00", "REF")], currency="USD"))
    assert not set(identities(one)) & set(identities(other))


def test_very_long_reference_is_shortened():
    (fact,) = parse(Statement([Entry("5.00", "X" * 500)])).transactions
    assert len(fact.external_id) < 200


# --- Details -----------------------------------------------------------------


@pytest.mark.parametrize("version", ["02", "04", "08"])
def test_details_explode_in_every_version(version):
    details = [
        Detail("70.00", "E1", "INV-1", "Anna", "DE89370400440532013000"),
        Detail("30.00", "E2", "INV-2", "Bert", "DE12500105170648489890"),
    ]
    result = parse(Statement([Entry("100.00", "R", details=details)]), version=version)
    assert [fact.net_amount for fact in result.transactions] == [70, 30]
    assert [fact.counterparty_name for fact in result.transactions] == ["Anna", "Bert"]
    assert [fact.end_to_end_reference for fact in result.transactions] == ["E1", "E2"]


def test_details_of_both_directions():
    details = [Detail("70.00"), Detail("-30.00")]
    result = parse(Statement([Entry("40.00", "R", details=details)]))
    assert [fact.net_amount for fact in result.transactions] == [70, -30]
    assert [fact.kind for fact in result.transactions] == ["bank_credit", "bank_debit"]


def test_conversion_and_charges_of_an_entry_are_not_those_of_each_detail():
    extra = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">120.00</Amt></InstdAmt></AmtDtls>'
        '<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd>'
        "</Chrgs>"
    )
    details = [Detail("70.00"), Detail("30.00")]
    split = parse(Statement([Entry("100.00", "R", details=details, extra=extra)]))
    assert [fact.presentment_amount for fact in split.transactions] == [None, None]
    assert [fact.description for fact in split.transactions] == ["", ""]
    (whole,) = parse(Statement([Entry("100.00", "R", extra=extra)])).transactions
    assert (whole.presentment_amount, whole.presentment_currency) == (120, "USD")
    assert whole.description == "(charges 1.00 EUR included)"


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        ("<UnitCcy>USD</UnitCcy><XchgRate>0.8</XchgRate>", Decimal("0.8")),
        ("<UnitCcy>EUR</UnitCcy><XchgRate>1.25</XchgRate>", Decimal("0.8")),
        ("<XchgRate>1.25</XchgRate>", Decimal("0.8")),
        ("<XchgRate>0.8</XchgRate>", Decimal("0.8")),
        ("<XchgRate>0</XchgRate>", None),
        ("<XchgRate>-1</XchgRate>", None),
        ("<XchgRate>0.0000000000000001</XchgRate>", None),
        ("", None),
    ],
)
def test_rate_turns_what_was_paid_into_what_was_booked(exchange, expected):
    extra = (
        '<AmtDtls><InstdAmt><Amt Ccy="USD">125.00</Amt>'
        f"<CcyXchg>{exchange}</CcyXchg></InstdAmt></AmtDtls>"
    )
    (fact,) = parse(Statement([Entry("100.00", "R", extra=extra)])).transactions
    assert fact.exchange_rate == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["Invoice 12", "thanks"], "Invoice 12 thanks"),
        (["x" * 35, "y"], "x" * 35 + "y"),
        (["x" * 140, "y" * 140, "z"], "x" * 140 + "y" * 140 + "z"),
        (["x" * 36, "y"], "x" * 36 + " y"),
    ],
)
def test_pieces_of_remittance_text(pieces, expected):
    given = "".join(f"<Ustrd>{piece}</Ustrd>" for piece in pieces)
    detail = Detail("5.00", extra=f"<RmtInf>{given}</RmtInf>")
    (fact,) = parse(Statement([Entry("5.00", "R", details=[detail])])).transactions
    assert fact.description == expected


@pytest.mark.parametrize(
    ("amount", "undone", "expected"),
    [
        ("5.00", "", "Debtor"),
        ("-5.00", "", "Creditor"),
        ("-5.00", "<RtrInf/>", "Debtor"),
        ("5.00", "<RtrInf/>", "Creditor"),
    ],
)
def test_counterparty_of_what_is_undone_is_that_of_the_first_booking(
    amount, undone, expected
):
    parties = (
        "<RltdPties><Dbtr><Nm>Debtor</Nm></Dbtr><Cdtr><Nm>Creditor</Nm></Cdtr>"
        "</RltdPties>"
    )
    detail = Detail(amount, extra=parties + undone)
    (fact,) = parse(Statement([Entry(amount, "R", details=[detail])])).transactions
    assert fact.counterparty_name == expected


def test_line_breaks_do_not_reach_references_and_names():
    detail = Detail("5.00", "E\n1", "two\nlines", "Anna\nBerger", "X")
    entry = Entry("5.00", "REF\n1", "N\n1", details=[detail])
    (fact,) = parse(Statement([entry])).transactions
    assert fact.end_to_end_reference == "E 1"
    assert fact.bank_reference == "REF 1"
    assert fact.counterparty_name == "Anna Berger"
    assert fact.payment_reference == "two lines"
    assert fact.extra_references == (("bank", "N 1"),)


@pytest.mark.parametrize("amounts", [("70.00", "20.00"), ("70.00", None)])
def test_details_stay_together_unless_they_sum_to_the_entry(amounts):
    details = [Detail(amount, text=f"text {amount}") for amount in amounts]
    (fact,) = parse(Statement([Entry("100.00", "R", details=details)])).transactions
    assert fact.net_amount == 100
    assert fact.description == "; ".join(f"text {amount}" for amount in amounts)


def test_detail_finer_than_the_currency_keeps_the_entry_whole():
    details = [Detail("0.005"), Detail("0.005")]
    (fact,) = parse(Statement([Entry("0.01", "R", details=details)])).transactions
    assert fact.net_amount == Decimal("0.01")


def test_thousands_of_details_survive_the_spool():
    details = [Detail("0.01", end_to_end=f"E{n}") for n in range(2500)]
    rows = parse(Statement([Entry("25.00", "R", details=details)])).transactions
    assert [fact.end_to_end_reference for fact in rows] == [
        f"E{n}" for n in range(2500)
    ]


def test_zero_entry_is_a_fact():
    (fact,) = parse(Statement([Entry("-0.00", "R")])).transactions
    assert fact.kind == "bank_debit"
    assert fact.net_amount == 0


# --- Rows that cannot be read -------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Entry("1.001", "BAD"), "more decimals"),
        (Entry("1e3", "BAD"), "not an amount"),
        (Entry("99999999999999999.00", "BAD"), "larger than any"),
        (Entry("1.00", "BAD", day="2026-02-30"), "not a date"),
        (Entry("1.00", "BAD", day="0026-02-03"), "not a date"),
        (Entry("1.00", "BAD", status="WHAT"), "status"),
        (Entry("1.00", "BAD", currency="USD"), "USD"),
        (Entry("1.00", "BAD", currency="eur"), "eur"),
    ],
)
def test_bad_row_is_put_aside_and_its_neighbours_go_on(entry, words):
    good = [Entry("5.00", "A"), Entry("7.00", "B")]
    result = parse(Statement([good[0], entry, good[1]], closing="13.00"))
    assert [fact.bank_reference for fact in result.transactions] == ["A", "B"]
    (rejected,) = result.rejected
    assert words in rejected.reason
    assert "entry 2" in rejected.reason
    assert "BAD" in rejected.raw
    (batch,) = result.batches
    assert not batch.complete
    assert batch.total == 12


def test_numbers_of_rejected_rows_differ():
    bad = Entry("1.001", "BAD")
    result = parse(
        Statement([bad, bad], identifier="A"), Statement([bad], identifier="B")
    )
    numbers = [rejected.number for rejected in result.rejected]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_unbooked_entries_are_left_out(status):
    result = parse(Statement([Entry("1.00", "A"), Entry("2.00", "B", status=status)]))
    assert [fact.bank_reference for fact in result.transactions] == ["A"]
    assert result.batches[0].descriptor.endswith(f"1 {status}")
    assert result.batches[0].complete


# --- Statements ----------------------------------------------------------------


def test_duplicate_is_refused_with_a_sentence():
    result = parse(
        Statement([Entry("1.00", "A")], extra="<CpyDplctInd>DUPL</CpyDplctInd>"),
        Statement([Entry("2.00", "B")], identifier="S-2"),
    )
    assert [fact.bank_reference for fact in result.transactions] == ["B"]
    (rejected,) = result.rejected
    assert rejected.code == "duplicate"
    assert "DUPL" in rejected.reason
    assert "Entries left out: 1" in rejected.reason


@pytest.mark.parametrize("copy", ["COPY", "CODU"])
def test_other_copies_are_read(copy):
    extra = f"<CpyDplctInd>{copy}</CpyDplctInd>"
    assert len(parse(Statement([Entry("1.00", "A")], extra=extra)).transactions) == 1


def test_statement_without_account_is_refused_and_the_next_one_read():
    content = document(
        Statement([Entry("1.00", "A")], account="GONE"),
        Statement([Entry("2.00", "B")], identifier="S-2"),
    ).replace(b"<Acct><Id><IBAN>GONE</IBAN></Id><Ccy>EUR</Ccy></Acct>", b"")
    result = ParseResult(list(camt.parse(io.BytesIO(content))))
    assert [fact.bank_reference for fact in result.transactions] == ["B"]
    assert "no account" in result.rejected[0].reason


def test_currency_comes_from_the_balance_if_the_account_has_none():
    content = document(footing(Statement([Entry("1.00", "A")]))).replace(
        b"<Ccy>EUR</Ccy>", b""
    )
    (batch,) = ParseResult(list(camt.parse(io.BytesIO(content)))).batches
    assert batch.currency == "EUR"


def test_balances_after_the_entries():
    plain = document(footing(Statement([Entry("1.00", "A")])))
    at, end = plain.index(b"<Bal>"), plain.index(b"<Ntry>")
    last = plain.index(b"</Stmt>")
    moved = plain[:at] + plain[end:last] + plain[at:end] + plain[last:]
    (batch,) = ParseResult(list(camt.parse(io.BytesIO(moved)))).batches
    assert (batch.opening_balance, batch.closing_balance) == (0, 1)
    assert batch.complete


def test_statement_without_entries():
    (batch,) = parse(Statement([], opening="5.00", closing="5.00")).batches
    assert (batch.total, batch.complete) == (0, True)


@pytest.mark.parametrize(
    ("codes", "balances"),
    [
        (("OPBD", "CLBD"), (1, 2)),
        (("PRCD", "CLBD"), (1, 2)),
        (("ITBD", "ITBD"), (1, 2)),
        (("ITBD", "CLBD"), (1, 2)),
        (("OPBD", "ITBD"), (1, 2)),
        (("OPAV", "CLAV"), (None, None)),
    ],
)
def test_which_balances_count(codes, balances):
    statement = Statement(
        [Entry("1.00", "A")], opening="1.00", closing="2.00", codes=codes
    )
    (batch,) = parse(statement).batches
    assert (batch.opening_balance, batch.closing_balance) == balances


def test_balance_that_includes_a_credit_line_gives_way():
    line = (
        "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><CdtLine><Incl>true</Incl>"
        '</CdtLine><Amt Ccy="EUR">9000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-01-05</Dt></Dt></Bal>"
    )
    (batch,) = parse(footing(Statement([Entry("1.00", "A")], after=line))).batches
    assert batch.closing_balance == 1


def test_unreadable_balance_leaves_the_statement_incomplete():
    result = parse(Statement([Entry("1.00", "A")], closing="1.x"))
    assert len(result.transactions) == 1
    assert "balance CLBD" in result.rejected[0].reason
    assert not result.batches[0].complete


@pytest.mark.parametrize("tag", ["StmtPgntn", "MsgPgntn"])
def test_page_that_is_not_the_last_is_incomplete(tag):
    page = f"<{tag}><PgNb>1</PgNb><LastPgInd>false</LastPgInd></{tag}>"
    where = {"header": page} if tag == "MsgPgntn" else {}
    extra = "" if where else page
    statement = Statement(
        [Entry("1.00", "A")], closing="1.00", codes=("OPBD", "ITBD"), extra=extra
    )
    (batch,) = parse(statement, **where).batches
    assert not batch.complete
    assert batch.external_id.endswith(":p1+")
    assert batch.closing_balance == 1


def test_page_proved_by_its_own_closing_balance_is_complete():
    page = "<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"
    (batch,) = parse(footing(Statement([Entry("1.00", "A")])), header=page).batches
    assert batch.complete


def test_sequence_that_is_no_counter_is_none():
    assert parse(Statement(sequence="20260105123456")).batches[0].sequence is None
    assert parse(Statement(sequence="")).batches[0].sequence is None


# --- Control totals -------------------------------------------------------------


def summary(entries, total="", net="", credits_=""):
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{entries}</NbOfNtries>"
        + (f"<Sum>{total}</Sum>" if total else "")
        + (f"<TtlNetNtry><Amt>{net}</Amt></TtlNetNtry>" if net else "")
        + "</TtlNtries>"
        + (f"<TtlCdtNtries><Sum>{credits_}</Sum></TtlCdtNtries>" if credits_ else "")
        + "</TxsSummry>"
    )


ROWS = [Entry("10.00", "A"), Entry("-4.00", "B"), Entry("1.00", "C", status="PDNG")]


@pytest.mark.parametrize(
    "after",
    [
        summary(2, "14.00", "6.00", "10.00"),
        summary(3, "15.00", "7.00", "11.00"),
        summary(2, "6.00"),
        summary("02", "14.0000"),
    ],
)
def test_control_totals_that_hold(after):
    result = parse(footing(Statement(ROWS, after=after)))
    assert result.rejected == []
    assert result.batches[0].complete


@pytest.mark.parametrize(
    ("after", "numbers"),
    [
        (summary(4), ("4", "2")),
        (summary(2, "14.01"), ("14.01", "14.00")),
        (summary(2, "", "5.00"), ("5.00", "6.00")),
        (summary(2, "", "", "10.50"), ("10.50", "10.00")),
        (summary("many"), ("many", "2")),
    ],
)
def test_control_total_that_does_not_hold_names_both_numbers(after, numbers):
    result = parse(footing(Statement(ROWS, after=after)))
    (rejected,) = result.rejected
    assert rejected.code == "batch_unbalanced"
    assert all(number in rejected.reason for number in numbers)
    assert not result.batches[0].complete
    assert len(result.transactions) == 2


# --- Other documents -------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("BkToCstmrAcctRpt", "camt.052"),
        ("BkToCstmrDbtCdtNtfctn", "camt.054"),
        ("CstmrCdtTrfInitn", "no bank statement"),
    ],
)
def test_other_messages_are_refused_in_words(message, words):
    content = document(Statement()).replace(b"BkToCstmrStmt", message.encode())
    with pytest.raises(MalformedInput, match=words):
        list(camt.parse(io.BytesIO(content)))


def test_message_without_statement_is_refused():
    with pytest.raises(MalformedInput, match="no statement"):
        list(camt.parse(io.BytesIO(document())))


def test_namespace_prefixes_and_versions_do_not_matter():
    plain = document(footing(Statement([Entry("1.00", "A")])))
    expected = list(camt.parse(io.BytesIO(plain)))
    for old, new in (
        (b"001.08", b"001.06"),
        (b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b""),
    ):
        assert list(camt.parse(io.BytesIO(plain.replace(old, new)))) == expected


def test_other_encodings():
    text = document(Statement([Entry("1.00", "A", text="Müller")])).decode()
    expected = list(camt.parse(io.BytesIO(text.encode())))
    for encoded in (
        b"\xef\xbb\xbf" + text.encode(),
        b"\n  " + text.encode(),
        text.replace("UTF-8", "UTF-16").encode("utf-16"),
        text.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    ):
        assert list(camt.parse(io.BytesIO(encoded))) == expected
