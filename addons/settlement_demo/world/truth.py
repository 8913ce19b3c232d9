"""What really happened, kept apart from everything that the product may see.

Stories write the truth while they make the world; no rule of the product is used.
Only tests and the comparison after a simulation read it. Amounts are integers in
minor units; a positive one is money that came to the company.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

MATCHED = "matched"
OPEN = "open"
NOT_NEEDED = "not_needed"


# Payouts have keys of their own: some providers call them like one of their rows.
_PAYOUT = "po_"


def payout_key(external_id: str) -> str:
    """Return the key of a payout by the id that its provider gave it."""
    return external_id if is_payout(external_id) else f"{_PAYOUT}{external_id}"


def is_payout(key: str) -> bool:
    """Return whether a key is that of a payout."""
    return key.startswith(_PAYOUT)


@dataclass(slots=True)
class Settles:
    """A row or payout is (a part of) the money of a target.

    :param target: key of a document, an online payment or a payout.
    :param amount: signed, in the currency of the row.
    """

    target: str
    amount: int


@dataclass(slots=True)
class RowTruth:
    """One row of Stripe or of a bank.

    Adyen gives its rows no number: their key is what they say.

    :param backend: ``<company>.bank``, or ``<company>.`` and a provider's code.
    :param key: Stripe's ``txn_…``; PayPal's id and event code; the bank's reference of
        the entry, followed by ``#<index>`` for one of several details.
    :param outcome: ``matched``, ``open`` or ``not_needed``: what a perfect
        reconciliation can achieve with what the data say.
    :param settles: what the money is for, whether the data say so or not.
    :param due: whether the row has to be in the books at the end; Stripe's rows of
        the month that is not over wait for their payout.
    :param account: at the provider, "" where it has only one.
    """

    backend: str
    key: str
    scenario: str
    kind: str
    currency: str
    gross: int
    fee: int
    tax: int
    net: int
    booked_on: date
    outcome: str
    settles: list[Settles] = field(default_factory=list)
    batch: str = ""
    due: bool = True
    account: str = ""


@dataclass(slots=True)
class PayoutTruth:
    """One payout; ``bank`` is the key of its bank row, "" if it is not there yet."""

    backend: str
    key: str
    scenario: str
    currency: str
    amount: int
    created_on: date
    failed: bool = False
    bank: str = ""
    bank_day: date | None = None


@dataclass(slots=True)
class StatementTruth:
    """One bank statement, or what a provider says of one wallet and day.

    :param batch: its key, "" = ``<account>/<day>``.
    """

    backend: str
    account: str
    currency: str
    day: date
    sequence: int
    opening: int
    closing: int
    scenario: str = ""
    batch: str = ""

    @property
    def key(self) -> str:
        """Return how the rows inside name it."""
        return self.batch or f"{self.account}/{self.day}"


@dataclass(slots=True)
class DocumentTruth:
    """One document; ``residual`` is what stays open when all that can be is matched."""

    key: str
    company: str
    kind: str
    number: str
    currency: str
    amount: int
    residual: int
    scenario: str


@dataclass(slots=True)
class ExceptionTruth:
    """Something that a person has to see.

    :param subject: kind of record: ``row``, ``payout``, ``statement``, ``message``,
        ``backend`` or ``webhook``.
    :param key: key of that row or payout; of a statement ``<account>/<day>``; of a
        message the name of its file; "" of a backend.
    :param resolved: whether later data explain it before the end.
    """

    backend: str
    subject: str
    key: str
    reason: str
    scenario: str
    resolved: bool = False


@dataclass(slots=True)
class BalanceTruth:
    """What a provider or bank holds for the company at the end of a local day.

    :param reserve: held back, in addition to ``balance``.
    """

    backend: str
    account: str
    currency: str
    day: date
    balance: int
    reserve: int = 0


@dataclass(slots=True)
class TotalTruth:
    """Balance that an account must show at the end, debit positive."""

    company: str
    role: str
    currency: str
    amount: int


@dataclass(slots=True)
class FaultTruth:
    """A fault of the outside world; ``seen`` = a person has to see it."""

    company: str
    day: date
    name: str
    seen: bool


@dataclass(slots=True)
class Truth:
    """Everything that is known about one world."""

    seed: int
    start: date
    months: int
    end: date
    rows: list[RowTruth] = field(default_factory=list)
    payouts: list[PayoutTruth] = field(default_factory=list)
    statements: list[StatementTruth] = field(default_factory=list)
    documents: list[DocumentTruth] = field(default_factory=list)
    exceptions: list[ExceptionTruth] = field(default_factory=list)
    balances: list[BalanceTruth] = field(default_factory=list)
    totals: list[TotalTruth] = field(default_factory=list)
    faults: list[FaultTruth] = field(default_factory=list)

    def scenarios(self) -> set[str]:
        """Return the names of all planted scenarios."""
        lists: tuple[Iterable[object], ...] = (
            self.rows,
            self.payouts,
            self.statements,
            self.exceptions,
        )
        return {entry.scenario for each in lists for entry in each} - {""}  # type: ignore[attr-defined]

    def to_json(self) -> str:
        """Return the truth as JSON, the same text for the same world."""
        return json.dumps(asdict(self), default=str, indent=1, sort_keys=True)


def from_json(text: str) -> Truth:
    """Return the truth out of the text that :meth:`Truth.to_json` wrote."""
    data = json.loads(text)
    row_list = [_row(values) for values in data.pop("rows")]
    lists = {
        name: [_dated(kind, values) for values in data.pop(name)]
        for name, kind in _KINDS.items()
    }
    days = {name: date.fromisoformat(data.pop(name)) for name in ("start", "end")}
    return Truth(rows=row_list, **data, **days, **lists)


_KINDS = {
    "payouts": PayoutTruth,
    "statements": StatementTruth,
    "documents": DocumentTruth,
    "exceptions": ExceptionTruth,
    "balances": BalanceTruth,
    "totals": TotalTruth,
    "faults": FaultTruth,
}
_DAYS = ("day", "booked_on", "created_on", "bank_day")


def _row(values: dict) -> RowTruth:
    settles = [Settles(**settled) for settled in values.pop("settles")]
    return _dated(RowTruth, {**values, "settles": settles})


def _dated(kind, values: dict):
    days = {
        name: date.fromisoformat(values[name])
        for name in _DAYS
        if values.get(name) is not None
    }
    return kind(**{**values, **days})
