"""The sample files read as their authors meant them."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.facts import ParseResult
from odoo.addons.settlement_bank.formats import bank_file

DATA = Path(__file__).parents[1] / "data"
SAMPLES = sorted(path.name for path in DATA.glob("camt053_*.xml"))


def read(name):
    with (DATA / name).open("rb") as stream:
        result = ParseResult(list(bank_file.parse(stream)))
    return result


def row(result, **wanted):
    (found,) = (
        fact
        for fact in result.transactions
        if all(getattr(fact, name) == value for name, value in wanted.items())
    )
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_foots_and_has_no_rejected_row(name):
    result = read(name)
    assert result.rejected == []
    for batch in result.batches:
        lines = [
            fact.net_amount
            for fact in result.transactions
            if fact.batch_external_id == batch.external_id
        ]
        assert sum(lines) == batch.total
        assert batch.opening_balance + batch.total == batch.closing_balance
        assert batch.complete


@pytest.mark.parametrize("name", SAMPLES)
def test_every_row_has_an_identity_of_its_own(name):
    result = read(name)
    identities = [(fact.external_id, fact.occurrence) for fact in result.transactions]
    assert len(set(identities)) == len(identities)
    assert all(fact.entry_reference for fact in result.transactions)


def test_two_accounts_of_one_file():
    result = read("camt053_v02_two_accounts.xml")
    assert [
        (batch.account_identifier, batch.currency, batch.sequence)
        for batch in result.batches
    ] == [("DE02120300000000202051", "EUR", 41), ("5439-10 123 45", "SEK", 9)]
    assert result.batches[0].date == date(2026, 3, 2)
    assert result.batches[0].opening_balance == Decimal("1000.00")
    assert result.batches[1].closing_balance == Decimal("-75.00")


def test_credit_with_creditor_reference():
    credit = row(
        read("camt053_v02_two_accounts.xml"), bank_reference="2026030200000101"
    )
    assert credit.kind == "bank_credit"
    assert credit.gross_amount == credit.net_amount == Decimal("121.00")
    assert credit.structured_reference == "RF18539007547034"
    assert credit.end_to_end_reference == ""
    assert credit.counterparty_name == "Anna Berger"
    assert credit.counterparty_account == "DE89370400440532013000"
    assert credit.source_code == "PMNT/RCDT/ESCT"
    assert credit.booked_on == date(2026, 3, 2)


def test_payment_and_its_charge_share_a_reference_and_stay_two():
    rows = [
        fact
        for fact in read("camt053_v02_two_accounts.xml").transactions
        if fact.bank_reference == "2026030200000102"
    ]
    assert [fact.net_amount for fact in rows] == [Decimal("-45.50"), Decimal("-3.20")]
    assert len({(fact.external_id, fact.occurrence) for fact in rows}) == 2
    assert len({fact.entry_reference for fact in rows}) == 2
    assert rows[1].source_code == "NCHG+808+9310"


def test_text_cut_at_its_full_width_is_joined_without_a_blank():
    debit = row(
        read("camt053_v02_two_accounts.xml"), end_to_end_reference="STROM-3-2026"
    )
    assert debit.description.endswith("80001234 Zaehler 99, vielen Dank")
    assert debit.mandate_reference == "MANDAT-0815"
    assert debit.counterparty_name == "Stadtwerke Beispielstadt"


def test_batch_entry_becomes_its_details():
    rows = [
        fact
        for fact in read("camt053_v02_two_accounts.xml").transactions
        if fact.bank_reference == "2026030200000103"
    ]
    assert [fact.net_amount for fact in rows] == [110, 90, 100]
    assert len({fact.entry_reference for fact in rows}) == 1
    assert [fact.external_id[-2:] for fact in rows] == ["#0", "#1", "#2"]
    assert [fact.mandate_reference for fact in rows] == ["M-1", "M-2", "M-3"]
    assert rows[2].invoice_reference == "INV/2026/0103"
    assert all(("bank", "LS-2026-03-01") in fact.extra_references for fact in rows)


def test_reversal_keeps_its_direction_and_the_parties_their_roles():
    reversal = row(
        read("camt053_v02_two_accounts.xml"), bank_reference="2026030200000104"
    )
    assert reversal.net_amount == Decimal("-121.00")
    assert reversal.kind == "bank_debit"
    assert reversal.source_code == "PMNT/RCDT/ESCT/RVSL"
    assert reversal.counterparty_name == "Anna Berger"


def test_pending_entry_is_left_out_and_counted():
    result = read("camt053_v02_two_accounts.xml")
    assert not [fact for fact in result.transactions if fact.net_amount == 10]
    assert result.batches[1].descriptor.endswith("1 PDNG")


def test_swiss_reference_only_with_right_check_digit():
    rows = [
        fact
        for fact in read("camt053_v04_swiss.xml").transactions
        if fact.bank_reference == "20260401QRR00001"
    ]
    assert rows[0].structured_reference == "210000000003139471430009017"
    assert rows[1].structured_reference == ""
    assert rows[1].invoice_reference == "210000000003139471430009016"


def test_details_that_do_not_add_up_stay_one_fact():
    whole = row(read("camt053_v04_swiss.xml"), bank_reference="20260401SAMM0002")
    assert whole.net_amount == Decimal("310.00")
    assert set(whole.extra_references) == {
        ("end_to_end", "E2E-A"),
        ("invoice", "R-1001"),
        ("end_to_end", "E2E-B"),
        ("invoice", "R-1002"),
    }
    assert whole.description == "Sammelgutschrift"


def test_foreign_currency_and_included_charges():
    paid = row(read("camt053_v04_swiss.xml"), end_to_end_reference="BILL/2026/0088")
    assert paid.presentment_amount == Decimal("-250.00")
    assert paid.presentment_currency == "USD"
    assert paid.exchange_rate == Decimal("0.852")
    assert paid.description == "INVOICE 88 (charges 2.40 CHF included)"
    assert paid.counterparty_account == "000123456789"


def test_instant_is_utc_and_day_is_the_bank_s():
    credit = row(read("camt053_v08_mixed.xml"), bank_reference="BE-REF-1")
    assert credit.occurred_at == datetime(2026, 5, 4, 21, 30)
    assert credit.booked_on == date(2026, 5, 4)
    assert credit.structured_reference == "010806817183"
    assert credit.counterparty_email == "jan@example.com"
    assert credit.end_to_end_reference == ""


def test_twins_without_reference_are_counted():
    twins = [
        fact
        for fact in read("camt053_v08_mixed.xml").transactions
        if fact.description == "Kaffee"
    ]
    assert [fact.occurrence for fact in twins] == [0, 1]
    assert twins[0].external_id == twins[1].external_id
    assert twins[0].entry_reference != twins[1].entry_reference


def test_returned_direct_debit_names_reason_and_debtor():
    returned = row(read("camt053_v08_mixed.xml"), bank_reference="BE-REF-4")
    assert returned.source_code == "PMNT/IDDT/UPDD/AM04"
    assert returned.counterparty_name == "Sofie Janssens"
    assert returned.mandate_reference == "MND-55"


def test_belgian_reference_inside_text():
    credit = row(read("camt053_v08_mixed.xml"), bank_reference="BE-REF-5")
    assert credit.structured_reference == "010806817183"
    assert credit.source_code == "0400150"


def test_currencies_without_and_with_three_decimals():
    result = read("camt053_v08_mixed.xml")
    yen, dinar = result.batches[1:]
    assert (yen.total, yen.closing_balance) == (5000, 15000)
    assert (dinar.total, dinar.closing_balance) == (Decimal("0.120"), Decimal("1.120"))
    amounts = [fact.net_amount for fact in result.transactions[-2:]]
    assert amounts == [Decimal("0.125"), Decimal("-0.005")]
    assert [amount.as_tuple().exponent for amount in amounts] == [-3, -3]


def test_sparse_file_takes_what_is_missing_from_its_statement():
    result = read("camt053_v08_sparse.xml")
    (batch,) = result.batches
    assert batch.account_identifier == "LT121000011101001000"
    assert batch.complete
    assert batch.sequence is None
    assert [fact.booked_on for fact in result.transactions] == [date(2026, 6, 1)] * 2
    assert result.transactions[0].net_amount == Decimal("4.00")


def test_same_bytes_give_the_same_facts():
    content = (DATA / SAMPLES[0]).read_bytes()
    once, again = (list(bank_file.parse(io.BytesIO(content))) for _ in range(2))
    assert once == again
