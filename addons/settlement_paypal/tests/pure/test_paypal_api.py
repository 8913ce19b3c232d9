import json
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import BatchFact, RejectedRow
from odoo.addons.settlement.canonical.json_reading import instant_of
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws
from odoo.addons.settlement_paypal.mapper.items import parse_item

INFO = {
    "transaction_id": "5TY05013RG002845M",
    "transaction_event_code": "T0006",
    "transaction_initiation_date": "2026-01-06T08:01:00+0000",
    "transaction_updated_date": "2026-01-06T08:01:05+0000",
    "transaction_amount": {"currency_code": "USD", "value": "465.00"},
    "fee_amount": {"currency_code": "USD", "value": "-13.79"},
    "transaction_status": "S",
    "invoice_id": "INV/2026/00001",
}
DISPUTE = {
    "dispute_id": "PP-D-27803",
    "create_time": "2026-01-10T10:00:00.000Z",
    "update_time": "2026-01-11T10:00:00.123456Z",
    "status": "WAITING_FOR_SELLER_RESPONSE",
    "reason": "UNAUTHORISED",
    "dispute_amount": {"currency_code": "USD", "value": "96.00"},
    "dispute_life_cycle_stage": "INQUIRY",
    "seller_response_due_date": "2026-01-20T00:00:00.000Z",
    "disputed_transactions": [{"seller_transaction_id": "5TY05013RG002845M"}],
}


def parsed(raw, zone="UTC", account="", **context):
    content = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return list(parse_item(content, context, zone, account))


def row(**info):
    return parsed({"transaction_info": {**INFO, **info}})[0]


def test_a_sale():
    fact = row()
    assert fact.gross_amount == Decimal("465.00")
    assert (fact.fee_amount, fact.net_amount) == (Decimal("13.79"), Decimal("451.21"))
    assert fact.occurred_at == datetime(2026, 1, 6, 8, 1, 5)
    assert broken_laws([fact]) == []


def test_the_account_comes_with_the_answer():
    raw = {"transaction_info": INFO}
    assert parsed(raw, account="A1")[0].account_identifier == "A1"
    (fact,) = parse_item(json.dumps(raw).encode(), {"account": "B2"}, "UTC", "A1")
    assert fact.account_identifier == "B2"


def test_currencies_without_decimals():
    fact = row(
        transaction_amount={"currency_code": "JPY", "value": "1500"}, fee_amount=None
    )
    assert fact.gross_amount == Decimal(1500)


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        ("S", "T0006", "settled"),
        ("V", "T0006", "settled"),
        ("P", "T0006", "initiated"),
        ("P", "T0400", "acknowledged"),
        ("D", "T0400", "rejected"),
        ("S", "T1300", "initiated"),
    ],
)
def test_states(status, code, state):
    value = {"currency_code": "USD", "value": "-5.00"}
    fact = row(
        transaction_status=status,
        transaction_event_code=code,
        transaction_amount=value,
        fee_amount=None,
    )
    assert fact.provider_state == state


def test_a_withdrawal_under_way_is_a_payout_under_way():
    info = {
        **INFO,
        "transaction_event_code": "T0400",
        "transaction_amount": {"currency_code": "USD", "value": "-90.00"},
        "transaction_status": "P",
        "bank_reference_id": "REF1",
    }
    _fact, payout = parsed({"transaction_info": info})
    assert isinstance(payout, BatchFact)
    assert (payout.total, payout.provider_state) == (Decimal("90.00"), "acknowledged")
    assert payout.reference == "REF1"


@pytest.mark.parametrize("status", ["V", "F"])
def test_what_was_taken_back_keeps_its_day(status):
    later = row(
        transaction_status=status,
        transaction_updated_date="2026-01-20T09:00:00+0000",
    )
    assert later.booked_on == row().booked_on
    assert later.occurred_at.date() == row().occurred_at.date()
    assert later.source_version_at > row().source_version_at


@pytest.mark.parametrize(("status", "count"), [("S", 2), ("D", 1), ("P", 1)])
def test_only_a_withdrawal_that_came_back_is_rejected(status, count):
    info = {
        **INFO,
        "transaction_event_code": "T1101",
        "transaction_amount": {"currency_code": "USD", "value": "90.00"},
        "transaction_status": status,
        "paypal_reference_id": "WD1",
        "paypal_reference_id_type": "TXN",
    }
    assert len(parsed({"transaction_info": info})) == count


def test_a_row_that_changes_is_a_later_version():
    later = row(transaction_updated_date="2026-01-06T09:00:00+0000")
    assert row().source_version_at < later.source_version_at
    assert row().occurrence == later.occurrence


