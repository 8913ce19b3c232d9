"""The life of a dispute, put together from rows that moved money and what is said.

Rows and statements come in any order and more than once; the same set of them gives
the same life. Amounts are integers in minor units of the wallet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from .kinds import FINAL_DISPUTE_STATUSES, LOST_DISPUTE_STATUSES

# How a row says how its dispute ended, where its source has no object for it.
OUTCOME_CODES = {"dispute:won": "won", "dispute:lost": "lost"}
OUTCOMES = ("open", "won", "partly_won", "lost", "no_money")


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A row that belongs to a dispute.

    :param gross: signed like money: negative when it was withdrawn.
    :param costs: fees and their tax withheld from the row, positive when they cost.
    """

    id: int
    kind: str
    external_id: str
    gross: int
    booked_on: date
    costs: int = 0
    currency: str = ""
    source_external_id: str = ""
    parent_external_id: str = ""
    source_code: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the provider says in the latest version of its dispute."""

    status: str
    amount: int
    currency: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DisputeLife:
    """Where a dispute stands.

    ``open`` is what is neither back nor lost; ``exchange`` is what a dispute that
    was won in another currency than the wallet's brought less, or more (negative).
    """

    status: str
    withdrawn: int
    returned: int
    lost: int
    exchange: int
    open: int
    fee: int
    opened_on: date | None
    closed_on: date | None

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected to be said."""
        return self.status in FINAL_DISPUTE_STATUSES

    @property
    def outcome(self) -> str:
        """How it ended, in one word: what win rates count."""
        if self.status in ("lost", "accepted"):
            return "lost"
        if self.status in ("won", "partly_won"):
            return self.status
        return "no_money" if self.is_final else "open"


# ----------------------------------------------------------------------
# Which rows belong together
# ----------------------------------------------------------------------


def grouped(
    rows: Iterable[DisputeRow],
    stated: Collection[str] = (),
    of_payments: Mapping[str, Collection[str]] | None = None,
) -> dict[str, list[DisputeRow]]:
    """Return rows by the id of their dispute, in the order of their booking.

    A row names its dispute by its source object; where it does not, by what it
    belongs to: a dispute, a row of one, or a payment that has just one dispute.

    :param stated: ids of disputes that the provider told about.
    :param of_payments: ids of those of them by the payment that they are about.
    """
    rows = sorted(rows, key=lambda row: (row.booked_on, row.external_id, row.id))
    keys = _Keys(rows, stated, of_payments or {})
    groups: dict[str, list[DisputeRow]] = defaultdict(list)
    for row in rows:
        if key := keys.of(row):
            groups[key].append(row)
    return dict(groups)


class _Keys:
    """Ids under which the disputes of some rows are known."""

    def __init__(
        self,
        rows: list[DisputeRow],
        stated: Collection[str],
        of_payments: Mapping[str, Collection[str]],
    ) -> None:
        self.known = {name: name for name in stated}
        self.on_payment: dict[str, set[str]] = defaultdict(set)
        for payment, names in of_payments.items():
            self.on_payment[payment].update(names)
        withdrawals = [row for row in rows if row.kind == "dispute"]
        for row in withdrawals:
            if row.source_external_id:
                self._add(row, row.source_external_id)
        for row in withdrawals:
            if not row.source_external_id:
                self._add(row, self._of_anonymous(row))

    def _add(self, row: DisputeRow, key: str) -> None:
        self.known[key] = key
        self.known[row.external_id] = key
        if row.parent_external_id:
            self.on_payment[row.parent_external_id].add(key)

    def _of_anonymous(self, row: DisputeRow) -> str:
        """Return the dispute of a withdrawal without an object of its own."""
        parent = row.parent_external_id
        return self.known.get(parent) or self._only_one(parent) or row.external_id

    def _only_one(self, payment: str) -> str:
        keys = self.on_payment.get(payment, set())
        return next(iter(keys)) if len(keys) == 1 else ""

    def of(self, row: DisputeRow) -> str:
        """Return the dispute of a row, "" for a fee that belongs to none."""
        named = (row.source_external_id, row.parent_external_id, row.external_id)
        if row.kind == "dispute":
            return self.known[row.external_id]
        for name in named[:2]:
            if name in self.known:
                return self.known[name]
        if key := self._only_one(row.parent_external_id):
            return key
        if row.kind != "dispute_reversal":
            return ""
        return next(name for name in named if name)


