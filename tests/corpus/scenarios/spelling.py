"""Numbers of documents as people and machines spoil them.

The payer's account is on record: that is what makes a spoilt number evidence enough.
"""

from ..registry import scenario
from ..scene import Scene
from ..world import Document, asks, may_pay, pays

LOOK_ALIKES = str.maketrans("015868", "OISBGB")
OPEN = ("missing_reference", "unmatched", "ambiguous")


def _parts(invoice: Document) -> tuple[str, str, int]:
    prefix, year, number = invoice.key.split("/")
    return prefix, year, int(number)


@scenario("spelling")
def other_separators(scene: Scene) -> None:
    """The number is in lower case, with blanks or dashes for strokes."""
    invoice = scene.invoice()
    text = invoice.key.lower().replace("/", scene.random.choice((" ", "-", ".", "")))
    scene.bank(invoice.amount, pays(invoice), f"re {text}", invoice.partner)


@scenario("spelling")
def letters_for_digits(scene: Scene) -> None:
    """A machine read O for 0, I for 1, S for 5, B for 8."""
    invoice = scene.invoice()
    prefix, year, number = invoice.key.split("/")
    places = [at for at, each in enumerate(number) if each in "0158"]
    spoilt = list(number)
    for at in scene.random.sample(places, 1):
        spoilt[at] = spoilt[at].translate(LOOK_ALIKES)
    text = f"{prefix}/{year}/{''.join(spoilt)}"
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)


@scenario("spelling")
def missing_zeros(scene: Scene) -> None:
    """The payer leaves the zeros of the number out."""
    invoice = scene.invoice()
    prefix, year, number = _parts(invoice)
    text = scene.random.choice(
        (f"{prefix}/{year}/{number}", f"{prefix} {year}-{number}")
    )
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)


@scenario("spelling")
def year_and_number(scene: Scene) -> None:
    """The payer writes number and year only, in either order."""
    invoice = scene.invoice()
    _prefix, year, number = _parts(invoice)
    text = scene.random.choice(
        (f"{number}/{year}", f"{year}-{number}", f"{year}/{number:05d}")
    )
    scene.bank(invoice.amount, pays(invoice), f"Rg {text}", invoice.partner)


@scenario("spelling")
def broken_at_27(scene: Scene) -> None:
    """The bank breaks the text after 27 characters, inside the number."""
    _broken(scene, 27)


@scenario("spelling")
def broken_at_35(scene: Scene) -> None:
    """The bank breaks the text after 35 characters, inside the number."""
    _broken(scene, 35)


def _broken(scene: Scene, column: int) -> None:
    invoice = scene.invoice()
    inside = scene.random.randint(2, len(invoice.key) - 2)
    filler = "PAYMENT FOR OUR LAST ORDER THANKS A LOT "[: column - inside]
    filler = filler[:-1] + " "
    whole = filler + invoice.key
    text = f"{whole[:column]}{scene.random.choice((' ', chr(10)))}{whole[column:]}"
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)


@scenario("spelling")
def transposed_digits(scene: Scene) -> None:
    """Two digits of the number change places; no invoice has that number.

    The amount is that of one open item of the payer: right if that is proof enough.
    """
    invoice = scene.invoice()
    prefix, year, number = invoice.key.split("/")
    text = f"{prefix}/{year}/{_swapped(number)}9"
    scene.bank(invoice.amount, may_pay(invoice, reasons=OPEN), text, invoice.partner)


def _swapped(number: str) -> str:
    for at in range(len(number) - 1):
        if number[at] != number[at + 1]:
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number


@scenario("spelling")
def slip_names_another_invoice(scene: Scene) -> None:
    """A slip of the pen makes it the number of somebody else's invoice.

    The payer is known, and the amount is that of the payer's own invoice.
    """
    meant, named = scene.invoice(), scene.invoice()
    truth = asks("partner_conflict", "ambiguous", "amount_short", of=(meant,))
    scene.bank(meant.amount, truth, f"Invoice {named.key}", meant.partner)


@scenario("spelling")
def number_and_year_of_two(scene: Scene) -> None:
    """Year and number fit an invoice and a bill's number of the same customer."""
    invoice = scene.invoice()
    _prefix, year, number = _parts(invoice)
    twin = scene.invoice(
        invoice.partner,
        amount=invoice.amount,
        number=f"{scene.book.prefix}X/{year}/{number:05d}",
    )
    truth = asks("ambiguous", "missing_reference", "unmatched", of=())
    scene.bank(invoice.amount, truth, f"Nr {number}/{year}", twin.partner)
