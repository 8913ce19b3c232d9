"""The stage on which stories happen: one company's books, Stripe account and banks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from . import clock
from . import stripe_objects as objects
from .adyen_book import AdyenBatch, AdyenBook, AdyenRow
from .bank_book import BankBook
from .books import Books
from .identifiers import Identifiers
from .paypal_book import PaypalBook, PaypalRow
from .provider_book import ProviderBook, ReportBook
from .records import BankEntry, CompanyPlan, Document, Party
from .stripe_book import StripeBook
from .stripe_objects import Raw
from .truth import (
    MATCHED,
    NOT_NEEDED,
    OPEN,
    ExceptionTruth,
    RowTruth,
    Settles,
    StatementTruth,
    payout_key,
)


@dataclass(slots=True)
class Scene:
    """Everything a story of one company needs.

    :ivar rates: day → currency → units per unit of the company's currency.
    :ivar volume: ordinary charges as a multiple of what the plans say.
    :ivar report_books: accounts at providers that tell by files.
    :ivar reported: what such providers say of each day.
    :ivar settled: document key → what else than rows has settled of it.
    :ivar twice: pairs of payments of the same document, the one that pays it first.
    """

    plan: CompanyPlan
    period: clock.Period
    random: Random
    books: Books
    stripe: StripeBook
    banks: dict[str, BankBook]
    rates: dict[date, dict[str, Decimal]]
    volume: Fraction = Fraction(1)
    report_books: tuple[ReportBook, ...] = ()
    settled: Counter[str] = field(default_factory=Counter)
    reported: list[StatementTruth] = field(default_factory=list)
    rows: list[RowTruth] = field(default_factory=list)
    adyen_truths: dict[int, RowTruth] = field(default_factory=dict, repr=False)
    exceptions: list[ExceptionTruth] = field(default_factory=list)
    twice: list[tuple[RowTruth, RowTruth]] = field(default_factory=list)
    document_scenarios: dict[str, str] = field(default_factory=dict)

    @property
    def stripe_backend(self) -> str:
        """Return the key of the company's Stripe backend."""
        return self.stripe.backend

    @property
    def providers(self) -> tuple[ProviderBook, ...]:
        """Return the company's accounts at all providers."""
        return (self.stripe, *self.report_books)

    @property
    def paypal(self) -> PaypalBook:
        """Return the company's account at PayPal."""
        return next(b for b in self.report_books if isinstance(b, PaypalBook))

    @property
    def bank_backend(self) -> str:
        """Return the key of the company's bank backend."""
        return f"{self.plan.code}.bank"

    @property
    def adyen(self) -> AdyenBook:
        """Return the company's accounts at Adyen."""
        return next(b for b in self.report_books if isinstance(b, AdyenBook))

    def instant(self, day: date) -> int:
        """Return a random instant of a local day, some of them close to midnight."""
        return clock.local_instant(
            day, self.random.randint(300, 86_000), self.plan.zone
        )

    def later(self, day: date, shortest: int, longest: int) -> date:
        """Return a day some days after ``day``, inside of the period."""
        days = timedelta(days=self.random.randint(shortest, longest))
        return min(day + days, self.period.end - clock.DAY)

    def amount(self, bounds: tuple[int, int]) -> int:
        """Return a random amount between two bounds, small ones more often."""
        low, high = bounds
        return low + int((high - low) * self.random.random() ** 2)

    def bank_amount(self, currency: str) -> int:
        """Return a random amount of a transfer to the account in ``currency``."""
        return self.amount(self.banks[currency].plan.amounts)

    def charge_amount(self, currency: str) -> int:
        """Return a random amount of a charge in ``currency``."""
        wallet = self.stripe.wallet(currency)
        amount = self.amount(wallet.amounts)
        return amount - amount % wallet.step

    # ------------------------------------------------------------------
    # The truth
    # ------------------------------------------------------------------

    def stripe_row(
        self,
        row: Raw,
        scenario: str,
        kind: str,
        settles: Iterable[tuple[str, int]] = (),
        *,
        outcome: str = "",
    ) -> RowTruth:
        """Note what a row of Stripe really is.

        :param settles: pairs of target key and signed amount.
        :param outcome: by default matched if it settles something.
        """
        tax = sum(d["amount"] for d in row["fee_details"] if d["type"] == "tax")
        return self._provider_row(
            scenario,
            settles,
            outcome,
            backend=self.stripe_backend,
            key=row["id"],
            kind=kind,
            currency=row["currency"].upper(),
            gross=row["amount"],
            fee=row["fee"] - tax,
            tax=tax,
            net=row["net"],
            booked_on=clock.local_day(row["created"], self.plan.zone),
        )

    def paypal_row(
        self,
        row: PaypalRow,
        scenario: str,
        kind: str,
        settles: Iterable[tuple[str, int]] = (),
        *,
        outcome: str = "",
    ) -> RowTruth:
        """Note what a row of PayPal really is; see :meth:`stripe_row`."""
        book = self.paypal
        day = book.day_of(row)
        batch = f"{book.account}/{row.currency}/{day}"
        return self._provider_row(
            scenario,
            settles,
            outcome,
            backend=book.backend,
            key=row.key,
            kind=kind,
            currency=row.currency,
            gross=row.gross,
            fee=row.fee,
            tax=0,
            net=row.net,
            booked_on=day,
            batch=payout_key(row.transaction_id) if kind == "payout" else batch,
        )

    def adyen_row(
        self,
        row: AdyenRow,
        scenario: str,
        kind: str,
        settles: Iterable[tuple[str, int]] = (),
        *,
        outcome: str = "",
    ) -> RowTruth:
        """Note what a row of Adyen really is; see :meth:`stripe_row`.

        Its name is provisional until its batch is known.
        """
        fee = 0 if kind == "fee" else row.fee
        truth = self._provider_row(
            scenario,
            settles,
            outcome,
            backend=self.adyen.backend,
            key=f"adyen row {len(self.rows)}",
            kind=kind,
            currency=row.currency,
            gross=row.net + fee,
            fee=fee,
            tax=0,
            net=row.net,
            booked_on=self.adyen.day_of(row),
            account=row.account,
        )
        self.adyen_truths[id(row)] = truth
        return truth

    def name_adyen_rows(self, batch: AdyenBatch) -> None:
        """Give the rows of a batch their names."""
        names = {}
        for row in batch.rows:
            truth = self.adyen_truths[id(row)]
            names[truth.key] = row.key(batch.number)
            truth.key, truth.batch = names[truth.key], batch.key(row.currency)
        for exception in self.exceptions:
            exception.key = names.get(exception.key, exception.key)

    def _provider_row(
        self, scenario: str, settles: Iterable[tuple[str, int]], outcome: str, **values
    ) -> RowTruth:
        parts = [Settles(*part) for part in settles]
        outcome = outcome or (MATCHED if parts else NOT_NEEDED)
        truth = RowTruth(scenario=scenario, settles=parts, outcome=outcome, **values)
        self.rows.append(truth)
        return truth

    def bank_rows(
        self,
        bank: BankBook,
        entry: BankEntry,
        scenario: str,
        settles: Iterable[Iterable[tuple[str, int]]] = (),
        *,
        outcome: str = "",
    ) -> list[RowTruth]:
        """Note what a bank entry really is: one row per detail, or one in all.

        :param settles: for each detail its pairs of target key and signed amount.
        """
        several = len(entry.details) > 1
        amounts = [d.amount for d in entry.details] if several else [entry.amount]
        parts = list(settles) or [()] * len(amounts)
        rows = []
        for index, (amount, pairs) in enumerate(zip(amounts, parts, strict=True)):
            targets = [Settles(*pair) for pair in pairs]
            rows.append(
                RowTruth(
                    backend=self.bank_backend,
                    key=f"{entry.reference}#{index}" if several else entry.reference,
                    scenario=scenario,
                    kind="bank_credit" if amount > 0 else "bank_debit",
                    currency=bank.currency,
                    gross=amount,
                    fee=0,
                    tax=0,
                    net=amount,
                    booked_on=entry.day,
                    outcome=outcome or (MATCHED if targets else OPEN),
                    settles=targets,
                    batch=f"{bank.account}/{entry.day}",
                )
            )
        self.rows.extend(rows)
        return rows

    def expect(self, row: RowTruth, reason: str, resolved: bool = False) -> None:
        """Note that a person has to see a row, and why."""
        self.exceptions.append(
            ExceptionTruth(row.backend, "row", row.key, reason, row.scenario, resolved)
        )

    def tell(self, scenario: str, *documents: Document) -> None:
        """Note that documents belong to a scenario."""
        for document in documents:
            self.document_scenarios[document.key] = scenario

    # ------------------------------------------------------------------
    # Common first halves of stories
    # ------------------------------------------------------------------

    def invoice(
        self,
        scenario: str,
        day: date,
        currency: str,
        amount: int = 0,
        party: Party | None = None,
        **references: str,
    ) -> tuple[Document, Party]:
        """Add an invoice of any customer; return both."""
        customer = party or self.books.customer()
        document = self.books.invoice(
            day,
            currency,
            amount or self.charge_amount(currency),
            customer,
            **references,
        )
        self.tell(scenario, document)
        return document, customer

    def paid_invoice(
        self, scenario: str, day: date, currency: str
    ) -> tuple[Document, Raw, RowTruth]:
        """Add an invoice and the charge that pays it and names it."""
        document, customer = self.invoice(scenario, day, currency)
        row = self.stripe.charge(
            currency,
            self.instant(day),
            document.amount,
            payer=customer,
            metadata={"invoice": document.number},
        )
        truth = self.stripe_row(
            row, scenario, "charge", [(document.key, document.amount)]
        )
        return document, row, truth


