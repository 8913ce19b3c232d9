"""Plan the entry of one slice: which account gets what, and what it reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from odoo.addons.settlement.canonical.words import counted

from .accounts import Accounts, FeeTax, Rate
from .fees import FeeTotals, fee_lines
from .kinds import FEE_ROWS, IN_TRANSIT, account_role, is_mapped, meeting_role
from .mapped import mapped_lines
from .plan import EntryPlan, PlannedLine
from .rows import Row, Settled

# Texts of the shared lines; the caller may bring them in another language.
WORDS = {
    "wallet": "Net of %(count)s {transaction|transactions}",
    "fees": "Fees: %(kind)s",
    "fee_tax": "Tax on fees",
    "summed": "%(count)s {transaction|transactions}",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """All that one entry needs to be planned."""

    date: date
    name: str
    rows: tuple[Row, ...]
    accounts: Accounts
    currency_id: int
    company_currency_id: int
    rate: Rate = field(default_factory=Rate)
    expense_fees: bool = False
    fee_partner_id: int = 0
    fee_tax: FeeTax | None = None
    summary: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: WORDS)


def plan_slice(slice_: Slice) -> EntryPlan:
    """Return the balanced entry of a slice.

    Each row's gross goes where it belongs, fees to theirs, the net into the wallet;
    a payout moves from the wallet to in transit in lines of its own.

    :raises MissingAccount: if a row needs an account that nobody has chosen.
    """
    lines = [line for row in slice_.rows for line in _gross_lines(slice_, row)]
    if slice_.summary:
        lines = _summed(lines, slice_)
    lines += mapped_lines(slice_)
    lines += fee_lines(_fee_totals(slice_), slice_)
    lines += _wallet_lines(slice_, lines)
    return EntryPlan(
        date=slice_.date,
        name=slice_.name,
        lines=tuple(line for line in lines if line.amount or line.balance),
        transaction_ids=tuple(row.id for row in slice_.rows),
        match_ids=tuple(
            dict.fromkeys(
                part.match_id
                for row in slice_.rows
                for part in row.settled
                if part.match_id
            )
        ),
        mapping_ids=tuple(
            sorted({row.booking.mapping_id for row in slice_.rows if is_mapped(row)})
        ),
    ).check()


# ----------------------------------------------------------------------
# Gross
# ----------------------------------------------------------------------


def _gross_lines(slice_: Slice, row: Row) -> Iterator[PlannedLine]:
    """Yield the lines that take the gross of one row."""
    if row.kind in FEE_ROWS:
        return
    for part in row.settled:
        yield _settling_line(slice_, row, part)
    rest = row.unsettled
    if not rest or (is_mapped(row) and not row.rest_account_id):
        return
    if row.rest_account_id:
        yield _credit_line(slice_, row, -rest)
    else:
        yield _own_line(slice_, row, account_role(row), -rest)
    if row.kind in IN_TRANSIT:
        yield _wallet_line(slice_, row)


def _settling_line(slice_: Slice, row: Row, part: Settled) -> PlannedLine:
    """Return the line that settles a ledger item, in the item's own currency."""
    if part.currency_id == slice_.currency_id:
        amount_currency, balance = part.amount, slice_.rate.to_company(part.amount)
    elif part.currency_id == slice_.company_currency_id:
        amount_currency = balance = part.amount_currency
    else:
        amount_currency = part.amount_currency
        balance = slice_.rate.to_company(part.amount)
    return PlannedLine(
        role="settled",
        account_id=part.account_id
        or slice_.accounts.required(meeting_role(row.kind), row.kind),
        partner_id=part.partner_id,
        name=row.label,
        amount=-part.amount,
        currency_id=part.currency_id,
        amount_currency=-amount_currency,
        balance=-balance,
        transaction_id=row.id,
        match_id=part.match_id,
        reconcile_with=part.items,
        is_summable=part.is_summable,
    )


def _credit_line(slice_: Slice, row: Row, amount: int) -> PlannedLine:
    """Return the line that keeps what was paid too much as the partner's credit."""
    return PlannedLine(
        role="credit",
        account_id=row.rest_account_id,
        partner_id=row.rest_partner_id,
        name=row.label,
        amount=amount,
        currency_id=slice_.currency_id,
        amount_currency=amount,
        balance=slice_.rate.to_company(amount),
        transaction_id=row.id,
    )


