"""Say which withheld fees a bill of the provider is about, and clear both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .clearing import OpenItem
from .integers import share
from .plan import EntryPlan, PlannedLine
from .slices import month_of


@dataclass(frozen=True, slots=True)
class Fee:
    """Withheld fees that wait for their bill; ``item`` is a debit as a rule."""

    item: OpenItem
    day: date


@dataclass(frozen=True, slots=True)
class Bill:
    """What is open of a bill: amounts positive when we owe them."""

    item: OpenItem
    day: date

    @property
    def amount(self) -> int:
        """What we owe, in the currency of the bill."""
        return -self.item.amount_currency


@dataclass(frozen=True, slots=True)
class Fit:
    """Fees that a bill is about; ``difference`` is what it asks for beyond them."""

    fees: tuple[Fee, ...]
    difference: int


def total(fees: Iterable[Fee]) -> int:
    """Return the sum of fees in their currency, positive when they cost us."""
    return sum(fee.item.amount_currency for fee in fees)


def fit(bill: Bill, fees: Sequence[Fee]) -> Fit | None:
    """Return which fees a bill is about: those of its month or of the one before.

    Providers bill a month on its last day or in the days after it. Of the two, and of
    all that is open up to their ends, the one without a difference is it. Else it is
    the month before, if it has fees, and somebody has to look at the difference.
    """
    found = []
    for fees_of_period in _periods(bill, fees):
        difference = bill.amount - total(fees_of_period)
        if not difference:
            return Fit(fees_of_period, 0)
        found.append(Fit(fees_of_period, difference))
    return found[0] if found else None


def _periods(bill: Bill, fees: Sequence[Fee]) -> list[tuple[Fee, ...]]:
    this_month = month_of(bill.day)
    last_month = month_of(this_month - timedelta(days=1))
    choices = (
        [fee for fee in fees if month_of(fee.day) == last_month],
        [fee for fee in fees if month_of(fee.day) == this_month],
        [fee for fee in fees if month_of(fee.day) <= last_month],
        [fee for fee in fees if month_of(fee.day) <= this_month],
    )
    same_currency = bill.item.currency_id
    periods = [
        tuple(fee for fee in choice if fee.item.currency_id == same_currency)
        for choice in choices
    ]
    return [period for period in periods if period]


def plan_fee_bill(
    day: date,
    name: str,
    bill: Bill,
    fees: Sequence[Fee],
    difference_account_id: int = 0,
) -> EntryPlan:
    """Return the entry that lets withheld fees pay a bill.

    :param difference_account_id: where a difference goes; 0 leaves it open on the
        side that is larger.
    """
    first = fees[0].item
    whole = total(fees)
    paid = min(whole, bill.amount)
    cleared = whole if difference_account_id else paid
    settled = bill.amount if difference_account_id else paid
    values = _values(fees, whole, cleared)
    worth = _worth(bill, settled, cleared, values)
    lines = [
        _line("cleared", first, name, -cleared, -values, [f.item for f in fees]),
        _line("settled", bill.item, name, settled, worth, [bill.item]),
    ]
    if difference_account_id:
        lines.append(
            PlannedLine(
                role="fee",
                account_id=difference_account_id,
                partner_id=bill.item.partner_id,
                name=name,
                amount=cleared - settled,
                currency_id=bill.item.currency_id,
                amount_currency=cleared - settled,
                balance=values - worth,
            )
        )
    kept = tuple(line for line in lines if line.amount or line.balance)
    return EntryPlan(date=day, name=name, lines=kept).check()


def _values(fees: Sequence[Fee], whole: int, cleared: int) -> int:
    """Return what the cleared part of fees is worth in company currency."""
    balance = sum(fee.item.balance for fee in fees)
    return balance if cleared == whole else share(balance, cleared, whole)


def _worth(bill: Bill, settled: int, cleared: int, values: int) -> int:
    """Return at what value a bill is settled.

    By what the fees are worth; Odoo books the difference of rates. Only what goes
    beyond them is settled at the bill's own value.
    """
    if settled == cleared:
        return values
    return share(-bill.item.balance, settled, bill.amount)


def _line(
    role: str,
    item: OpenItem,
    name: str,
    amount: int,
    balance: int,
    items: Sequence[OpenItem],
) -> PlannedLine:
    return PlannedLine(
        role=role,
        account_id=item.account_id,
        partner_id=item.partner_id,
        name=name,
        amount=amount,
        currency_id=item.currency_id,
        amount_currency=amount,
        balance=balance,
        reconcile_with=tuple(each.line_id for each in items),
    )
