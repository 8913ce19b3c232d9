"""Money between our own accounts."""

from decimal import Decimal

from .. import people
from ..registry import scenario
from ..scene import FEE_LIMITS, OWN_ACCOUNTS, SAVINGS_ACCOUNTS, Scene
from ..world import EXPONENTS, MAY, MUST, NEVER, RATES, Truth

OPEN = frozenset({"ambiguous", "missing_reference", "unmatched", "currency_mismatch"})


def _pair(
    scene: Scene, truth: str, amount: int, into: dict, came: int, difference: str = ""
) -> None:
    """Book money that leaves the main account and comes to another own one."""
    went_key, came_key = scene.next_key("bank", 1), scene.next_key("bank", 2)
    text = scene.random.choice(("OWN TRANSFER", "Umbuchung", "Treasury"))
    reasons = OPEN if truth != MUST else frozenset()
    scene.bank(
        -amount,
        Truth(truth, {came_key: came}, reasons, difference),
        text,
        counterparty_account=into["account_identifier"],
    )
    scene.bank(
        came,
        Truth(truth, {went_key: -amount}, reasons, difference),
        text,
        counterparty_account=OWN_ACCOUNTS[scene.currency],
        day=scene.after(1),
        **into,
    )


@scenario("transfer", is_learnt=True)
def own_transfer(scene: Scene) -> None:
    """Money goes from one own account to another of the same currency."""
    amount = scene.amount()
    into = {"account_identifier": SAVINGS_ACCOUNTS[scene.currency]}
    _pair(scene, MUST, amount, into, amount)


@scenario("transfer", ("USD", "KWD"))
def own_transfer_in_two_currencies(scene: Scene) -> None:
    """Money goes to an own account in another currency, at the bank's rate."""
    amount = scene.amount()
    euros = Decimal(amount).scaleb(-EXPONENTS[scene.currency]) / RATES[scene.currency]
    came = int(euros * 100 * Decimal("0.997"))
    into = {"account_identifier": OWN_ACCOUNTS["EUR"], "currency": "EUR"}
    _pair(scene, MAY, amount, into, came)


@scenario("transfer")
def own_transfer_less_fee(scene: Scene) -> None:
    """A bank on the way keeps its fee of a transfer between own accounts."""
    amount = scene.large_amount()
    kept = scene.random.randint(
        FEE_LIMITS[scene.currency] // 5, 2 * FEE_LIMITS[scene.currency]
    )
    into = {"account_identifier": SAVINGS_ACCOUNTS[scene.currency]}
    _pair(scene, MAY, amount, into, amount - kept, "fee")


@scenario("transfer")
def looks_like_own_transfer(scene: Scene) -> None:
    """A supplier is paid and a customer pays the same amount: no transfer."""
    amount = scene.amount()
    for signed in (-amount, amount):
        stranger = scene.partner(knows_account=False)
        text = people.digits(scene.random, 4)
        scene.bank(signed, Truth(NEVER, {}, OPEN), text, stranger)
