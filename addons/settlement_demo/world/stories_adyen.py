"""What happens at Adyen until it is paid out. Each story is one scenario.

The name of a wallet is that of its merchant account and its currency.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .adyen_book import AdyenRow
from .cards import rounded
from .records import Document, ReportWallet
from .scene import Scene
from .truth import OPEN, RowTruth

_CHARGEBACK_FEE = 750


def adyen_sale(scene: Scene, name: str, day: date) -> None:
    """A payment has the number of its invoice as merchant reference."""
    _sale(scene, "adyen_sale", name, day)


def adyen_sale_by_order(scene: Scene, name: str, day: date) -> None:
    """A payment has the order out of which its invoice came as merchant reference."""
    scenario, order = "adyen_sale_by_order", scene.books.order_number()
    wallet = scene.adyen.wallet(name)
    document = _invoice(scene, scenario, day, wallet, origin=order)
    row = _capture(scene, wallet, day, document.amount, order)
    scene.adyen_row(row, scenario, "charge", [(document.key, document.amount)])


def adyen_sale_without_reference(scene: Scene, name: str, day: date) -> None:
    """A payment has a merchant reference that nobody knows."""
    scenario, wallet = "adyen_sale_without_reference", scene.adyen.wallet(name)
    document = _invoice(scene, scenario, day, wallet)
    row = _capture(scene, wallet, day, document.amount, "")
    truth = scene.adyen_row(row, scenario, "charge", outcome=OPEN)
    scene.expect(truth, "missing_reference")


def adyen_part_payment(scene: Scene, name: str, day: date) -> None:
    """A payment covers a part of the invoice that it names."""
    scenario, wallet = "adyen_part_payment", scene.adyen.wallet(name)
    document = _invoice(scene, scenario, day, wallet)
    amount = document.amount * scene.random.randint(30, 80) // 100
    row = _capture(scene, wallet, day, amount, document.number)
    truth = scene.adyen_row(row, scenario, "charge", [(document.key, amount)])
    scene.expect(truth, "amount_short")


def adyen_converted(scene: Scene, name: str, day: date) -> None:
    """A customer pays in another currency than Adyen settles in."""
    scenario, wallet = "adyen_converted", scene.adyen.wallet(name)
    foreign = "GBP"
    document = _invoice(scene, scenario, day, wallet, foreign)
    rate = (Decimal("0.997") / scene.rates[day][foreign]).quantize(Decimal("1e-6"))
    amount = rounded(document.amount * rate)
    paid = (foreign, document.amount, rate)
    row = _capture(scene, wallet, day, amount, document.number, paid)
    scene.adyen_row(row, scenario, "charge", [(document.key, amount)])


def adyen_refund(scene: Scene, name: str, day: date) -> None:
    """A part of a payment goes back."""
    _refund(scene, "adyen_refund", name, day, 40)


def adyen_refund_with_fee(scene: Scene, name: str, day: date) -> None:
    """All of a payment goes back, and Adyen gives its commission back."""
    _refund(scene, "adyen_refund_with_fee", name, day, 100, gives_fee=True)


def adyen_chargeback(scene: Scene, name: str, day: date) -> None:
    """A customer's bank takes a payment back; the fee for it is in the same row."""
    scenario = "adyen_chargeback"
    _document, row = _sale(scene, scenario, name, day)
    taken = _taken_back(scene, row, later(scene, day, 3, 6))
    truth = scene.adyen_row(taken, scenario, "dispute")
    scene.expect(truth, "dispute_opened")


def adyen_chargeback_reversed(scene: Scene, name: str, day: date) -> None:
    """A customer's bank takes a payment back and has to return it."""
    scenario = "adyen_chargeback_reversed"
    _document, row = _sale(scene, scenario, name, day)
    first = later(scene, day, 3, 5)
    taken = _taken_back(scene, row, first)
    truth = scene.adyen_row(taken, scenario, "dispute")
    scene.expect(truth, "dispute_opened", resolved=True)
    back = _follow(
        scene, row, "ChargebackReversed", row.gross, later(scene, first, 5, 8)
    )
    scene.adyen_row(back, scenario, "dispute_reversal")


def adyen_carried_over(scene: Scene, name: str, day: date) -> None:
    """A refund makes a batch negative: it is carried over until a sale covers it."""
    scenario = "adyen_carried_over"
    wallet = scene.adyen.wallet(name)
    first = 6_000 + scene.random.randint(0, 2_000)
    document = _invoice(scene, scenario, day, wallet, amount=first)
    row = _capture(scene, wallet, day, first, document.number)
    scene.adyen_row(row, scenario, "charge", [(document.key, first)])
    _give_back(scene, scenario, document, row, day + timedelta(days=8), first)
    _sale(scene, scenario, name, day + timedelta(days=16), 2 * first)


def adyen_fee(scene: Scene, name: str, day: date) -> None:
    """Adyen takes its fee for processing, once a month."""
    _account_row(
        scene, "adyen_fee", name, day, "Fee", f"Transaction Fees {day:%B %Y}", -2_400
    )


