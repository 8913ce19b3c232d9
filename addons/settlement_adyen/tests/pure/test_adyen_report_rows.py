"""One row of a settlement details report: what it means, to the cent."""

import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement_connector.contract.fact_laws import broken_laws

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402
from adyen_report import facts, of_account, only, payout, refund, sale  # noqa: E402


def fees_of(fact):
    return [(fee.kind, fee.amount) for fee in fact.fees]


def amounts_of(fact):
    return fact.gross_amount, fact.fee_amount, fact.net_amount


# ----------------------------------------------------------------------
# Payments
# ----------------------------------------------------------------------


def test_a_sale():
    fact = only(sale())
    assert (fact.kind, fact.source_code) == ("charge", "Settled")
    assert amounts_of(fact) == (Decimal("100.00"), Decimal("2.50"), Decimal("97.50"))
    assert fees_of(fact) == [("processing", Decimal("2.50"))]
    assert (fact.currency, fact.account_identifier) == ("EUR", paper.ACCOUNT)
    assert fact.occurred_at == datetime(2026, 1, 6, 12, 30, 5)
    assert fact.booked_on == date(2026, 1, 6)
    assert (fact.batch_kind, fact.batch_external_id) == ("payout", "237")
    assert fact.source_version_at == paper.TOLD_AT
    assert fact.provider_state == "settled"
    assert fact.payment_method == "visadebit"
    assert fact.presentment_amount is None


def test_a_sale_is_known_by_the_payment_and_its_capture():
    fact = only(sale())
    assert fact.external_id == f"{paper.PSP}/{paper.CAPTURE}/settled/237/EUR"
    # Odoo keeps the id of the payment, and of a capture of a part that of the capture.
    assert fact.source_external_id == paper.PSP
    assert fact.payment_reference == paper.CAPTURE
    assert fact.invoice_reference == "INV/2026/00017"
    assert fact.order_reference == "INV/2026/00017"


def test_an_order_of_the_merchant_has_its_own_column():
    fact = only(sale(**{"Merchant Order Reference": "S00042"}))
    assert (fact.invoice_reference, fact.order_reference) == (
        "INV/2026/00017",
        "S00042",
    )


def test_the_method_stands_in_where_there_is_no_variant():
    assert only(sale(Payment_Method_Variant="")).payment_method == "visa"


def test_a_refund_belongs_to_its_payment():
    fact = only(refund())
    assert fact.kind == "refund"
    assert amounts_of(fact) == (Decimal("-20.00"), Decimal("0.10"), Decimal("-20.10"))
    assert fact.source_external_id == "8816178914121990"
    assert fact.parent_external_id == paper.PSP


def test_a_refund_that_gives_its_fee_back():
    fact = only(
        refund(Gross_Debit_GC="55.00", Commission_NC="-5.00", Net_Debit_NC="50.00")
    )
    assert amounts_of(fact) == (Decimal("-55.00"), Decimal("-5.00"), Decimal("-50.00"))


def test_a_sale_whose_fees_exceed_it_is_still_a_sale():
    fact = only(
        sale(
            Gross_Credit_GC="0.12",
            Net_Credit_NC="",
            Net_Debit_NC="0.03",
            Commission_NC="0.15",
        )
    )
    assert fact.kind == "charge"
    assert amounts_of(fact) == (Decimal("0.12"), Decimal("0.15"), Decimal("-0.03"))


def test_fees_of_each_nature_are_lines_of_their_own():
    fact = only(
        sale(
            Commission_NC="",
            Markup_NC="0.60",
            Scheme_Fees_NC="0.15",
            Interchange_NC="0.20",
            Net_Credit_NC="98.75",
            **{"DCC Markup (NC)": "0.30"},
        )
    )
    assert fees_of(fact) == [
        ("markup", Decimal("0.60")),
        ("scheme", Decimal("0.15")),
        ("interchange", Decimal("0.20")),
        ("conversion", Decimal("0.30")),
    ]
    assert fact.fee_amount == Decimal("1.25")


@pytest.mark.parametrize("name", ["Payment Fees (NC)", "Gross Fees (NC)"])
def test_totals_of_the_fees_are_not_added_again(name):
    fact = only(sale(**{name: "2.50"}))
    assert amounts_of(fact) == (Decimal("100.00"), Decimal("2.50"), Decimal("97.50"))


@pytest.mark.parametrize("name", ["Payment Fees (NC)", "Gross Fees (NC)"])
def test_a_total_is_the_fee_where_no_column_tells_it_apart(name):
    columns = [each for each in paper.COLUMNS if each not in paper.FEES]
    content = paper.file_of(sale(**{name: "2.50"}), columns=[*columns, name])
    (fact,) = paper.transactions(paper.read(content))
    assert fees_of(fact) == [("processing", Decimal("2.50"))]


