"""Structured references with check digits."""

from collections.abc import Callable
from random import Random

from .. import people
from ..registry import scenario
from ..scene import Scene
from ..world import asks, pays

OPEN = ("unmatched", "missing_reference")


def _in_field(scene: Scene, make: Callable[[Random], str]) -> None:
    reference = make(scene.random)
    invoice = scene.invoice(payment_reference=reference)
    stranger = scene.partner(knows_account=False)
    scene.bank(
        invoice.amount, pays(invoice), payer=stranger, structured_reference=reference
    )


@scenario("structured")
def creditor_reference(scene: Scene) -> None:
    """An RF reference stands in its field."""
    _in_field(scene, people.rf_reference)


@scenario("structured", ("EUR",))
def belgian_communication(scene: Scene) -> None:
    """A Belgian structured communication stands in its field."""
    _in_field(scene, people.belgian_reference)


@scenario("structured", ("EUR", "USD"))
def swiss_qr_reference(scene: Scene) -> None:
    """A Swiss QR reference stands in its field."""
    _in_field(scene, people.swiss_reference)


@scenario("structured", ("EUR", "USD"))
def norwegian_kid(scene: Scene) -> None:
    """A KID stands in its field."""
    _in_field(scene, people.luhn_reference)


@scenario("structured", ("EUR",))
def finnish_reference(scene: Scene) -> None:
    """A Finnish reference stands in its field."""
    _in_field(scene, people.finnish_reference)


@scenario("structured")
def creditor_reference_in_text(scene: Scene) -> None:
    """An RF reference stands in the free text, in groups of four."""
    reference = people.rf_reference(scene.random)
    invoice = scene.invoice(payment_reference=reference)
    groups = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    scene.bank(invoice.amount, pays(invoice), f"Ref {groups}", invoice.partner)


@scenario("structured", ("EUR",))
def belgian_communication_in_text(scene: Scene) -> None:
    """A Belgian communication stands in the free text, as printed on the invoice."""
    reference = people.belgian_reference(scene.random)
    invoice = scene.invoice(payment_reference=reference)
    printed = f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++"
    scene.bank(invoice.amount, pays(invoice), printed, invoice.partner)


@scenario("structured")
def creditor_reference_mistyped(scene: Scene) -> None:
    """A stranger mistypes an RF reference: its check digits are wrong."""
    reference = people.rf_reference(scene.random)
    invoice = scene.invoice(payment_reference=reference)
    wrong = people.with_wrong_digit(scene.random, reference)
    stranger = scene.partner(knows_account=False)
    scene.bank(invoice.amount, asks(*OPEN, of=(invoice,)), wrong, stranger)
