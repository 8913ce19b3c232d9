"""The table of kinds is whole, and the manual shows the same one.

``SETTLEMENT_WRITE_README=1`` writes the page anew.
"""

import os
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement_stripe.mapper import const, known_codes
from odoo.addons.settlement_stripe.mapper.transactions import classify

PAGE = Path(__file__).parents[2] / "readme" / "KINDS.md"
# The enums of the API, version 2026-06-24.dahlia.
TYPES = (
    "adjustment advance advance_funding anticipation_repayment application_fee "
    "application_fee_refund charge climate_order_purchase climate_order_refund "
    "connect_collection_transfer contribution fee_credit_funding inbound_transfer "
    "inbound_transfer_reversal issuing_authorization_hold "
    "issuing_authorization_release issuing_dispute issuing_transaction "
    "obligation_outbound obligation_reversal_inbound payment payment_failure_refund "
    "payment_network_reserve_hold payment_network_reserve_release payment_refund "
    "payment_reversal payment_unreconciled payout payout_cancel payout_failure "
    "payout_minimum_balance_hold payout_minimum_balance_release refund refund_failure "
    "reserve_hold reserve_release reserve_transaction reserved_funds "
    "stripe_balance_payment_debit stripe_balance_payment_debit_reversal stripe_fee "
    "stripe_fx_fee tax_fee tax_fund topup topup_reversal transfer transfer_cancel "
    "transfer_failure transfer_refund"
).split()
CATEGORIES = (
    "advance advance_funding anticipation_repayment charge charge_failure "
    "climate_order_purchase climate_order_refund connect_collection_transfer "
    "connect_reserved_funds contribution dispute dispute_reversal fee "
    "financing_paydown financing_paydown_reversal financing_payout "
    "financing_payout_reversal issuing_authorization_hold "
    "issuing_authorization_release issuing_dispute issuing_transaction network_cost "
    "other_adjustment partial_capture_reversal payout payout_reversal "
    "platform_earning platform_earning_refund refund refund_failure "
    "risk_reserved_funds tax topup topup_reversal transfer transfer_reversal "
    "unreconciled_customer_funds"
).split()


def row(category="", kind="", net=-100, **values):
    return {"reporting_category": category, "type": kind, "net": net, **values}


def test_every_type_and_category_is_decided():
    assert len(TYPES) == 50
    assert set(const.TYPE_KINDS) == set(TYPES)
    assert set(const.CATEGORY_KINDS) == set(CATEGORIES)


def test_only_kinds_of_the_canonical_model():
    for rule in [*const.TYPE_KINDS.values(), *const.CATEGORY_KINDS.values()]:
        assert {rule.credit, rule.debit} <= set(kinds.TRANSACTION_KINDS)


@pytest.mark.parametrize("category", CATEGORIES)
def test_category_wins_over_the_type(category):
    rule = const.CATEGORY_KINDS[category]
    if category == "other_adjustment":
        assert classify(row(category, "payment")) == (
            "charge",
            "other_adjustment/payment",
        )
    else:
        assert classify(row(category, "payment"))[0] == rule.debit
        assert classify(row(category, "payment", net=100))[0] == rule.credit


@pytest.mark.parametrize("kind", TYPES)
def test_type_decides_where_the_category_is_new(kind):
    rule = const.TYPE_KINDS[kind]
    assert classify(row("brand_new", kind))[0] == rule.debit
    assert classify(row("brand_new", kind, net=100))[0] == rule.credit


def test_a_row_of_nothing_costs_nothing():
    assert classify(row("fee", "stripe_fee", net=0))[0] == "fee_refund"


def test_neither_known():
    assert classify(row("x", "y")) == ("adjustment", "unknown:x/y")
    assert classify({"net": 1}) == ("adjustment", "unknown:/")


def test_adjustments_by_their_source():
    source = {"object": "dispute"}
    assert classify(row("", "adjustment", source=source))[0] == "dispute"
    won = row("other_adjustment", "adjustment", net=1, source=source)
    assert classify(won)[0] == "dispute_reversal"
    back = row("", "adjustment", net=1, source={"object": "refund"})
    assert classify(back)[0] == "refund_failure"


def test_a_source_makes_no_unknown_row_known():
    assert classify(row("x", "y", source={"object": "dispute"}))[0] == "adjustment"


def test_texts_decide_only_where_no_code_does():
    words = {"description": "Currency conversion to USD"}
    assert classify(row("other_adjustment", "adjustment", **words))[0] == "conversion"
    assert classify(row("charge", "charge", **words))[0] == "charge"
    fee = row("fee", "stripe_fee", description="Dispute countered fee")
    assert classify(fee)[0] == "dispute_fee"
    assert classify({**fee, "net": 5})[0] == "fee_refund"


def test_every_code_is_shown_as_it_is_read():
    for known in known_codes.known_codes():
        category = known.code if known.group == "reporting_category" else "brand_new"
        kind = known.code if known.group == "type" else "charge"
        if known.code == "other_adjustment":
            kind = "adjustment"
        for net, shown in ((-100, known.debit), (100, known.credit)):
            given = row(category, kind, net=net)
            code = classify(given)[1]
            assert classify(given)[0] == shown
            assert code.startswith("unknown:") == known.review
            found = known_codes.known_code(code.removeprefix("unknown:"))
            assert (found.credit, found.debit) == (known.credit, known.debit)


def test_codes_that_nobody_knows():
    assert known_codes.known_code("x/y") is None
    assert known_codes.known_code("") is None


def test_a_final_dispute_is_a_dispute():
    assert known_codes.known_code("dispute:won").debit == "dispute"


def test_the_manual_shows_this_table():
    if os.environ.get("SETTLEMENT_WRITE_README"):
        PAGE.write_text(known_codes.page())
    assert PAGE.read_text() == known_codes.page()
