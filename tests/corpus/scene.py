"""What a scenario makes its documents and rows with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    ExpectedPaymentFact,
    TransactionFact,
)

from . import people
from .world import Document, OnlinePayment, Partner, Row, Truth, World, major

FIRST_DAY = date(2026, 1, 12)
DAYS = 160
# Prefixes of the journals of one seed; each begins to count at one.
PREFIXES = ("INV", "RE", "FAC", "SAL", "VF", "KD", "AR", "FT", "NOTA", "DOC")
# Most that an approved rule lets a bank on the way keep, in minor units; and percent.
FEE_LIMITS = {"EUR": 1_500, "USD": 1_500, "JPY": 2_000, "KWD": 5_000}
FEE_PERCENT = 5
SIGNS = {"out_invoice": 1, "in_refund": 1, "out_refund": -1, "in_invoice": -1}
OWN_ACCOUNTS = {
    "EUR": "DE02120300000000202051",
    "USD": "DE02500105170137075030",
    "JPY": "DE02100500000054540402",
    "KWD": "DE02300209000106531065",
}
SAVINGS_ACCOUNTS = {
    "EUR": "DE88100900001234567892",
    "USD": "DE75512108001245126199",
    "JPY": "DE02701500000000594937",
    "KWD": "DE02600501010002034304",
}
PROVIDER_ACCOUNT = "acct_corpus"


class Book:
    """Numbers and amounts of one world; nothing is given twice."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.world = World(seed)
        self.prefix = PREFIXES[seed % len(PREFIXES)]
        self._counters: dict[str, int] = {}
        self._amounts: set[tuple[str, int]] = set()

    def count(self, name: str) -> int:
        """Return the next number of a sequence, from one."""
        self._counters[name] = self._counters.get(name, 0) + 1
        return self._counters[name]

    def counted(self, name: str) -> int:
        """Return the number that a sequence has come to."""
        return self._counters.get(name, 0)

    def amount(self, currency: str) -> int:
        """Return minor units that nothing else in this world amounts to."""
        low, high = {"JPY": (1_000, 3_000_000)}.get(currency, (1_000, 5_000_000))
        while True:
            drawn = int(low * (high / low) ** self.random.random())
            if (currency, drawn) not in self._amounts:
                self._amounts.add((currency, drawn))
                return drawn