def test_a_pending_row_is_older_than_the_settled_one():
    pending = row(
        transaction_status="P", transaction_updated_date="2026-01-09T09:00:00+0000"
    )
    assert pending.source_version_at < row().source_version_at


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("transaction_amount", None),
        ("transaction_amount", {"currency_code": "USD", "value": "1,00"}),
        ("transaction_amount", {"currency_code": "USD", "value": 1.5}),
        ("transaction_amount", {"currency_code": "USD", "value": "1e3"}),
        ("transaction_amount", {"currency_code": "USD", "value": "NaN"}),
        ("transaction_amount", {"currency_code": "JPY", "value": "1.5"}),
        ("transaction_amount", {"currency_code": "", "value": "1.00"}),
        ("fee_amount", {"currency_code": "EUR", "value": "-1.00"}),
        ("transaction_initiation_date", "yesterday"),
        ("transaction_initiation_date", "2026-01-06T08:01:00"),
        ("transaction_initiation_date", "0001-01-01T00:00:00Z"),
        ("transaction_updated_date", "9999-12-31T23:59:59-0800"),
        ("transaction_amount", {"currency_code": "USD", "value": "1_000.00"}),
        ("transaction_amount", {"currency_code": "USD", "value": "١.00"}),
        ("transaction_event_code", ""),
        ("transaction_status", "X"),
    ],
)
def test_a_wrong_field_puts_the_row_aside(field, value):
    rejected = row(**{field: value})
    assert isinstance(rejected, RejectedRow)
    assert "5TY05013RG002845M" in rejected.reason
    assert rejected.external_id == "5TY05013RG002845M"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff", b"{"])
def test_what_is_no_object_of_paypal(content):
    with pytest.raises(MalformedInput):
        parsed(content)


# ----------------------------------------------------------------------
# Disputes and balances
# ----------------------------------------------------------------------


def test_a_dispute():
    (fact,) = parsed(DISPUTE)
    assert (fact.external_id, fact.status) == ("PP-D-27803", "evidence_due")
    assert (fact.amount, fact.currency) == (Decimal("96.00"), "USD")
    assert fact.charge_external_id == "5TY05013RG002845M"
    assert fact.evidence_due_at == datetime(2026, 1, 20)
    assert fact.source_version_at == datetime(2026, 1, 11, 10)
    assert (fact.reason, fact.reason_code) == ("fraudulent", "UNAUTHORISED")
    assert fact.closed_at is None


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("RESOLVED_BUYER_FAVOUR", "lost"),
        ("RESOLVED_SELLER_FAVOUR", "won"),
        ("RESOLVED_WITH_PAYOUT", "won"),
        ("CANCELED_BY_BUYER", "won"),
        ("ACCEPTED", "accepted"),
        ("", "warning_closed"),
    ],
)
def test_how_a_dispute_ended(outcome, status):
    raw = {
        **DISPUTE,
        "status": "RESOLVED",
        "dispute_outcome": {"outcome_code": outcome},
    }
    (fact,) = parsed(raw)
    assert (fact.status, fact.closed_at) == (status, datetime(2026, 1, 11, 10))


def test_an_unknown_status_of_a_dispute_is_put_aside():
    (rejected,) = parsed({**DISPUTE, "status": "DREAMING"})
    assert "DREAMING" in rejected.reason


def test_balances():
    raw = {
        "account_id": "A1",
        "last_refresh_time": "2026-01-31T08:30:00Z",
        "balances": [
            {
                "currency": "USD",
                "total_balance": {"currency_code": "USD", "value": "120.50"},
                "available_balance": {"currency_code": "USD", "value": "100.00"},
                "withheld_balance": {"currency_code": "USD", "value": "20.50"},
            },
            {"total_balance": {"currency_code": "JPY", "value": "-900"}},
        ],
    }
    yen, dollar = parsed(raw)
    assert (dollar.available, dollar.reserve) == (Decimal("100.00"), Decimal("20.50"))
    assert (yen.available, yen.reserve) == (Decimal(-900), 0)
    assert yen.account_identifier == "A1"
    assert dollar.observed_at == datetime(2026, 1, 31, 8, 30)


def test_a_balance_without_instant_takes_that_of_the_call():
    raw = {"balances": [{"total_balance": {"currency_code": "USD", "value": "1.00"}}]}
    (fact,) = parsed(raw, observed_at="2026-01-31T09:00:00")
    assert fact.observed_at == datetime(2026, 1, 31, 9)
    assert isinstance(parsed(raw)[0], RejectedRow)


# ----------------------------------------------------------------------
# Instants, and anything at all
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-06T10:00:00Z",
        "2026-01-06T10:00:00+0000",
        "2026-01-06T10:00:00+00:00",
        "2026-01-06T02:00:00-0800",
        "2026-01-06T10:00:00.1234567Z",
        "2026-01-06T11:00:00.5+0100",
    ],
)
def test_instants(text):
    assert instant_of(text) == datetime(2026, 1, 6, 10)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(INFO)), JSON)
def test_any_value_of_any_field_is_a_fact_or_put_aside(field, value):
    facts = parsed({"transaction_info": {**INFO, field: value}})
    assert broken_laws(facts) == []


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(DISPUTE)), JSON)
def test_any_value_of_a_dispute_is_a_fact_or_put_aside(field, value):
    try:
        facts = parsed({**DISPUTE, field: value})
    except MalformedInput:
        return
    assert len(facts) == 1
