"""What Stripe says of a dispute, in canonical words."""

import itertools
import json
import random
from datetime import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.kinds import DISPUTE_REASONS, DISPUTE_STATUSES
from odoo.addons.settlement_stripe.mapper import const, parse_item

CREATED = 1_772_355_600  # 2026-03-01 09:00 UTC


def raw_dispute(**changes):
    return {
        "id": "dp_one",
        "object": "dispute",
        "amount": 10_000,
        "balance_transactions": [],
        "charge": "ch_card",
        "created": CREATED,
        "currency": "eur",
        "evidence_details": {
            "due_by": 1_773_219_600,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "reason": "fraudulent",
        "status": "needs_response",
        **changes,
    }


def parse(raw):
    return parse_item(json.dumps(raw).encode(), {}, "Europe/Berlin", "acct_1")


def fact(**changes):
    (only,) = parse(raw_dispute(**changes)).disputes
    return only


def bt(amount, currency="eur"):
    return {"id": f"txn_{amount}", "amount": amount, "currency": currency}


def test_all_that_is_said():
    card = {"type": "card", "card": {"network_reason_code": "10.4"}}
    said = fact(payment_method_details=card)
    assert said.external_id == "dp_one"
    assert (said.amount, said.currency) == (Decimal("100.00"), "EUR")
    assert (said.status, said.source_status) == ("evidence_due", "needs_response")
    assert (said.reason, said.reason_code) == ("fraudulent", "10.4")
    assert said.charge_external_id == "ch_card"
    assert said.account_identifier == "acct_1"
    assert said.opened_at == datetime(2026, 3, 1, 9)
    assert said.evidence_due_at == datetime(2026, 3, 11, 9)
    assert (said.evidence_sent, said.closed_at) == (False, None)


@pytest.mark.parametrize(
    ("status", "canonical"),
    [
        ("warning_needs_response", "warning"),
        ("warning_under_review", "warning_under_review"),
        ("warning_closed", "warning_closed"),
        ("prevented", "prevented"),
        ("needs_response", "evidence_due"),
        ("under_review", "under_review"),
        ("won", "won"),
        ("lost", "lost"),
    ],
)
def test_every_status(status, canonical):
    assert fact(status=status).status == canonical


def test_the_tables_speak_canonical():
    assert set(const.DISPUTE_STATUSES.values()) <= set(DISPUTE_STATUSES)
    assert set(const.DISPUTE_REASONS.values()) <= set(DISPUTE_REASONS)


@pytest.mark.parametrize(
    ("reason", "canonical"),
    [
        ("product_not_received", "not_received"),
        ("product_unacceptable", "not_as_described"),
        ("debit_not_authorized", "unauthorized_debit"),
        ("insufficient_funds", "bank_cannot_process"),
        ("something_new", "general"),
    ],
)
def test_reasons(reason, canonical):
    said = fact(reason=reason)
    assert (said.reason, said.reason_code) == (canonical, reason)


def test_an_unknown_status_is_put_aside_with_its_id():
    result = parse(raw_dispute(status="arbitrated"))
    (row,) = result.rejected
    assert "dp_one" in row.reason
    assert "arbitrated" in row.reason


def test_evidence_counts_once_it_is_submitted():
    staged = {"due_by": None, "has_evidence": True, "submission_count": 0}
    assert fact(evidence_details=staged).evidence_sent is False
    assert fact(evidence_details=staged).evidence_due_at is None
    sent = {**staged, "submission_count": 1}
    assert fact(evidence_details=sent).evidence_sent is True


def test_won_with_less_back_than_was_taken_is_partly_won():
    rows = [bt(-10_000), bt(6_000)]
    assert fact(status="won", balance_transactions=rows).status == "partly_won"
    assert fact(status="won", balance_transactions=[bt(-1), bt(1)]).status == "won"
    assert fact(status="won", balance_transactions=[bt(-10_000)]).status == "won"
    assert fact(status="won", balance_transactions=["txn_1", "txn_2"]).status == "won"


def test_two_rates_are_no_part_of_it():
    rows = [bt(-9_210, "usd"), bt(9_180, "usd")]
    assert fact(status="won", balance_transactions=rows).status == "won"


def test_yen_have_no_cents():
    assert fact(amount=12_501, currency="jpy").amount == Decimal(12_501)


def test_the_life_only_goes_forward():
    sent = {"due_by": None, "submission_count": 1}
    life = [
        fact(status="warning_needs_response"),
        fact(status="warning_under_review"),
        fact(status="warning_closed"),
        fact(),
        fact(evidence_details={"submission_count": 1}),
        fact(balance_transactions=[bt(-10_000)]),
        fact(status="under_review", evidence_details=sent),
        fact(status="lost", balance_transactions=[bt(-10_000)]),
        fact(status="won", balance_transactions=[bt(-10_000)]),
        fact(status="won", balance_transactions=[bt(-10_000), bt(10_000)]),
    ]
    versions = [said.source_version_at for said in life]
    assert versions == sorted(set(versions))
    shuffled = list(life)
    random.Random(7).shuffle(shuffled)
    assert max(shuffled, key=lambda said: said.source_version_at) == life[-1]


def test_no_count_carries_into_the_next_status():
    much = fact(
        status="needs_response",
        balance_transactions=[bt(-1)] * 50,
        evidence_details={"submission_count": 10**6},
    )
    assert much.source_version_at < fact(status="under_review").source_version_at


def test_the_same_bytes_say_the_same():
    for status, reason in itertools.product(const.DISPUTE_STATUSES, ("general", "x")):
        assert fact(status=status, reason=reason) == fact(status=status, reason=reason)
