"""Plan the entry of what a match settles beyond its money, or its money beyond that.

The difference has an entry of its own beside the one that books the money: so whoever
undoes the match takes back exactly this, and the money's entry stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .accounts import FeeTax
from .allocation import Source, allocate
from .mapped import with_tax
from .plan import EntryPlan, PlannedLine
from .rows import Target


class NotCovered(Exception):
    """What stays open of a match is not its difference; the sums are its arguments."""


@dataclass(frozen=True, slots=True)
class Left:
    """A journal item and what stays open of it, signed as on the ledger."""

    line_id: int
    account_id: int
    partner_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What one match books as difference.

    :ivar amount: minor units, positive as a debit on the account of the difference.
    """

    match_id: int
    transaction_id: int
    currency_id: int
    amount: int
    name: str


def left_of_targets(
    difference: int, sources: Sequence[Source], targets: Sequence[Target]
) -> list[Left]:
    """Return what the money of a match leaves open of the items that it pays.

    :param difference: what is settled beyond the money; only items of this sign take
        part of it, the last ones first: others are set off with them.
    """
    paid: dict[int, int] = {}
    for _transaction_id, part in allocate(0, sources, targets):
        amount = paid.get(part.move_line_id, 0) + part.amount_currency
        paid[part.move_line_id] = amount
    lefts, missing = [], difference
    for target in reversed(targets):
        rest = target.amount_currency - paid.get(target.move_line_id, 0)
        if rest * missing <= 0:
            continue
        amount = min(rest, missing, key=abs)
        lefts.append(_left(target, amount))
        missing -= amount
    return lefts


def _left(target: Target, amount: int) -> Left:
    return Left(target.move_line_id, target.account_id, target.partner_id, amount)


def share_of(difference: int, items: Sequence[Left]) -> list[Left]:
    """Return the parts of open items that a difference settles, in their order."""
    shares, missing = [], difference
    for item in items:
        if item.amount * missing > 0:
            amount = min(item.amount, missing, key=abs)
            shares.append(replace(item, amount=amount))
            missing -= amount
    return shares


def booked_lines(
    difference: Difference,
    role: str,
    account_id: int,
    partner_id: int,
    to_company: Callable[[int], int],
    tax: FeeTax | None = None,
    tax_name: str = "",
) -> list[PlannedLine]:
    """Return the lines on the account of the difference, contained tax apart."""
    line = PlannedLine(
        role=role,
        account_id=account_id,
        partner_id=partner_id,
        name=difference.name,
        amount=difference.amount,
        currency_id=difference.currency_id,
        amount_currency=difference.amount,
        balance=to_company(difference.amount),
        transaction_id=difference.transaction_id,
        match_id=difference.match_id,
    )
    return [line] if tax is None else with_tax(line, tax, tax_name, to_company)


def plan_difference(
    day: date,
    name: str,
    difference: Difference,
    lefts: Sequence[Left],
    booked: Sequence[PlannedLine],
) -> EntryPlan:
    """Return the entry that settles what a match leaves open.

    :param booked: the lines on the account of the difference.
    :raises NotCovered: if what is left open is not the difference.
    """
    sums = sum(left.amount for left in lefts), sum(line.amount for line in booked)
    if set(sums) != {difference.amount}:
        raise NotCovered(difference.amount, *sums)
    values = _values(lefts, sum(line.balance for line in booked))
    settling = [
        PlannedLine(
            role="settled",
            account_id=left.account_id,
            partner_id=left.partner_id,
            name=difference.name,
            amount=-left.amount,
            currency_id=difference.currency_id,
            amount_currency=-left.amount,
            balance=-value,
            transaction_id=difference.transaction_id,
            match_id=difference.match_id,
            reconcile_with=(left.line_id,),
        )
        for left, value in zip(lefts, values, strict=True)
    ]
    return EntryPlan(date=day, name=name, lines=(*settling, *booked)).check()


def _values(lefts: Sequence[Left], value: int) -> list[int]:
    """Return what each part is worth in company currency; the last takes the rest."""
    whole = sum(left.amount for left in lefts)
    values = [value * left.amount // whole for left in lefts]
    values[-1] += value - sum(values)
    return values