def open_scene(
    plan: CompanyPlan,
    period: clock.Period,
    seed: int,
    rates: dict[date, dict[str, Decimal]],
    volume: Fraction = Fraction(1),
) -> Scene:
    """Return an empty stage for one company."""
    random = Random(f"{seed}/{plan.code}")
    ids = Identifiers(Random(f"{seed}/{plan.code}/identifiers"))
    account = objects.account(
        ids.stripe("acct"), plan.name, plan.country, plan.currency, plan.zone
    )
    return Scene(
        plan=plan,
        period=period,
        random=random,
        books=Books(plan, random, ids),
        stripe=StripeBook(plan, ids, account, Random(f"{seed}/{plan.code}/cards")),
        banks={bank.currency: BankBook(bank, ids) for bank in plan.banks},
        rates=rates,
        volume=volume,
        report_books=tuple(_report_books(plan, period, seed)),
    )


def _report_books(
    plan: CompanyPlan, period: clock.Period, seed: int
) -> Iterator[ReportBook]:
    """Yield the accounts at providers that tell by files."""
    if plan.paypal:
        ids = Identifiers(Random(f"{seed}/{plan.code}/paypal"))
        yield PaypalBook(plan, period, ids, plan.paypal)
    if plan.adyen:
        ids = Identifiers(Random(f"{seed}/{plan.code}/adyen"))
        yield AdyenBook(plan, period, ids, plan.adyen)
