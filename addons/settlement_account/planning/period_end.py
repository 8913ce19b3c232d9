"""Plan what a month end needs: fees that nobody has billed yet, and values by rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .plan import EntryPlan, PlannedLine

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """What an account shows at the end of a day, signed like a ledger.

    ``amount`` is in ``currency_id``, ``balance`` in the company's currency; both are
    minor units.
    """

    account_id: int
    currency_id: int
    amount: int
    balance: int
    partner_id: int = 0


def month_ends(first: date, last: date, limit: int = 12) -> list[date]:
    """Return the last days of the months that end from ``first`` to ``last``.

    :param limit: how many at most, counted from the newest.
    """
    ends: list[date] = []
    end = (last + ONE_DAY).replace(day=1) - ONE_DAY
    while end >= first and len(ends) < limit:
        ends.append(end)
        end = end.replace(day=1) - ONE_DAY
    return ends[::-1]


def plan_accrual(
    day: date, name: str, fees: Iterable[Held], fee_account_id: int
) -> EntryPlan:
    """Return the entry that shows fees without a bill as expense of their month.

    It is taken back on the next day: the bill, which comes with its tax, books them
    for good. Fees that are a credit, such as refunds of fees, lower the expense.
    """
    lines = [line for held in fees for line in _accrued(held, name, fee_account_id)]
    return EntryPlan(date=day, name=name, lines=tuple(lines)).check()


def _accrued(held: Held, name: str, fee_account_id: int) -> Iterator[PlannedLine]:
    for role, account_id, sign in (
        ("fee", fee_account_id, 1),
        ("fee_accrued", held.account_id, -1),
    ):
        yield PlannedLine(
            role=role,
            account_id=account_id,
            partner_id=held.partner_id,
            name=name,
            amount=sign * held.amount,
            currency_id=held.currency_id,
            amount_currency=sign * held.amount,
            balance=sign * held.balance,
        )


@dataclass(frozen=True, slots=True)
class Results:
    """Accounts for what a currency gained or lost."""

    gain_id: int
    loss_id: int

    def account_of(self, gained: int) -> int:
        """Return the account for a gain (positive) or a loss."""
        return self.gain_id if gained > 0 else self.loss_id


def plan_revaluation(
    day: date, name: str, gains: Iterable[tuple[Held, int]], results: Results
) -> EntryPlan:
    """Return the entry that brings accounts to what the rate of a day says.

    :param gains: what each account holds, and how much more it is worth in minor
        units of the company's currency.
    """
    lines = [
        line
        for held, gained in gains
        if gained
        for line in _revalued(held, gained, name, results)
    ]
    return EntryPlan(date=day, name=name, lines=tuple(lines)).check()


def _revalued(
    held: Held, gained: int, name: str, results: Results
) -> Iterator[PlannedLine]:
    for role, account_id, balance in (
        ("revalued", held.account_id, gained),
        ("difference", results.account_of(gained), -gained),
    ):
        yield PlannedLine(
            role=role,
            account_id=account_id,
            name=name,
            amount=0,
            currency_id=held.currency_id,
            amount_currency=0,
            balance=balance,
        )
