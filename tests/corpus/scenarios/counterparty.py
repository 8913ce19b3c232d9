"""Nothing is named; who paid, how much and when has to do."""

from ..registry import scenario
from ..scene import Scene
from ..world import MUST, NEVER, Document, Partner, Truth, asks

OPEN = frozenset({"ambiguous", "missing_reference", "unmatched", "partner_conflict"})


def _learnt(*documents: Document) -> Truth:
    return Truth(MUST, {each.key: each.amount for each in documents})


@scenario("counterparty", is_learnt=True)
def account_only(scene: Scene) -> None:
    """The payer's account is on record and one open invoice has the amount."""
    invoice = scene.invoice()
    scene.bank(invoice.amount, _learnt(invoice), "Thank you", invoice.partner)


@scenario("counterparty", is_learnt=True)
def account_only_among_others(scene: Scene) -> None:
    """The payer has three open invoices; one of them has the amount."""
    payer = scene.partner()
    invoices = [scene.invoice(payer) for _ in range(3)]
    chosen = scene.random.choice(invoices)
    scene.bank(chosen.amount, _learnt(chosen), "Payment", payer)


@scenario("counterparty")
def account_only_equal_amounts(scene: Scene) -> None:
    """The payer has two open invoices of the same amount and pays one."""
    payer = scene.partner()
    first = scene.invoice(payer)
    scene.invoice(payer, amount=first.amount)
    truth = asks("ambiguous", "unmatched", "missing_reference")
    scene.bank(first.amount, truth, "Thank you", payer)


@scenario("counterparty")
def twins(scene: Scene) -> None:
    """Two payments and two invoices of one payer, all of the same amount."""
    payer = scene.partner()
    first = scene.invoice(payer)
    scene.invoice(payer, amount=first.amount)
    truth = asks("ambiguous", "unmatched", "missing_reference")
    for day in (0, 1):
        scene.bank(first.amount, truth, "Rent", payer, day=scene.after(day))


@scenario("counterparty", is_learnt=True)
def exact_name(scene: Scene) -> None:
    """The account is not on record, but the name of the payer is."""
    payer = scene.partner(knows_account=False)
    invoice = scene.invoice(payer)
    scene.bank(invoice.amount, _learnt(invoice), "Payment", payer)


@scenario("counterparty", is_learnt=True)
def fuzzy_name(scene: Scene) -> None:
    """The bank writes the name in capitals, cut, without its legal form."""
    payer = scene.partner(knows_account=False)
    invoice = scene.invoice(payer)
    words = payer.name.split()[:-1]
    name = " ".join(words).upper()[:27].strip()
    other = Partner(0, name, payer.account)
    scene.bank(invoice.amount, _learnt(invoice), "Payment", other)


@scenario("counterparty")
def name_of_two(scene: Scene) -> None:
    """Two customers of the same name each owe the same amount."""
    first = scene.partner(knows_account=False)
    second = scene.partner(first.name, knows_account=False)
    invoice = scene.invoice(first)
    scene.invoice(second, amount=invoice.amount)
    payer = Partner(0, first.name)
    truth = asks("ambiguous", "unmatched", "missing_reference")
    scene.bank(invoice.amount, truth, "Payment", payer)


@scenario("counterparty", is_learnt=True)
def email_only(scene: Scene) -> None:
    """A charge carries the e-mail address of a customer with one open invoice."""
    invoice = scene.invoice()
    scene.provider(
        invoice.amount, _learnt(invoice), counterparty_email=invoice.partner.email
    )


@scenario("counterparty")
def amount_of_a_stranger(scene: Scene) -> None:
    """A stranger pays what somebody else owes."""
    decoy = scene.invoice()
    stranger = scene.partner(knows_account=False)
    truth = asks("missing_reference", "unmatched", "ambiguous")
    scene.bank(decoy.amount, truth, "Donation", stranger)


@scenario("counterparty")
def amount_long_ago(scene: Scene) -> None:
    """A known payer pays the amount of an invoice that is younger than the money."""
    invoice = scene.invoice(day=scene.after(150))
    truth = Truth(NEVER, {invoice.key: None}, OPEN)
    scene.bank(invoice.amount, truth, "Payment", invoice.partner)


@scenario("counterparty")
def pays_for_another(scene: Scene) -> None:
    """A known payer without invoices pays the invoice of somebody else, by number."""
    invoice = scene.invoice()
    parent = scene.partner()
    truth = asks("partner_conflict", of=(invoice,))
    scene.bank(invoice.amount, truth, f"For {invoice.key}", parent)
