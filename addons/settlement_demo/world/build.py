"""Make a whole world and its truth from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from . import clock, money_flow, totals
from .companies import PLANS
from .month import fill
from .records import (
    CompanyPlan,
    Document,
    OnlinePayment,
    Party,
    Statement,
)
from .scene import Scene, open_scene
from .stripe_book import StripeBook
from .truth import Truth

# A month in the past of every clock, with a change to daylight saving time in it.
DEFAULT_START = date(2026, 3, 1)
# Documents may be that much older than the first day.
RATE_DAYS_BEFORE = 40


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One bank account with all its statements, in the order of their days."""

    account: str
    currency: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class CompanyWorld:
    """One company as the product meets it: documents, Stripe and banks.

    :ivar rates: day → currency → units per unit of the company's currency.
    """

    plan: CompanyPlan
    parties: tuple[Party, ...]
    documents: tuple[Document, ...]
    online_payments: tuple[OnlinePayment, ...]
    stripe: StripeBook
    banks: tuple[BankAccount, ...]
    rates: dict[date, dict[str, Decimal]]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that Odoo, Stripe and the banks know; never what is true."""

    seed: int
    period: clock.Period
    companies: tuple[CompanyWorld, ...]

    def steps(self) -> list[date]:
        """Return the days at whose end the data up to then are fetched.

        The middle and the end of each month, the day before the last and the last,
        on which late data arrive.
        """
        days = {self.period.end - clock.DAY, self.period.end}
        for start in self.period.month_starts:
            days |= {start + timedelta(days=14), clock.next_month(start) - clock.DAY}
        return sorted(days)


def build(
    seed: int, start: date = DEFAULT_START, months: int = 1, orders: int = 0
) -> tuple[World, Truth]:
    """Return the world of a seed and the truth about it.

    :param start: first day of the first month.
    :param orders: ordinary charges of all companies in these months; 0 = as many as
        their plans say. What is planted comes on top.
    """
    period = clock.Period(start, months)
    truth = Truth(seed, start, months, period.end)
    volume = _volume(period, orders)
    companies = tuple(_company(plan, period, seed, truth, volume) for plan in PLANS)
    return World(seed, period, companies), truth


def _volume(period: clock.Period, orders: int) -> Fraction:
    """Return the factor by which the charges of the plans are multiplied."""
    if not orders:
        return Fraction(1)
    a_day = sum(wallet.charges_per_day for plan in PLANS for wallet in plan.wallets)
    days = (period.tail_start - period.start).days
    return Fraction(orders, a_day * days)


def _company(
    plan: CompanyPlan,
    period: clock.Period,
    seed: int,
    truth: Truth,
    volume: Fraction,
) -> CompanyWorld:
    rates = _rates(plan, period, Random(f"{seed}/{plan.code}/rates"))
    scene = open_scene(plan, period, seed, rates, volume)
    fill(scene)
    truth.payouts.extend(money_flow.pay_out(scene))
    banks = tuple(
        BankAccount(bank.account, bank.currency, tuple(bank.statements(period)))
        for bank in scene.banks.values()
    )
    statements = [statement for bank in banks for statement in bank.statements]
    totals.conclude(scene, statements, truth)
    return _company_world(scene, banks)


def _company_world(scene: Scene, banks: tuple[BankAccount, ...]) -> CompanyWorld:
    books = scene.books
    return CompanyWorld(
        plan=scene.plan,
        parties=tuple(books.parties),
        documents=tuple(books.documents),
        online_payments=tuple(books.online_payments),
        stripe=scene.stripe,
        banks=banks,
        rates=scene.rates,
    )


def _rates(
    plan: CompanyPlan, period: clock.Period, random: Random
) -> dict[date, dict[str, Decimal]]:
    """Return rates that wander by at most two tenths of a percent a day."""
    first = period.start - timedelta(days=RATE_DAYS_BEFORE)
    current = dict(plan.rates)
    rates = {}
    for day in clock.days_between(first, period.end):
        for currency in sorted(current):
            step = Decimal(10_000 + random.randint(-20, 20)) / 10_000
            current[currency] = (current[currency] * step).quantize(Decimal("1e-6"))
        rates[day] = dict(current)
    return rates
