"""Plan the entry that brings back to a statement line what its clearing had moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .integers import share
from .plan import EntryPlan, PlannedLine


@dataclass(frozen=True, slots=True)
class Cleared:
    """One journal item of a clearing entry; amounts in minor units, debit positive.

    ``is_open`` says that the item waits to be reconciled, which an account of costs
    never does.
    """

    line_id: int
    transaction_id: int
    account_id: int
    partner_id: int
    currency_id: int
    amount_currency: int
    balance: int
    name: str
    is_open: bool


def plan_give_back(
    day: date, name: str, lines: Sequence[Cleared], cleared: Cleared
) -> EntryPlan:
    """Return the entry that takes ``lines`` back to the account they came from.

    :param cleared: the line by which the clearing emptied that account; what it moved
        for others stays moved.
    """
    value = sum(line.balance for line in lines)
    amount = share(cleared.amount_currency, value, cleared.balance)
    returned = PlannedLine(
        role="returned",
        account_id=cleared.account_id,
        partner_id=cleared.partner_id,
        name=cleared.name,
        amount=value,
        currency_id=cleared.currency_id,
        amount_currency=amount,
        balance=value,
    )
    return EntryPlan(
        date=day, name=name, lines=(*map(_taken_back, lines), returned)
    ).check()


def _taken_back(line: Cleared) -> PlannedLine:
    return PlannedLine(
        role="given_back",
        account_id=line.account_id,
        partner_id=line.partner_id,
        name=line.name,
        amount=-line.balance,
        currency_id=line.currency_id,
        amount_currency=-line.amount_currency,
        balance=-line.balance,
        transaction_id=line.transaction_id,
        reconcile_with=(line.line_id,) if line.is_open else (),
    )