class Scene:
    """One occurrence of one scenario: in one currency, around one day."""

    def __init__(self, book: Book, scenario: str, currency: str) -> None:
        self.book = book
        self.scenario = scenario
        self.currency = currency
        self.random = book.random
        self.day = FIRST_DAY + timedelta(days=self.random.randrange(DAYS))

    def after(self, days: int) -> date:
        """Return a day relative to that of the scene."""
        return self.day + timedelta(days=days)

    def amount(self) -> int:
        """Return a fresh amount in minor units."""
        return self.book.amount(self.currency)

    def large_amount(self) -> int:
        """Return an amount of which two per cent are more than any rule tolerates."""
        return self.amount() + 60 * FEE_LIMITS[self.currency]

    # ------------------------------------------------------------------
    # People and documents
    # ------------------------------------------------------------------

    def partner(self, name: str = "", knows_account: bool = True) -> Partner:
        """Return a new customer or supplier.

        :param knows_account: whether its bank account is on record.
        """
        number = self.book.count("partner")
        partner = Partner(
            self.book.seed * 1_000_000 + number,
            name or people.company_name(self.random, number),
            people.iban(self.random, self.currency),
            f"pay{self.book.seed}x{number}@customer.example",
            knows_account,
        )
        self.book.world.partners.append(partner)
        return partner

    def document(
        self,
        move_type: str = "out_invoice",
        partner: Partner | None = None,
        amount: int | None = None,
        number: str = "",
        instalments: int = 1,
        **values,
    ) -> Document:
        """Return a new open document.

        :param amount: unsigned minor units.
        """
        total = SIGNS[move_type] * (self.amount() if amount is None else amount)
        day = values.pop("day", self.after(-self.random.randint(5, 25)))
        document = Document(
            key=number or self._number(move_type),
            move_type=move_type,
            partner=partner or self.partner(),
            currency=values.pop("currency", self.currency),
            day=day,
            terms=tuple(self._terms(total, day, instalments)),
            **values,
        )
        self.book.world.documents.append(document)
        return document

    def _number(self, move_type: str) -> str:
        prefix = {
            "out_invoice": self.book.prefix,
            "out_refund": f"R{self.book.prefix}",
            "in_invoice": f"BILL{self.book.seed}",
            "in_refund": f"RBILL{self.book.seed}",
        }[move_type]
        return f"{prefix}/2026/{self.book.count(prefix):05d}"

    @staticmethod
    def _terms(total: int, day: date, instalments: int):
        share = abs(total) // instalments * (1 if total > 0 else -1)
        for number in range(instalments):
            is_last = number == instalments - 1
            amount = total - share * (instalments - 1) if is_last else share
            yield day + timedelta(days=30 * number + 14), amount

    def invoice(self, partner: Partner | None = None, **values) -> Document:
        """Return a new open customer invoice."""
        return self.document("out_invoice", partner, **values)

    def bill(self, partner: Partner | None = None, **values) -> Document:
        """Return a new open supplier bill; its ref is the supplier's own number."""
        number = f"{self.random.choice('ABCDEFGH')}{people.digits(self.random, 7)}"
        return self.document("in_invoice", partner, **{"ref": number, **values})

    def online_payment(self, amount: int, is_booked: bool = True) -> OnlinePayment:
        """Return a new online payment that Odoo recorded; signed minor units."""
        prefix = "pi" if amount > 0 else "re"
        key = f"{prefix}_{self.book.seed}c{self.book.count('online'):06d}"
        payment = OnlinePayment(
            key, self.partner(), self.currency, self.day, amount, is_booked
        )
        self.book.world.online_payments.append(payment)
        return payment

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    def bank(
        self,
        amount: int,
        truth: Truth,
        text: str = "",
        payer: Partner | None = None,
        **values,
    ) -> Row:
        """Book signed minor units at the bank; ``text`` is the remittance text."""
        kind = "bank_credit" if amount > 0 else "bank_debit"
        account = OWN_ACCOUNTS[values.get("currency", self.currency)]
        named = {}
        if payer:
            named = {
                "counterparty_name": payer.name,
                "counterparty_account": payer.account,
            }
        fields = {
            "account_identifier": account,
            "description": text,
            "kind": kind,
            **named,
        }
        return self._row("bank", amount, truth, {**fields, **values})

    def provider(self, amount: int, truth: Truth, **values) -> Row:
        """Book a charge or refund at the provider."""
        kind = "charge" if amount > 0 else "refund"
        fields = {"account_identifier": PROVIDER_ACCOUNT, "kind": kind}
        return self._row("provider", amount, truth, {**fields, **values})

    def next_key(self, source: str, ahead: int = 1) -> str:
        """Return the key that the next row of a source will have, or one after it."""
        return f"{source[0]}{self.book.seed}-{self.book.counted(source) + ahead:07d}"

    def _row(self, source: str, amount: int, truth: Truth, values: dict) -> Row:
        step = values.pop("step", 0)
        currency = values.pop("currency", self.currency)
        day = values.pop("day", self.day)
        key = self.next_key(source)
        self.book.count(source)
        fact = TransactionFact(
            currency=currency,
            external_id=key,
            gross_amount=major(amount, currency),
            net_amount=major(amount, currency),
            occurred_at=datetime(day.year, day.month, day.day, 12),
            booked_on=day,
            **values,
        )
        row = Row(key, self.scenario, source, fact, truth, amount, step)
        self.book.world.rows.append(row)
        return row

    def payout(self, amount: int, day: date | None = None, **values) -> BatchFact:
        """Announce a payout of the provider for a day."""
        key = f"po_{self.book.seed}q{self.book.count('payout'):06d}"
        payout = BatchFact(
            currency=self.currency,
            kind="payout",
            external_id=key,
            date=day or self.after(-2),
            expected_on=day or self.day,
            total=major(amount, self.currency),
            account_identifier=PROVIDER_ACCOUNT,
            lists_rows=False,
            **values,
        )
        self.book.world.payouts.append(payout)
        return payout

    def expected(self, amount: int, **values) -> ExpectedPaymentFact:
        """Announce a payment that another system expects; signed minor units."""
        key = f"exp_{self.book.seed}z{self.book.count('expected'):06d}"
        expected = ExpectedPaymentFact(
            currency=self.currency,
            external_id=key,
            amount=major(amount, self.currency),
            due_on=self.day,
            **values,
        )
        self.book.world.expected.append(expected)
        return expected
