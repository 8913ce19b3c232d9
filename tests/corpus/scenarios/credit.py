"""Credit notes and refunds."""

from ..registry import scenario
from ..scene import Scene
from ..world import asks, pays


@scenario("credit")
def invoice_less_credit_note(scene: Scene) -> None:
    """A transfer pays an invoice less a credit note and names both."""
    payer = scene.partner()
    invoice = scene.invoice(payer)
    note = scene.document("out_refund", payer, amount=invoice.amount // 5 + 1)
    text = f"{invoice.key} less {note.key}"
    scene.bank(invoice.amount + note.amount, pays(invoice, note), text, payer)


@scenario("credit")
def refund_of_credit_note(scene: Scene) -> None:
    """The provider refunds what a credit note says."""
    note = scene.document("out_refund")
    scene.provider(note.amount, pays(note), invoice_reference=note.key)


@scenario("credit")
def transfer_of_credit_note(scene: Scene) -> None:
    """We pay a credit note out by transfer and name it."""
    note = scene.document("out_refund")
    scene.bank(note.amount, pays(note), f"Refund {note.key}", note.partner)


@scenario("credit")
def refund_without_credit_note(scene: Scene) -> None:
    """The provider refunds a charge that no credit note stands for."""
    invoice = scene.invoice()
    truth = asks("unmatched", "missing_reference", "amount_over", "ambiguous")
    scene.provider(-invoice.amount, truth, invoice_reference=invoice.key)
