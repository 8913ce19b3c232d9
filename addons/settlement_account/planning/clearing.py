"""Plan the entry that moves what is matched later from where it waited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from .accounts import MissingAccount
from .integers import share
from .mapped import with_tax
from .plan import EntryPlan, PlannedLine
from .rows import Settled


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A journal item of ours that waits; amounts as on the ledger, still open.

    ``amount_currency`` is in the item's own currency, ``balance`` in that of the
    company; both are what is left of it. ``amount`` is the same in the currency of
    the wallet where that is another one (a statement line in a foreign currency),
    else 0.
    """

    line_id: int
    account_id: int
    partner_id: int
    currency_id: int
    amount_currency: int
    balance: int
    amount: int = 0

    @property
    def money(self) -> int:
        """What is left of it in the currency of the wallet."""
        return self.amount or self.amount_currency

    def in_own_currency(self, amount: int) -> int:
        """Return an amount of the wallet's currency in that of the item."""
        if not self.amount:
            return amount
        return share(self.amount_currency, amount, self.amount)


@dataclass(frozen=True, slots=True)
class Move:
    """A part of an open item and the thing that it settles.

    ``part.amount`` is signed like the gross of its row: what came in and waits as a
    credit is positive.
    """

    item: OpenItem
    part: Settled
    label: str
    transaction_id: int


def stays_where_it_is(move: Move) -> bool:
    """Return whether the open item can settle its target without another entry."""
    item, part = move.item, move.part
    return (
        item.account_id == part.account_id
        and item.partner_id == part.partner_id
        and item.currency_id == part.currency_id
    )


@dataclass(frozen=True, slots=True)
class Company:
    """What clearing needs to know of the company.

    ``difference_id`` is the account for differences of rates, ``tax_name`` what a
    line of tax is called.
    """

    currency_id: int
    difference_id: int = 0
    tax_name: str = "Tax"


def plan_clearing(
    day: date, name: str, moves: Iterable[Move], company: Company
) -> EntryPlan:
    """Return the entry that empties open items into what they settle.

    Each item is left at the value it stands at, so that nothing remains of it in
    company currency either; a difference of rates shows where the target is
    reconciled, or on its own account if the target is in company currency.

    :raises MissingAccount: if there is such a difference and no account for it.
    """
    moves = list(moves)
    lines: list[PlannedLine] = []
    for item, group in _by_item(moves).items():
        lines += _item_lines(item, group, company)
    return EntryPlan(
        date=day,
        name=name,
        lines=tuple(lines),
        match_ids=tuple(
            dict.fromkeys(move.part.match_id for move in moves if move.part.match_id)
        ),
        mapping_ids=tuple(
            sorted(
                {move.part.booking.mapping_id for move in moves if move.part.booking}
            )
        ),
    ).check()


def _by_item(moves: Iterable[Move]) -> dict[OpenItem, list[Move]]:
    groups: dict[OpenItem, list[Move]] = {}
    for move in moves:
        groups.setdefault(move.item, []).append(move)
    return groups


def _item_lines(
    item: OpenItem, moves: list[Move], company: Company
) -> list[PlannedLine]:
    """Return the line that empties an item and those that it fills."""
    values = _values(item, moves)
    amount = sum(move.part.amount for move in moves)
    single = len(moves) == 1
    lines = [
        PlannedLine(
            role="cleared",
            account_id=item.account_id,
            partner_id=item.partner_id,
            name=moves[0].label,
            amount=amount,
            currency_id=item.currency_id,
            amount_currency=item.in_own_currency(amount),
            balance=sum(values),
            transaction_id=moves[0].transaction_id if single else 0,
            reconcile_with=(item.line_id,),
        )
    ]
    for move, value in zip(moves, values, strict=True):
        lines += _target_lines(item, move, value, company)
    return lines


def _target_lines(
    item: OpenItem, move: Move, value: int, company: Company
) -> list[PlannedLine]:
    part = move.part
    if part.booking:
        return _booked_lines(move, value, company)
    if part.currency_id == item.currency_id and not item.amount:
        return [_target_line(move, part.amount, value)]
    if part.currency_id != company.currency_id:
        return [_target_line(move, part.amount_currency, value)]
    lines = [_target_line(move, part.amount_currency, part.amount_currency)]
    if value != part.amount_currency:
        lines.append(_difference_line(move, value - part.amount_currency, company))
    return lines


def _booked_lines(move: Move, value: int, company: Company) -> list[PlannedLine]:
    """Return the lines of what a code says where it is booked, tax included."""
    booking = move.part.booking
    line = _target_line(move, move.part.amount, value)
    if booking is None:
        return [line]
    line = replace(line, analytic=booking.analytic)
    if booking.tax is None:
        return [line]
    return with_tax(
        line,
        booking.tax,
        company.tax_name,
        lambda amount: share(line.balance, amount, line.amount),
    )


def _difference_line(move: Move, gained: int, company: Company) -> PlannedLine:
    """Return what an item was worth more than its target, as a gain."""
    if not company.difference_id:
        raise MissingAccount("difference", "exchange difference")
    return PlannedLine(
        role="difference",
        account_id=company.difference_id,
        name=move.label,
        amount=0,
        currency_id=company.currency_id,
        amount_currency=-gained,
        balance=-gained,
        transaction_id=move.transaction_id,
    )


def _target_line(move: Move, amount_currency: int, value: int) -> PlannedLine:
    part = move.part
    return PlannedLine(
        role=part.role,
        account_id=part.account_id,
        partner_id=part.partner_id,
        name=move.label,
        amount=-part.amount,
        currency_id=part.currency_id,
        amount_currency=-amount_currency,
        balance=-value,
        transaction_id=move.transaction_id,
        match_id=part.match_id,
        reconcile_with=part.items,
    )


def _values(item: OpenItem, moves: list[Move]) -> list[int]:
    """Return what each part is worth in company currency.

    The parts of an item that is emptied sum to all that is left of it.
    """
    if not item.money:
        return [0 for _move in moves]
    values = [share(-item.balance, move.part.amount, -item.money) for move in moves]
    if sum(move.part.amount for move in moves) == -item.money:
        values[-1] += -item.balance - sum(values)
    return values
