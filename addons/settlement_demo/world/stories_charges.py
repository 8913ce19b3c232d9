"""What customers do with their cards. Each story is one scenario.

A story takes the scene, the currency of the wallet and the day, and writes the
company's documents, Stripe's rows and the truth at once.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from . import clock
from .cards import rounded
from .scene import Scene
from .truth import OPEN

NOON = 43_200
DAY_SECONDS = 86_400
# After so many days a payment is known and settled.
WEEKS_LATER = (15, 17)


def charge_by_reference(scene: Scene, currency: str, day: date) -> None:
    """A charge names the invoice it pays in its metadata."""
    scene.paid_invoice("charge_by_reference", day, currency)


def charge_by_description(scene: Scene, currency: str, day: date) -> None:
    """A charge names the invoice it pays in its description only."""
    scenario = "charge_by_description"
    document, customer = scene.invoice(scenario, day, currency)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        document.amount,
        payer=customer,
        description=document.number,
    )
    scene.stripe_row(row, scenario, "charge", [(document.key, document.amount)])


def charge_by_order(scene: Scene, currency: str, day: date) -> None:
    """A charge names the order out of which the invoice came."""
    scenario, order = "charge_by_order", scene.books.order_number()
    document, customer = scene.invoice(scenario, day, currency, origin=order)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        document.amount,
        payer=customer,
        metadata={"order_reference": order},
    )
    scene.stripe_row(row, scenario, "charge", [(document.key, document.amount)])


def payment_recorded_by_odoo(scene: Scene, currency: str, day: date) -> None:
    """Odoo took the payment itself: its payment is open, its invoice is not."""
    scenario = "payment_recorded_by_odoo"
    document, customer = scene.invoice(scenario, day, currency)
    payment = scene.books.online_payment(day, document)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        document.amount,
        payer=customer,
        description=payment.reference,
        payment_intent=payment.provider_reference,
    )
    scene.stripe_row(row, scenario, "charge", [(payment.key, document.amount)])


def charge_part_payment(scene: Scene, currency: str, day: date) -> None:
    """A charge pays a part of the invoice that it names."""
    scenario = "charge_part_payment"
    document, customer = scene.invoice(scenario, day, currency)
    amount = document.amount * scene.random.randint(30, 80) // 100
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        amount,
        payer=customer,
        metadata={"invoice": document.number},
    )
    truth = scene.stripe_row(row, scenario, "charge", [(document.key, amount)])
    scene.expect(truth, "amount_short")


def charge_overpayment(scene: Scene, currency: str, day: date) -> None:
    """A charge is higher than the invoice that it names."""
    scenario = "charge_overpayment"
    document, customer = scene.invoice(scenario, day, currency)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        document.amount + document.amount // 5 + 100,
        payer=customer,
        metadata={"invoice": document.number},
    )
    truth = scene.stripe_row(row, scenario, "charge", [(document.key, document.amount)])
    scene.expect(truth, "amount_over")


def charge_twice(scene: Scene, currency: str, day: date) -> None:
    """A customer pays an invoice again, which was paid weeks ago."""
    scenario = "charge_twice"
    document, _row, first = scene.paid_invoice(scenario, day, currency)
    again = scene.stripe.charge(
        currency,
        scene.instant(scene.later(day, *WEEKS_LATER)),
        document.amount,
        payer=None,
        metadata={"invoice": document.number},
    )
    second = scene.stripe_row(again, scenario, "charge", outcome=OPEN)
    scene.twice.append((first, second))


def payment_not_booked(scene: Scene, currency: str, day: date) -> None:
    """Odoo knows that a payment was made online and has no entry for it."""
    scenario = "payment_not_booked"
    document, customer = scene.invoice(scenario, day, currency)
    payment = scene.books.online_payment(day, document, is_booked=False)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        document.amount,
        payer=customer,
        description=payment.reference,
        payment_intent=payment.provider_reference,
    )
    truth = scene.stripe_row(row, scenario, "charge", outcome=OPEN)
    scene.expect(truth, "paid_not_in_ledger")


def reference_added_later(scene: Scene, currency: str, day: date) -> None:
    """A guest pays on a Sunday; on Tuesday the merchant adds what it was for.

    Who asks on Sunday night sees no reference, who asks again a week later sees it.
    """
    scenario = "reference_added_later"
    sunday = clock.next_weekday(day, clock.SUNDAY)
    document, _customer = scene.invoice(scenario, sunday, currency)
    at = clock.local_instant(sunday, NOON, scene.plan.zone)
    row = scene.stripe.charge(currency, at, document.amount, payer=None)
    added = {"invoice": document.number}
    scene.stripe.change(row["source"], at + 2 * DAY_SECONDS, metadata=added)
    truth = scene.stripe_row(row, scenario, "charge", [(document.key, document.amount)])
    scene.expect(truth, "missing_reference", resolved=True)


def charge_without_reference(scene: Scene, currency: str, day: date) -> None:
    """A guest pays and names nothing.

    An open invoice of somebody else over the same amount stands by: whoever matches
    by the amount alone is wrong.
    """
    scenario = "charge_without_reference"
    decoy, _customer = scene.invoice(scenario, day, currency)
    row = scene.stripe.charge(currency, scene.instant(day), decoy.amount, payer=None)
    truth = scene.stripe_row(row, scenario, "charge", outcome=OPEN)
    scene.expect(truth, "missing_reference")


def ambiguous_reference(scene: Scene, currency: str, day: date) -> None:
    """Two open invoices have the reference and the amount that a charge names."""
    scenario, order = "ambiguous_reference", scene.books.purchase_number()
    first, _customer = scene.invoice(scenario, day, currency, reference=order)
    scene.invoice(scenario, day, currency, first.amount, reference=order)
    row = scene.stripe.charge(
        currency,
        scene.instant(day),
        first.amount,
        payer=None,
        metadata={"invoice": order},
    )
    settles = [(first.key, first.amount)]
    truth = scene.stripe_row(row, scenario, "charge", settles, outcome=OPEN)
    scene.expect(truth, "ambiguous")


def conversion_presented(scene: Scene, currency: str, day: date) -> None:
    """The customer sees and pays another currency than the invoice has."""
    scenario = "conversion_presented"
    document, row, _truth = scene.paid_invoice(scenario, day, currency)
    rate = _rate(scene, day, "GBP")
    scene.stripe.sources[row["source"]]["presentment_details"] = {
        "presentment_amount": rounded(document.amount * rate),
        "presentment_currency": "gbp",
    }


def conversion_settled(scene: Scene, currency: str, day: date) -> None:
    """Invoice and charge are in another currency, which Stripe converts.

    Stripe's rate is a little worse than the day's.
    """
    amount = scene.charge_amount(currency)
    _converted(scene, "conversion_settled", currency, day, "GBP", amount)


def conversion_three_decimals(scene: Scene, currency: str, day: date) -> None:
    """Invoice and charge are in dinars, which have three decimals."""
    # Of the last decimal Stripe knows nothing.
    amount = scene.charge_amount(currency) * 10
    _converted(scene, "conversion_three_decimals", currency, day, "KWD", amount)


def _converted(
    scene: Scene, scenario: str, currency: str, day: date, foreign: str, amount: int
) -> None:
    document, customer = scene.invoice(scenario, day, foreign, amount)
    rate = (Decimal("0.997") / _rate(scene, day, foreign)).quantize(Decimal("1e-6"))
    row = scene.stripe.converted_charge(
        currency,
        scene.instant(day),
        document.amount,
        foreign,
        rate,
        payer=customer,
        metadata={"invoice": document.number},
    )
    scene.stripe_row(row, scenario, "charge", [(document.key, row["amount"])])


def payout_over_month_end(scene: Scene, currency: str, day: date) -> None:
    """A bank debit of the last day is available together with next month's charges.

    So one payout of the next month contains rows of both months.
    """
    scenario = "payout_over_month_end"
    wallet = scene.stripe.wallet(currency)
    document, customer = scene.invoice(scenario, day, currency)
    row = scene.stripe.charge(
        currency,
        clock.local_instant(day, 43_200, scene.plan.zone),
        document.amount,
        payer=customer,
        metadata={"invoice": document.number},
        method="sepa_debit",
        settle_days=wallet.settle_days + 2,
    )
    scene.stripe_row(row, scenario, "charge", [(document.key, document.amount)])
    for offset in (1, 2):
        scene.paid_invoice(scenario, day + offset * clock.DAY, currency)


def _rate(scene: Scene, day: date, currency: str) -> Decimal:
    """Return the units of ``currency`` for one unit of the company's."""
    return scene.rates[day][currency]
