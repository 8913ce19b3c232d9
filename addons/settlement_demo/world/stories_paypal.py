"""What happens at PayPal, withdrawals apart. Each story is one scenario."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .cards import rounded
from .paypal_book import PaypalRow
from .records import Document
from .scene import Scene
from .truth import OPEN, RowTruth

# PayPal's own rate is so much worse than the day's.
SPREAD = Decimal("0.97")
_CHARGEBACK_FEE = 1_600


def paypal_sale(scene: Scene, currency: str, day: date) -> None:
    """A payment names the invoice that it pays."""
    _sale(scene, "paypal_sale", currency, day)


def paypal_sale_by_order(scene: Scene, currency: str, day: date) -> None:
    """A payment names in its custom field the order out of which the invoice came."""
    scenario, order = "paypal_sale_by_order", scene.books.order_number()
    document, _party = _invoice(scene, scenario, day, currency, origin=order)
    row = _payment(scene, currency, day, document.amount, custom_field=order)
    scene.paypal_row(row, scenario, "charge", [(document.key, document.amount)])


def paypal_sale_without_reference(scene: Scene, currency: str, day: date) -> None:
    """A payment names nothing; an open invoice over the same amount stands by."""
    scenario = "paypal_sale_without_reference"
    document, _party = _invoice(scene, scenario, day, currency)
    row = _payment(scene, currency, day, document.amount)
    truth = scene.paypal_row(row, scenario, "charge", outcome=OPEN)
    scene.expect(truth, "missing_reference")


def paypal_part_payment(scene: Scene, currency: str, day: date) -> None:
    """A payment pays a part of the invoice that it names."""
    scenario = "paypal_part_payment"
    document, _party = _invoice(scene, scenario, day, currency)
    amount = document.amount * scene.random.randint(30, 80) // 100
    row = _payment(scene, currency, day, amount, invoice_id=document.number)
    truth = scene.paypal_row(row, scenario, "charge", [(document.key, amount)])
    scene.expect(truth, "amount_short")


def paypal_conversion(scene: Scene, currency: str, day: date) -> None:
    """A payment in a currency that the account does not keep is converted at once."""
    scenario, book = "paypal_conversion", scene.paypal
    _document, row = _sale(scene, scenario, currency, day)
    own = scene.plan.currency
    gone = {"reference_id": row.transaction_id, "reference_type": "TXN"}
    gone["invoice_id"] = row.invoice_id
    came = rounded(row.net / scene.rates[day][currency] * SPREAD)
    legs = (
        book.add("T0200", currency, -row.net, row.at + 1, **gone),
        book.add("T0200", own, came, row.at + 1, **gone),
    )
    for leg in legs:
        scene.paypal_row(leg, scenario, "conversion")


def paypal_refund(scene: Scene, currency: str, day: date) -> None:
    """A part of a payment goes back, PayPal keeps its fee."""
    _refund(scene, "paypal_refund", currency, day, 40)


def paypal_refund_with_fee(scene: Scene, currency: str, day: date) -> None:
    """All of a payment goes back, and PayPal gives its fee back."""
    _refund(scene, "paypal_refund_with_fee", currency, day, 100, gives_fee=True)


def paypal_refund_without_note(scene: Scene, currency: str, day: date) -> None:
    """A part of a payment goes back; nobody has written a credit note."""
    scenario = "paypal_refund_without_note"
    _document, row = _sale(scene, scenario, currency, day)
    back = scene.later(day, 3, 8)
    amount = row.gross * 3 // 10
    refund = scene.paypal.after(row, "T1107", -amount, scene.instant(back))
    truth = scene.paypal_row(refund, scenario, "refund", outcome=OPEN)
    scene.expect(truth, "missing_reference")


def paypal_chargeback(scene: Scene, currency: str, day: date) -> None:
    """A customer's bank takes a payment back; PayPal charges for it."""
    scenario = "paypal_chargeback"
    _document, row = _sale(scene, scenario, currency, day)
    truth = _chargeback(scene, scenario, row, scene.later(day, 3, 6))
    scene.expect(truth, "dispute_opened")


def paypal_chargeback_won(scene: Scene, currency: str, day: date) -> None:
    """PayPal holds a payment, the bank takes it back, and has to return it."""
    scenario, book = "paypal_chargeback_won", scene.paypal
    _document, row = _sale(scene, scenario, currency, day)
    held = scene.later(day, 2, 3)
    taken = scene.later(held, 2, 3)
    hold = book.after(row, "T1110", -row.gross, scene.instant(held))
    free = book.after(row, "T1111", row.gross, scene.instant(taken))
    truth = scene.paypal_row(hold, scenario, "dispute")
    scene.expect(truth, "dispute_opened", resolved=True)
    scene.paypal_row(free, scenario, "dispute_reversal")
    _chargeback(scene, scenario, row, taken)
    won = scene.instant(scene.later(taken, 5, 9))
    back = book.after(row, "T1202", row.gross, won)
    scene.paypal_row(back, scenario, "dispute_reversal")


