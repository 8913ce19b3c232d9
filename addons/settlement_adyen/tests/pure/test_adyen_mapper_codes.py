"""Every type of row is decided, and the manual says how."""

import os
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement_adyen.bench.sample_report import (
    ACCOUNT_TYPES,
    PAYMENT_TYPES,
)
from odoo.addons.settlement_adyen.mapper import codes, const
from odoo.addons.settlement_connector.contract.fact_laws import broken_codes

PAGE = Path(__file__).parents[2] / "readme" / "KINDS.md"
# What is known of Adyen's journal types, in its spelling.
LISTED = (
    "Settled SettledInInstallments SettledExternally SettledReversed Refunded "
    "RefundedExternally RefundedReversed PaidOut PaidOutReversed Chargeback "
    "ChargebackExternally ChargebackReversed ChargebackReversedExternally "
    "SecondChargeback Fee MiscCosts InvoiceDeduction PaymentCost SettleCost "
    "AuthorisationSchemeFee AcquirerFee AcquirerFees DepositCorrection "
    "ReserveAdjustment BalanceTransfer InternalCompanyPayout MerchantPayout "
    "BankInstructionReturned ManualCorrected MatchedStatement EpaPaid "
    "Advancement AdvancementCommissionFee Advanced"
).split()
PROGRESS = "Received Authorised SentForSettle SentForRefund Refused Cancelled".split()
PROGRESS += "Expired Error CaptureFailed RefundFailed".split()


def test_every_listed_type_is_decided_and_none_is_made_up():
    assert set(const.TYPE_KINDS) == set(LISTED)
    assert set(PROGRESS) <= set(const.PROGRESS_KINDS)


def test_no_type_is_in_both_tables():
    lower = [name.lower() for name in (*const.TYPE_KINDS, *const.PROGRESS_KINDS)]
    assert len(set(lower)) == len(lower)


def test_the_table_keeps_the_laws():
    assert broken_codes(codes.known_codes()) == []


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("is_debit", [True, False])
def test_no_kind_contradicts_the_way_of_its_money(name, is_debit):
    kind, code, _memo = codes.classify(name, is_debit)
    assert kinds.KIND_SIGNS.get(kind, 0) in (0, -1 if is_debit else 1)
    assert code in (name, f"unknown:{name}")


@pytest.mark.parametrize(
    ("name", "is_debit", "kind", "code"),
    [
        ("settled", False, "charge", "Settled"),
        (" SETTLED ", False, "charge", "Settled"),
        ("Balancetransfer", True, "transfer", "BalanceTransfer"),
        ("EpaPaid", True, "adjustment", "unknown:EpaPaid"),
        (" NewThing ", True, "adjustment", "unknown:NewThing"),
        ("Received", True, "adjustment", "unknown:Received"),
    ],
)
def test_a_type_is_told_by_its_letters(name, is_debit, kind, code):
    assert codes.classify(name, is_debit)[:2] == (kind, code)


def test_what_a_code_of_a_row_becomes():
    assert codes.known_code("Settled").credit == "charge"
    assert codes.known_code("settled").code == "Settled"
    assert codes.known_code("ManualCorrected").review
    assert "moves no money" in codes.known_code("Authorised").meaning
    assert codes.known_code("NewThing") is None


def test_types_that_only_tell_how_far_a_payment_is():
    assert codes.is_progress("sentforsettle")
    assert not codes.is_progress("Settled")
    assert not codes.is_progress("NewThing")


def test_the_samples_write_types_that_are_known():
    for name in (*ACCOUNT_TYPES, *PAYMENT_TYPES, "Balancetransfer", "MerchantPayout"):
        assert codes.rule_of(name)


def test_the_manual_shows_the_tables_as_they_are():
    if os.environ.get("SETTLEMENT_WRITE_PAGES"):
        PAGE.write_text(codes.page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == codes.page()
