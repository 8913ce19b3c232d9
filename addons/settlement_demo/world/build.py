"""Make a whole world and its truth from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from . import adyen_payouts, clock, fee_invoices, money_flow, totals, twice, withdrawals
from .companies import PLANS
from .month import fill, fill_reports
from .paypal_book import PaypalBook
from .provider_book import Report, ReportBook
from .records import (
    CompanyPlan,
    Document,
    OnlinePayment,
    Party,
    Statement,
)
from .scene import Scene, open_scene
from .stripe_book import StripeBook
from .troubles import OUTAGES, Trouble, exceptions, plan, plan_reports
from .truth import FaultTruth, PayoutTruth, StatementTruth, Truth

# A month in the past of every clock, with a change to daylight saving time in it.
DEFAULT_START = date(2026, 3, 1)
# Documents may be that much older than the first day.
RATE_DAYS_BEFORE = 40
# The report of one day of each month comes so many days later than usual.
_LATE_REPORT, _LATE_DAYS = timedelta(days=13), 9
# The place of the batch whose report is late.
_LATE_BATCH = 2


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One bank account with all its statements, in the order of their days."""

    account: str
    currency: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class CompanyWorld:
    """One company as the product meets it: documents, Stripe and banks.

    :ivar reports: code of a provider → its files, in the order of their days.
    :ivar rates: day → currency → units per unit of the company's currency.
    """

    plan: CompanyPlan
    parties: tuple[Party, ...]
    documents: tuple[Document, ...]
    online_payments: tuple[OnlinePayment, ...]
    stripe: StripeBook
    banks: tuple[BankAccount, ...]
    report_books: tuple[ReportBook, ...]
    reports: dict[str, tuple[Report, ...]]
    rates: dict[date, dict[str, Decimal]]

    def spoilt_file(self, visit: date) -> Statement:
        """Return the statement whose file comes cut at a visit, before the whole one.

        It is the longest of the newest week, so that a part of it can be read.
        """
        week = [
            statement
            for bank in self.banks
            for statement in bank.statements
            if visit - timedelta(days=7) < statement.delivered_on <= visit
        ]
        return max(week, key=lambda each: (len(each.entries), each.filename))

    def spoilt_report(self, provider: str, visit: date) -> Report:
        """Return the file of a provider with which something goes wrong at a visit.

        It is the longest of the newest week.
        """
        week = [
            report
            for report in self.reports[provider]
            if visit - timedelta(days=7) < report.delivered_on <= visit
        ]
        return max(week, key=lambda each: (len(each.content), each.name))

    def book(self, provider: str) -> ReportBook:
        """Return the account at a provider that tells by files."""
        return next(each for each in self.report_books if each.code == provider)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that Odoo, Stripe and the banks know; never what is true."""

    seed: int
    period: clock.Period
    companies: tuple[CompanyWorld, ...]
    troubles: tuple[Trouble, ...] = ()

    def steps(self) -> list[date]:
        """Return the days at whose end the data up to then are fetched.

        Every Sunday, and the last two days: on the last late data arrive.
        """
        return visits(self.period)

    def troubles_at(self, code: str, day: date, provider: str = "") -> tuple[str, ...]:
        """Return the names of what goes wrong for a company at a visit.

        :param provider: code of the one whose files are meant, "" = Stripe and banks.
        """
        return tuple(
            each.name
            for each in self.troubles
            if (each.company, each.day, each.provider) == (code, day, provider)
        )


def visits(period: clock.Period) -> list[date]:
    """Return the days at whose end a company fetches what is new."""
    sundays = {day for day in period.days() if day.weekday() == clock.SUNDAY}
    return sorted(sundays | {period.end - clock.DAY, period.end})


def build(
    seed: int,
    start: date = DEFAULT_START,
    months: int = 1,
    orders: int = 0,
    plans: Sequence[CompanyPlan] = PLANS,
) -> tuple[World, Truth]:
    """Return the world of a seed and the truth about it.

    :param start: first day of the first month.
    :param orders: ordinary charges of all companies in these months; 0 = as many as
        their plans say. What is planted comes on top.
    :param plans: of the companies that take part.
    """
    period = clock.Period(start, months)
    truth = Truth(seed, start, months, period.end)
    volume = _volume(period, orders, plans)
    troubles = _troubles(seed, period, plans)
    companies = tuple(
        _company(plan, period, seed, truth, volume, troubles) for plan in plans
    )
    truth.exceptions.extend(exceptions(troubles, _spoilt_file(companies)))
    truth.faults.extend(
        FaultTruth(each.company, each.day, each.name, bool(each.kind.reason))
        for each in troubles
    )
    truth.faults.extend(_late_rows(period, companies))
    truth.faults.extend(_late_reports(period, companies))
    return World(seed, period, companies, tuple(troubles)), truth


def _late_rows(
    period: clock.Period, companies: tuple[CompanyWorld, ...]
) -> Iterator[FaultTruth]:
    """Yield the rows that a visit does not see, though they were made before it."""
    for company in companies:
        rows = {row["id"]: row for row in company.stripe.rows}
        for row_id, shown in company.stripe.late.items():
            for day in visits(period):
                if rows[row_id]["created"] <= clock.day_end(day) < shown:
                    yield FaultTruth(company.plan.code, day, "row_late", False)


def _late_reports(
    period: clock.Period, companies: tuple[CompanyWorld, ...]
) -> Iterator[FaultTruth]:
    """Yield the files of providers that a visit should see and does not."""
    for company in companies:
        for reports in company.reports.values():
            for report in reports:
                usual = min(report.day + clock.DAY, period.end)
                for day in visits(period):
                    if usual <= day < report.delivered_on:
                        yield FaultTruth(company.plan.code, day, "report_late", False)


def _troubles(
    seed: int, period: clock.Period, plans: Sequence[CompanyPlan]
) -> list[Trouble]:
    days = visits(period)
    accounts = [
        (each.code, provider)
        for each in plans
        for provider in ("paypal", "adyen")
        if getattr(each, provider)
    ]
    return [
        *plan(seed, [each.code for each in plans], days),
        *plan_reports(seed, accounts, days),
    ]


def _answered_visits(
    code: str, period: clock.Period, troubles: Sequence[Trouble]
) -> list[date]:
    """Return the visits of a company at which Stripe answers."""
    unanswered = {
        each.day for each in troubles if each.company == code and each.name in OUTAGES
    }
    return [day for day in visits(period) if day not in unanswered]


def _spoilt_file(companies: tuple[CompanyWorld, ...]) -> Callable[[Trouble], str]:
    """Return a function that names the file which a trouble spoils."""
    by_code = {company.plan.code: company for company in companies}

    def name(trouble: Trouble) -> str:
        company = by_code[trouble.company]
        if trouble.provider:
            return company.spoilt_report(trouble.provider, trouble.day).name
        return company.spoilt_file(trouble.day).filename

    return name


def _volume(
    period: clock.Period, orders: int, plans: Sequence[CompanyPlan]
) -> Fraction:
    """Return the factor by which the charges of the plans are multiplied."""
    if not orders:
        return Fraction(1)
    a_day = sum(wallet.charges_per_day for plan in plans for wallet in plan.wallets)
    days = (period.tail_start - period.start).days
    return Fraction(orders, a_day * days)


def _company(
    plan: CompanyPlan,
    period: clock.Period,
    seed: int,
    truth: Truth,
    volume: Fraction,
    troubles: Sequence[Trouble],
) -> CompanyWorld:
    rates = _rates(plan, period, Random(f"{seed}/{plan.code}/rates"))
    scene = open_scene(plan, period, seed, rates, volume)
    fill(scene)
    scene.stripe.show_all_until(clock.day_end(period.end))
    answered = _answered_visits(plan.code, period, troubles)
    twice.conclude(scene, visits(period), answered)
    truth.payouts.extend(money_flow.pay_out(scene))
    truth.payouts.extend(_paypal(scene))
    truth.payouts.extend(_adyen(scene))
    banks = tuple(
        BankAccount(bank.account, bank.currency, tuple(bank.statements(period)))
        for bank in scene.banks.values()
    )
    statements = [statement for bank in banks for statement in bank.statements]
    totals.conclude(scene, statements, truth)
    return _company_world(scene, banks)


def _paypal(scene: Scene) -> Iterator[PayoutTruth]:
    """Let the months of a PayPal account go by, when all else is told.

    So the rest of the world is the same with it and without it.
    """
    if not scene.plan.paypal:
        return
    book = scene.paypal
    fill_reports(scene, book)
    book.late.update(
        (start + _LATE_REPORT, _LATE_DAYS) for start in scene.period.month_starts
    )
    yield from withdrawals.withdraw(scene)
    party = fee_invoices.biller(book, withdrawals.SENDER)
    fee_invoices.send(scene, book, party)
    scene.reported.extend(_paypal_days(book))


def _adyen(scene: Scene) -> list[PayoutTruth]:
    """Let the months of a company's accounts at Adyen go by, after all else."""
    if not scene.plan.adyen:
        return []
    book = scene.adyen
    fill_reports(scene, book)
    payouts = adyen_payouts.Payouts(scene).run()
    late = book.batches[_LATE_BATCH]
    book.late[late.number] = _LATE_DAYS
    fee_invoices.send(scene, book, fee_invoices.biller(book, adyen_payouts.SENDER))
    return payouts


def _paypal_days(book: PaypalBook) -> Iterator[StatementTruth]:
    """Yield what each day of each wallet moved, withdrawals apart."""
    for number, (day, rows, balances) in enumerate(book.sections(), 1):
        for currency, each in balances.items():
            inside = [r for r in rows if r.currency == currency and r.code != "T0400"]
            _whole, opening = each.began
            yield StatementTruth(
                backend=book.backend,
                account=book.account,
                currency=currency,
                day=day,
                sequence=number,
                opening=opening,
                closing=opening + sum(row.net for row in inside),
                batch=f"{book.account}/{currency}/{day}",
            )


def _company_world(scene: Scene, banks: tuple[BankAccount, ...]) -> CompanyWorld:
    books = scene.books
    return CompanyWorld(
        plan=scene.plan,
        parties=tuple(books.parties),
        documents=tuple(books.documents),
        online_payments=tuple(books.online_payments),
        stripe=scene.stripe,
        banks=banks,
        report_books=scene.report_books,
        reports={book.code: book.reports() for book in scene.report_books},
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
