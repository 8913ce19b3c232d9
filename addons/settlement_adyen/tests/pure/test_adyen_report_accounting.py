"""The payments accounting report: what is owed, and never the same money twice."""

import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_adyen.mapper.const import PROGRESS_KINDS
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402
from adyen_report import record  # noqa: E402

SAME = ("external_id", "occurrence", "kind", "gross_amount", "fee_amount", "net_amount")
SAME += ("fees", "currency", "account_identifier", "source_external_id", "occurred_at")
SAME += ("payment_reference", "invoice_reference", "order_reference", "source_code")


def facts(*rows, **options):
    return paper.read(paper.accounting_of(*rows), **options)


def only(*rows, **options):
    found = facts(*rows, **options)
    assert paper.rejected(found) == []
    (fact,) = paper.transactions(found)
    return fact


def refunded(**changes):
    cells = {
        "Record_Type": "Refunded",
        "Modification_Psp_Reference": "8816178914121990",
        "Creation_Date": "2026-01-07 09:00:00",
        "Captured_PC": "20.00",
        "Payable_SC": "-20.10",
        "Commission_SC": "0.10",
    }
    return record(**{**cells, **changes})


@pytest.mark.parametrize(
    ("told", "booked"), [(record(), paper.sale()), (refunded(), paper.refund())]
)
def test_both_reports_tell_of_the_same_transaction(told, booked):
    one, other = only(told), paper.only(booked)
    for name in SAME:
        assert getattr(one, name) == getattr(other, name), name


def test_what_is_owed_is_acknowledged_and_in_no_batch():
    fact = only(record())
    assert fact.provider_state == "acknowledged"
    assert (fact.batch_kind, fact.batch_external_id) == ("", "")
    assert fact.booked_on == date(2026, 1, 7)
    assert paper.batches(facts(record())) == []


@pytest.mark.parametrize("days", [0, 1, 400, 5000])
def test_the_settlement_report_has_the_later_word_whenever_it_comes(days):
    later = paper.TOLD_AT + timedelta(days=days)
    owed = only(record(), told_at=later)
    assert owed.source_version_at < paper.only(paper.sale()).source_version_at


def test_a_report_that_is_issued_again_has_the_later_word():
    later = paper.TOLD_AT + timedelta(seconds=1)
    before, after = only(record()), only(record(), told_at=later)
    assert before.source_version_at < after.source_version_at


def test_what_the_customer_paid_in_another_currency():
    fact = only(
        record(
            Payment_Currency="GBP",
            Captured_PC="-80.00",
            Exchange_Rate="1.2500000",
        )
    )
    assert fact.presentment_amount == Decimal("80.00")
    assert (fact.presentment_currency, fact.exchange_rate) == ("GBP", Decimal("1.25"))


@pytest.mark.parametrize("name", sorted(PROGRESS_KINDS))
@pytest.mark.parametrize("spell", [str, str.lower])
def test_steps_before_the_settlement_become_nothing(name, spell):
    assert facts(record(Record_Type=spell(name))) == []


def test_rows_of_the_account_are_left_to_the_settlement_report():
    for name in ("Fee", "MerchantPayout", "DepositCorrection", "Anything"):
        assert facts(record(Record_Type=name, Psp_Reference="")) == []


def test_a_step_that_is_known_and_owes_nothing_becomes_nothing():
    assert facts(record(Record_Type="Settled", Payable_SC="")) == []


def test_a_step_that_nobody_knows_is_shown():
    (row,) = facts(record(Record_Type="Surprise", Payable_SC=""))
    assert (row.code, row.number) == ("unknown_mapping", 2)
    assert "'Surprise' is not known" in row.reason


def test_if_it_owes_money_a_person_is_asked():
    fact = only(record(Record_Type="Surprise"))
    assert (fact.kind, fact.source_code) == ("adjustment", "unknown:Surprise")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Payable_SC": "x"}, "Payable (SC): 'x' is no amount."),
        ({"Payable_Batch": ""}, "no payable batch"),
        ({"Settlement_Currency": ""}, "no currency code"),
        ({"Booking_Date": "never"}, "no date and time"),
        ({"Commission_SC": "0.001"}, "Commission (SC)"),
    ],
)
def test_a_cell_that_cannot_be_right_is_named(cells, words):
    bad, good = facts(record(**cells), refunded())
    assert words in bad.reason
    assert good == only(refunded())


def test_damage_of_a_row():
    content = paper.accounting_of(record(), refunded())
    head, first, second = content.splitlines(keepends=True)
    found = paper.read(head + b'"' + first + second)
    assert [each.number for each in paper.rejected(found)] == [2]
    assert paper.transactions(found) == [only(refunded())]


def test_every_fact_keeps_the_laws():
    assert broken_laws(facts(record(), refunded())) == []


@given(st.permutations([record(), refunded(), record(Payable_Batch="238")]))
def test_order_of_rows_changes_nothing(rows):
    assert set(facts(*rows)) == set(
        facts(record(), refunded(), record(Payable_Batch="238"))
    )


def test_the_clock_of_the_report():
    fact = only(record(Creation_Date="2026-01-06 04:30:05", TimeZone="PST"))
    assert fact.occurred_at == datetime(2026, 1, 6, 12, 30, 5)
