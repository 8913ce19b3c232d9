"""The companies of the world, and what is planted in their months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from . import stories_adyen as adyen
from . import stories_after as after
from . import stories_bank as bank
from . import stories_charges as charges
from . import stories_paypal as paypal
from .records import (
    AdyenAccount,
    BankPlan,
    CompanyPlan,
    Pricing,
    ReportWallet,
    WalletPlan,
)
from .scene import Scene

Story = Callable[[Scene, str, date], None]

NORD = CompanyPlan(
    code="nord",
    name="Nordlicht Handel GmbH",
    invoice_prefix="INV",
    country="DE",
    currency="EUR",
    zone="Europe/Berlin",
    wallets=(
        WalletPlan(
            currency="EUR",
            pricing=Pricing(basis_points=150, fixed=25),
            opening=50_000,
            charges_per_day=6,
            amounts=(1_500, 48_000),
            payout_weekdays=(0, 2, 4),
            settle_days=2,
            fates={
                1: "canceled",
                3: "failed",
                4: "returned",
                7: "merged",
                9: "late",
                10: "lost",
                16: "failed",
                20: "merged",
                24: "late",
                29: "returned",
            },
        ),
        WalletPlan(
            currency="USD",
            pricing=Pricing(basis_points=325, fixed=30),
            opening=0,
            charges_per_day=2,
            amounts=(2_000, 60_000),
            payout_weekdays=(2,),
            settle_days=3,
            untraced=True,
        ),
        # Little happens here: a refund makes it negative.
        WalletPlan(
            currency="GBP",
            pricing=Pricing(basis_points=150, fixed=20),
            opening=0,
            charges_per_day=0,
            amounts=(5_000, 40_000),
            payout_weekdays=(1,),
            settle_days=2,
            debits=True,
        ),
    ),
    banks=(
        BankPlan("EUR", "08", 1_250_000, (8_000, 240_000), 1, "DE"),
        BankPlan("USD", "02", 310_000, (8_000, 120_000), 0, "DE"),
        BankPlan("GBP", "08", 150_000, (8_000, 90_000), 0, "GB"),
    ),
    customers=60,
    suppliers=6,
    rates={
        "USD": Decimal("1.0850"),
        "GBP": Decimal("0.8550"),
        "KWD": Decimal("0.3320"),
    },
    paypal=(
        ReportWallet("EUR", 20_000, Fraction(3), (900, 21_000), 249, 35),
        ReportWallet("USD", 15_000, Fraction(2, 5), (900, 36_000), 349, 49),
        # What comes is converted at once: nothing is kept in it.
        ReportWallet("GBP", 0, Fraction(0), (1_500, 12_000), 349, 30),
    ),
    adyen=(
        AdyenAccount(
            "NordlichtECOM",
            (
                ReportWallet(
                    "EUR", 0, Fraction(3), (900, 24_000), 190, 12, "NordlichtECOM"
                ),
                ReportWallet(
                    "USD", 0, Fraction(1), (900, 22_000), 290, 15, "NordlichtECOM"
                ),
            ),
            closing_weekdays=(1, 4),
            first_batch=101,
        ),
        # Here each cost is told apart.
        AdyenAccount(
            "NordlichtPOS",
            (
                ReportWallet(
                    "EUR", 0, Fraction(2), (300, 9_000), 95, 8, "NordlichtPOS"
                ),
                ReportWallet(
                    "GBP", 0, Fraction(0), (600, 9_000), 120, 9, "NordlichtPOS"
                ),
            ),
            closing_weekdays=(0,),
            first_batch=501,
            shares=(("scheme", 15), ("interchange", 55), ("markup", 30)),
        ),
    ),
)

SAKURA = CompanyPlan(
    code="sakura",
    name="Sakura Trading KK",
    invoice_prefix="SKR",
    country="JP",
    currency="JPY",
    zone="Asia/Tokyo",
    wallets=(
        WalletPlan(
            currency="JPY",
            pricing=Pricing(basis_points=360, fixed=0, tax_percent=10),
            opening=0,
            charges_per_day=2,
            amounts=(900, 64_000),
            payout_weekdays=(4,),
            settle_days=4,
        ),
    ),
    banks=(BankPlan("JPY", "08", 2_400_000, (12_000, 380_000), 1, "JP"),),
    customers=30,
    suppliers=3,
)

MARJAN = CompanyPlan(
    code="marjan",
    name="Marjan Trading WLL",
    invoice_prefix="MRJ",
    country="KW",
    currency="KWD",
    zone="Asia/Kuwait",
    wallets=(
        WalletPlan(
            currency="KWD",
            pricing=Pricing(basis_points=290, fixed=100),
            opening=0,
            charges_per_day=1,
            amounts=(4_000, 190_000),
            payout_weekdays=(3,),
            settle_days=5,
            manual=True,
            step=10,
        ),
    ),
    banks=(BankPlan("KWD", "02", 1_900_000, (20_000, 640_000), 0, "KW"),),
    customers=25,
    suppliers=2,
)

PLANS: tuple[CompanyPlan, ...] = (NORD, SAKURA, MARJAN)

# Ordinary charges: how often each story is told.
ORDINARY: tuple[tuple[Story, int], ...] = (
    (charges.charge_by_reference, 6),
    (charges.charge_by_description, 2),
    (charges.charge_by_order, 1),
    (charges.payment_recorded_by_odoo, 3),
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A story that happens every month, on one of these days of it (from 1).

    A day 0 stands for the last day of the month.
    """

    story: Story
    currency: str
    first: int
    last: int
    times: int = 1


