"""What follows a payment: refunds, disputes; and Stripe's own rows."""

from __future__ import annotations

from datetime import date

from .scene import Scene


def partial_refund(scene: Scene, currency: str, day: date) -> None:
    """A part of a payment goes back; the credit note is open in Odoo."""
    _refund(scene, "partial_refund", currency, day, 40)


def full_refund(scene: Scene, currency: str, day: date) -> None:
    """All of a payment goes back; the credit note is open in Odoo."""
    _refund(scene, "full_refund", currency, day, 100)


def _refund(
    scene: Scene, scenario: str, currency: str, day: date, percent: int
) -> None:
    invoice, row, _truth = scene.paid_invoice(scenario, day, currency)
    back = scene.later(day, 3, 8)
    amount = invoice.amount * percent // 100
    note = scene.books.credit_note(back, invoice, amount)
    scene.tell(scenario, note)
    refund = scene.stripe.refund(
        row, scene.instant(back), amount, {"credit_note": note.number}
    )
    scene.stripe_row(refund, scenario, "refund", [(note.key, -amount)])


def dispute_lost(scene: Scene, currency: str, day: date) -> None:
    """A customer's bank takes a payment back for good; the invoice stays paid."""
    _invoice, row, _truth = scene.paid_invoice("dispute_lost", day, currency)
    taken = scene.later(day, 3, 6)
    withdrawal = scene.stripe.dispute(row, scene.instant(taken))
    closed = scene.later(taken, 5, 9)
    scene.stripe.lose_dispute(withdrawal, scene.instant(closed))
    truth = scene.stripe_row(withdrawal, "dispute_lost", "dispute")
    scene.expect(truth, "dispute_opened", resolved=True)


def dispute_won(scene: Scene, currency: str, day: date) -> None:
    """A customer's bank takes a payment back and has to return it."""
    _invoice, row, _truth = scene.paid_invoice("dispute_won", day, currency)
    taken = scene.later(day, 3, 6)
    withdrawal = scene.stripe.dispute(row, scene.instant(taken))
    reversal = scene.stripe.win_dispute(
        withdrawal, scene.instant(scene.later(taken, 5, 9))
    )
    truth = scene.stripe_row(withdrawal, "dispute_won", "dispute")
    scene.expect(truth, "dispute_opened", resolved=True)
    scene.stripe_row(reversal, "dispute_won", "dispute_reversal")


def standalone_fee(scene: Scene, currency: str, day: date) -> None:
    """Stripe takes a monthly fee that belongs to no charge."""
    amount = scene.stripe.wallet(currency).pricing.fixed * 40 + 500
    row = scene.stripe.add(
        currency,
        scene.instant(day),
        -amount,
        "stripe_fee",
        "fee",
        description=f"Billing - Usage Fee ({day:%Y-%m-%d})",
    )
    scene.stripe_row(row, "standalone_fee", "fee")


def reserve_hold_and_release(scene: Scene, currency: str, day: date) -> None:
    """Stripe holds money back and gives it free again, a part of it at first."""
    scenario = "reserve_hold_and_release"
    held = scene.charge_amount(currency) + 1000
    released = held // 3
    steps = [
        (day, -held, "reserve_hold"),
        (scene.later(day, 4, 6), released, "reserve_release"),
        (scene.later(day, 9, 12), held - released, "reserve_release"),
    ]
    for step_day, amount, kind in steps:
        row = scene.stripe.add(
            currency,
            scene.instant(step_day),
            amount,
            kind,
            "risk_reserved_funds",
            description="Reserved funds" if amount < 0 else "Release of reserved funds",
        )
        scene.stripe_row(row, scenario, kind)


def reserve_still_held(scene: Scene, currency: str, day: date) -> None:
    """Stripe holds money back beyond the end of the world."""
    row = scene.stripe.add(
        currency,
        scene.instant(day),
        -scene.charge_amount(currency),
        "reserve_hold",
        "risk_reserved_funds",
        description="Reserved funds",
    )
    scene.stripe_row(row, "reserve_still_held", "reserve_hold")


def adjustment(scene: Scene, currency: str, day: date) -> None:
    """Stripe corrects something and says nothing that a program understands."""
    row = scene.stripe.add(
        currency,
        scene.instant(day),
        scene.random.randint(100, 900),
        "adjustment",
        "other_adjustment",
        description="Goodwill credit",
    )
    truth = scene.stripe_row(row, "adjustment", "adjustment")
    scene.expect(truth, "unknown_mapping")
