"""What one company has in its own books: parties, documents, online payments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from .identifiers import Identifiers
from .people import draw_parties
from .records import CompanyPlan, Document, OnlinePayment, Party

# Of ten online payments one needs a second attempt, which Odoo numbers.
_RETRIES = 0.1


@dataclass(slots=True)
class Books:
    """The company's side of the story."""

    plan: CompanyPlan
    random: Random
    ids: Identifiers
    parties: list[Party] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    online_payments: list[OnlinePayment] = field(default_factory=list)
    _counters: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.parties.extend(draw_parties(self.plan, self.random, self.ids))

    def customer(self) -> Party:
        """Return any customer."""
        return self.random.choice([p for p in self.parties if not p.is_supplier])

    def supplier(self) -> Party:
        """Return any supplier."""
        return self.random.choice([p for p in self.parties if p.is_supplier])

    def invoice(
        self,
        day: date,
        currency: str,
        amount: int,
        party: Party,
        *,
        reference: str = "",
        payment_reference: str = "",
        origin: str = "",
    ) -> Document:
        """Add a posted customer invoice; ``day`` is the day it is paid or due."""
        issued = day - timedelta(days=self.random.randint(0, 12))
        number = self._number("invoice", issued)
        return self._add(
            Document(
                key=f"{self.plan.code}:{number}",
                kind="invoice",
                number=number,
                party=party.key,
                day=issued,
                due=issued + timedelta(days=14),
                currency=currency,
                amount=amount,
                reference=reference,
                payment_reference=payment_reference,
                origin=origin,
            )
        )

    def credit_note(
        self, day: date, invoice: Document, amount: int, *, nets_invoice: bool = False
    ) -> Document:
        """Add a credit note over (a part of) an invoice."""
        number = self._number("credit_note", day)
        return self._add(
            Document(
                key=f"{self.plan.code}:{number}",
                kind="credit_note",
                number=number,
                party=invoice.party,
                day=day,
                due=day,
                currency=invoice.currency,
                amount=amount,
                reverses=invoice.key,
                nets_invoice=nets_invoice,
            )
        )

    def bill(self, day: date, currency: str, amount: int, party: Party) -> Document:
        """Add a vendor bill; its number is the vendor's."""
        issued = day - timedelta(days=self.random.randint(3, 20))
        number = self._fresh("RE", 6)
        return self._add(
            Document(
                key=f"{self.plan.code}:{number}",
                kind="bill",
                number=number,
                party=party.key,
                day=issued,
                due=day,
                currency=currency,
                amount=amount,
            )
        )

    def online_payment(
        self, day: date, invoice: Document, *, is_booked: bool = True
    ) -> OnlinePayment:
        """Record that Odoo itself took the payment of an invoice.

        :param is_booked: whether Odoo has made its payment entry.
        """
        is_retry = self.random.random() < _RETRIES
        payment = OnlinePayment(
            key=f"{invoice.key}:online",
            document=invoice.key,
            party=invoice.party,
            day=day,
            currency=invoice.currency,
            amount=invoice.amount,
            reference=f"{invoice.number}-1" if is_retry else invoice.number,
            provider_reference=self.ids.stripe("pi"),
            is_booked=is_booked,
        )
        self.online_payments.append(payment)
        return payment

    def order_number(self) -> str:
        """Return the number of the next sale order."""
        self._counters["order"] += 1
        return f"S{self._counters['order']:05d}"

    def purchase_number(self) -> str:
        """Return an order number as a customer would give it."""
        return self._fresh("PO-", 5)

    def _number(self, kind: str, day: date) -> str:
        letter = "R" if kind == "credit_note" else ""
        prefix = f"{letter}{self.plan.invoice_prefix}/{day.year}"
        self._counters[prefix] += 1
        return f"{prefix}/{self._counters[prefix]:05d}"

    def _fresh(self, prefix: str, digits: int) -> str:
        """Return a random number with a prefix that was not given before."""
        while True:
            number = (
                f"{prefix}{self.random.randint(10 ** (digits - 1), 10**digits - 1)}"
            )
            if not self._counters[number]:
                self._counters[number] += 1
                return number

    def _add(self, document: Document) -> Document:
        self.documents.append(document)
        return document