PLANTED: dict[str, tuple[Planted, ...]] = {
    "nord": (
        Planted(charges.charge_part_payment, "EUR", 3, 25, 2),
        Planted(charges.charge_without_reference, "EUR", 3, 25, 2),
        Planted(charges.charge_without_reference, "USD", 3, 25),
        Planted(charges.ambiguous_reference, "EUR", 3, 25),
        Planted(charges.conversion_presented, "EUR", 3, 25, 2),
        Planted(charges.conversion_settled, "EUR", 3, 25, 2),
        Planted(charges.conversion_three_decimals, "EUR", 3, 25),
        Planted(charges.payout_over_month_end, "EUR", 0, 0),
        Planted(charges.charge_overpayment, "EUR", 3, 25),
        Planted(charges.charge_twice, "EUR", 3, 12),
        Planted(charges.payment_not_booked, "EUR", 3, 25),
        Planted(charges.charge_by_reference, "GBP", 1, 3),
        Planted(after.refund_after_payout, "GBP", 1, 3),
        Planted(after.partial_refund, "EUR", 2, 18, 2),
        Planted(after.full_refund, "EUR", 2, 18),
        Planted(after.full_refund, "USD", 2, 18),
        Planted(after.refund_without_note, "EUR", 2, 18),
        Planted(after.failed_refund, "EUR", 2, 12),
        Planted(after.dispute_open, "EUR", 18, 24),
        Planted(after.dispute_lost, "EUR", 2, 10),
        Planted(after.dispute_won, "EUR", 2, 10),
        Planted(after.standalone_fee, "EUR", 4, 6),
        Planted(after.reserve_hold_and_release, "EUR", 5, 12),
        Planted(after.reserve_still_held, "EUR", 20, 24),
        Planted(after.adjustment, "EUR", 6, 24),
        Planted(bank.transfer_structured, "EUR", 2, 26, 3),
        Planted(bank.transfer_for_several, "EUR", 2, 26, 2),
        Planted(bank.transfer_part_payment, "EUR", 2, 26),
        Planted(bank.transfer_overpayment, "EUR", 2, 26),
        Planted(bank.unknown_payer, "EUR", 2, 26),
        Planted(bank.batch_entry, "EUR", 2, 26, 2),
        Planted(bank.supplier_payment, "EUR", 2, 26, 6),
        Planted(bank.bank_fee, "EUR", 26, 28),
        Planted(bank.bank_interest, "EUR", 26, 28),
        Planted(bank.typing_slip, "EUR", 2, 26, 2),
        Planted(bank.transfer_twice, "EUR", 2, 12),
        Planted(bank.own_transfer, "EUR", 8, 20),
        Planted(bank.unknown_debit, "EUR", 8, 20),
        Planted(bank.top_up, "EUR", 8, 20),
        Planted(bank.pending_entry, "EUR", 8, 20),
        Planted(bank.missing_statement, "EUR", 12, 18),
        Planted(bank.transfer_by_reference, "USD", 2, 26, 4),
        Planted(bank.supplier_payment, "USD", 2, 26),
        Planted(bank.bank_fee, "USD", 26, 28),
    ),
    "sakura": (
        Planted(charges.charge_part_payment, "JPY", 3, 25),
        Planted(charges.charge_without_reference, "JPY", 3, 25),
        Planted(after.partial_refund, "JPY", 2, 18),
        Planted(after.dispute_won, "JPY", 2, 10),
        Planted(after.standalone_fee, "JPY", 4, 6),
        Planted(bank.transfer_overpayment, "JPY", 2, 26),
        Planted(bank.unknown_payer, "JPY", 2, 26),
        Planted(bank.supplier_payment, "JPY", 2, 26, 3),
        Planted(bank.bank_fee, "JPY", 26, 28),
    ),
    "marjan": (
        Planted(charges.charge_by_reference, "KWD", 2, 20, 4),
        Planted(charges.charge_without_reference, "KWD", 3, 25),
        Planted(after.partial_refund, "KWD", 2, 18),
        Planted(bank.transfer_by_reference, "KWD", 2, 26, 3),
        Planted(bank.supplier_payment, "KWD", 2, 26),
        Planted(bank.bank_fee, "KWD", 26, 28),
    ),
}

