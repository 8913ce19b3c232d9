"""Rows that pay nothing, and texts that break what is careless."""

from .. import people
from ..registry import scenario
from ..scene import Scene
from ..world import NEVER, Truth, asks, pays

HOSTILE = (
    "0",
    "%",
    "_",
    "\\",
    "'; DROP TABLE settlement_match; --",
    "%s %(x)s {0} {x}",
    "\u202e123 \u0660\u0661\u0662 \ufeff",
    "\U0001f4b8" * 40,
    "00000 00000 00000 00000",
    "INV/2026/ /2026/ INV//",
    "((((((((((((((((((((((((*+?.*",
    "9" * 400,
    "A1 " * 300,
    "RF00 RF99 RF",
    "+++000/0000/00000+++",
)
OPEN = ("missing_reference", "unmatched")


@scenario("noise")
def hostile_text(scene: Scene) -> None:
    """The text is made to break things, or to fit everything."""
    scene.invoice()
    scene.bank(
        scene.amount(), asks(*OPEN), scene.random.choice(HOSTILE), scene.partner()
    )


@scenario("noise")
def hostile_text_around_a_number(scene: Scene) -> None:
    """The number stands among such texts, and counts all the same."""
    invoice = scene.invoice()
    before, after = scene.random.choices(HOSTILE[:6], k=2)
    text = f"{before} {invoice.key} {after}"
    scene.bank(invoice.amount, pays(invoice), text, invoice.partner)


@scenario("noise")
def bank_fee(scene: Scene) -> None:
    """The bank takes its fee: its code says that nothing is settled by it."""
    scene.bank(
        -scene.amount(),
        Truth(NEVER, {}, frozenset({""})),
        "ACCOUNT FEE",
        source_code="ACMT/MDOP/CHRG",
    )


@scenario("noise")
def salary(scene: Scene) -> None:
    """Money leaves us for a purpose that no document stands for."""
    person = scene.partner(knows_account=False)
    text = f"SALARY {scene.day:%m/%Y} {people.digits(scene.random, 6)}"
    scene.bank(-scene.amount(), asks(*OPEN), text, person)


@scenario("noise")
def words_only(scene: Scene) -> None:
    """A stranger pays and says nothing useful."""
    stranger = scene.partner(knows_account=False)
    scene.bank(scene.amount(), asks(*OPEN), "see e-mail of yesterday", stranger)


@scenario("noise")
def date_and_phone_in_text(scene: Scene) -> None:
    """The text has a date, a phone number and a postcode, and no document."""
    text = (
        f"{scene.day:%Y%m%d} Tel 0049 30 {people.digits(scene.random, 7)} 10115 Berlin"
    )
    stranger = scene.partner(knows_account=False)
    scene.bank(scene.amount(), asks(*OPEN), text, stranger)
