"""Payments that Odoo itself recorded, by the provider's identifier."""

from ..registry import scenario
from ..scene import Scene
from ..world import MUST, NEVER, Truth, asks


@scenario("identifier")
def online_charge(scene: Scene) -> None:
    """A charge carries the identifier of a booked online payment."""
    payment = scene.online_payment(scene.amount())
    truth = Truth(MUST, {payment.key: payment.amount})
    scene.provider(payment.amount, truth, payment_reference=payment.key)


@scenario("identifier")
def online_charge_not_booked(scene: Scene) -> None:
    """A charge carries the identifier of an online payment without entry."""
    payment = scene.online_payment(scene.amount(), is_booked=False)
    truth = asks("paid_not_in_ledger")
    scene.provider(payment.amount, truth, payment_reference=payment.key)


@scenario("identifier")
def online_charge_captured_twice(scene: Scene) -> None:
    """The provider shows two charges with the identifier of one payment."""
    payment = scene.online_payment(scene.amount())
    truth = Truth(NEVER, {payment.key: None}, frozenset({"ambiguous", "duplicate"}))
    for _each in range(2):
        scene.provider(payment.amount, truth, payment_reference=payment.key)


@scenario("identifier")
def identifier_nobody_knows(scene: Scene) -> None:
    """A charge carries an identifier that Odoo has never seen."""
    number = scene.book.count("unknown")
    truth = asks("missing_reference", "unmatched")
    scene.provider(
        scene.amount(), truth, payment_reference=f"pi_{scene.book.seed}u{number:08d}"
    )
