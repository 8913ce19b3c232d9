"""Payouts of the provider and the bank rows by which they arrive."""

from datetime import timedelta

from .. import people
from ..registry import scenario
from ..scene import Scene
from ..world import MUST, NEVER, Truth, asks

OPEN = frozenset({"ambiguous", "missing_reference", "unmatched"})


def _trace(scene: Scene) -> str:
    return f"TR{scene.book.seed}{people.digits(scene.random, 9)}"


@scenario("batch")
def payout_by_trace(scene: Scene) -> None:
    """The bank row carries the trace of the payout."""
    trace = _trace(scene)
    amount = scene.amount()
    payout = scene.payout(amount, reference=trace)
    truth = Truth(MUST, {payout.external_id: amount})
    scene.bank(amount, truth, f"PAYHUB {trace}", day=scene.after(1))


@scenario("batch")
def payout_by_descriptor(scene: Scene) -> None:
    """The bank row carries the descriptor of the payout."""
    amount = scene.amount()
    descriptor = f"WEBSHOP{scene.book.seed}"
    payout = scene.payout(amount, descriptor=descriptor)
    truth = Truth(MUST, {payout.external_id: amount})
    scene.bank(amount, truth, f"{descriptor} TRANSFER", day=scene.after(2))


@scenario("batch")
def merged_payouts(scene: Scene) -> None:
    """Two payouts arrive as one bank row that names the descriptor."""
    descriptor = f"MERGED{scene.book.seed}{scene.book.count('merged')}"
    amounts = [scene.amount(), scene.amount()]
    payouts = [
        scene.payout(amount, day=scene.after(-day), descriptor=descriptor)
        for day, amount in enumerate(amounts)
    ]
    targets = {
        payout.external_id: amount
        for payout, amount in zip(payouts, amounts, strict=True)
    }
    scene.bank(sum(amounts), Truth(MUST, targets), f"{descriptor} 2 PAYOUTS")


@scenario("batch")
def payout_without_words(scene: Scene) -> None:
    """Amount and day fit a payout, and no word does: a proposal."""
    amount = scene.amount()
    payout = scene.payout(amount)
    truth = Truth(NEVER, {payout.external_id: amount}, OPEN)
    scene.bank(amount, truth, "INCOMING TRANSFER", day=scene.after(1))


@scenario("batch")
def twin_payouts(scene: Scene) -> None:
    """Two payouts of equal amount and day arrive without a trace."""
    amount = scene.amount()
    descriptor = f"TWIN{scene.book.seed}{scene.book.count('twin')}"
    for _each in range(2):
        scene.payout(amount, descriptor=descriptor)
    for _each in range(2):
        scene.bank(amount, asks("ambiguous"), f"{descriptor} PAYOUT")


@scenario("batch")
def twin_payouts_with_traces(scene: Scene) -> None:
    """Two payouts of equal amount and day arrive, each with its trace."""
    amount = scene.amount()
    for _each in range(2):
        trace = _trace(scene)
        payout = scene.payout(amount, reference=trace)
        truth = Truth(MUST, {payout.external_id: amount})
        scene.bank(amount, truth, f"{trace} PAYOUT")


@scenario("batch")
def customer_pays_amount_of_payout(scene: Scene) -> None:
    """A customer pays what a payout amounts to, by invoice number; the payout waits."""
    invoice = scene.invoice()
    scene.payout(invoice.amount, day=scene.day + timedelta(days=1))
    truth = Truth(MUST, {invoice.key: invoice.amount})
    scene.bank(invoice.amount, truth, f"Invoice {invoice.key}", invoice.partner)
