"""Balance transactions of our own making against the facts they should become."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.facts import FeeFact
from odoo.addons.settlement_stripe.mapper import parse_item

DATA = Path(__file__).parent.parent / "data"


def payload(name):
    return (DATA / f"{name}.json").read_bytes()


def facts(name, zone="Europe/Berlin", **context):
    result = parse_item(payload(name), context, zone)
    assert not result.rejected
    return result.transactions


def only_fact(name, zone="Europe/Berlin", **context):
    (fact,) = facts(name, zone, **context)
    return fact


# name: kind, gross, fee, tax, net
AMOUNTS = {
    "charge_card": ("charge", "100.00", "3.20", "0.61", "96.19"),
    "charge_sepa_debit": ("charge", "250.00", "0.35", "0", "249.65"),
    "charge_usd_in_eur": ("charge", "91.26", "4.67", "0", "86.59"),
    "charge_presentment": ("charge", "90.00", "2.86", "0", "87.14"),
    "charge_jpy": ("charge", "5000", "180", "0", "4820"),
    "charge_kwd": ("charge", "12.340", "0.450", "0", "11.890"),
    "charge_isk": ("charge", "1234", "45", "0", "1189"),
    "charge_huf": ("charge", "12345.00", "123.50", "0", "12221.50"),
    "charge_connect": ("charge", "200.00", "13.57", "0.61", "185.82"),
    "charge_unexplained_fee": ("charge", "100.00", "3.20", "0", "96.80"),
    "charge_unexpanded": ("charge", "42.00", "0.87", "0", "41.13"),
    "partial_capture_reversal": ("charge", "-30.00", "0", "0", "-30.00"),
    "charge_failure": ("charge", "-250.00", "7.15", "0", "-257.15"),
    "payment_unreconciled": ("charge", "15.00", "0", "0", "15.00"),
    "refund": ("refund", "-40.00", "0", "0", "-40.00"),
    "refund_usd_in_eur": ("refund", "-18.25", "0", "0", "-18.25"),
    "refund_failure": ("refund_failure", "40.00", "0", "0", "40.00"),
    "dispute": ("dispute", "-100.00", "15.00", "2.85", "-117.85"),
    "dispute_reversal": ("dispute_reversal", "100.00", "-15.00", "0", "115.00"),
    "fee": ("fee", "-12.30", "0", "0", "-12.30"),
    "fee_with_own_tax": ("fee", "-10.00", "0", "1.90", "-11.90"),
    "fee_refund": ("fee_refund", "3.20", "0", "0", "3.20"),
    "fee_conversion": ("fee", "-1.82", "0", "0", "-1.82"),
    "fee_dispute_countered": ("dispute_fee", "-15.00", "0", "0", "-15.00"),
    "network_cost": ("fee", "-2.50", "0", "0", "-2.50"),
    "tax": ("tax", "-2.34", "0", "0", "-2.34"),
    "reserve_hold": ("reserve_hold", "-50.00", "0", "0", "-50.00"),
    "reserve_release": ("reserve_release", "50.00", "0", "0", "50.00"),
    "reserve_connect": ("reserve_hold", "-7.00", "0", "0", "-7.00"),
    "minimum_balance_hold": ("reserve_hold", "-100.00", "0", "0", "-100.00"),
    "minimum_balance_release": ("reserve_release", "100.00", "0", "0", "100.00"),
    "payout": ("payout", "-96.19", "0", "0", "-96.19"),
    "payout_instant": ("payout", "-100.00", "1.00", "0", "-101.00"),
    "payout_failure": ("payout_failure", "96.19", "0", "0", "96.19"),
    "payout_cancel": ("payout_failure", "50.00", "0", "0", "50.00"),
    "topup": ("topup", "500.00", "0", "0", "500.00"),
    "topup_reversal": ("topup", "-500.00", "0", "0", "-500.00"),
    "transfer": ("transfer", "-300.00", "0", "0", "-300.00"),
    "transfer_reversal": ("transfer", "300.00", "0", "0", "300.00"),
    "platform_earning": ("adjustment", "10.00", "0", "0", "10.00"),
    "advance": ("transfer", "80.00", "0", "0", "80.00"),
    "financing_payout": ("financing", "10000.00", "0", "0", "10000.00"),
    "financing_paydown": ("financing_repayment", "-25.00", "0", "0", "-25.00"),
    "anticipation_repayment": ("financing_repayment", "-90.00", "0", "0", "-90.00"),
    "conversion_out": ("conversion", "-100.00", "0", "0", "-100.00"),
    "conversion_in": ("conversion", "109.53", "0", "0", "109.53"),
    "tax_fund": ("pass_through_tax", "-7.00", "0", "0", "-7.00"),
    "adjustment": ("adjustment", "-11.11", "0", "0", "-11.11"),
    "issuing_transaction": ("adjustment", "-20.00", "0", "0", "-20.00"),
    "unknown_type": ("adjustment", "-0.55", "0", "0", "-0.55"),
}


@pytest.mark.parametrize("name", AMOUNTS)
def test_kind_and_amounts(name):
    fact = only_fact(name)
    kind, gross, fee, tax, net = AMOUNTS[name]
    assert fact.kind == kind
    assert (fact.gross_amount, fact.fee_amount, fact.tax_amount, fact.net_amount) == (
        Decimal(gross),
        Decimal(fee),
        Decimal(tax),
        Decimal(net),
    )


@pytest.mark.parametrize("name", AMOUNTS)
def test_net_law_and_sums_of_fee_lines(name):
    raw = json.loads(payload(name))
    for fact in facts(name):
        assert fact.net_amount == fact.gross_amount - fact.fee_amount - fact.tax_amount
        assert sum(line.amount for line in fact.fees) == fact.fee_amount
        assert sum(line.tax_amount for line in fact.fees) == fact.tax_amount
        assert fact.external_id == raw["id"]


def test_every_recorded_transaction_is_expected_here():
    recorded = {
        path.stem
        for path in DATA.glob("*.json")
        if json.loads(path.read_bytes())["object"] == "balance_transaction"
    }
    apart = {"charge_withheld_tax", "reserve_hold_mirror", "charge_late_evening"}
    assert recorded == {*AMOUNTS, *apart, "wrong_net", "half_krona"}


def test_amounts_have_the_decimals_of_their_currency():
    assert str(only_fact("charge_jpy").gross_amount) == "5000"
    assert str(only_fact("charge_kwd").gross_amount) == "12.340"
    assert str(only_fact("charge_isk").gross_amount) == "1234"


def test_charge_carries_its_references():
    fact = only_fact("charge_card")
    assert fact.source_external_id == "ch_card"
    assert fact.payment_reference == "pi_card"
    assert fact.invoice_reference == "INV/2026/00012"
    assert fact.parent_external_id == ""


def test_metadata_wins_over_the_description():
    fact = only_fact("charge_sepa_debit")
    assert fact.invoice_reference == "INV/2026/00013"
    assert fact.order_reference == "S00017"


def test_refund_carries_its_own_references_and_its_charge_as_parent():
    fact = only_fact("refund")
    assert fact.source_external_id == "re_one"
    assert fact.payment_reference == ""
    assert fact.parent_external_id == "ch_card"
    assert fact.invoice_reference == "RINV/2026/00003"
    assert only_fact("refund_usd_in_eur").invoice_reference == "INV/2026/00014"


def test_what_takes_a_charge_back_points_to_it():
    assert only_fact("partial_capture_reversal").parent_external_id == "ch_card"
    assert only_fact("charge_failure").parent_external_id == "ch_sepa"
    assert only_fact("dispute").parent_external_id == "ch_card"
    assert only_fact("transfer_reversal").parent_external_id == "tr_1"


def test_what_comes_back_points_to_what_it_undoes():
    assert only_fact("refund_failure").parent_external_id == "re_one"
    assert only_fact("dispute_reversal").parent_external_id == "dp_one"
    assert only_fact("payout_failure").parent_external_id == "po_paid"
    assert only_fact("topup_reversal").parent_external_id == "tu_1"
    assert only_fact("payout").parent_external_id == ""


def test_people_and_method():
    fact = only_fact("charge_card")
    assert fact.counterparty_name == "Änne Müller"
    assert fact.counterparty_email == "aenne@example.com"
    assert (fact.card_country, fact.payment_method) == ("DE", "card")
    assert only_fact("charge_sepa_debit").payment_method == "sepa_debit"


def test_unexpanded_source_keeps_its_id():
    fact = only_fact("charge_unexpanded")
    assert fact.source_external_id == "ch_unexpanded"
    assert fact.description == "S00042"


def test_presentment_is_what_the_customer_paid():
    fact = only_fact("charge_usd_in_eur")
    assert (fact.presentment_amount, fact.presentment_currency) == (
        Decimal("100.00"),
        "USD",
    )
    assert fact.exchange_rate == Decimal("0.912643")
    refund = only_fact("refund_usd_in_eur")
    assert refund.presentment_amount == Decimal("-20.00")


def test_presentment_details_win_and_have_no_rate():
    fact = only_fact("charge_presentment")
    assert (fact.presentment_amount, fact.presentment_currency) == (
        Decimal(14850),
        "JPY",
    )
    raw = {**json.loads(payload("charge_presentment")), "exchange_rate": 0.9}
    (fact,) = parse_item(json.dumps(raw).encode(), {}, "UTC").transactions
    assert fact.exchange_rate is None


def test_no_presentment_in_the_own_currency():
    fact = only_fact("charge_card")
    assert (fact.presentment_amount, fact.presentment_currency) == (None, "")


def test_fee_lines_of_one_charge():
    assert only_fact("charge_connect").fees == (
        FeeFact("application", Decimal("10.00")),
        FeeFact("processing", Decimal("3.10"), Decimal("0.61")),
        FeeFact("scheme", Decimal("0.40")),
        FeeFact("other", Decimal("0.07")),
    )


def test_conversion_and_dispute_fees_by_their_text_or_row():
    kinds = [line.kind for line in only_fact("charge_usd_in_eur").fees]
    assert kinds == ["processing", "conversion"]
    (line,) = only_fact("dispute").fees
    assert line == FeeFact("dispute", Decimal("15.00"), Decimal("2.85"))
    assert [line.kind for line in only_fact("payout_instant").fees] == ["payout"]


def test_fee_that_no_detail_explains_is_other():
    assert only_fact("charge_unexplained_fee").fees == (
        FeeFact("processing", Decimal("3.00")),
        FeeFact("other", Decimal("0.20")),
    )


def test_withheld_tax_is_a_row_of_its_own():
    charge, withholding = facts("charge_withheld_tax", payout="po_brl")
    assert charge.net_amount == Decimal("96.01")
    assert charge.fee_amount == Decimal("3.99")
    assert withholding.kind == "withholding"
    assert withholding.gross_amount == withholding.net_amount == Decimal("-1.50")
    assert (withholding.external_id, withholding.occurrence) == (charge.external_id, 1)
    assert withholding.fees == () and withholding.payment_reference == ""
    assert withholding.batch_external_id == "po_brl"
    stripe_net = json.loads(payload("charge_withheld_tax"))["net"]
    assert charge.net_amount + withholding.net_amount == Decimal(stripe_net) / 100


def test_context_names_the_batch():
    assert only_fact("charge_card").batch_external_id == ""
    fact = only_fact("charge_card", payout="po_paid")
    assert (fact.batch_kind, fact.batch_external_id) == ("payout", "po_paid")


def test_context_changes_nothing_else():
    bare, listed = only_fact("charge_card"), only_fact("charge_card", payout="po_paid")
    assert bare.source_version_at == listed.source_version_at
    names = set(bare.__slots__) - {"batch_kind", "batch_external_id"}
    assert all(getattr(bare, name) == getattr(listed, name) for name in names)


def test_payout_row_names_its_own_batch():
    fact = only_fact("payout")
    assert fact.batch_external_id == fact.source_external_id == "po_paid"
    assert fact.batch_kind == "payout"


def test_failed_payout_comes_back_as_a_row_of_no_batch():
    fact = only_fact("payout_failure")
    assert fact.parent_external_id == "po_paid"
    assert fact.batch_external_id == ""


def test_dates_follow_the_zone_of_the_backend():
    fact = only_fact("charge_late_evening", "Europe/Berlin")
    assert fact.occurred_at == datetime(2026, 3, 1, 23, 59)
    assert fact.booked_on == date(2026, 3, 2)
    assert only_fact("charge_late_evening", "UTC").booked_on == date(2026, 3, 1)


def test_available_day_is_stripes_day_in_every_zone():
    for zone in ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"):
        assert only_fact("charge_card", zone).available_on == date(2026, 3, 4)


def test_other_balances_are_other_accounts():
    assert only_fact("reserve_hold").account_identifier == ""
    assert only_fact("reserve_hold_mirror").account_identifier == "risk_reserved"


def test_account_is_named_where_the_backend_knows_it():
    for name, account in [
        ("charge_card", "acct_1"),
        ("reserve_hold_mirror", "acct_1/risk_reserved"),
    ]:
        (fact,) = parse_item(payload(name), {}, "UTC", "acct_1").transactions
        assert fact.account_identifier == account


def test_becoming_available_and_being_refunded_is_no_new_version():
    raw = json.loads(payload("charge_card"))
    later = json.loads(payload("charge_card"))
    later["status"] = "available"
    later["source"].update(refunded=True, amount_refunded=10000, disputed=True)
    later["source"]["outcome"]["risk_score"] = 99
    versions = [
        parse_item(json.dumps(version).encode(), {}, "UTC").transactions
        for version in (raw, later)
    ]
    assert versions[0] == versions[1]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("charge_card", "charge/charge"),
        ("minimum_balance_hold", "other_adjustment/payout_minimum_balance_hold"),
        ("conversion_out", "other_adjustment/adjustment"),
        ("adjustment", "unknown:other_adjustment/adjustment"),
        ("issuing_transaction", "unknown:issuing_transaction/issuing_transaction"),
        ("unknown_type", "unknown:quantum/quantum_fee"),
    ],
)
def test_source_code_sends_unknown_rows_to_review(name, code):
    assert only_fact(name).source_code == code


def test_wrong_net_is_rejected_with_its_id():
    (row,) = parse_item(payload("wrong_net"), {}, "UTC").rejected
    assert "txn_wrong_net" in row.reason
    assert "10000 less fee 320 is 9680, but net says 9690" in row.reason
    assert json.loads(row.raw)["id"] == "txn_wrong_net"


def test_fraction_that_a_currency_does_not_have_is_rejected():
    (row,) = parse_item(payload("half_krona"), {}, "UTC").rejected
    assert "txn_half_krona" in row.reason and "ISK" in row.reason