def test_a_fee_of_nothing_is_no_line():
    assert only(sale(Markup_NC="0.00")).fees == only(sale()).fees


# ----------------------------------------------------------------------
# Other currencies
# ----------------------------------------------------------------------


def in_dollars(**changes):
    return sale(
        Gross_Credit_GC="5.35",
        Exchange_Rate="1.0656568",
        Net_Currency="USD",
        Net_Credit_NC="5.43",
        **{"Commission_NC": "0.27", **changes},
    )


def test_gross_in_another_currency_is_what_the_customer_paid():
    fact = only(in_dollars())
    assert fact.currency == "USD"
    assert amounts_of(fact) == (Decimal("5.70"), Decimal("0.27"), Decimal("5.43"))
    assert fact.presentment_amount == Decimal("5.35")
    assert fact.presentment_currency == "EUR"
    assert fact.exchange_rate == Decimal("1.0656568")


def test_gross_is_what_net_and_fees_make_of_it_not_what_the_rate_makes():
    # 5.35 × 1.0656568 − 0.28 is 5.42126…: a cent is lost in the rounding.
    fact = only(in_dollars(Commission_NC="0.28"))
    assert amounts_of(fact) == (Decimal("5.71"), Decimal("0.28"), Decimal("5.43"))


def test_a_refund_in_another_currency_is_signed_like_the_row():
    fact = only(
        refund(
            Gross_Debit_GC="5.35",
            Exchange_Rate="1.0656568",
            Net_Currency="USD",
            Net_Debit_NC="5.70",
            Commission_NC="",
        )
    )
    assert fact.presentment_amount == Decimal("-5.35")
    assert fact.gross_amount == Decimal("-5.70")


@pytest.mark.parametrize(
    ("currency", "gross", "fee", "net"),
    [("JPY", "1500", "45", "1455"), ("KWD", "12.345", "0.250", "12.095")],
)
def test_currencies_without_and_with_three_decimals(currency, gross, fee, net):
    fact = only(
        sale(
            Gross_Currency=currency,
            Net_Currency=currency,
            Gross_Credit_GC=gross,
            Commission_NC=fee,
            Net_Credit_NC=net,
        )
    )
    assert amounts_of(fact) == (Decimal(gross), Decimal(fee), Decimal(net))


def test_yen_may_be_written_with_decimals_that_are_none():
    yen = {"Gross_Currency": "JPY", "Net_Currency": "JPY"}
    fact = only(
        sale(
            **yen,
            Gross_Credit_GC="1500.00",
            Commission_NC="45.00",
            Net_Credit_NC="1455.00",
        )
    )
    assert fact.net_amount == 1455
    assert fact.net_amount.as_tuple().exponent == 0


def test_a_cut_rate_of_a_large_sum_explains_more_than_a_cent():
    # 15,000,000 × 0.0000612 may be 0.75 off: the rate has three digits that count.
    fact = only(
        sale(
            Gross_Currency="IDR",
            Gross_Credit_GC="15000000.00",
            Exchange_Rate="0.0000612",
            Net_Currency="USD",
            Net_Credit_NC="917.60",
            Commission_NC="",
        )
    )
    assert fact.gross_amount == Decimal("917.60")


# ----------------------------------------------------------------------
# Disputes
# ----------------------------------------------------------------------


def dispute(type_name, gross, net, **changes):
    side = "Debit" if gross.startswith("-") else "Credit"
    way = "Debit" if net.startswith("-") else "Credit"
    cells = {
        "Gross_Credit_GC": "",
        "Net_Credit_NC": "",
        f"Gross_{side}_GC": gross.lstrip("-"),
        f"Net_{way}_NC": net.lstrip("-"),
        "Commission_NC": "",
        "Modification_Reference": "8816178914130001",
    }
    return sale(Type=type_name, **{**cells, **changes})


def test_a_chargeback_carries_its_fee():
    fact = only(dispute("Chargeback", "-349.99", "-357.49", Commission_NC="7.50"))
    assert fact.kind == "dispute"
    assert fees_of(fact) == [("dispute", Decimal("7.50"))]
    assert amounts_of(fact) == (
        Decimal("-349.99"),
        Decimal("7.50"),
        Decimal("-357.49"),
    )
    assert fact.source_external_id == "8816178914130001"
    assert fact.parent_external_id == paper.PSP