# Ordinary payments at PayPal: how often each story is told.
ORDINARY_PAYPAL: tuple[tuple[Story, int], ...] = (
    (paypal.paypal_sale, 4),
    (paypal.paypal_sale_by_order, 1),
)
PLANTED_PAYPAL: tuple[Planted, ...] = (
    Planted(paypal.paypal_conversion, "GBP", 2, 27, 5),
    Planted(paypal.paypal_sale_without_reference, "EUR", 3, 25),
    Planted(paypal.paypal_part_payment, "EUR", 3, 25),
    Planted(paypal.paypal_refund, "EUR", 2, 18, 2),
    Planted(paypal.paypal_refund, "USD", 2, 18),
    Planted(paypal.paypal_refund_with_fee, "EUR", 2, 18),
    Planted(paypal.paypal_refund_without_note, "EUR", 2, 18),
    Planted(paypal.paypal_chargeback, "EUR", 2, 10),
    Planted(paypal.paypal_chargeback_won, "EUR", 2, 8),
    Planted(paypal.paypal_mass_payment, "EUR", 12, 24, 2),
    Planted(paypal.paypal_reserve, "EUR", 5, 12),
    Planted(paypal.paypal_payment_hold, "EUR", 14, 20),
    Planted(paypal.paypal_reserve_held, "EUR", 20, 24),
    Planted(paypal.paypal_fee, "EUR", 3, 6),
    Planted(paypal.paypal_fee_back, "EUR", 8, 20),
)

ECOM, ECOM_USD = "NordlichtECOM EUR", "NordlichtECOM USD"
POS, POS_GBP = "NordlichtPOS EUR", "NordlichtPOS GBP"
# Ordinary payments at Adyen: how often each story is told.
ORDINARY_ADYEN: tuple[tuple[Story, int], ...] = (
    (adyen.adyen_sale, 4),
    (adyen.adyen_sale_by_order, 1),
)
PLANTED_ADYEN: tuple[Planted, ...] = (
    Planted(adyen.adyen_sale_without_reference, ECOM, 3, 25),
    Planted(adyen.adyen_part_payment, ECOM, 3, 25),
    Planted(adyen.adyen_converted, ECOM, 3, 25, 2),
    Planted(adyen.adyen_refund, ECOM, 2, 18, 2),
    Planted(adyen.adyen_refund, ECOM_USD, 2, 18),
    Planted(adyen.adyen_refund, POS, 2, 18),
    Planted(adyen.adyen_refund_with_fee, ECOM, 2, 18),
    Planted(adyen.adyen_chargeback, ECOM, 2, 10),
    Planted(adyen.adyen_chargeback_reversed, ECOM, 2, 10),
    Planted(adyen.adyen_carried_over, POS_GBP, 2, 4),
    Planted(adyen.adyen_fee, ECOM, 3, 6),
    Planted(adyen.adyen_fee, POS, 3, 6),
    Planted(adyen.adyen_invoice_deduction, ECOM, 8, 12),
    Planted(adyen.adyen_deposit, ECOM, 12, 16),
)
# Code of a provider that tells by files → what is ordinary there, and what is planted.
REPORT_STORIES = {
    "paypal": (ORDINARY_PAYPAL, PLANTED_PAYPAL),
    "adyen": (ORDINARY_ADYEN, PLANTED_ADYEN),
}
