"""Money that comes twice."""

from ..registry import scenario
from ..scene import Scene
from ..world import asks, pays

REASONS = ("duplicate", "amount_over", "unmatched", "missing_reference", "ambiguous")


@scenario("duplicate")
def paid_again_by_transfer(scene: Scene) -> None:
    """An invoice is paid, and days later once more."""
    invoice = scene.invoice()
    text = f"Invoice {invoice.key}"
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)
    truth, day = asks(*REASONS[:3]), scene.after(9)
    scene.bank(invoice.amount, truth, text, invoice.partner, day=day, step=1)


@scenario("duplicate")
def paid_again_at_the_provider(scene: Scene) -> None:
    """An invoice is paid by card and later by transfer as well."""
    invoice = scene.invoice()
    scene.provider(invoice.amount, pays(invoice), invoice_reference=invoice.key)
    truth, text = asks(*REASONS[:3]), f"Invoice {invoice.key}"
    scene.bank(invoice.amount, truth, text, invoice.partner, step=1)


@scenario("duplicate")
def paid_again_without_words(scene: Scene) -> None:
    """An invoice is paid by number, and later the amount comes without a word."""
    invoice = scene.invoice()
    text = f"Invoice {invoice.key}"
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)
    truth, day = asks(*REASONS), scene.after(5)
    scene.bank(invoice.amount, truth, "Payment", invoice.partner, day=day, step=1)


@scenario("duplicate")
def paid_twice_at_once(scene: Scene) -> None:
    """An invoice is paid twice on one day."""
    invoice = scene.invoice()
    truth = asks("ambiguous", "duplicate")
    for _each in range(2):
        scene.bank(invoice.amount, truth, f"Invoice {invoice.key}", invoice.partner)
