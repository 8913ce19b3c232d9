"""Numbers of documents, written as they are."""

from ..registry import scenario
from ..scene import Scene
from ..world import asks, pays


@scenario("reference")
def number_in_field(scene: Scene) -> None:
    """A charge carries the number of the invoice."""
    invoice = scene.invoice()
    scene.provider(invoice.amount, pays(invoice), invoice_reference=invoice.key)


@scenario("reference")
def number_in_text(scene: Scene) -> None:
    """A transfer names the invoice among other words."""
    invoice = scene.invoice()
    text = scene.random.choice(
        (
            f"Invoice {invoice.key}",
            f"{invoice.key} thank you",
            f"Rechnung Nr. {invoice.key} vom {invoice.day:%d.%m.%Y}",
            f"PAYMENT OF {invoice.key}, CUSTOMER {invoice.partner.name}",
        )
    )
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)


@scenario("reference")
def several_numbers_in_text(scene: Scene) -> None:
    """A transfer names two to four invoices whose sum it is, in any order."""
    payer = scene.partner()
    invoices = [scene.invoice(payer) for _ in range(scene.random.randint(2, 4))]
    named = [each.key for each in invoices]
    scene.random.shuffle(named)
    text = scene.random.choice((", ", " + ", " / ", " and ", "; ")).join(named)
    total = sum(each.amount for each in invoices)
    scene.bank(total, pays(*invoices), f"Invoices {text}", payer)


@scenario("reference")
def several_numbers_wrong_sum(scene: Scene) -> None:
    """A transfer names three invoices and is neither their sum nor one of them."""
    payer = scene.partner()
    invoices = [scene.invoice(payer) for _ in range(3)]
    total = sum(each.amount for each in invoices)
    text = " ".join(each.key for each in invoices)
    scene.bank(total * 9 // 10, asks("ambiguous", "amount_short"), text, payer)


@scenario("reference")
def order_for_one_invoice(scene: Scene) -> None:
    """A charge carries the number of an order that was invoiced once."""
    order = f"S{scene.book.seed}{scene.book.count('order'):05d}"
    invoice = scene.invoice(origin=order)
    scene.provider(invoice.amount, pays(invoice), order_reference=order)


@scenario("reference")
def order_for_several_invoices(scene: Scene) -> None:
    """A charge carries the number of an order with two invoices, and pays both."""
    order = f"S{scene.book.seed}{scene.book.count('order'):05d}"
    payer = scene.partner()
    invoices = [scene.invoice(payer, origin=order) for _ in range(2)]
    total = sum(each.amount for each in invoices)
    scene.provider(total, pays(*invoices), order_reference=order)


@scenario("reference")
def customers_own_number(scene: Scene) -> None:
    """A transfer names the customer's purchase order, which the invoice knows."""
    own = f"PO-{scene.book.seed}-{scene.book.count('own'):06d}"
    invoice = scene.invoice(ref=own)
    scene.bank(invoice.amount, pays(invoice), f"Your delivery {own}", invoice.partner)


@scenario("reference")
def number_of_retry(scene: Scene) -> None:
    """The shop adds the number of the attempt to that of the invoice."""
    invoice = scene.invoice()
    scene.provider(
        invoice.amount,
        pays(invoice),
        description=f"{invoice.key}-{scene.random.randint(1, 9)}",
    )


@scenario("reference")
def number_of_other_company(scene: Scene) -> None:
    """A stranger's transfer names an invoice of another company of the database."""
    theirs = scene.invoice(is_foreign=True)
    scene.bank(
        theirs.amount,
        asks("unmatched", "missing_reference"),
        f"Invoice {theirs.key}",
        scene.partner(knows_account=False),
    )


@scenario("reference")
def number_of_another_customer(scene: Scene) -> None:
    """A known payer names an invoice of somebody else."""
    invoice = scene.invoice()
    payer = scene.partner()
    scene.invoice(payer)
    truth = asks("partner_conflict", of=(invoice,))
    scene.bank(invoice.amount, truth, f"Invoice {invoice.key}", payer)
