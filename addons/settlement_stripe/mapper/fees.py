"""``fee_details`` of a balance transaction as fee lines, tax and withholding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO, FeeFact

from . import const
from .reading import Raw, amount, currency_code, objects, text

# All fees that Stripe itself takes from these rows have the row's own nature.
_KIND_OF_ROW = {"dispute": "dispute", "dispute_reversal": "dispute", "payout": "payout"}


@dataclass(frozen=True, slots=True)
class Fees:
    """What was taken from one row; ``fee``, ``tax``, ``withheld`` cost us."""

    lines: tuple[FeeFact, ...] = ()
    withheld: Decimal = ZERO

    @property
    def fee(self) -> Decimal:
        """Return the fees without tax."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """Return the tax on the fees."""
        return sum((line.tax_amount for line in self.lines), ZERO)

    def tax_only(self) -> Fees:
        """Return the tax alone, for a row that is a fee itself."""
        if not self.tax:
            return Fees(withheld=self.withheld)
        return Fees((FeeFact("processing", ZERO, self.tax),), self.withheld)


def read_fees(raw: Raw, row_kind: str, currency: str) -> Fees:
    """Return the fees of a balance transaction; their sum is its ``fee``.

    What ``fee_details`` leaves unexplained of ``fee`` becomes a line "other".

    :param row_kind: canonical kind of the row.
    :raises MalformedInput: for a detail that cannot be read.
    """
    lines: list[FeeFact] = []
    tax = withheld = ZERO
    for detail in objects(raw, "fee_details"):
        value = _detail_amount(detail, currency)
        kind = text(detail, "type")
        if kind == const.TAX_FEE_TYPE:
            tax += value
        elif kind == const.WITHHELD_TAX_FEE_TYPE:
            withheld += value
        else:
            lines.append(FeeFact(_fee_kind(detail, row_kind), value))
    rest = amount(raw, "fee", currency) - tax - withheld
    rest -= sum((line.amount for line in lines), ZERO)
    if rest:
        lines.append(FeeFact("other", rest))
    return Fees(_with_tax(lines, tax), withheld)


def _detail_amount(detail: Raw, currency: str) -> Decimal:
    if detail.get("currency") and currency_code(detail) != currency:
        raise MalformedInput(
            f"A fee in {currency_code(detail)} is part of a row in {currency}."
        )
    return amount(detail, "amount", currency)


def _fee_kind(detail: Raw, row_kind: str) -> str:
    kind = const.FEE_KINDS.get(text(detail, "type"), "other")
    if kind != "processing":
        return kind
    if const.CONVERSION_TEXT.search(text(detail, "description")):
        return "conversion"
    if const.DISPUTE_TEXT.search(text(detail, "description")):
        return "dispute"
    return _KIND_OF_ROW.get(row_kind, kind)


def _with_tax(lines: list[FeeFact], tax: Decimal) -> tuple[FeeFact, ...]:
    """Put the tax on the largest fee; an application's fee is not Stripe's."""
    if not tax:
        return tuple(lines)
    if not lines:
        return (FeeFact("processing", ZERO, tax),)
    own = [line for line in lines if line.kind != "application"] or lines
    taxed = max(own, key=lambda line: abs(line.amount))
    place = next(number for number, line in enumerate(lines) if line is taxed)
    lines[place] = replace(taxed, tax_amount=tax)
    return tuple(lines)
