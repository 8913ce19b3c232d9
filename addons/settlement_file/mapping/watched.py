"""What is remembered of the rows and of each control until the end of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import TransactionFact

from ..layout.definition import SUMMABLE, TotalCheck
from ..reading.cells import Cell
from .preview import CheckResult
from .row_values import ZERO


@dataclass(slots=True)
class Sums:
    """Running sums of one account and currency."""

    rows: int = 0
    amounts: dict[str, Decimal] = field(
        default_factory=lambda: dict.fromkeys(SUMMABLE, ZERO)
    )
    last_at: datetime | None = None
    account: str = ""

    def add(self, fact: TransactionFact) -> None:
        """Count one good row in."""
        self.rows += 1
        amounts = self.amounts
        amounts["gross_amount"] += fact.gross_amount
        amounts["net_amount"] += fact.net_amount
        if fact.fees:
            amounts["fee_amount"] += fact.fee_amount
            amounts["tax_amount"] += fact.tax_amount
        if self.last_at is None or fact.occurred_at > self.last_at:
            self.last_at = fact.occurred_at


@dataclass(slots=True)
class Chain:
    """A balance that runs from row to row, of one account and currency."""

    balance: Decimal | None = None
    net: Decimal = ZERO
    links: int = 0
    breaks: int = 0
    first_break: str = ""


@dataclass(slots=True)
class Watched:
    """One control and what the file states for it.

    :ivar stated: cells by currency ("" if the row says none) and column.
    """

    rule: TotalCheck
    number: int
    stated: dict[tuple[str, str], list[Cell]] = field(default_factory=dict)
    first: dict[str, Cell] = field(default_factory=dict)
    last: dict[str, Cell] = field(default_factory=dict)
    chains: dict[tuple[str, str], Chain] = field(default_factory=dict)
    where_number: int = 0


LABELS = {
    "gross_amount": "gross",
    "fee_amount": "fees",
    "tax_amount": "taxes",
    "net_amount": "net",
}


def columns_of(rule: TotalCheck) -> tuple[str, ...]:
    """Return the columns that state the values of a control."""
    return tuple(each for each in (rule.column, rule.opening, rule.closing) if each)


def result_of(
    watched: Watched, is_right: bool | None, sentence: str, currency: str = ""
) -> CheckResult:
    """Return a result without figures."""
    return CheckResult(watched.rule.name, sentence, is_right, currency=currency)


def difference(
    words: str, stated: Decimal, found: Decimal, currency: str, rejected: int
) -> str:
    """Return what is stated and what was found, with the difference if there is one.

    :param words: what is summed.
    :param rejected: rows that were put aside, which may explain it.
    """
    sentence = f"The file states {stated} {currency} {words}, its rows have {found}"
    if stated == found:
        return f"{sentence}."
    sentence += f": {abs(stated - found)} too {'little' if found < stated else 'much'}."
    if rejected:
        sentence += f" {rejected} rows could not be read."
    return sentence
