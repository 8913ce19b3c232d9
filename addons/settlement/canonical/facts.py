"""What a connector's mapper hands to the pipeline, one fact at a time.

All money is :class:`decimal.Decimal` in major units with the exponent of its
currency. Signs: gross and net are positive when money comes to us; fee and tax
are positive when they cost us; ``net = gross - fee - tax``. Datetimes are naive
UTC; dates are in the time zone of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, TypeVar

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FeeFact:
    """One fee line of a transaction; ``amount`` is without ``tax_amount``."""

    kind: str
    amount: Decimal
    tax_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class TransactionFact:
    """One row of the source that moved money, as the source states it.

    ``account_identifier`` may be empty for a provider that has one account: the
    wallet is then found by the backend and the currency alone.
    ``batch_kind`` and ``batch_external_id`` name the batch that lists the row,
    if the source says so. ``entry_reference`` groups the details of one booked
    bank entry. ``structured_reference`` has verified check digits.
    ``extra_references`` are further ``(type, text)`` identifiers.
    """

    currency: str
    external_id: str
    kind: str
    gross_amount: Decimal
    net_amount: Decimal
    occurred_at: datetime
    booked_on: date
    account_identifier: str = ""
    occurrence: int = 0
    fee_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    fees: tuple[FeeFact, ...] = ()
    available_on: date | None = None
    value_date: date | None = None
    source_version_at: datetime | None = None
    provider_state: str = "settled"
    source_external_id: str = ""
    source_code: str = ""
    parent_external_id: str = ""
    entry_reference: str = ""
    batch_kind: str = ""
    batch_external_id: str = ""
    presentment_amount: Decimal | None = None
    presentment_currency: str = ""
    exchange_rate: Decimal | None = None
    payment_reference: str = ""
    order_reference: str = ""
    invoice_reference: str = ""
    structured_reference: str = ""
    mandate_reference: str = ""
    end_to_end_reference: str = ""
    bank_reference: str = ""
    extra_references: tuple[tuple[str, str], ...] = ()
    counterparty_name: str = ""
    counterparty_account: str = ""
    counterparty_email: str = ""
    card_country: str = ""
    payment_method: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class BatchFact:
    """A payout, settlement report or bank statement.

    ``total`` is the sum of the lines' net (a payout row is not a line and is
    ``-total``). ``complete`` says that the source will add no more lines.
    ``lists_rows`` is false where the source never says which rows are inside.
    ``reference`` is the trace id that the bank line will carry, ``descriptor``
    the text on it, ``expected_on`` the day it should arrive.
    """

    currency: str
    kind: str
    external_id: str
    date: date
    total: Decimal
    account_identifier: str = ""
    complete: bool = True
    lists_rows: bool = True
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    sequence: int | None = None
    reference: str = ""
    descriptor: str = ""
    expected_on: date | None = None
    provider_state: str = "settled"
    payout_external_id: str = ""
    source_version_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BalanceFact:
    """What the source said it held for us at one instant.

    ``source_version_at`` is when it said so, where it may correct itself: the later
    word about the same instant counts.
    """

    currency: str
    observed_at: datetime
    available: Decimal
    pending: Decimal = ZERO
    reserve: Decimal = ZERO
    account_identifier: str = ""
    source_version_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpectedPaymentFact:
    """A payment announced by another system: signed amount, due date, keys."""

    currency: str
    external_id: str
    amount: Decimal
    due_on: date
    references: tuple[tuple[str, str], ...] = ()
    counterparty_name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """What the provider says of one dispute at one moment of its life.

    It moves no money: that is said by rows of the kinds ``dispute``,
    ``dispute_reversal`` and ``dispute_fee``, whose ``source_external_id`` is the
    dispute's ``external_id``. ``amount`` is what the customer disputes, positive, in
    the currency of the payment, which need not be that of the wallet.
    ``source_version_at`` orders what the provider says; where it stamps no change,
    the connector makes an instant that grows with the dispute's life.
    """

    currency: str
    external_id: str
    amount: Decimal
    status: str
    opened_at: datetime
    account_identifier: str = ""
    charge_external_id: str = ""
    source_status: str = ""
    reason: str = "general"
    reason_code: str = ""
    evidence_due_at: datetime | None = None
    evidence_sent: bool = False
    closed_at: datetime | None = None
    fee_amount: Decimal | None = None
    source_version_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReserveFact:
    """What the provider says of one hold: when it is to be released.

    The money is said by rows of the kinds ``reserve_hold`` and ``reserve_release``;
    ``external_id`` is the hold row's ``source_external_id`` or ``external_id``.
    """

    currency: str
    external_id: str
    amount: Decimal
    expected_release_on: date | None = None
    account_identifier: str = ""
    description: str = ""
    source_version_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be read; the rows around it go on.

    ``number`` counts the rows of the source from 1, 0 if its place is unknown.
    ``external_id`` is the transaction it would have become, as far as that is known:
    once another message brings that transaction, the row counts as corrected.
    """

    number: int
    raw: str
    reason: str
    code: str = "malformed_input"
    external_id: str = ""


Fact = (
    TransactionFact
    | BatchFact
    | BalanceFact
    | ExpectedPaymentFact
    | DisputeFact
    | ReserveFact
    | RejectedRow
)
AnyFact = TypeVar("AnyFact", bound=Fact)


@dataclass(slots=True)
class ParseResult:
    """The facts of one message as a stream, in the order of the source.

    ``facts`` may be a generator: the pipeline consumes it once, in chunks. The
    list properties read it to the end and are for previews and tests.
    """

    facts: Iterable[Fact]
    _read: list[Fact] | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts if self._read is None else self._read)

    def _of(self, kind: type[AnyFact]) -> list[AnyFact]:
        if self._read is None:
            self._read = list(self.facts)
        return [fact for fact in self._read if isinstance(fact, kind)]

    @property
    def transactions(self) -> list[TransactionFact]:
        """All transactions, reading the stream to its end."""
        return self._of(TransactionFact)

    @property
    def batches(self) -> list[BatchFact]:
        """All batches, reading the stream to its end."""
        return self._of(BatchFact)

    @property
    def balances(self) -> list[BalanceFact]:
        """All balances, reading the stream to its end."""
        return self._of(BalanceFact)

    @property
    def expected(self) -> list[ExpectedPaymentFact]:
        """All expected payments, reading the stream to its end."""
        return self._of(ExpectedPaymentFact)

    @property
    def disputes(self) -> list[DisputeFact]:
        """All disputes, reading the stream to its end."""
        return self._of(DisputeFact)

    @property
    def reserves(self) -> list[ReserveFact]:
        """All reserves, reading the stream to its end."""
        return self._of(ReserveFact)

    @property
    def rejected(self) -> list[RejectedRow]:
        """All rejected rows, reading the stream to its end."""
        return self._of(RejectedRow)


@dataclass(frozen=True, slots=True)
class RawItem:
    """One object of a pull as received, before anybody interprets it.

    ``content`` are the bytes of this object inside the answer, of a large one a
    binary file at its beginning that is read as a stream; ``context`` is what
    the request knew and the object does not (for example the payout that was
    asked for). Equal ``(stream, context, external_id, content)`` is stored once.
    """

    external_id: str
    content: bytes | BinaryIO
    context: dict[str, str] = field(default_factory=dict)
