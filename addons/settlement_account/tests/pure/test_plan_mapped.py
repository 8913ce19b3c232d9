"""Rows whose code says where they are booked: account, tax, partner, analytic."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_account.planning.accounts import (
    ROLES,
    Accounts,
    FeeTax,
    MissingAccount,
    Rate,
    TaxShare,
)
from odoo.addons.settlement_account.planning.clearing import (
    Company,
    Move,
    OpenItem,
    plan_clearing,
)
from odoo.addons.settlement_account.planning.entry import Slice, plan_slice
from odoo.addons.settlement_account.planning.rows import (
    Booking,
    FeePart,
    Row,
    Settled,
)

ACCOUNTS = Accounts(**{role: 100 + number for number, role in enumerate(ROLES)})
EUR, USD = 1, 2
DAY = date(2026, 3, 31)
VAT = FeeTax(9, Decimal(20), (TaxShare(91, 900, Decimal(1), (5,)),), (4,))
REVERSE = FeeTax(
    8,
    Decimal(20),
    (TaxShare(81, 801, Decimal(1)), TaxShare(82, 802, Decimal(-1))),
    (6,),
)
HALF = FeeTax(
    7,
    Decimal(20),
    (TaxShare(71, 701, Decimal("0.5")), TaxShare(72, 0, Decimal("0.5"))),
)
OWN = Booking(mapping_id=3, account_id=777)


def row(kind, gross, *, number=1, fees=(), booking=OWN, **values):
    return Row(
        id=number,
        kind=kind,
        gross=gross,
        booked_on=DAY,
        label=f"{kind} {number}",
        fees=tuple(FeePart(*fee) for fee in fees),
        booking=booking,
        **values,
    )


def plan(*rows, **values):
    values = {
        "accounts": ACCOUNTS,
        "currency_id": EUR,
        "company_currency_id": EUR,
        "fee_partner_id": 70,
        **values,
    }
    return plan_slice(Slice(date=DAY, name="po_1", rows=rows, **values))


def lines(entry):
    return [
        (line.account_id, line.amount)
        for line in entry.lines
        if not line.role.startswith("wallet")
    ]


@pytest.mark.parametrize(
    "kind",
    "adjustment transfer topup withholding pass_through_tax financing charge refund "
    "fee fee_refund dispute_fee tax dispute reserve_hold".split(),
)
@pytest.mark.parametrize("summary", (False, True))
@pytest.mark.parametrize("expense", (False, True))
def test_the_account_of_the_code_takes_the_place_of_the_kind_s(kind, summary, expense):
    entry = plan(row(kind, -500), summary=summary, expense_fees=expense)
    assert lines(entry) == [(777, 500)]
    assert entry.mapping_ids == (3,)


@pytest.mark.parametrize("kind", ("payout", "payout_failure", "conversion"))
def test_what_the_bank_proves_goes_nowhere_else(kind):
    entry = plan(row(kind, -500))
    assert 777 not in [line.account_id for line in entry.lines]
    assert entry.mapping_ids == ()
    assert "mappings" not in entry.as_dict()


def test_the_plan_names_the_decisions_it_rests_on():
    other = replace(OWN, mapping_id=2)
    entry = plan(row("fee", -5), row("fee", -6, number=2, booking=other))
    assert entry.as_dict()["mappings"] == [2, 3]
    assert entry.digest() != plan(row("fee", -5), row("fee", -6, number=2)).digest()


def test_what_a_match_explains_is_settled_and_only_the_rest_is_booked():
    part = Settled(50, 5, 400, EUR, 400, move_line_id=900)
    entry = plan(row("charge", 500, settled=(part,)))
    assert lines(entry) == [(50, -400), (777, -100)]
    whole = replace(part, amount=500, amount_currency=500)
    assert lines(plan(row("charge", 500, settled=(whole,)))) == [(50, -500)]


def test_what_was_paid_too_much_stays_with_the_partner():
    part = Settled(50, 5, 400, EUR, 400, move_line_id=900)
    entry = plan(row("charge", 500, settled=(part,), rest_account_id=50))
    assert lines(entry) == [(50, -400), (50, -100)]


def test_fees_withheld_from_a_mapped_row_stay_with_the_policy():
    entry = plan(row("adjustment", 500, fees=[("processing", 20, 4)]))
    assert lines(entry) == [
        (777, -500),
        (ACCOUNTS.fee_clearing, 20),
        (ACCOUNTS.fee_clearing, 4),
    ]


def test_partner_of_the_code_then_of_the_row_then_of_the_provider():
    def partner(*rows):
        return plan(*rows).lines[0].partner_id

    assert partner(row("fee", -5, booking=replace(OWN, partner_id=1))) == 1
    assert partner(row("fee", -5, partner_id=2)) == 2
    assert partner(row("fee", -5)) == 70
    assert partner(row("adjustment", -5)) == 0


def test_a_code_without_account_changes_the_rest_only():
    booking = Booking(mapping_id=3, partner_id=1, analytic='{"1": 100}')
    (line, _wallet) = plan(row("adjustment", -5, booking=booking)).lines
    assert (line.account_id, line.partner_id) == (ACCOUNTS.adjustment, 1)
    assert line.analytic == '{"1": 100}'
    (line, _wallet) = plan(row("fee", -5, booking=booking)).lines
    assert (line.account_id, line.role) == (ACCOUNTS.fee_clearing, "fee_clearing")
    (line, _wallet) = plan(row("fee", -5, booking=booking), expense_fees=True).lines
    assert (line.account_id, line.role) == (ACCOUNTS.fee, "fee")
    with pytest.raises(MissingAccount):
        plan(
            row("adjustment", -5, booking=booking),
            accounts=replace(ACCOUNTS, adjustment=0),
        )


def test_a_fee_that_waits_for_its_bill_keeps_its_tax_apart():
    booking = Booking(mapping_id=3, partner_id=1, analytic='{"1": 100}')
    entry = plan(
        row("fee", -1000, fees=[("other", 0, 200)], booking=booking),
        row("tax", -50, number=2, booking=booking),
    )
    account = ACCOUNTS.fee_clearing
    assert lines(entry) == [(account, 1000), (account, 200), (account, 50)]
    assert [line.role for line in entry.lines[:3]] == [
        "fee_clearing",
        "fee_clearing_tax",
        "fee_clearing_tax",
    ]
    expensed = plan(
        row("fee", -1000, fees=[("other", 0, 200)], booking=booking), expense_fees=True
    )
    assert lines(expensed) == [(ACCOUNTS.fee, 1200)]


# ----------------------------------------------------------------------
# Detail and summary
# ----------------------------------------------------------------------


def test_in_detail_each_row_has_its_line():
    entry = plan(row("fee", -5), row("fee", -7, number=2))
    assert [(line.transaction_id, line.amount) for line in entry.lines[:2]] == [
        (1, 5),
        (2, 7),
    ]


def test_in_a_summary_one_line_for_each_way_of_a_mapping():
    other = replace(OWN, mapping_id=4)
    entry = plan(
        row("adjustment", -5),
        row("adjustment", -7, number=2),
        row("adjustment", 3, number=3),
        row("adjustment", -1, number=4, booking=other),
        row("adjustment", -9, number=5, partner_id=8),
        summary=True,
    )
    assert lines(entry) == [(777, 12), (777, -3), (777, 1), (777, 9)]
    assert entry.lines[0].name == "2 transactions"
    assert entry.lines[0].transaction_id == 0
    assert entry.lines[1].transaction_id == 3


def test_what_a_later_row_looks_for_is_never_summed():
    rows = [row("reserve_hold", -5), row("reserve_hold", -7, number=2)]
    for summary in (False, True):
        entry = plan(*rows, summary=summary)
        found = [(line.role, line.transaction_id) for line in entry.lines[:2]]
        assert found == [("reserve", 1), ("reserve", 2)]


# ----------------------------------------------------------------------
# Tax
# ----------------------------------------------------------------------


def taxed(tax, *args, **values):
    values.setdefault("booking", replace(OWN, tax=tax))
    return row(*args, **values)


def tax_lines(entry):
    return [
        (line.account_id, line.amount, line.tax_id, line.repartition_line_id)
        for line in entry.lines
        if not line.role.startswith("wallet")
    ]


def test_the_provider_s_tax_is_booked_to_the_cent():
    entry = plan(taxed(VAT, "fee", -1000, fees=[("other", 0, 203)]))
    assert tax_lines(entry) == [(777, 1000, 9, 0), (900, 203, 0, 91)]
    base, tax = entry.lines[:2]
    assert (base.tag_ids, tax.tag_ids, tax.tax_base) == ((4,), (5,), 1000)
    assert (base.role, tax.role) == ("fee", "fee_tax")


def test_a_tax_that_nobody_states_is_contained_in_the_amount():
    entry = plan(taxed(VAT, "fee", -1200))
    assert tax_lines(entry) == [(777, 1000, 9, 0), (900, 200, 0, 91)]


def test_a_reverse_charge_adds_nothing_in_all():
    entry = plan(taxed(REVERSE, "fee", -1000))
    assert tax_lines(entry) == [
        (777, 1000, 8, 0),
        (801, 200, 0, 81),
        (802, -200, 0, 82),
    ]


def test_what_cannot_be_deducted_stays_with_the_cost_and_its_centre():
    booking = replace(OWN, tax=HALF, analytic='{"1": 100}')
    entry = plan(taxed(HALF, "fee", -1200, booking=booking))
    assert tax_lines(entry) == [(777, 1000, 7, 0), (701, 100, 0, 71), (777, 100, 0, 72)]
    assert [line.analytic for line in entry.lines[:3]] == [
        '{"1": 100}',
        "",
        '{"1": 100}',
    ]


def test_a_row_that_is_tax_is_the_tax():
    entry = plan(taxed(VAT, "tax", -190))
    assert tax_lines(entry) == [(900, 190, 0, 91)]
    assert lines(plan(row("tax", -190))) == [(777, 190)]


def test_stated_tax_without_a_tax_of_ours_stays_with_the_fee():
    entry = plan(row("fee", -1000, fees=[("other", 0, 200)]))
    assert lines(entry) == [(777, 1200)]


def test_a_refunded_fee_gives_its_tax_back():
    entry = plan(taxed(VAT, "fee_refund", 1200))
    assert tax_lines(entry) == [(777, -1000, 9, 0), (900, -200, 0, 91)]


def test_a_summary_taxes_the_sum():
    rows = [taxed(VAT, "fee", -101, number=n) for n in (1, 2, 3)]
    entry = plan(*rows, summary=True)
    # 303 contains 50.5 of tax; three times 101 would contain 51.
    assert tax_lines(entry) == [(777, 253, 9, 0), (900, 50, 0, 91)]


def test_a_foreign_wallet_balances_in_both_currencies():
    rate = Rate(Decimal("0.333"))
    entry = plan(
        taxed(VAT, "fee", -1001),
        taxed(REVERSE, "fee", -998, number=2),
        currency_id=USD,
        rate=rate,
    )
    assert sum(line.balance for line in entry.lines) == 0
    assert all(line.currency_id == USD for line in entry.lines)


KINDS = "fee fee_refund tax adjustment charge refund transfer reserve_hold".split()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.integers(-(10**6), 10**6),
            st.sampled_from((None, VAT, REVERSE, HALF)),
            st.integers(0, 500),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from((None, Decimal("0.333"), Decimal("1.7"))),
)
def test_the_wallet_gets_the_net_whatever_codes_say(given_rows, summary, expense, rate):
    rows = [
        row(
            kind,
            gross,
            number=number,
            fees=[("other", 0, tax)] if kind == "fee" else [("other", tax, 1)],
            booking=replace(OWN, tax=own_tax) if is_mapped else None,
        )
        for number, (kind, gross, own_tax, tax, is_mapped) in enumerate(given_rows, 1)
    ]
    entry = plan(
        *rows,
        summary=summary,
        expense_fees=expense,
        currency_id=EUR if rate is None else USD,
        rate=Rate(rate),
    )
    wallet = sum(line.amount for line in entry.lines if line.role == "wallet")
    assert wallet == sum(each.net for each in rows)
    assert sum(line.balance for line in entry.lines) == 0


@given(
    st.integers(-(10**7), 10**7).filter(bool),
    st.sampled_from((VAT, REVERSE, HALF, None)),
)
def test_a_bank_charge_is_cleared_with_its_tax_and_nothing_is_left(amount, tax):
    booking = replace(OWN, tax=tax, analytic='{"1": 100}')
    part = Settled(777, 0, amount, EUR, amount, booking=booking, role="mapped")
    item = OpenItem(1, 50, 0, EUR, -amount, -amount)
    entry = plan_clearing(
        DAY, "st_1", [Move(item, part, "charge", 1)], Company(EUR, 0, "VAT")
    )
    assert sum(line.balance for line in entry.lines) == 0
    assert entry.lines[0].reconcile_with == (1,)
    assert entry.mapping_ids == (3,)
    of_tax = [line for line in entry.lines if line.repartition_line_id]
    assert {line.name for line in of_tax} <= {"VAT"}
    assert entry.lines[1].tax_id == (tax.tax_id if tax else 0)
    assert entry.lines[1].analytic == '{"1": 100}'
    if tax is REVERSE:
        assert entry.lines[1].amount == -amount


def test_a_foreign_bank_account_shares_its_value():
    booking = replace(OWN, tax=VAT)
    part = Settled(777, 0, -1200, USD, -1200, booking=booking, role="mapped")
    item = OpenItem(1, 50, 0, USD, 1200, 401)
    entry = plan_clearing(
        DAY, "st_1", [Move(item, part, "charge", 1)], Company(EUR, 0, "VAT")
    )
    assert [(line.amount, line.balance) for line in entry.lines] == [
        (-1200, -401),
        (1000, 334),
        (200, 67),
    ]
