"""Conclude the truth of a company: open amounts, daily balances, account totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from .provider_book import ProviderBook
from .records import Statement
from .scene import Scene
from .truth import (
    MATCHED,
    OPEN,
    BalanceTruth,
    DocumentTruth,
    ExceptionTruth,
    RowTruth,
    StatementTruth,
    TotalTruth,
    Truth,
    is_payout,
)

RESERVE_KINDS = ("reserve_hold", "reserve_release")
# Role of the account on which the gross of rows without a target is booked.
ROLES = {
    "fee": "fees",
    "adjustment": "adjustments",
    "fee_refund": "fees",
    "dispute_fee": "fees",
    "dispute": "disputes",
    "dispute_reversal": "disputes",
    "reserve_hold": "reserve",
    "reserve_release": "reserve",
    "payout": "in_transit",
    "payout_failure": "in_transit",
    "topup": "transfers",
    "transfer": "transfers",
}
BANK_ROLES = {"bank_fee": "bank_fees", "bank_interest": "interest"}


def conclude(scene: Scene, statements: list[Statement], truth: Truth) -> None:
    """Add everything of a company that follows from its stories."""
    truth.rows.extend(scene.rows)
    truth.documents.extend(_documents(scene))
    truth.statements.extend(_statements(scene, statements))
    truth.statements.extend(scene.reported)
    truth.exceptions.extend(scene.exceptions)
    truth.exceptions.extend(_gaps(scene, statements))
    for book in scene.providers:
        truth.balances.extend(_provider_balances(scene, book))
    truth.balances.extend(_bank_balances(scene, statements))
    truth.totals.extend(_totals(scene, statements))


def _documents(scene: Scene) -> Iterator[DocumentTruth]:
    """Yield each document with what stays open of it."""
    paid = _paid(scene)
    for document in scene.books.documents:
        yield DocumentTruth(
            key=document.key,
            company=scene.plan.code,
            kind=document.kind,
            number=document.number,
            currency=document.currency,
            amount=document.amount,
            residual=document.amount - paid[document.key],
            scenario=scene.document_scenarios[document.key],
        )


def _paid(scene: Scene) -> Counter[str]:
    """Return how much of each document the books have settled, in its currency."""
    documents = {document.key: document for document in scene.books.documents}
    paid: Counter[str] = Counter(scene.settled)
    for document in documents.values():
        if document.nets_invoice:
            paid[document.key] += document.amount
            paid[document.reverses] += document.amount
    for payment in scene.books.online_payments:
        paid[payment.document] += payment.amount if payment.is_booked else 0
    for row in scene.rows:
        for settled in row.settles if row.outcome == MATCHED and row.due else ():
            document = documents.get(settled.target)
            if document is None:
                continue
            converted = document.currency != row.currency
            # A converted payment is one of the whole document.
            paid[document.key] += document.amount if converted else abs(settled.amount)
    return paid


def _statements(
    scene: Scene, statements: Iterable[Statement]
) -> Iterator[StatementTruth]:
    for statement in statements:
        late = scene.banks[statement.currency].late
        yield StatementTruth(
            backend=scene.bank_backend,
            account=statement.account,
            currency=statement.currency,
            day=statement.day,
            sequence=statement.sequence,
            opening=statement.opening,
            closing=statement.closing,
            scenario="missing_statement" if statement.day in late else "",
        )


def _gaps(scene: Scene, statements: list[Statement]) -> Iterator[ExceptionTruth]:
    """Yield the gap that a statement shows as long as the one before is missing."""
    for before, statement in zip(statements, statements[1:], strict=False):
        if before.account != statement.account:
            continue
        if before.delivered_on > statement.delivered_on:
            yield ExceptionTruth(
                scene.bank_backend,
                "statement",
                f"{statement.account}/{statement.day}",
                "missing_data",
                "missing_statement",
                resolved=True,
            )


def _provider_balances(scene: Scene, book: ProviderBook) -> Iterator[BalanceTruth]:
    """Yield what a provider holds at the end of each local day."""
    for wallet in book.wallets:
        moved: Counter = Counter()
        held: Counter = Counter()
        account = book.account_of(wallet)
        for row in _rows_of(scene, book.backend, wallet.currency):
            if row.account not in ("", account):
                continue
            moved[row.booked_on] += row.net
            if row.kind in RESERVE_KINDS:
                held[row.booked_on] -= row.net
        balance, reserve = wallet.opening, 0
        for day in scene.period.days():
            balance += moved[day]
            reserve += held[day]
            yield BalanceTruth(
                book.backend,
                account,
                wallet.currency,
                day,
                balance,
                reserve,
            )


def _bank_balances(
    scene: Scene, statements: Iterable[Statement]
) -> Iterator[BalanceTruth]:
    """Yield the closing balance of each account on every day, weekends too."""
    closing = {(s.account, s.day): s.closing for s in statements}
    for bank in scene.banks.values():
        balance = bank.plan.opening
        for day in scene.period.days():
            balance = closing.get((bank.account, day), balance)
            yield BalanceTruth(
                scene.bank_backend, bank.account, bank.currency, day, balance
            )


def _rows_of(scene: Scene, backend: str, currency: str) -> Iterator[RowTruth]:
    for row in scene.rows:
        if (row.backend, row.currency) == (backend, currency):
            yield row


def _totals(scene: Scene, statements: list[Statement]) -> Iterator[TotalTruth]:
    """Yield the balances of accounts at the end, debit positive.

    Openings are part of wallets and banks.
    """
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for book in scene.providers:
        for wallet in book.wallets:
            totals["wallet", wallet.currency] += wallet.opening
    for bank in scene.banks.values():
        totals["bank", bank.currency] += bank.plan.opening
    for row in scene.rows:
        if row.due:
            _add_row(totals, row, row.backend != scene.bank_backend)
    _subtract_bills(scene, totals)
    for (role, currency), amount in sorted(totals.items()):
        yield TotalTruth(scene.plan.code, role, currency, amount)


def _subtract_bills(scene: Scene, totals: defaultdict[tuple[str, str], int]) -> None:
    """Let the bills of providers clear the fees that they withheld."""
    for document in scene.books.documents:
        totals["fees", document.currency] -= scene.settled[document.key]


def _add_row(
    totals: defaultdict[tuple[str, str], int], row: RowTruth, is_provider: bool
) -> None:
    """Add one row: its net to the wallet, fees, tax and the rest to their accounts."""
    totals["wallet" if is_provider else "bank", row.currency] += row.net
    totals["fees", row.currency] += row.fee
    totals["fee_tax", row.currency] += row.tax
    if role := _role(row):
        totals[role, row.currency] -= row.gross
    for settled in row.settles:
        if is_payout(settled.target):
            totals["in_transit", row.currency] -= settled.amount
    if row.outcome == OPEN:
        totals["unexplained", row.currency] -= row.gross


def _role(row: RowTruth) -> str:
    if row.kind in ROLES:
        return ROLES[row.kind]
    return BANK_ROLES.get(row.scenario, "")