def test_the_fee_of_a_chargeback_may_be_markup_beside_costs_of_the_scheme():
    fact = only(
        dispute(
            "Chargeback",
            "-10.00",
            "-20.85",
            Markup_NC="10.65",
            Scheme_Fees_NC="0.40",
            Interchange_NC="-0.20",
        )
    )
    assert fees_of(fact) == [
        ("dispute", Decimal("10.65")),
        ("scheme", Decimal("0.40")),
        ("interchange", Decimal("-0.20")),
    ]


def test_a_dispute_won_and_lost_again_is_one_dispute():
    life = [
        only(dispute("Chargeback", "-50.00", "-50.00")),
        only(dispute("ChargebackReversed", "50.00", "50.00")),
        only(dispute("SecondChargeback", "-50.00", "-50.00")),
    ]
    assert [fact.kind for fact in life] == ["dispute", "dispute_reversal", "dispute"]
    assert len({fact.source_external_id for fact in life}) == 1
    assert len({fact.external_id for fact in life}) == 3


def test_a_dispute_is_known_by_its_own_column_if_there_is_one():
    row = dispute("Chargeback", "-1.00", "-1.00", **{"Dispute Reference": "D-1"})
    assert only(row).source_external_id == "D-1"


# ----------------------------------------------------------------------
# What comes back, and what is not ours
# ----------------------------------------------------------------------


def test_a_refund_that_bounced_names_the_refund():
    back = refund(
        Type="RefundedReversed",
        Gross_Debit_GC="",
        Gross_Credit_GC="20.00",
        Net_Debit_NC="",
        Net_Credit_NC="20.00",
        Commission_NC="",
    )
    fact = only(back)
    assert (fact.kind, fact.gross_amount) == ("refund_failure", Decimal("20.00"))
    assert fact.source_external_id == only(refund()).source_external_id


def test_a_capture_that_is_taken_back_is_a_negative_charge_of_the_payment():
    fact = only(refund(Type="SettledReversed"))
    assert (fact.kind, fact.gross_amount) == ("charge", Decimal("-20.00"))
    assert fact.parent_external_id == paper.PSP


@pytest.mark.parametrize(
    ("type_name", "row", "gross"),
    [("PaidOut", refund, "-20.00"), ("PaidOutReversed", sale, "100.00")],
)
def test_money_paid_to_others_settles_a_document(type_name, row, gross):
    fact = only(row(Type=type_name))
    assert (fact.kind, fact.gross_amount) == ("charge", Decimal(gross))
    assert fact.parent_external_id == paper.PSP


def test_what_another_acquirer_pays_out_moves_no_money():
    fact = only(sale(Type="SettledExternally", Net_Credit_NC="", Commission_NC=""))
    assert (fact.kind, fact.provider_state) == ("adjustment", "initiated")
    assert fact.gross_amount == fact.net_amount == Decimal("100.00")
    assert (fact.batch_kind, fact.batch_external_id) == ("", "")


def test_only_its_fee_moves_money():
    fact = only(
        sale(
            Type="SettledExternally",
            Net_Credit_NC="",
            Net_Debit_NC="0.12",
            Commission_NC="0.12",
        )
    )
    assert (fact.kind, fact.provider_state) == ("fee", "settled")
    assert amounts_of(fact) == (Decimal("-0.12"), 0, Decimal("-0.12"))
    assert fact.batch_external_id == "237"


# ----------------------------------------------------------------------
# Rows of the account
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_name", "on_debit", "on_credit"),
    [
        ("Fee", "fee", "fee_refund"),
        ("MiscCosts", "fee", "fee_refund"),
        ("InvoiceDeduction", "fee", "fee_refund"),
        ("PaymentCost", "fee", "fee_refund"),
        ("SettleCost", "fee", "fee_refund"),
        ("AuthorisationSchemeFee", "fee", "fee_refund"),
        ("DepositCorrection", "reserve_hold", "reserve_release"),
        ("ReserveAdjustment", "reserve_hold", "reserve_release"),
        ("BalanceTransfer", "transfer", "transfer"),
        ("InternalCompanyPayout", "transfer", "transfer"),
        ("MerchantPayout", "payout", "payout"),
        ("BankInstructionReturned", "payout", "payout_failure"),
    ],
)
def test_the_kind_of_a_row_of_the_account(type_name, on_debit, on_credit):
    gone = only(of_account(type_name, debit="10.00"))
    came = only(of_account(type_name, credit="10.00"))
    assert (gone.kind, gone.net_amount) == (on_debit, Decimal("-10.00"))
    assert (came.kind, came.net_amount) == (on_credit, Decimal("10.00"))
    assert gone.source_code == came.source_code == type_name
    assert broken_laws([gone, came]) == []


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
@pytest.mark.parametrize(
    "type_name", ["Settled", "BalanceTransfer", "InvoiceDeduction"]
)
def test_types_are_compared_without_regard_to_case(type_name, spell):
    row = sale() if type_name == "Settled" else of_account(type_name, debit="1.00")
    usual = only(paper.changed(row, Type=type_name))
    assert only(paper.changed(row, Type=spell(type_name))) == usual


