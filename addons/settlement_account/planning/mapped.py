"""Lines of rows whose code says where they are booked, and with which tax."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from odoo.addons.settlement.canonical.words import counted

from .accounts import FeeTax
from .kinds import FEE_ROWS, FOLLOWED, account_role, is_mapped
from .plan import PlannedLine
from .rows import Row

if TYPE_CHECKING:
    from .entry import Slice


# Tax that waits with its fee for the provider's bill.
WAITING_TAX = "fee_clearing_tax"


def mapped_lines(slice_: Slice) -> list[PlannedLine]:
    """Return the lines of all rows of a slice that a mapping books.

    In detail one row after the other; in a summary one line for each account,
    partner and way of the money of a mapping, and what is followed later alone.

    :raises MissingAccount: if neither the mapping nor the policy names an account.
    """
    lines: list[PlannedLine] = []
    for rows in _groups(slice_):
        lines += _lines(slice_, rows)
    return lines


def _groups(slice_: Slice) -> list[list[Row]]:
    """Return the mapped rows that share their lines, in the order of the rows."""
    groups: dict[object, list[Row]] = {}
    for number, row in enumerate(slice_.rows):
        if not is_mapped(row) or not _amount(row) and not _stated_tax(row):
            continue
        is_alone = not slice_.summary or row.kind in FOLLOWED
        together = (row.booking, row.partner_id, _role(row, slice_), row.gross > 0)
        groups.setdefault(number if is_alone else together, []).append(row)
    return list(groups.values())


def _amount(row: Row) -> int:
    """Return what the row is booked with, positive as a debit, without stated tax."""
    if row.kind == "tax" and row.booking and row.booking.tax:
        return 0
    if row.kind in FEE_ROWS:
        return -row.gross
    return 0 if row.rest_account_id else -row.unsettled


def _stated_tax(row: Row) -> int:
    """Return the tax on a fee that the provider states itself."""
    if row.kind not in FEE_ROWS:
        return 0
    own = sum(fee.tax for fee in row.fees if not fee.amount)
    if row.kind == "tax" and row.booking and row.booking.tax:
        own -= row.gross
    return own


def _role(row: Row, slice_: Slice) -> str:
    """Return what the line stands for."""
    if row.kind in FEE_ROWS:
        if slice_.expense_fees or _has_account(row):
            return "fee"
        return WAITING_TAX if row.kind == "tax" else "fee_clearing"
    return account_role(row) if row.kind in FOLLOWED else "mapped"


def _has_account(row: Row) -> bool:
    return bool(row.booking and row.booking.account_id)


def _account(slice_: Slice, row: Row) -> int:
    """Return the account of the mapping, else the one that the kind stands for."""
    if row.booking and row.booking.account_id:
        return row.booking.account_id
    role = _role(row, slice_)
    if role == "mapped":
        role = account_role(row)
    elif role == WAITING_TAX:
        role = "fee_clearing"
    return slice_.accounts.required(role, row.kind)


def _partner(slice_: Slice, row: Row) -> int:
    given = row.booking.partner_id if row.booking else 0
    fallback = slice_.fee_partner_id if row.kind in FEE_ROWS else 0
    return given or row.partner_id or fallback


def _lines(slice_: Slice, rows: list[Row]) -> list[PlannedLine]:
    """Return the line of some rows of one mapping, and those of its tax."""
    first, count = rows[0], len(rows)
    booking = first.booking
    amount = sum(_amount(row) for row in rows)
    stated = sum(_stated_tax(row) for row in rows)
    line = PlannedLine(
        role=_role(first, slice_),
        account_id=_account(slice_, first),
        partner_id=_partner(slice_, first),
        name=first.label
        if count == 1
        else counted(slice_.words["summed"] % {"count": count}, count),
        amount=amount,
        currency_id=slice_.currency_id,
        amount_currency=amount,
        balance=slice_.rate.to_company(amount),
        transaction_id=first.id if count == 1 else 0,
        analytic=booking.analytic if booking else "",
    )
    if booking is None or booking.tax is None:
        return _untaxed(line, stated, slice_)
    return with_tax(
        line,
        booking.tax,
        slice_.words["fee_tax"],
        slice_.rate.to_company,
        stated,
        is_stated=bool(stated) or first.kind == "tax",
    )


def _untaxed(line: PlannedLine, stated: int, slice_: Slice) -> list[PlannedLine]:
    """Tax that nobody has said to be deducted stays where the fee is.

    Where the fee waits for a bill it has a line of its own: it will be no cost.
    """
    parts = [(line, line.amount + stated)]
    if line.role == "fee_clearing" and stated:
        name = slice_.words["fee_tax"]
        tax = replace(line, role=WAITING_TAX, name=name, analytic="")
        parts = [(line, line.amount), (tax, stated)]
    return [
        replace(
            part,
            amount=amount,
            amount_currency=amount,
            balance=slice_.rate.to_company(amount),
        )
        for part, amount in parts
    ]


def with_tax(
    line: PlannedLine,
    tax: FeeTax,
    name: str,
    to_company: Callable[[int], int],
    stated: int = 0,
    *,
    is_stated: bool = False,
) -> list[PlannedLine]:
    """Return a line as base of a tax, and the lines of the tax itself.

    The provider's own amount of tax is taken to the cent and comes on top of the
    line. Where none is stated, a reverse charge adds nothing in all, and any other
    tax is contained in the line's amount.

    :param to_company: turns minor units of the line's currency into the company's.
    :param stated: tax that the provider states, positive when it costs us.
    """
    base, amount = line.amount, stated
    if not is_stated and not tax.is_reverse_charge:
        base = _without_tax(line.amount, tax.percent)
        amount = line.amount - base
    lines = [
        replace(
            line,
            role="fee_tax",
            account_id=share.account_id or line.account_id,
            name=name,
            amount=part,
            amount_currency=part,
            balance=to_company(part),
            repartition_line_id=share.repartition_line_id,
            tag_ids=share.tag_ids,
            # What is deducted or owed is no cost of any centre.
            analytic="" if share.account_id else line.analytic,
        )
        for share, part in tax.shares_of(base, amount)
    ]
    rest = to_company(base + amount) - sum(each.balance for each in lines)
    own = replace(
        line,
        amount=base,
        amount_currency=base,
        balance=rest,
        tax_id=tax.tax_id,
        tag_ids=tax.base_tag_ids,
    )
    return [own, *(replace(each, tax_base=rest) for each in lines)]


def _without_tax(amount: int, percent: Decimal) -> int:
    """Return what is left of an amount that contains a tax, half rounded up."""
    base = Decimal(amount) * 100 / (100 + percent)
    return int(base.quantize(Decimal(1), ROUND_HALF_UP))
