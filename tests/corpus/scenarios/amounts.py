"""The reference is right and the amount another one."""

from datetime import timedelta

from ..registry import scenario
from ..scene import Scene
from ..world import MUST, NEVER, Truth, asks, pays, pays_part


@scenario("amount")
def part_payment(scene: Scene) -> None:
    """A transfer pays a part of an invoice."""
    invoice = scene.invoice(amount=scene.large_amount())
    part = invoice.amount * scene.random.randint(30, 70) // 100
    truth = pays_part(invoice, part, "amount_short")
    scene.bank(part, truth, f"First part of {invoice.key}", invoice.partner)


@scenario("amount")
def parts_that_complete(scene: Scene) -> None:
    """Two transfers together pay an invoice; the second comes later."""
    invoice = scene.invoice(amount=scene.large_amount())
    first = invoice.amount * scene.random.randint(30, 70) // 100
    rest = invoice.amount - first
    text = f"Invoice {invoice.key}"
    scene.bank(first, pays_part(invoice, first), text, invoice.partner)
    truth = pays_part(invoice, rest)
    day = scene.after(20)
    scene.bank(rest, truth, text, invoice.partner, day=day, step=1)


@scenario("amount")
def instalments(scene: Scene) -> None:
    """An invoice in three instalments is paid one after the other."""
    invoice = scene.invoice(amount=scene.large_amount(), instalments=3)
    for step, (day, amount) in enumerate(invoice.terms[:2]):
        scene.bank(
            amount,
            Truth(MUST, {invoice.key: amount}, frozenset({"amount_short", ""})),
            f"{invoice.key} instalment {step + 1}",
            invoice.partner,
            day=day,
            step=step,
        )


@scenario("amount")
def overpayment(scene: Scene) -> None:
    """A transfer pays more than the invoice asks for."""
    invoice = scene.invoice()
    truth = Truth(MUST, {invoice.key: invoice.amount}, frozenset({"amount_over"}))
    paid = invoice.amount + invoice.amount // 7 + 211
    scene.bank(paid, truth, f"Invoice {invoice.key}", invoice.partner)


@scenario("amount")
def early_payment_discount(scene: Scene) -> None:
    """A customer takes the discount of two per cent in time."""
    amount = scene.amount()
    less = amount - (amount * 2 + 50) // 100
    day = scene.after(-5)
    invoice = scene.invoice(
        amount=amount, day=day, discount=(day + timedelta(days=10), less)
    )
    truth = pays(invoice, difference="discount")
    scene.bank(less, truth, f"Invoice {invoice.key} less 2%", invoice.partner)


@scenario("amount")
def discount_too_late(scene: Scene) -> None:
    """A customer takes the discount three weeks after its last day."""
    amount = scene.large_amount()
    less = amount - (amount * 2 + 50) // 100
    day = scene.after(-40)
    invoice = scene.invoice(
        amount=amount, day=day, discount=(day + timedelta(days=10), less)
    )
    truth = pays_part(invoice, less, "amount_short")
    scene.bank(less, truth, f"Invoice {invoice.key} less 2%", invoice.partner)


@scenario("amount")
def much_withheld(scene: Scene) -> None:
    """A bank on the way withholds much more than any rule allows."""
    invoice = scene.invoice(amount=scene.amount() + 20_000)
    paid = invoice.amount - 9_999
    truth = pays_part(invoice, paid, "amount_short")
    scene.bank(paid, truth, f"Invoice {invoice.key}", invoice.partner)


@scenario("amount")
def payments_exceed_the_invoice(scene: Scene) -> None:
    """Two transfers of one day name one invoice and exceed it together."""
    invoice = scene.invoice()
    text = f"Invoice {invoice.key}"
    amount = invoice.amount * 6 // 10
    truth = Truth(NEVER, {invoice.key: None}, frozenset({"ambiguous", "duplicate"}))
    for _each in range(2):
        scene.bank(amount, truth, text, invoice.partner)


@scenario("amount")
def opposite_direction(scene: Scene) -> None:
    """Money leaves us and names an invoice that a customer has to pay."""
    invoice = scene.invoice()
    truth = asks("unmatched", "missing_reference", "ambiguous", "amount_over")
    scene.bank(-invoice.amount, truth, f"Re {invoice.key}", invoice.partner)
