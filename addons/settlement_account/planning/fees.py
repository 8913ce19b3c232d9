"""Lines for the fees of a slice: accrued on a clearing account, or expensed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .accounts import FeeTax
from .kinds import FEE_KIND_OF_ROW, FEE_ROWS, is_mapped
from .plan import PlannedLine
from .rows import Row

if TYPE_CHECKING:
    from .entry import Slice


class FeeTotals:
    """Fees of a slice by kind, and the tax the provider charged on them."""

    def __init__(self) -> None:
        self.taxed: dict[str, int] = {}
        self.untaxed: dict[str, int] = {}
        self.tax = 0

    def add_row(self, row: Row) -> None:
        """Add the fees withheld from a row, and the row itself if it is a fee.

        A fee whose code says where it is booked, and the tax on it, are not among them.
        """
        if row.kind in FEE_ROWS and is_mapped(row):
            for fee in row.fees:
                if fee.amount:
                    self._add(fee.kind, fee.amount, bool(fee.tax))
                    self.tax += fee.tax
            return
        has_tax = row.kind == "tax" or any(fee.tax for fee in row.fees)
        for fee in row.fees:
            self._add(fee.kind, fee.amount, bool(fee.tax))
            self.tax += fee.tax
        if row.kind == "tax":
            self.tax -= row.gross
        elif row.kind in FEE_ROWS:
            self._add(FEE_KIND_OF_ROW[row.kind], -row.gross, has_tax)

    def _add(self, kind: str, amount: int, is_taxed: bool) -> None:
        sums = self.taxed if is_taxed else self.untaxed
        sums[kind] = sums.get(kind, 0) + amount

    def by_kind(self) -> dict[str, int]:
        """Return fees without tax by kind, positive when they cost us."""
        kinds = sorted({*self.taxed, *self.untaxed})
        return {
            kind: self.taxed.get(kind, 0) + self.untaxed.get(kind, 0) for kind in kinds
        }


def fee_lines(totals: FeeTotals, slice_: Slice) -> list[PlannedLine]:
    """Return the lines of all fees of a slice and of the tax on them."""
    if not slice_.expense_fees:
        return _accrued(totals, slice_)
    if slice_.fee_tax is None:
        return _costs(slice_, totals.by_kind(), "fee") + _tax_as(slice_, totals, "fee")
    return _taxed(totals, slice_, slice_.fee_tax)


def _accrued(totals: FeeTotals, slice_: Slice) -> list[PlannedLine]:
    """Fees wait on the clearing account for the provider's bill, tax included."""
    costs = _costs(slice_, totals.by_kind(), "fee_clearing")
    # The tax will be no cost: what is accrued at a month end leaves it out.
    taxes = _tax_as(slice_, totals, "fee_clearing")
    return costs + [replace(line, role="fee_clearing_tax") for line in taxes]


def _costs(
    slice_: Slice, fees: dict[str, int], role: str, tax: FeeTax | None = None
) -> list[PlannedLine]:
    return [
        _line(
            slice_,
            role=role,
            account_id=slice_.accounts.required(role, "fee"),
            name=slice_.words["fees"] % {"kind": kind},
            amount=amount,
            tax_id=tax.tax_id if tax else 0,
            tag_ids=tax.base_tag_ids if tax else (),
        )
        for kind, amount in fees.items()
        if amount
    ]


def _tax_as(slice_: Slice, totals: FeeTotals, role: str) -> list[PlannedLine]:
    """Put the tax where the fees are: nobody has said that it can be deducted."""
    if not totals.tax:
        return []
    return [
        _line(
            slice_,
            role=role,
            account_id=slice_.accounts.required(role, "tax"),
            name=slice_.words["fee_tax"],
            amount=totals.tax,
        )
    ]


def _taxed(totals: FeeTotals, slice_: Slice, tax: FeeTax) -> list[PlannedLine]:
    """Expense with tax: the provider's tax to the cent, or our reverse charge."""
    taxed, untaxed = totals.taxed, totals.untaxed
    if tax.is_reverse_charge and not totals.tax:
        taxed, untaxed = totals.by_kind(), {}
    lines = _costs(slice_, taxed, "fee", tax) + _costs(slice_, untaxed, "fee")
    base = sum(taxed.values())
    base_balance = sum(line.balance for line in lines if line.tax_id)
    for share, amount in tax.shares_of(base, totals.tax):
        lines.append(
            _line(
                slice_,
                role="fee_tax",
                account_id=share.account_id or slice_.accounts.required("fee", "tax"),
                name=slice_.words["fee_tax"],
                amount=amount,
                repartition_line_id=share.repartition_line_id,
                tag_ids=share.tag_ids,
                tax_base=base_balance,
            )
        )
    return lines


def _line(
    slice_: Slice,
    *,
    role: str,
    account_id: int,
    name: str,
    amount: int,
    tax_id: int = 0,
    repartition_line_id: int = 0,
    tag_ids: tuple[int, ...] = (),
    tax_base: int = 0,
) -> PlannedLine:
    return PlannedLine(
        role=role,
        account_id=account_id,
        partner_id=slice_.fee_partner_id,
        name=name,
        amount=amount,
        currency_id=slice_.currency_id,
        amount_currency=amount,
        balance=slice_.rate.to_company(amount),
        tax_id=tax_id,
        repartition_line_id=repartition_line_id,
        tag_ids=tag_ids,
        tax_base=tax_base,
    )