def adyen_invoice_deduction(scene: Scene, name: str, day: date) -> None:
    """Adyen keeps an invoice of its own from the payout."""
    text = f"Invoice NL{day:%Y%m} (1/1)"
    _account_row(
        scene, "adyen_invoice_deduction", name, day, "InvoiceDeduction", text, -1_950
    )


def adyen_deposit(scene: Scene, name: str, day: date) -> None:
    """Adyen asks for a higher deposit, and lowers it again."""
    scenario, text = "adyen_deposit", "Deposit correction"
    _account_row(scene, scenario, name, day, "DepositCorrection", text, -5_000)
    later_day = later(scene, day, 5, 8)
    _account_row(scene, scenario, name, later_day, "DepositCorrection", text, 5_000)


def later(scene: Scene, day: date, shortest: int, longest: int) -> date:
    """Return a day some days after ``day`` that a batch still tells of."""
    days = timedelta(days=scene.random.randint(shortest, longest))
    return min(day + days, scene.adyen.last_day)


def _invoice(
    scene: Scene,
    scenario: str,
    day: date,
    wallet: ReportWallet,
    currency: str = "",
    amount: int = 0,
    **references: str,
) -> Document:
    amount = amount or scene.amount(wallet.amounts)
    currency = currency or wallet.currency
    return scene.invoice(scenario, day, currency, amount, **references)[0]


def _capture(
    scene: Scene,
    wallet: ReportWallet,
    day: date,
    amount: int,
    reference: str,
    paid: tuple[str, int, Decimal] | None = None,
) -> AdyenRow:
    """Add a payment that was captured."""
    book, name = scene.adyen, scene.adyen.ids.adyen()
    fees = book.account(wallet.account).fees(wallet, amount)
    return book.add(
        AdyenRow(
            account=wallet.account,
            type_name="Settled",
            currency=wallet.currency,
            net=amount - sum(fees.values()),
            at=scene.instant(day),
            fees=fees,
            psp_reference=name,
            modification=book.ids.adyen(),
            merchant_reference=reference,
            paid=paid,
        )
    )


def _sale(
    scene: Scene, scenario: str, name: str, day: date, amount: int = 0
) -> tuple[Document, AdyenRow]:
    wallet = scene.adyen.wallet(name)
    document = _invoice(scene, scenario, day, wallet, amount=amount)
    row = _capture(scene, wallet, day, document.amount, document.number)
    scene.adyen_row(row, scenario, "charge", [(document.key, document.amount)])
    return document, row


def _refund(
    scene: Scene,
    scenario: str,
    name: str,
    day: date,
    percent: int,
    *,
    gives_fee: bool = False,
) -> None:
    document, row = _sale(scene, scenario, name, day)
    amount = document.amount * percent // 100
    fee = row.fee if gives_fee else 0
    _give_back(scene, scenario, document, row, later(scene, day, 3, 8), amount, fee)


def _give_back(
    scene: Scene,
    scenario: str,
    document: Document,
    row: AdyenRow,
    day: date,
    amount: int,
    fee: int = 0,
) -> None:
    """Add a refund and its credit note; ``fee`` is what of the fee comes back."""
    note = scene.books.credit_note(day, document, amount)
    scene.tell(scenario, note)
    fees = {"processing": -fee} if fee else {}
    refund = _follow(scene, row, "Refunded", -amount, day, fees, note.number)
    scene.adyen_row(refund, scenario, "refund", [(note.key, -amount)])


def _taken_back(scene: Scene, row: AdyenRow, day: date) -> AdyenRow:
    fees = {"processing": _CHARGEBACK_FEE}
    return _follow(scene, row, "Chargeback", -row.gross, day, fees)


def _follow(
    scene: Scene,
    row: AdyenRow,
    type_name: str,
    gross: int,
    day: date,
    fees: dict[str, int] | None = None,
    text: str = "",
) -> AdyenRow:
    """Add a row about something that was done to a payment."""
    fees = fees or {}
    return scene.adyen.add(
        AdyenRow(
            account=row.account,
            type_name=type_name,
            currency=row.currency,
            net=gross - sum(fees.values()),
            at=scene.instant(day),
            fees=fees,
            psp_reference=row.psp_reference,
            modification=scene.adyen.ids.adyen(),
            merchant_reference=text or row.merchant_reference,
            text=text,
        )
    )


def _account_row(
    scene: Scene,
    scenario: str,
    name: str,
    day: date,
    type_name: str,
    text: str,
    net: int,
) -> RowTruth:
    """Add a row of the account, which is about no payment."""
    wallet = scene.adyen.wallet(name)
    row = scene.adyen.add(
        AdyenRow(
            account=wallet.account,
            type_name=type_name,
            currency=wallet.currency,
            net=net,
            at=scene.instant(day),
            modification=text,
        )
    )
    if type_name == "DepositCorrection":
        kind = "reserve_hold" if net < 0 else "reserve_release"
    else:
        kind = "fee"
    return scene.adyen_row(row, scenario, kind)