def _own_line(slice_: Slice, row: Row, role: str, amount: int) -> PlannedLine:
    """Return the line of a row on the account that its kind stands for."""
    balance = slice_.rate.to_company(amount)
    currency_id, amount_currency = slice_.currency_id, amount
    if row.kind == "conversion":
        # Both legs meet in company currency, each at what the first one was worth.
        if row.company_value is not None:
            balance = -row.company_value
        currency_id, amount_currency = slice_.company_currency_id, balance
    return PlannedLine(
        role=role,
        account_id=slice_.accounts.required(role, row.kind),
        partner_id=row.partner_id,
        name=row.label,
        amount=amount,
        currency_id=currency_id,
        amount_currency=amount_currency,
        balance=balance,
        transaction_id=row.id,
    )


# ----------------------------------------------------------------------
# Wallet
# ----------------------------------------------------------------------


def _wallet_line(slice_: Slice, row: Row) -> PlannedLine:
    """Return the wallet's side of a payout, in a line of its own."""
    return PlannedLine(
        role="wallet_payout",
        account_id=slice_.accounts.required("wallet", row.kind),
        name=row.label,
        amount=row.gross,
        currency_id=slice_.currency_id,
        amount_currency=row.gross,
        balance=slice_.rate.to_company(row.gross),
        transaction_id=row.id,
    )


def _wallet_lines(slice_: Slice, lines: list[PlannedLine]) -> list[PlannedLine]:
    """Return the line that brings the net into the wallet.

    In company currency it takes whatever rounding the others left.
    """
    amount = -sum(line.amount for line in lines)
    balance = -sum(line.balance for line in lines)
    # A line cannot be a debit in one currency and a credit in the other.
    pairs = [(amount, balance)]
    if amount * balance < 0:
        pairs = [(amount, 0), (0, balance)]
    return [_net_line(slice_, *pair) for pair in pairs if any(pair)]


def _net_line(slice_: Slice, amount: int, balance: int) -> PlannedLine:
    count = sum(row.kind not in IN_TRANSIT for row in slice_.rows)
    return PlannedLine(
        role="wallet",
        account_id=slice_.accounts.required("wallet", "net"),
        name=counted(slice_.words["wallet"] % {"count": count}, count),
        amount=amount,
        currency_id=slice_.currency_id,
        amount_currency=amount,
        balance=balance,
    )


# ----------------------------------------------------------------------
# Fees and sums
# ----------------------------------------------------------------------


def _fee_totals(slice_: Slice) -> FeeTotals:
    totals = FeeTotals()
    for row in slice_.rows:
        totals.add_row(row)
    return totals


def _summed(lines: list[PlannedLine], slice_: Slice) -> list[PlannedLine]:
    """Sum suspense lines, and lines that settle outstanding items, by account.

    Receivables and payables stay one by one: a partner's ledger must show them.
    An item that several rows settle stays apart, so that each can be undone alone.
    """
    times: dict[int, int] = {}
    for line in lines:
        for item in line.reconcile_with:
            times[item] = times.get(item, 0) + 1
    kept: list[PlannedLine] = []
    sums: dict[tuple[object, ...], list[PlannedLine]] = {}
    for line in lines:
        if _is_summable(line, times):
            # Debits and credits stay apart: an item is settled by its opposite only.
            key = (line.role, line.account_id, line.currency_id, line.amount > 0)
            sums.setdefault(key, []).append(line)
        else:
            kept.append(line)
    return kept + [_sum(group, slice_) for group in sums.values()]


def _is_summable(line: PlannedLine, times: Mapping[int, int]) -> bool:
    if line.role == "suspense":
        return True
    return line.is_summable and all(times[item] == 1 for item in line.reconcile_with)


def _sum(lines: list[PlannedLine], slice_: Slice) -> PlannedLine:
    if len(lines) == 1:
        return lines[0]
    first = lines[0]
    return PlannedLine(
        role=first.role,
        account_id=first.account_id,
        name=counted(slice_.words["summed"] % {"count": len(lines)}, len(lines)),
        amount=sum(line.amount for line in lines),
        currency_id=first.currency_id,
        amount_currency=sum(line.amount_currency for line in lines),
        balance=sum(line.balance for line in lines),
        reconcile_with=tuple(item for line in lines for item in line.reconcile_with),
    )
