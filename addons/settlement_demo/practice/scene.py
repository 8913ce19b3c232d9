"""What a practice desk is made on: documents, deliveries, tasks and the truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from ..world.identifiers import Identifiers
from ..world.records import Document, OnlinePayment, Party
from .lines import Line, batch, row, text_of

EURO = "EUR"
PROVIDER_ACCOUNT = "PRACTICE"
# The provider's name on its bills, and where its fees wait for them.
PROVIDER_KEY = "provider"
OPENING = 500_000
MONTH = date(2026, 3, 1)
STATEMENT_DAYS = (date(2026, 3, 20), date(2026, 3, 30))
_FIRST = "Anna Ben Clara David Emma Felix Greta Hannes Ida Jonas Klara".split()
_LAST = (
    "Albrecht Brandt Conrad Dietrich Engel Fuchs Graf Hartmann Jansen Keller".split()
)


@dataclass(frozen=True, slots=True)
class Task:
    """One exception and its right answer.

    :ivar reason: why it is on the desk.
    :ivar subject: what it is about: ``row``, ``payout``, ``document``, ``expected``
        or ``code``; ``key`` names that one.
    :ivar verb: the way out that is right; ``values`` what it is told. "" if the
        answer to another one closes it.
    :ivar chosen: number of the document, or name of the row, to be chosen.
    :ivar needs_another: whether a second person has to agree.
    :ivar state: how it ends.
    """

    reason: str
    subject: str
    key: str
    verb: str
    values: dict[str, Any] = field(default_factory=dict)
    chosen: str = ""
    needs_another: bool = False
    state: str = "resolved"


class Scene:
    """One company at its desk; amounts are integers in minor units.

    ``rounds`` are two deliveries, each with the lines of the provider and of the
    bank; between them the month before is closed.
    """

    def __init__(self, seed: int, prefix: str = "INV") -> None:
        self.random = Random(seed)
        self.ids = Identifiers(self.random)
        self.prefix = prefix
        self.parties: list[Party] = [
            Party(PROVIDER_KEY, "Practice Payments Ltd", "", "DE", "", True)
        ]
        self.documents: list[Document] = []
        self.online_payments: list[OnlinePayment] = []
        self.provider: tuple[list[Line], list[Line]] = ([], [])
        self.bank: tuple[list[Line], list[Line]] = ([], [])
        self.tasks: list[Task] = []
        self.totals: Counter[tuple[str, str]] = Counter()
        self.residuals: Counter[str] = Counter()
        self.names = 0

    # -- what happens ---------------------------------------------------------------

    def amount(self, low: int = 5_000, high: int = 90_000) -> int:
        """Return an amount that no other document or payment here has."""
        return self.random.randrange(low, high) * 10 + self._number() % 10

    def _number(self) -> int:
        self.names += 1
        return self.names

    def name(self, prefix: str) -> str:
        """Return a name that nothing else here has."""
        return f"{prefix}_{self._number():04d}"

    def day(self, low: int, high: int) -> date:
        """Return a day of the month."""
        return MONTH + timedelta(days=self.random.randint(low, high) - 1)

    def customer(self) -> Party:
        """Return a new customer with a bank account."""
        number = self._number()
        name = f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)} {number}"
        party = Party(
            f"customer-{number}",
            name,
            f"customer{number}@settlement-demo.example",
            "DE",
            self.ids.account("DE"),
        )
        self.parties.append(party)
        return party

    def invoice(
        self, party: Party, amount: int, day: date | None = None, currency: str = EURO
    ) -> Document:
        """Return an invoice; all of it is open until something settles it."""
        day = day or self.day(1, 9)
        count = sum(
            each.kind == "invoice" and each.day.year == day.year
            for each in self.documents
        )
        number = f"{self.prefix}/{day.year}/{count + 1:05d}"
        return self._document("invoice", number, party.key, day, amount, currency)

    def bill(self, amount: int, day: date) -> Document:
        """Return a bill of the provider for its fees."""
        number = self.name("FEES")
        return self._document("bill", number, PROVIDER_KEY, day, amount, EURO)

    def _document(
        self, kind: str, number: str, party: str, day: date, amount: int, currency: str
    ) -> Document:
        document = Document(
            number, kind, number, party, day, day + timedelta(days=30), currency, amount
        )
        self.documents.append(document)
        self.residuals[number] = amount
        return document

    def settle(self, document: Document, amount: int | None = None) -> None:
        """Note that so much of a document is really settled, by default all of it."""
        self.residuals[document.number] -= document.amount if amount is None else amount

    def book(self, role: str, amount: int, currency: str = EURO) -> None:
        """Note what an account really gains at the end, debit positive."""
        self.totals[role, currency] += amount

    # -- the bank -------------------------------------------------------------------

    def credit(
        self,
        amount: int,
        text: str = "",
        party: Party | None = None,
        late: bool = False,
        day: date | None = None,
        **values: Any,
    ) -> str:
        """Return the name of a bank row by which money came.

        :param late: whether the second statement has it.
        """
        name = self.name("bk")
        index = int(late)
        day = day or STATEMENT_DAYS[index] - timedelta(days=0 if late else 2)
        if party:
            values.setdefault("counterparty_name", party.name)
            values.setdefault("counterparty_account", party.account)
        self.bank[index].append(
            row(
                name,
                "bank_credit",
                EURO,
                amount,
                day,
                description=text,
                source_external_id=f"of_{name}",
                batch_kind="statement",
                batch_external_id=f"st_{index + 1}",
                **values,
            )
        )
        self.book("bank", amount)
        return name

    # -- the provider ---------------------------------------------------------------

    def provider_row(self, kind: str, gross: int, day: date, **values: Any) -> Line:
        """Return a row of the provider, which goes into a payout afterwards."""
        currency = values.pop("currency", EURO)
        name = self.name("txn")
        values.setdefault("source_external_id", f"of_{name}")
        return row(name, kind, currency, gross, day, **values)

    def charge(
        self, document: Document, day: date, fee: int = 0, **values: Any
    ) -> Line:
        """Return the row of a card payment that names its invoice, and settle that."""
        self.settle(document)
        self.book("fees", fee)
        values.setdefault("invoice_reference", document.number)
        return self.provider_row("charge", document.amount, day, fee=fee, **values)

    def pay_out(
        self,
        rows: list[Line],
        day: date,
        total: int,
        *,
        late: bool = False,
        currency: str = EURO,
        traced: bool = True,
        **values: Any,
    ) -> str:
        """Return the name of a payout of rows, with its own row.

        :param total: of the rows; it leaves the wallet.
        :param traced: whether the bank row that brings it is said here, too.
        """
        name = self.name("po")
        lines = self.provider[int(late)]
        for each in rows:
            each.update(batch_kind="payout", batch_external_id=name)
            lines.append(each)
        own = row(
            f"out_{name}",
            "payout",
            currency,
            -total,
            day,
            source_external_id=name,
            batch_kind="payout",
            batch_external_id=name,
        )
        trace = f"TRACE{name.upper()}"
        values.setdefault("reference", trace)
        lines += [own, batch(name, "payout", currency, total, day, **values)]
        if traced:
            self.credit(total, f"PRACTICE PAYMENTS {trace}")
        return name

    # -- files ----------------------------------------------------------------------

    def statement(self, index: int, opening: int) -> tuple[list[Line], int]:
        """Return the lines of a bank statement with its balances, and the last one."""
        rows = self.bank[index]
        total = sum(_minor(each["net_amount"]) for each in rows)
        head = batch(
            f"st_{index + 1}",
            "statement",
            EURO,
            total,
            STATEMENT_DAYS[index],
            opening_balance=text_of(opening, EURO),
            closing_balance=text_of(opening + total, EURO),
        )
        return [*rows, head], opening + total

    # -- tasks ----------------------------------------------------------------------

    def task(
        self, reason: str, subject: str, key: str, verb: str, /, **values: Any
    ) -> None:
        """Put an exception with its right answer on the desk."""
        known = {name: values.pop(name) for name in _TASK_FIELDS if name in values}
        self.tasks.append(Task(reason, subject, key, verb, values, **known))


_TASK_FIELDS = ("chosen", "needs_another", "state")


def _minor(text: str) -> int:
    return round(float(text) * 100)
