"""What approved rules decide; the company of the corpus has two of them."""

from ..registry import scenario
from ..scene import FEE_LIMITS, Scene
from ..world import MUST, Truth, pays, pays_part

RENT_PATTERN = "TERMINAL RENT ####"


@scenario("rule", is_learnt=True)
def fee_withheld(scene: Scene) -> None:
    """A bank on the way keeps a fee that the rule allows."""
    limit = FEE_LIMITS[scene.currency]
    invoice = scene.invoice(amount=scene.large_amount())
    paid = invoice.amount - scene.random.randint(limit // 10, limit)
    truth = pays(invoice, difference="fee")
    scene.bank(paid, truth, f"Invoice {invoice.key}", invoice.partner)


@scenario("rule")
def fee_beyond_the_limit(scene: Scene) -> None:
    """One minor unit more is missing than the rule allows: a part payment."""
    limit = FEE_LIMITS[scene.currency]
    invoice = scene.invoice(amount=scene.large_amount())
    paid = invoice.amount - limit - 1
    truth = pays_part(invoice, paid, "amount_short")
    scene.bank(paid, truth, f"Invoice {invoice.key}", invoice.partner)


@scenario("rule", is_learnt=True)
def rent_of_terminal(scene: Scene) -> None:
    """The rent of a terminal needs no document: a rule says where it goes."""
    text = f"Terminal Rent {scene.random.randint(1000, 9999)} {scene.day:%m/%Y}"
    truth = Truth(MUST, difference="account")
    scene.bank(-scene.amount(), truth, text, scene.partner(knows_account=False))
