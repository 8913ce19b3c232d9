"""A seeded world of money and documents, with the truth about every row of money.

Nothing here knows the product. Amounts are integers in minor units; a positive one is
money that comes to the company, whatever kind of document it stands on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    ExpectedPaymentFact,
    TransactionFact,
)

EXPONENTS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
# How many of it one euro buys; constant, so that rates are no source of differences.
RATES = {"EUR": 1, "USD": Decimal("1.25"), "JPY": 160, "KWD": Decimal("0.32")}

# What the engine has to do with a row by itself.
MUST, MAY, NEVER = "must", "may", "never"


def major(minor: int, currency: str) -> Decimal:
    """Return minor units as a Decimal with the exponent of the currency."""
    return Decimal(minor).scaleb(-EXPONENTS[currency])


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for one row of money.

    :ivar automatic: ``must``: the data leave one candidate, so the engine has to match
        it; ``may``: right if it does, right if it asks; ``never``: a person decides.
    :ivar targets: key of what it pays → minor units, None for whatever is open of it.
        Empty: nothing.
    :ivar reasons: exceptions of which one has to say why the row is open, or what is
        left to do once it is matched. Empty: no exception is needed.
    :ivar difference: kind of the difference that the match books, if there is one.
    """

    automatic: str
    targets: dict[str, int | None] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()
    difference: str = ""


def pays(*documents: Document, difference: str = "") -> Truth:
    """Return the truth of a row that settles whole documents, beyond doubt."""
    return Truth(
        MUST, {each.key: each.amount for each in documents}, difference=difference
    )


def pays_part(document: Document, amount: int, *reasons: str) -> Truth:
    """Return the truth of a row that settles a part of a document, beyond doubt."""
    return Truth(MUST, {document.key: amount}, frozenset(reasons))


def may_pay(*documents: Document, reasons: tuple[str, ...]) -> Truth:
    """Return the truth of a row whose documents can be guessed with good reason."""
    targets = {each.key: each.amount for each in documents}
    return Truth(MAY, targets, frozenset(reasons))


def asks(*reasons: str, of: tuple[Document, ...] = ()) -> Truth:
    """Return the truth of a row that only a person can decide about.

    :param of: what the person would choose.
    """
    return Truth(NEVER, {each.key: each.amount for each in of}, frozenset(reasons))


@dataclass(frozen=True, slots=True)
class Partner:
    """A customer or supplier with its bank account, if the company knows it."""

    key: int
    name: str
    account: str = ""
    email: str = ""
    is_account_known: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, bill or note, open in the ledger.

    :ivar terms: (due date, signed minor units) of its instalments.
    :ivar is_foreign: it belongs to another company of the database.
    :ivar discount: (last day, signed minor units to pay until then).
    """

    key: str
    move_type: str
    partner: Partner
    currency: str
    day: date
    terms: tuple[tuple[date, int], ...]
    payment_reference: str = ""
    ref: str = ""
    origin: str = ""
    is_foreign: bool = False
    discount: tuple[date, int] | None = None

    @property
    def amount(self) -> int:
        """Signed minor units of all terms."""
        return sum(amount for _day, amount in self.terms)


@dataclass(frozen=True, slots=True)
class OnlinePayment:
    """A payment transaction that Odoo finished, with its payment entry or without."""

    key: str
    partner: Partner
    currency: str
    day: date
    amount: int
    is_booked: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row of money and what is right for it.

    :ivar source: ``bank`` or ``provider``.
    :ivar step: rows of a later step arrive after the earlier ones were matched.
    """

    key: str
    scenario: str
    source: str
    fact: TransactionFact
    truth: Truth
    amount: int
    step: int = 0


@dataclass(slots=True)
class World:
    """What one seed makes."""

    seed: int
    partners: list[Partner] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    online_payments: list[OnlinePayment] = field(default_factory=list)
    payouts: list[BatchFact] = field(default_factory=list)
    expected: list[ExpectedPaymentFact] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def items(self) -> int:
        """Return how many things there are to match with one another."""
        lists = (
            self.documents,
            self.online_payments,
            self.payouts,
            self.expected,
            self.rows,
        )
        return sum(map(len, lists))

    def steps(self) -> list[int]:
        """Return the steps in which rows arrive, in order."""
        return sorted({row.step for row in self.rows})

    def scenarios(self) -> Counter[str]:
        """Return how many rows each scenario has."""
        return Counter(row.scenario for row in self.rows)
