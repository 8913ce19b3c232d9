"""The monthly invoices of providers over the fees that they have withheld."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from . import clock
from .provider_book import ProviderBook
from .records import Document, Party
from .scene import Scene
from .truth import RowTruth

# Rows that are a fee themselves: money that went is what they cost.
FEE_KINDS = frozenset({"fee", "fee_refund", "dispute_fee"})
_ISSUED_AFTER, _DUE_AFTER = timedelta(days=1), timedelta(days=15)


def biller_key(book: ProviderBook) -> str:
    """Return the key of the party that a provider is."""
    return f"{book.plan.code}-{book.code}"


def biller(book: ProviderBook, name: str) -> Party:
    """Return a provider as the vendor that sends its invoices."""
    return Party(
        key=biller_key(book),
        name=name,
        email=f"invoices@{book.code}.example",
        country="LU",
        account="",
        is_supplier=True,
    )


def send(scene: Scene, book: ProviderBook, party: Party) -> None:
    """Add an invoice for each month and currency; what was withheld pays it."""
    scene.books.parties.append(party)
    for start in scene.period.month_starts:
        for currency, amount in sorted(withheld(scene, book, start).items()):
            if amount > 0:
                _send(scene, book, party, start, currency, amount)


def withheld(scene: Scene, book: ProviderBook, start: date) -> Counter[str]:
    """Return currency → fees withheld in a month, less those given back."""
    after, fees = clock.next_month(start), Counter[str]()
    for row in scene.rows:
        if row.backend == book.backend and start <= row.booked_on < after:
            fees[row.currency] += _fee(row)
    return fees


def _fee(row: RowTruth) -> int:
    return row.fee + row.tax - (row.gross if row.kind in FEE_KINDS else 0)


def _send(
    scene: Scene,
    book: ProviderBook,
    party: Party,
    start: date,
    currency: str,
    amount: int,
) -> None:
    number = f"{book.code.upper()}-{start:%Y%m}-{currency}"
    issued = clock.next_month(start) + _ISSUED_AFTER
    bill = Document(
        key=f"{scene.plan.code}:{number}",
        kind="bill",
        number=number,
        party=party.key,
        day=issued,
        due=issued + _DUE_AFTER,
        currency=currency,
        amount=amount,
    )
    scene.books.documents.append(bill)
    scene.settled[bill.key] += amount
    scene.tell("fee_invoice", bill)
