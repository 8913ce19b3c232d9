"""What an accountant expects of the entry of a slice, kind by kind."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.settlement_account.planning.accounts import (
    ROLES,
    Accounts,
    FeeTax,
    MissingAccount,
    Rate,
    TaxShare,
)
from odoo.addons.settlement_account.planning.entry import Slice, plan_slice
from odoo.addons.settlement_account.planning.rows import FeePart, Row, Settled

ACCOUNTS = Accounts(**{role: 100 + number for number, role in enumerate(ROLES)})
EUR, USD, GBP = 1, 2, 3
PSP = 77
DAY = date(2026, 3, 31)


def row(kind, gross, *, fees=(), number=1, **values):
    return Row(
        id=number,
        kind=kind,
        gross=gross,
        booked_on=DAY,
        label=f"{kind} {number}",
        fees=tuple(FeePart(*fee) for fee in fees),
        **values,
    )


def receivable(amount, item=900, partner=5, **values):
    values.setdefault("currency_id", EUR)
    values.setdefault("amount_currency", amount)
    return Settled(
        account_id=50, partner_id=partner, amount=amount, move_line_id=item, **values
    )


def plan(*rows, **values):
    values.setdefault("currency_id", EUR)
    values.setdefault("company_currency_id", EUR)
    values.setdefault("fee_partner_id", PSP)
    return plan_slice(
        Slice(date=DAY, name="po_1", rows=rows, accounts=ACCOUNTS, **values)
    )


def amounts(entry):
    return [(line.role, line.amount_currency) for line in entry.lines]


def line_of(entry, role):
    found = [line for line in entry.lines if line.role == role]
    assert len(found) == 1, found
    return found[0]


def test_a_payout_of_two_charges_with_fees():
    entry = plan(
        row("charge", 10000, fees=[("processing", 290)], settled=(receivable(10000),)),
        row(
            "charge",
            5000,
            number=2,
            fees=[("processing", 155)],
            settled=(receivable(5000, item=901, partner=6),),
        ),
        row("payout", -14555, number=3),
    )
    assert amounts(entry) == [
        ("settled", -10000),
        ("settled", -5000),
        ("in_transit", 14555),
        ("wallet_payout", -14555),
        ("fee_clearing", 445),
        ("wallet", 14555),
    ]
    first, second = entry.lines[:2]
    assert (first.partner_id, first.reconcile_with) == (5, (900,))
    assert (second.partner_id, second.reconcile_with) == (6, (901,))
    fee = line_of(entry, "fee_clearing")
    assert (fee.account_id, fee.partner_id) == (ACCOUNTS.fee_clearing, PSP)
    assert line_of(entry, "wallet").name == "Net of 2 transactions"
    assert entry.transaction_ids == (1, 2, 3)


def test_an_unmatched_charge_waits_on_suspense_alone():
    entry = plan(row("charge", 700), row("charge", 300, number=2))
    assert amounts(entry) == [
        ("suspense", -700),
        ("suspense", -300),
        ("wallet", 1000),
    ]
    assert [line.transaction_id for line in entry.lines] == [1, 2, 0]


def test_what_a_part_payment_leaves_over_waits_on_suspense():
    entry = plan(row("charge", 1000, settled=(receivable(600),)))
    assert amounts(entry) == [("settled", -600), ("suspense", -400), ("wallet", 1000)]


def test_what_a_person_ignores_becomes_a_liability_never_income():
    entry = plan(row("charge", 1000, match_state="ignored"))
    assert entry.lines[0].account_id == ACCOUNTS.unallocated


def test_a_refund_debits_the_credit_note():
    entry = plan(row("refund", -2500, settled=(receivable(-2500),)))
    assert amounts(entry) == [("settled", 2500), ("wallet", -2500)]


@pytest.mark.parametrize(
    ("kind", "gross", "role"),
    [
        ("withholding", -300, "withholding"),
        ("pass_through_tax", 300, "pass_through"),
        ("dispute", -300, "dispute"),
        ("dispute_reversal", 300, "dispute"),
        ("adjustment", -300, "adjustment"),
        ("reserve_hold", -300, "reserve"),
        ("reserve_release", 300, "reserve"),
        ("transfer", -300, "transfer"),
        ("topup", 300, "transfer"),
        ("conversion", -300, "transfer"),
        ("financing", 300, "loan"),
        ("financing_repayment", -300, "loan"),
        ("payout", -300, "in_transit"),
        ("payout_failure", 300, "in_transit"),
    ],
)
def test_each_kind_has_its_account_and_its_line(kind, gross, role):
    entry = plan(row(kind, gross))
    line = line_of(entry, role)
    assert line.account_id == getattr(ACCOUNTS, role)
    assert (line.amount_currency, line.balance) == (-gross, -gross)
    assert line.transaction_id == 1
    assert sum(
        line.balance for line in entry.lines if line.account_id == ACCOUNTS.wallet
    ) == (gross)


@pytest.mark.parametrize("kind", ["fee", "fee_refund", "dispute_fee", "tax"])
def test_a_fee_that_stands_alone_joins_the_fees(kind):
    entry = plan(row(kind, -500), row("charge", 1000, number=2))
    # Tax waits with the fees, but it will be no cost: it has a role of its own.
    role = "fee_clearing_tax" if kind == "tax" else "fee_clearing"
    assert line_of(entry, role).account_id == ACCOUNTS.fee_clearing
    assert line_of(entry, role).amount_currency == 500
    assert line_of(entry, "wallet").amount_currency == 500


def test_fees_are_summed_by_kind_and_their_tax_stays_visible():
    entry = plan(
        row("charge", 10000, fees=[("processing", 100, 19), ("scheme", 30)]),
        row("charge", 10000, number=2, fees=[("processing", 50)]),
    )
    fees = [line for line in entry.lines if line.role.startswith("fee_clearing")]
    assert [(line.role, line.name, line.amount_currency) for line in fees] == [
        ("fee_clearing", "Fees: processing", 150),
        ("fee_clearing", "Fees: scheme", 30),
        ("fee_clearing_tax", "Tax on fees", 19),
    ]


def test_a_lost_dispute_waits_on_its_account_for_its_outcome():
    entry = plan(row("dispute", -900, source_code="dispute:lost"))
    assert entry.lines[0].account_id == ACCOUNTS.dispute


def test_what_was_paid_too_much_is_the_partners_credit():
    entry = plan(
        row(
            "charge",
            1200,
            settled=(receivable(1000),),
            rest_account_id=50,
            rest_partner_id=5,
        )
    )
    assert amounts(entry) == [("settled", -1000), ("credit", -200), ("wallet", 1200)]
    credit = line_of(entry, "credit")
    assert (credit.account_id, credit.partner_id) == (50, 5)
    assert credit.reconcile_with == ()


def test_money_that_meets_money_without_a_customer_meets_on_suspense():
    part = Settled(0, 0, 1000, EUR, 1000, match_id=3)
    entry = plan(row("charge", 1000, settled=(part,)))
    settled = line_of(entry, "settled")
    assert (settled.account_id, settled.match_id) == (ACCOUNTS.suspense, 3)


def test_a_missing_account_is_named_with_the_kind_that_needs_it():
    with pytest.raises(MissingAccount) as caught:
        plan_slice(
            Slice(
                date=DAY,
                name="x",
                rows=(row("dispute", -900),),
                accounts=Accounts(wallet=1),
                currency_id=EUR,
                company_currency_id=EUR,
            )
        )
    assert (caught.value.field, caught.value.kind) == ("dispute", "dispute")


# ----------------------------------------------------------------------
# Fees as expense
# ----------------------------------------------------------------------

VAT = FeeTax(9, Decimal(20), (TaxShare(31, 131, Decimal(1), (7,)),), (8,))
REVERSE_CHARGE = FeeTax(
    9, Decimal(20), (TaxShare(31, 131, Decimal(1)), TaxShare(32, 132, Decimal(-1)))
)


def test_expensed_fees_carry_the_providers_tax_to_the_cent():
    entry = plan(
        row("charge", 10000, fees=[("processing", 3015, 604)]),
        expense_fees=True,
        fee_tax=VAT,
    )
    fee, tax = line_of(entry, "fee"), line_of(entry, "fee_tax")
    assert (fee.amount_currency, fee.tax_id, fee.tag_ids) == (3015, 9, (8,))
    assert (tax.amount_currency, tax.account_id) == (604, 131)
    assert (tax.repartition_line_id, tax.tag_ids, tax.tax_base) == (31, (7,), 3015)


def test_fees_without_tax_stay_out_of_the_tax_base():
    entry = plan(
        row("charge", 10000, fees=[("processing", 100, 20), ("scheme", 30)]),
        expense_fees=True,
        fee_tax=VAT,
    )
    assert [
        (line.amount_currency, line.tax_id)
        for line in entry.lines
        if line.role == "fee"
    ] == [(100, 9), (30, 0)]
    assert line_of(entry, "fee_tax").tax_base == 100


def test_reverse_charge_is_owed_and_deducted():
    entry = plan(
        row("charge", 10000, fees=[("processing", 333)]),
        expense_fees=True,
        fee_tax=REVERSE_CHARGE,
    )
    taxes = [line for line in entry.lines if line.role == "fee_tax"]
    assert [(line.account_id, line.amount_currency) for line in taxes] == [
        (131, 67),
        (132, -67),
    ]


def test_tax_on_expensed_fees_without_a_tax_is_cost():
    entry = plan(
        row("charge", 10000, fees=[("processing", 100, 20)]), expense_fees=True
    )
    costs = [line.amount_currency for line in entry.lines if line.role == "fee"]
    assert costs == [100, 20]


# ----------------------------------------------------------------------
# Currencies
# ----------------------------------------------------------------------

HALF = Rate(Decimal("0.5"))


def test_rounding_in_company_currency_ends_in_the_wallet():
    entry = plan(
        row("charge", 33, settled=(receivable(33, currency_id=USD),)),
        row("charge", 33, number=2, settled=(receivable(33, 901, currency_id=USD),)),
        currency_id=USD,
        rate=HALF,
    )
    # Each 0.33 is worth 0.165, rounded to 0.17; both together 0.34, not 0.33.
    assert [line.balance for line in entry.lines] == [-17, -17, 34]


def test_a_document_in_company_currency_is_settled_at_its_own_amount():
    entry = plan(
        row("charge", 10000, settled=(receivable(10000, amount_currency=5100),)),
        currency_id=USD,
        rate=HALF,
    )
    settled = line_of(entry, "settled")
    assert (settled.currency_id, settled.amount_currency) == (EUR, -5100)
    assert line_of(entry, "wallet").balance == 5100


def test_a_document_in_a_third_currency_is_settled_in_it():
    part = receivable(10000, amount_currency=8000, currency_id=GBP)
    entry = plan(row("charge", 10000, settled=(part,)), currency_id=USD, rate=HALF)
    settled = line_of(entry, "settled")
    assert (settled.amount_currency, settled.balance) == (-8000, -5000)


def test_the_second_leg_of_a_conversion_is_worth_what_the_first_was():
    entry = plan(
        row("conversion", 11000, company_value=10000), currency_id=USD, rate=HALF
    )
    transfer = line_of(entry, "transfer")
    assert (transfer.currency_id, transfer.amount_currency) == (EUR, -10000)
    wallet = line_of(entry, "wallet")
    assert (wallet.amount_currency, wallet.balance) == (11000, 10000)


def test_a_line_is_never_debit_in_one_currency_and_credit_in_the_other():
    # +3 at 0.5 is +1.5 -> 2, three times -1 is -0.5 -> -1 each: worth -1 in all.
    rows = [row("adjustment", 3, number=1)]
    rows += [row("adjustment", -1, number=number) for number in (2, 3)]
    entry = plan(*rows, currency_id=USD, rate=Rate(Decimal("0.5")))
    assert all(line.amount_currency * line.balance >= 0 for line in entry.lines)


def test_yen_in_a_euro_company():
    entry = plan(
        row("charge", 1000),
        currency_id=USD,
        rate=Rate(Decimal("0.0061"), decimals=0, company_decimals=2),
    )
    assert [line.balance for line in entry.lines] == [-610, 610]


def test_dinar_in_a_euro_company():
    entry = plan(
        row("charge", 1234),
        currency_id=USD,
        rate=Rate(Decimal("3"), decimals=3, company_decimals=2),
    )
    assert [line.balance for line in entry.lines] == [-370, 370]


# ----------------------------------------------------------------------
# Summary
# ----------------------------------------------------------------------


def test_summary_sums_suspense_and_outstanding_but_no_receivable():
    outstanding = [
        Settled(60, 0, amount, EUR, amount, move_line_id=item, is_summable=True)
        for item, amount in ((801, 100), (802, 200), (803, -50))
    ]
    entry = plan(
        *(
            row("charge", part.amount, number=number, settled=(part,))
            for number, part in enumerate(outstanding, start=1)
        ),
        row("charge", 400, number=4, settled=(receivable(400),)),
        row("charge", 70, number=5),
        row("charge", 30, number=6),
        summary=True,
    )
    assert amounts(entry) == [
        ("settled", -400),
        ("settled", -300),
        ("settled", 50),
        ("suspense", -100),
        ("wallet", 750),
    ]
    assert entry.lines[1].reconcile_with == (801, 802)
    assert entry.lines[1].name == "2 transactions"


def test_an_item_settled_twice_is_not_summed():
    twice = Settled(60, 0, 100, EUR, 100, move_line_id=801, is_summable=True)
    entry = plan(
        row("charge", 100, settled=(twice,)),
        row("charge", 100, number=2, settled=(twice,)),
        summary=True,
    )
    assert amounts(entry)[:2] == [("settled", -100), ("settled", -100)]
