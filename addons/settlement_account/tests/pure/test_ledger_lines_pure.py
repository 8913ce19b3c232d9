"""Statement lines as Odoo keeps them, read as facts."""

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import RejectedRow, TransactionFact
from odoo.addons.settlement_account.ledger.statement_lines import (
    external_id,
    line_id_of,
    read_line,
    read_lines,
)

LINE = {
    "line": 7,
    "account": "BNK1",
    "currency": "EUR",
    "state": "posted",
    "date": "2026-01-12",
    "amount": "100.5",
    "label": "INV/2026/00001",
    "version": "2026-01-13T08:09:10",
}


def fact(**values):
    return read_line({**LINE, **values})


def facts_of(*lines):
    text = "\n".join(
        each if isinstance(each, str) else json.dumps(each) for each in lines
    )
    return list(read_lines(BytesIO(text.encode())))


def test_a_plain_line():
    assert fact() == TransactionFact(
        currency="EUR",
        external_id="line:7",
        kind="bank_credit",
        gross_amount=Decimal("100.50"),
        net_amount=Decimal("100.50"),
        occurred_at=datetime(2026, 1, 12),
        booked_on=date(2026, 1, 12),
        account_identifier="BNK1",
        source_version_at=datetime(2026, 1, 13, 8, 9, 10),
        description="INV/2026/00001",
    )


def test_money_that_leaves():
    assert fact(amount="-1").kind == "bank_debit"
    assert fact(amount="-1").gross_amount == Decimal("-1.00")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("posted", "settled"),
        ("draft", "initiated"),
        ("cancel", "reversed"),
        ("deleted", "reversed"),
    ],
)
def test_what_becomes_of_a_line(state, expected):
    assert fact(state=state).provider_state == expected


def test_texts_are_joined_each_once():
    assert fact(label="A", reference="B").description == "A\nB"
    assert fact(label="A", reference="A").description == "A"
    assert fact(label=None, reference="B").description == "B"
    assert fact(label="ref INV/2026/\n00001").description == "ref INV/2026/\n00001"


def test_who_paid():
    found = fact(partner_name="  A \n B ", account_number="DE89")
    assert found.counterparty_name == "A B"
    assert found.counterparty_account == "DE89"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PMNT-RCDT-ESCT", "PMNT/RCDT/ESCT"),
        ("PMNT RCDT ESCT", "PMNT/RCDT/ESCT"),
        ("PMNT/RCDT/ESCT", "PMNT/RCDT/ESCT"),
        ("NCHG", "NCHG"),
        ("Card payment", "Card payment"),
        ("PMNT-RCDT", "PMNT-RCDT"),
    ],
)
def test_bank_codes_are_spelled_as_in_bank_files(text, code):
    assert fact(type=text).source_code == code


def test_a_foreign_amount():
    found = fact(foreign_currency="GBP", foreign_amount="80.4")
    assert found.presentment_currency == "GBP"
    assert found.presentment_amount == Decimal("80.40")
    assert found.exchange_rate == Decimal("1.2500000000")


def test_a_foreign_amount_of_the_other_sign_has_no_rate():
    assert fact(foreign_currency="GBP", foreign_amount="-80").exchange_rate is None
    assert fact(foreign_currency="GBP", foreign_amount="0").exchange_rate is None


def test_an_amount_finer_than_its_currency_is_refused():
    with pytest.raises(MalformedInput, match="more decimals"):
        fact(amount="1.005")
    assert fact(amount="1.005", currency="KWD").gross_amount == Decimal("1.005")
    with pytest.raises(MalformedInput, match="more decimals"):
        fact(amount="1.5", currency="JPY")


def test_references_in_what_the_bank_said_besides():
    details = {
        "Ntry": [
            {"Refs": {"EndToEndId": "NOTPROVIDED", "MndtId": "M-1"}},
            {"Refs": {"end_to_end_id": " E2E ", "AcctSvcrRef": "B-9"}},
        ],
        "count": 3,
        "nothing": None,
    }
    found = fact(details=details)
    assert found.end_to_end_reference == "E2E"
    assert found.mandate_reference == "M-1"
    assert found.bank_reference == "B-9"


def test_the_first_of_several_references_counts():
    details = [{"EndToEndId": "first"}, {"EndToEndId": "second"}]
    assert fact(details=details).end_to_end_reference == "first"


def test_details_are_searched_to_a_bounded_depth():
    details = {"EndToEndId": "deep"}
    for _ in range(50):
        details = {"x": details}
    assert fact(details=details).end_to_end_reference == ""
    assert len(fact(details={"EndToEndId": "e" * 999}).end_to_end_reference) == 140


def test_bad_lines_are_put_aside_and_good_ones_go_on():
    found = facts_of(LINE, "{", {**LINE, "amount": "x", "line": 8}, "[]", "", LINE)
    kinds = [type(each) for each in found]
    assert kinds == [
        TransactionFact,
        RejectedRow,
        RejectedRow,
        RejectedRow,
        TransactionFact,
    ]
    assert found[2].external_id == "line:8"
    assert found[2].number == 3
    assert "not an amount" in found[2].reason
    assert found[1].external_id == ""


def test_a_line_without_a_field_is_put_aside():
    for name in ("account", "currency", "date", "amount", "version", "state"):
        (found,) = facts_of({key: LINE[key] for key in LINE if key != name})
        assert isinstance(found, RejectedRow), name
        assert found.external_id == "line:7"


@given(st.integers(min_value=1))
def test_the_identity_leads_back_to_the_line(number):
    assert line_id_of(external_id(number)) == number


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_no_details_and_no_line_break_the_reading(anything):
    assert isinstance(fact(details=anything), TransactionFact)
    for found in facts_of(anything):
        assert isinstance(found, RejectedRow)
