"""Documents in another currency, and payments that somebody expects."""

from decimal import Decimal

from ..registry import scenario
from ..scene import Scene
from ..world import EXPONENTS, MAY, MUST, RATES, Truth, asks, major


def _euros(scene: Scene, minor: int, factor: str = "1") -> int:
    value = Decimal(minor).scaleb(-EXPONENTS[scene.currency]) / RATES[scene.currency]
    return int(value * 100 * Decimal(factor))


@scenario("currency", ("USD", "JPY", "KWD"))
def other_currency(scene: Scene) -> None:
    """Euros arrive for an invoice in another currency, at a rate like ours."""
    invoice = scene.invoice(amount=scene.amount() * 20)
    euros = _euros(scene, invoice.amount, "1.002")
    truth = Truth(MUST, {invoice.key: invoice.amount})
    scene.bank(euros, truth, invoice.key, invoice.partner, currency="EUR")


@scenario("currency", ("USD", "JPY", "KWD"))
def other_currency_far_rate(scene: Scene) -> None:
    """Euros arrive for an invoice in another currency, a quarter too little."""
    invoice = scene.invoice(amount=scene.amount() * 20)
    euros = _euros(scene, invoice.amount, "0.75")
    truth = asks("currency_mismatch", of=())
    scene.bank(euros, truth, invoice.key, invoice.partner, currency="EUR")


@scenario("currency", ("USD", "KWD"))
def customer_saw_other_currency(scene: Scene) -> None:
    """The provider says what the customer paid in the invoice's currency."""
    invoice = scene.invoice()
    scene.provider(
        _euros(scene, invoice.amount, "0.98") + 1,
        Truth(MUST, {invoice.key: invoice.amount}),
        currency="EUR",
        invoice_reference=invoice.key,
        presentment_amount=major(invoice.amount, scene.currency),
        presentment_currency=scene.currency,
    )


@scenario("currency", ("USD", "KWD"))
def equal_figures_other_currency(scene: Scene) -> None:
    """The same figures in euros: another amount altogether."""
    invoice = scene.invoice()
    euros = invoice.amount * 100 // 10 ** EXPONENTS[scene.currency] or 1
    truth = asks("currency_mismatch")
    scene.bank(euros, truth, f"Invoice {invoice.key}", invoice.partner, currency="EUR")


@scenario("expected")
def expected_payment(scene: Scene) -> None:
    """Money arrives that another system announced with its reference."""
    amount = scene.amount()
    order = f"WEB{scene.book.seed}{scene.book.count('web'):06d}"
    expected = scene.expected(amount, references=(("order", order),))
    truth = Truth(
        MAY,
        {expected.external_id: amount},
        frozenset({"missing_reference", "unmatched", ""}),
    )
    scene.provider(amount, truth, order_reference=order)


@scenario("expected")
def sent_payment(scene: Scene) -> None:
    """Money leaves that was sent to the bank, without a reference of its own."""
    amount = -scene.amount()
    payee = scene.partner(knows_account=False)
    expected = scene.expected(amount, counterparty_name=payee.name)
    truth = Truth(
        MAY,
        {expected.external_id: amount},
        frozenset({"missing_reference", "unmatched"}),
    )
    scene.bank(amount, truth, "SEPA", payee)
