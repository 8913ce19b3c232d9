"""Plan the entry that brings the outcome of a dispute into the ledger.

While a dispute is open its money stands on the dispute account, one line for each
withdrawal. What is lost leaves it for the loss account or the customer's receivable;
what was lost and came back all the same goes the other way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from .clearing import OpenItem
from .integers import share
from .plan import EntryPlan, PlannedLine

DISPUTE = "dispute"
LOSS, REOPENED, EXCHANGE = "dispute_loss", "dispute_reopened", "dispute_exchange"
# Where the money of a dispute goes that does not come back.
OUT_ROLES = (LOSS, REOPENED, EXCHANGE)


class NothingOpen(Exception):
    """The dispute account holds less of a dispute than is to leave it."""


@dataclass(frozen=True, slots=True)
class Out:
    """What is to leave the dispute account, or to come back to it (negative).

    ``booked`` and ``booked_value`` are what stands there already, in the currencies
    of the wallet and of the company.
    """

    role: str
    account_id: int
    amount: int
    partner_id: int = 0
    booked: int = 0
    booked_value: int = 0


@dataclass(frozen=True, slots=True)
class DisputeBook:
    """A dispute as the ledger has it, and what is to change.

    :param items: its open lines on the dispute account, oldest first.
    """

    transaction_id: int
    label: str
    account_id: int
    currency_id: int
    items: tuple[OpenItem, ...]
    outs: tuple[Out, ...]


def outs_of(
    wanted: Mapping[str, int],
    booked: Mapping[str, tuple[int, int]],
    accounts: Mapping[str, tuple[int, int]],
) -> tuple[Out, ...]:
    """Return what is to change so that each role shows what is wanted of it.

    :param wanted: role → amount; booked: role → (amount, value in company currency);
        accounts: role → (account, partner or 0).
    """
    roles = [role for role in OUT_ROLES if role in wanted or role in booked]
    outs = []
    for role in roles:
        amount, value = booked.get(role, (0, 0))
        if change := wanted.get(role, 0) - amount:
            account_id, partner_id = accounts[role]
            outs.append(Out(role, account_id, change, partner_id, amount, value))
    return tuple(outs)


def plan_outcome(day: date, name: str, book: DisputeBook) -> EntryPlan:
    """Return the entry that brings a dispute's outcome into the ledger.

    Open lines leave at the value they stand at, so that nothing of them is left in
    company currency; what was booked comes back at the value it was booked at.

    :raises NothingOpen: if less is open than is to leave the account.
    """
    net = sum(out.amount for out in book.outs)
    lines = list(_dispute_lines(book, net))
    lines += _out_lines(book, -sum(line.balance for line in lines))
    return EntryPlan(
        date=day,
        name=name,
        lines=tuple(line for line in lines if line.amount or line.balance),
    ).check()


def _dispute_lines(book: DisputeBook, net: int) -> Iterator[PlannedLine]:
    """Yield the lines on the dispute account, which sum to ``-net``."""
    left = net
    for item in book.items:
        if left * item.amount_currency <= 0:
            continue
        taken = left if abs(left) < abs(item.amount_currency) else item.amount_currency
        left -= taken
        value = share(item.balance, taken, item.amount_currency)
        yield _dispute_line(book, -taken, -value, item)
    if left > 0:
        raise NothingOpen(book.label)
    if left:
        yield _dispute_line(book, -left, -_returning_value(book, left))


def _dispute_line(
    book: DisputeBook, amount: int, balance: int, item: OpenItem | None = None
) -> PlannedLine:
    return PlannedLine(
        role=DISPUTE,
        account_id=item.account_id if item else book.account_id,
        partner_id=item.partner_id if item else 0,
        name=book.label,
        amount=amount,
        currency_id=book.currency_id,
        amount_currency=amount,
        balance=balance,
        transaction_id=book.transaction_id,
        reconcile_with=(item.line_id,) if item else (),
    )


def _returning_value(book: DisputeBook, amount: int) -> int:
    """Return what it is worth that comes back to the account: as it was booked.

    :raises NothingOpen: if it never left the account.
    """
    returning = [out for out in book.outs if out.amount < 0]
    if not all(out.booked for out in returning):
        raise NothingOpen(book.label)
    value = sum(_booked_share(out) for out in returning)
    return share(value, amount, sum(out.amount for out in returning))


def _booked_share(out: Out) -> int:
    return share(out.booked_value, out.amount, out.booked) if out.booked else 0


def _out_lines(book: DisputeBook, value: int) -> Iterator[PlannedLine]:
    """Yield the lines beside the dispute account; in company currency ``value``."""
    is_mixed = len({out.amount > 0 for out in book.outs}) > 1
    fixed = {
        out.role: _booked_share(out) for out in book.outs if is_mixed and out.amount < 0
    }
    rest = value - sum(fixed.values())
    free = [out for out in book.outs if out.role not in fixed]
    whole = sum(out.amount for out in free)
    for out in book.outs:
        if out.role in fixed:
            yield _out_line(book, out, fixed[out.role])
            continue
        part = rest if out is free[-1] else share(rest, out.amount, whole)
        rest -= part
        whole -= out.amount
        yield _out_line(book, out, part)


def _out_line(book: DisputeBook, out: Out, balance: int) -> PlannedLine:
    return PlannedLine(
        role=out.role,
        account_id=out.account_id,
        partner_id=out.partner_id,
        name=book.label,
        amount=out.amount,
        currency_id=book.currency_id,
        amount_currency=out.amount,
        balance=balance,
        transaction_id=book.transaction_id,
    )