def paypal_mass_payment(scene: Scene, currency: str, day: date) -> None:
    """The company pays a bill from its PayPal balance; PayPal charges for it."""
    scenario, supplier = "paypal_mass_payment", scene.books.supplier()
    amount = scene.amount(scene.paypal.wallet(currency).amounts) // 4 + 500
    bill = scene.books.bill(day, currency, amount, supplier)
    scene.tell(scenario, bill)
    row = scene.paypal.add(
        "T0001",
        currency,
        -amount,
        scene.instant(day),
        fee=amount * 2 // 100,
        invoice_id=bill.number,
    )
    scene.paypal_row(row, scenario, "charge", [(bill.key, -amount)])


def paypal_reserve(scene: Scene, currency: str, day: date) -> None:
    """PayPal holds a reserve and releases it, a part of it first."""
    _hold(scene, "paypal_reserve", currency, day, "T2103", "T2104", (3_000, 6_000))


def paypal_payment_hold(scene: Scene, currency: str, day: date) -> None:
    """PayPal holds a payment for some days."""
    _hold(scene, "paypal_payment_hold", currency, day, "T2107", "T2108", (4_000,))


def paypal_reserve_held(scene: Scene, currency: str, day: date) -> None:
    """PayPal holds a reserve beyond the end of the world."""
    _hold(scene, "paypal_reserve_held", currency, day, "T2103", "T2104", (), 2_500)


def paypal_fee(scene: Scene, currency: str, day: date) -> None:
    """PayPal takes a monthly fee that belongs to no payment."""
    row = scene.paypal.add("T0101", currency, -3_000, scene.instant(day))
    scene.paypal_row(row, "paypal_fee", "fee")


def paypal_fee_back(scene: Scene, currency: str, day: date) -> None:
    """PayPal gives a fee back, in a row that has nothing but it."""
    amount = scene.random.randint(50, 400)
    row = scene.paypal.add("T1108", currency, amount, scene.instant(day))
    scene.paypal_row(row, "paypal_fee_back", "fee_refund")


def _invoice(
    scene: Scene, scenario: str, day: date, currency: str, **references: str
) -> tuple[Document, object]:
    amount = scene.amount(scene.paypal.wallet(currency).amounts)
    return scene.invoice(scenario, day, currency, amount, **references)


def _payment(
    scene: Scene, currency: str, day: date, amount: int, **references: str
) -> PaypalRow:
    """Add a payment that a customer made at the checkout."""
    book = scene.paypal
    return book.add(
        "T0006",
        currency,
        amount,
        scene.instant(day),
        fee=book.wallet(currency).fee(amount),
        reference_id=book.ids.paypal(),
        reference_type="ODR",
        **references,
    )


def _sale(
    scene: Scene, scenario: str, currency: str, day: date
) -> tuple[Document, PaypalRow]:
    """Add an invoice and the payment that pays it and names it."""
    document, _party = _invoice(scene, scenario, day, currency)
    row = _payment(scene, currency, day, document.amount, invoice_id=document.number)
    scene.paypal_row(row, scenario, "charge", [(document.key, document.amount)])
    return document, row


def _refund(
    scene: Scene,
    scenario: str,
    currency: str,
    day: date,
    percent: int,
    *,
    gives_fee: bool = False,
) -> None:
    document, row = _sale(scene, scenario, currency, day)
    back = scene.later(day, 3, 8)
    amount = document.amount * percent // 100
    note = scene.books.credit_note(back, document, amount)
    scene.tell(scenario, note)
    refund = scene.paypal.after(
        row,
        "T1107",
        -amount,
        scene.instant(back),
        fee=-row.fee if gives_fee else 0,
        invoice_id=note.number,
    )
    scene.paypal_row(refund, scenario, "refund", [(note.key, -amount)])


def _chargeback(scene: Scene, scenario: str, row: PaypalRow, day: date) -> RowTruth:
    """Take a payment back, and charge for it in a row of its own."""
    book, at = scene.paypal, scene.instant(day)
    taken = book.after(row, "T1201", -row.gross, at)
    truth = scene.paypal_row(taken, scenario, "dispute")
    fee = book.after(taken, "T0106", -_CHARGEBACK_FEE, at + 1)
    scene.paypal_row(fee, scenario, "dispute_fee")
    return truth


def _hold(
    scene: Scene,
    scenario: str,
    currency: str,
    day: date,
    hold_code: str,
    release_code: str,
    parts: tuple[int, ...],
    held: int = 0,
) -> None:
    """Hold money and release it in parts some days later each."""
    book = scene.paypal
    amount = held or sum(parts)
    hold = book.add(hold_code, currency, -amount, scene.instant(day))
    scene.paypal_row(hold, scenario, "reserve_hold")
    for part in parts:
        day = scene.later(day, 3, 5)
        release = book.after(hold, release_code, part, scene.instant(day))
        scene.paypal_row(release, scenario, "reserve_release")