# ----------------------------------------------------------------------
# Where one stands
# ----------------------------------------------------------------------


def life_of(
    rows: Collection[DisputeRow], said: Statement | None = None, decided: str = ""
) -> DisputeLife:
    """Return where the dispute of these rows stands.

    What the provider finally says counts most, then what its rows say, then what a
    person decided; money that has all come back makes any loss a win.

    :param decided: final status given by a person, "" if nobody decided.
    """
    withdrawn = -sum(row.gross for row in rows if row.kind == "dispute")
    returned = sum(row.gross for row in rows if row.kind == "dispute_reversal")
    status = _status(rows, said, decided, withdrawn, returned)
    rest = withdrawn - returned
    lost = rest if status in LOST_DISPUTE_STATUSES and rest > 0 else 0
    exchange = rest if _is_rate(rows, said, status, returned) else 0
    return DisputeLife(
        status=status,
        withdrawn=withdrawn,
        returned=returned,
        lost=lost,
        exchange=exchange,
        open=rest - lost - exchange,
        fee=sum(_cost(row) for row in rows),
        opened_on=_opened_on(rows, said),
        closed_on=_closed_on(rows, said, status),
    )


def _status(
    rows: Collection[DisputeRow],
    said: Statement | None,
    decided: str,
    withdrawn: int,
    returned: int,
) -> str:
    is_back = returned > 0 and withdrawn <= returned
    if said and said.status in FINAL_DISPUTE_STATUSES:
        status = said.status
    elif marked := _marked(rows):
        status = marked
    elif is_back and not said:
        status = "won"
    else:
        status = decided or (said.status if said else "opened")
    if status in LOST_DISPUTE_STATUSES and is_back:
        return "won"
    if status == "lost" and returned > 0 and not _is_all_lost(rows, said):
        return "partly_won"
    return status


def _is_all_lost(rows: Collection[DisputeRow], said: Statement | None) -> bool:
    """Whether all that was disputed is gone: what came back was only held before."""
    if said is None or any(row.currency != said.currency for row in rows):
        return False
    moved = sum(
        row.gross for row in rows if row.kind in ("dispute", "dispute_reversal")
    )
    return -moved >= said.amount


def _marked(rows: Iterable[DisputeRow]) -> str:
    """Return the outcome that the last row that says one says."""
    marks = [
        (row.booked_on, row.kind, row.external_id, OUTCOME_CODES[row.source_code])
        for row in rows
        if row.source_code in OUTCOME_CODES
    ]
    return max(marks)[-1] if marks else ""


def _is_rate(
    rows: Iterable[DisputeRow], said: Statement | None, status: str, returned: int
) -> bool:
    """Whether what did not come back is the work of two different rates."""
    if status != "won" or not returned or said is None:
        return False
    return any(row.currency and row.currency != said.currency for row in rows)


def _cost(row: DisputeRow) -> int:
    is_own_row = row.kind in ("dispute", "dispute_reversal")
    return row.costs if is_own_row else row.costs - row.gross


def _opened_on(rows: Iterable[DisputeRow], said: Statement | None) -> date | None:
    days = [row.booked_on for row in rows]
    if said:
        return said.opened_at.date()
    return min(days, default=None)


def _closed_on(
    rows: Iterable[DisputeRow], said: Statement | None, status: str
) -> date | None:
    if status not in FINAL_DISPUTE_STATUSES:
        return None
    if said and said.closed_at:
        return said.closed_at.date()
    returns = [row.booked_on for row in rows if row.kind == "dispute_reversal"]
    return max(returns, default=None)
