"""Notifications: disputes at each moment of their life, and reports to fetch."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.canonical.disputes import (
    DisputeRow,
    Statement,
    grouped,
    life_of,
)
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement_adyen.mapper import disputes
from odoo.addons.settlement_adyen.mapper.disputes import is_dispute, read_dispute
from odoo.addons.settlement_adyen.mapper.notifications import (
    announced_report,
    facts_of,
)

DATA = Path(__file__).parents[1] / "data"
PAYMENT, DISPUTE = "8816178914121979", "8816178914130001"
MISSING = object()


def item(event="CHARGEBACK", more=None, **changes):
    found = {
        "additionalData": more or {},
        "amount": {"currency": "EUR", "value": 5_000},
        "eventCode": event,
        "eventDate": "2026-01-09T10:00:00+01:00",
        "merchantAccountCode": "SampleShop",
        "merchantReference": "INV/2026/00017",
        "originalReference": PAYMENT,
        "paymentMethod": "visa",
        "pspReference": DISPUTE,
        "reason": "Other Fraud - Card Absent Environment",
        "success": "true",
    }
    found.update(changes)
    return {name: value for name, value in found.items() if value is not MISSING}


def status_of(event, status="", **changes):
    more = {"disputeStatus": status} if status else {}
    return read_dispute(item(event, more, **changes)).status


# ----------------------------------------------------------------------
# One dispute
# ----------------------------------------------------------------------


def test_a_chargeback():
    more = {
        "chargebackReasonCode": "10.4",
        "chargebackSchemeCode": "visa",
        "defensePeriodEndsAt": "2026-01-27T10:00:00+01:00",
        "disputeStatus": "Undefended",
    }
    fact = read_dispute(item(more=more))
    assert (fact.external_id, fact.charge_external_id) == (DISPUTE, PAYMENT)
    assert (fact.amount, fact.currency) == (Decimal("50.00"), "EUR")
    assert (fact.status, fact.source_status) == (
        "evidence_due",
        "CHARGEBACK / Undefended",
    )
    assert (fact.reason, fact.reason_code) == ("fraudulent", "10.4")
    assert fact.opened_at == fact.source_version_at == datetime(2026, 1, 9, 9)
    assert fact.evidence_due_at == datetime(2026, 1, 27, 9)
    assert fact.account_identifier == "SampleShop"
    assert not fact.evidence_sent
    assert fact.closed_at is None


@pytest.mark.parametrize("event", sorted(disputes.EVENTS))
def test_every_event_has_a_status_of_the_canonical_model(event):
    assert is_dispute(item(event))
    fact = read_dispute(item(event))
    assert fact.status in kinds.DISPUTE_STATUSES
    assert (fact.closed_at is not None) == (fact.status in kinds.FINAL_DISPUTE_STATUSES)


@pytest.mark.parametrize(
    ("event", "status", "meaning"),
    [
        ("REQUEST_FOR_INFORMATION", "", "warning"),
        ("REQUEST_FOR_INFORMATION", "Unresponded", "warning"),
        ("REQUEST_FOR_INFORMATION", "Responded", "warning_under_review"),
        ("REQUEST_FOR_INFORMATION", "Expired", "warning_closed"),
        ("NOTIFICATION_OF_CHARGEBACK", "Undefended", "evidence_due"),
        ("CHARGEBACK", "", "evidence_due"),
        ("CHARGEBACK", "Pending", "under_review"),
        ("CHARGEBACK", "Lost", "lost"),
        ("CHARGEBACK", "Accepted", "accepted"),
        ("CHARGEBACK", "SomethingNew", "evidence_due"),
        ("INFORMATION_SUPPLIED", "", "under_review"),
        ("CHARGEBACK_REVERSED", "", "under_review"),
        ("CHARGEBACK_REVERSED", "Pending", "under_review"),
        ("CHARGEBACK_REVERSED", "Won", "won"),
        ("SECOND_CHARGEBACK", "Lost", "lost"),
        ("PREARBITRATION_OPEN", "", "under_review"),
        ("PREARBITRATION_WON", "", "won"),
        ("PREARBITRATION_LOST", "", "lost"),
        ("PREARBITRATION_ISSUER_WITHDRAWN", "", "won"),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", "", "lost"),
        ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", "Won", "won"),
    ],
)
def test_the_status_by_event_and_what_stands_beside_it(event, status, meaning):
    assert status_of(event, status) == meaning


def test_what_is_not_signed_never_undoes_what_is():
    assert status_of("SECOND_CHARGEBACK", "Won") == "lost"
    assert status_of("PREARBITRATION_WON", "Lost") == "won"


def test_an_inquiry_that_is_answered_or_not_is_no_dispute():
    more = {"rfiReasonCode": "30"}
    answered = read_dispute(item("INFORMATION_SUPPLIED", more))
    assert (answered.status, answered.reason_code) == ("warning_under_review", "30")
    over = read_dispute(item("DISPUTE_DEFENSE_PERIOD_ENDED", more))
    assert over.status == "warning_closed"
    charged = {**more, "chargebackReasonCode": "10.4"}
    assert read_dispute(item("DISPUTE_DEFENSE_PERIOD_ENDED", charged)).status == "lost"


@pytest.mark.parametrize("success", ["false", "False", False])
def test_documents_that_were_not_taken_are_still_due(success):
    fact = read_dispute(item("INFORMATION_SUPPLIED", success=success))
    assert (fact.status, fact.evidence_sent) == ("evidence_due", False)


@pytest.mark.parametrize("success", ["true", True, MISSING])
def test_documents_that_were_sent(success):
    assert read_dispute(item("INFORMATION_SUPPLIED", success=success)).evidence_sent


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("10.4", "fraudulent"),
        ("4837", "fraudulent"),
        ("13.1", "not_received"),
        ("4853", "not_as_described"),
        ("13.6", "credit_not_processed"),
        ("12.6.1", "duplicate"),
        ("md06", "unauthorized_debit"),
        ("99.9", "general"),
    ],
)
def test_reasons_of_the_schemes(code, reason):
    fact = read_dispute(item(more={"chargebackReasonCode": code}))
    assert (fact.reason, fact.reason_code) == (reason, code)


def test_all_reasons_are_of_the_canonical_model():
    assert set(disputes.REASONS.values()) <= set(kinds.DISPUTE_REASONS)
    assert set(disputes.STATUSES.values()) <= set(kinds.DISPUTE_STATUSES)
    assert set(disputes.EVENTS.values()) <= set(kinds.DISPUTE_STATUSES)


def test_without_a_code_the_words_are_kept():
    assert read_dispute(item()).reason_code.startswith("Other Fraud")


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [
        ("EUR", 5_000, "50.00"),
        ("JPY", 5_000, "5000"),
        ("KWD", 12_345, "12.345"),
        # Where Adyen counts in other decimals than ISO 4217.
        ("CLP", 5_000, "50"),
        ("ISK", 5_000, "50"),
        ("IDR", 5_000, "5000.00"),
        ("CVE", 5_000, "5000.00"),
    ],
)
def test_amounts_are_counted_in_decimals_of_adyen(currency, minor, amount):
    fact = read_dispute(item(amount={"currency": currency, "value": minor}))
    assert fact.amount == Decimal(amount)
    assert fact.amount.as_tuple().exponent == Decimal(amount).as_tuple().exponent


def test_a_disputed_amount_has_no_sign():
    fact = read_dispute(item(amount={"currency": "EUR", "value": -5_000}))
    assert fact.amount == Decimal("50.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"pspReference": MISSING},
        {"pspReference": " "},
        {"eventDate": MISSING},
        {"eventDate": "2026-01-09 10:00:00"},
        {"amount": MISSING},
        {"amount": {"currency": "EUR"}},
        {"amount": {"currency": "EUR", "value": "5000"}},
        {"amount": {"currency": "EUR", "value": True}},
        {"amount": {"currency": "EUR", "value": 10**16}},
        {"amount": {"currency": "EURO", "value": 1}},
        {"amount": {"currency": "CLP", "value": 101}},
    ],
)
def test_a_field_that_is_missing_or_wrong(changes):
    with pytest.raises(MalformedInput):
        read_dispute(item(**changes))


@pytest.mark.parametrize("due", ["soon", "2026-01-27", 5, None])
def test_a_day_that_cannot_be_read_is_left_out(due):
    fact = read_dispute(item(more={"defensePeriodEndsAt": due}))
    assert fact.evidence_due_at is None


@pytest.mark.parametrize("event", ["AUTHORISATION", "CAPTURE", "REFUND", "", None, 5])
def test_other_events_say_nothing_of_money(event):
    assert not is_dispute(item(event))
    assert facts_of(item(event)) == []


# ----------------------------------------------------------------------
# A whole life, with the rows that move its money
# ----------------------------------------------------------------------


def row(number, kind, gross, day):
    return DisputeRow(
        id=number,
        kind=kind,
        external_id=f"row {number}",
        gross=gross,
        booked_on=datetime(2026, 1, day).date(),
        source_external_id=DISPUTE,
        parent_external_id=PAYMENT,
        currency="EUR",
    )


def test_won_and_lost_again_is_one_dispute_that_is_lost():
    rows = [
        row(1, "dispute", -5_000, 9),
        row(2, "dispute_reversal", 5_000, 15),
        row(3, "dispute", -5_000, 28),
    ]
    fact = read_dispute(item("SECOND_CHARGEBACK"))
    groups = grouped(rows, [fact.external_id], {PAYMENT: [fact.external_id]})
    assert set(groups) == {DISPUTE}
    said = Statement(fact.status, 5_000, "EUR", fact.opened_at, fact.closed_at)
    life = life_of(groups[DISPUTE], said)
    assert (life.status, life.lost, life.open) == ("lost", 5_000, 0)


def test_recorded_notifications():
    recorded = json.loads((DATA / "notifications.json").read_text(encoding="utf-8"))
    items = [each["NotificationRequestItem"] for each in recorded["notificationItems"]]
    told = {(fact.external_id, fact.status) for one in items for fact in facts_of(one)}
    assert told == {
        (DISPUTE, "evidence_due"),
        (DISPUTE, "under_review"),
        (DISPUTE, "won"),
        ("8816178914130077", "warning"),
    }
    reports = [report for one in items if (report := announced_report(one))]
    assert [report.filename for report in reports] == [
        "settlement_detail_report_batch_237.csv"
    ]


# ----------------------------------------------------------------------
# Reports to fetch
# ----------------------------------------------------------------------

URL = "https://ca-live.adyen.com/reports/download/MerchantAccount/SampleShop/x.csv"


def announcement(name="settlement_detail_report_batch_237.csv", **changes):
    return item("REPORT_AVAILABLE", pspReference=name, **{"reason": URL, **changes})


def test_a_report_is_announced_by_its_name_and_address():
    found = announced_report(announcement())
    assert found == ("SampleShop", "settlement_detail_report_batch_237.csv", URL)


def test_both_reports_are_read_here_and_no_other():
    assert announced_report(announcement("payments_accounting_report_2026_01_09.csv"))
    assert announced_report(announcement("received_payments_report_2026.csv")) is None
    assert announced_report(item("CHARGEBACK")) is None


@pytest.mark.parametrize("name", ["pspReference", "reason", "merchantAccountCode"])
def test_an_announcement_without_a_part_of_it(name):
    with pytest.raises(MalformedInput):
        announced_report({**announcement(), name: ""})
