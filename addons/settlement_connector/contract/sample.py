"""Rows that the contract lets a stand-in show, in the words of no provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

# Ways in which a row may be wrong: its amounts do not add up, its amount is finer
# than its currency, its amount is no number.
FLAWS: tuple[str, ...] = ("sum", "exponent", "amount")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One payment of a customer, or what else ``code`` says.

    :param number: tells rows apart; ids are made from it.
    :param at: when the provider booked it, naive UTC, whole seconds.
    :param amount: gross, positive, in major units. Fees are the connector's choice.
    :param currency: ISO 4217 code.
    :param code: the provider's type of the row; "" = an ordinary card payment.
    :param note: a text that the source states about the row and that becomes part of
        the fact, such as its description; another note makes another version.
    :param flaw: "" or one of :data:`FLAWS`.
    """

    number: int
    at: datetime
    amount: Decimal
    currency: str = "EUR"
    code: str = ""
    note: str = ""
    flaw: str = ""


def sample_rows(
    count: int, first: datetime, *, start: int = 1, step: timedelta = timedelta(hours=5)
) -> list[SampleRow]:
    """Return ordinary payments, all of them different.

    :param first: when the first of them was booked.
    :param start: number of the first one.
    """
    return [
        SampleRow(number, first + index * step, Decimal(1000 + 117 * number) / 100)
        for index, number in enumerate(range(start, start + count))
    ]