def test_a_row_that_is_a_fee_has_no_fee_beside_it():
    fact = only(of_account("Fee", debit="4.20", Commission_NC="4.20"))
    assert (fact.kind, fact.fees) == ("fee", ())
    assert amounts_of(fact) == (Decimal("-4.20"), 0, Decimal("-4.20"))


@pytest.mark.parametrize(
    "type_name", ["ManualCorrected", "MatchedStatement", "EpaPaid"]
)
def test_what_only_a_person_can_decide(type_name):
    fact = only(of_account(type_name, debit="1.00"))
    assert (fact.kind, fact.source_code) == ("adjustment", f"unknown:{type_name}")


def test_a_type_that_nobody_knows_waits_for_a_person():
    fact = only(of_account("SurpriseFee", debit="1.00"))
    assert (fact.kind, fact.source_code) == ("adjustment", "unknown:SurpriseFee")
    assert fact.net_amount == Decimal("-1.00")


def test_what_is_written_about_a_row_is_kept():
    fact = only(
        of_account(
            "BalanceTransfer",
            credit="1.00",
            Modification_Reference="",
            Modification_Merchant_Reference="Balancetransfer from batch 236",
        )
    )
    assert fact.description == "Balancetransfer from batch 236"


def test_a_payout_is_known_by_its_batch_and_currency():
    fact = only(payout("97.50"))
    assert fact.external_id == fact.source_external_id == "SampleShop/237/payout/EUR"
    assert fact.batch_external_id == "237"
    assert fact.description.startswith("TX2370000EURXT batch 237")


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        ("TX2370000EURXT batch 237, SampleShop", "SampleShop/237/payout/EUR"),
        ("Returned: Batch 237", "SampleShop/237/payout/EUR"),
        ("Account closed", ""),
    ],
)
def test_a_payout_that_came_back_names_the_payout(text, parent):
    back = of_account(
        "BankInstructionReturned",
        credit="97.50",
        Modification_Reference=text,
        Batch_Number="239",
    )
    fact = only(back)
    assert (fact.kind, fact.parent_external_id) == ("payout_failure", parent)
    assert fact.batch_external_id == "239"


def test_rows_of_the_account_that_say_the_same_are_twins():
    fee = of_account("Fee", debit="3.00")
    first, second = paper.transactions(facts(fee, fee))
    assert first.external_id == second.external_id
    assert (first.occurrence, second.occurrence) == (0, 1)


def test_rows_of_the_account_are_told_apart_by_all_that_they_say():
    rows = [
        of_account("Fee", debit="3.00"),
        of_account("Fee", debit="3.01"),
        of_account("Fee", credit="3.00"),
        of_account("Fee", debit="3.00", Batch_Number="238"),
        of_account("Fee", debit="3.00", Merchant_Account="SampleStore"),
        of_account("Fee", debit="3.00", Creation_Date="2026-01-08 00:31:00"),
        of_account("Fee", debit="3.00", Modification_Reference="other"),
        of_account("MiscCosts", debit="3.00"),
    ]
    found = paper.transactions(facts(*rows))
    assert len({fact.external_id for fact in found}) == len(rows)
    assert {fact.occurrence for fact in found} == {0}


def test_a_corrected_amount_of_a_payment_is_a_revision_of_it():
    before = only(sale())
    after = only(sale(Net_Credit_NC="97.00", Commission_NC="3.00"))
    assert (before.external_id, before.occurrence) == (
        after.external_id,
        after.occurrence,
    )
    assert before != after


def test_a_payment_in_parts_of_several_batches_is_several_rows():
    rows = [
        sale(Type="SettledInInstallments", Batch_Number=number)
        for number in ("237", "238", "239")
    ]
    assert len({only(row).external_id for row in rows}) == 3


def test_every_fact_keeps_the_laws():
    rows = [sale(), refund(), in_dollars(), of_account("Fee", debit="1.00")]
    rows += [dispute("Chargeback", "-349.99", "-357.49", Commission_NC="7.50")]
    assert broken_laws(facts(*rows, payout("1.00"))) == []
