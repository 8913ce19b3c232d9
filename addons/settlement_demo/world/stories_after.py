"""What follows a payment: refunds, disputes; and Stripe's own rows."""

from __future__ import annotations

from datetime import date

from .records import Document
from .scene import Scene
from .stories_charges import WEEKS_LATER
from .stripe_objects import Raw
from .truth import OPEN, Settles


def partial_refund(scene: Scene, currency: str, day: date) -> None:
    """A part of a payment goes back; the credit note is open in Odoo."""
    _refund(scene, "partial_refund", currency, day, 40)


def full_refund(scene: Scene, currency: str, day: date) -> None:
    """All of a payment goes back; the credit note is open in Odoo."""
    _refund(scene, "full_refund", currency, day, 100)


def _refund(
    scene: Scene,
    scenario: str,
    currency: str,
    day: date,
    percent: int,
    after: tuple[int, int] = (3, 8),
) -> tuple[Document, Document, Raw]:
    """Return the invoice, the credit note and the refund's row."""
    invoice, row, _truth = scene.paid_invoice(scenario, day, currency)
    back = scene.later(day, *after)
    amount = invoice.amount * percent // 100
    amount -= amount % scene.stripe.wallet(currency).step
    note = scene.books.credit_note(back, invoice, amount)
    scene.tell(scenario, note)
    refund = scene.stripe.refund(
        row, scene.instant(back), amount, {"credit_note": note.number}
    )
    scene.stripe_row(refund, scenario, "refund", [(note.key, -amount)])
    return invoice, note, refund


def refund_after_payout(scene: Scene, currency: str, day: date) -> None:
    """All of a payment goes back when its money has long been paid out."""
    _refund(scene, "refund_after_payout", currency, day, 100, WEEKS_LATER)


def refund_without_note(scene: Scene, currency: str, day: date) -> None:
    """A part of a payment goes back; nobody has written a credit note."""
    scenario = "refund_without_note"
    invoice, row, _truth = scene.paid_invoice(scenario, day, currency)
    back = scene.later(day, 3, 8)
    amount = invoice.amount * 30 // 100
    refund = scene.stripe.refund(row, scene.instant(back), amount, {})
    truth = scene.stripe_row(refund, scenario, "refund", outcome=OPEN)
    scene.expect(truth, "missing_reference")


def failed_refund(scene: Scene, currency: str, day: date) -> None:
    """A refund cannot be paid: weeks later the money is back."""
    scenario = "failed_refund"
    _invoice, note, refund = _refund(scene, scenario, currency, day, 50)
    failure = scene.stripe.fail_refund(
        refund, scene.instant(scene.later(day, *WEEKS_LATER))
    )
    # The two settle each other, and the credit note is open again.
    scene.rows[-1].settles = [Settles(failure["id"], refund["amount"])]
    settles = [(refund["id"], failure["amount"])]
    scene.stripe_row(failure, scenario, "refund_failure", settles)


def dispute_open(scene: Scene, currency: str, day: date) -> None:
    """A customer's bank takes a payment back; nothing is decided at the end."""
    _invoice, row, _truth = scene.paid_invoice("dispute_open", day, currency)
    withdrawal = scene.stripe.dispute(row, scene.instant(scene.later(day, 3, 6)))
    truth = scene.stripe_row(withdrawal, "dispute_open", "dispute")
    scene.expect(truth, "dispute_opened")


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
