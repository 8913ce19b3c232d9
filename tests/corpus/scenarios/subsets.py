"""Nothing is named; which of the payer's documents add up?"""

from ..registry import scenario
from ..scene import Scene
from ..world import MUST, NEVER, Truth, asks

OPEN = frozenset({"ambiguous", "missing_reference", "unmatched"})


@scenario("subset", is_learnt=True)
def sum_of_some(scene: Scene) -> None:
    """A payer with five open invoices pays three of them; no other sum is possible."""
    payer = scene.partner()
    # Amounts whose sums all differ: powers of two above a common odd rest.
    unit = scene.random.randint(701, 1_999)
    amounts = [unit * 2**place + scene.random.randint(0, 3) for place in range(5)]
    invoices = [scene.invoice(payer, amount=amount) for amount in amounts]
    chosen = scene.random.sample(invoices, 3)
    truth = Truth(MUST, {each.key: each.amount for each in chosen})
    scene.bank(sum(each.amount for each in chosen), truth, "Payment", payer)


@scenario("subset", is_learnt=True)
def sum_of_all(scene: Scene) -> None:
    """A payer pays everything that is open."""
    payer = scene.partner()
    invoices = [scene.invoice(payer) for _ in range(scene.random.randint(2, 4))]
    truth = Truth(MUST, {each.key: each.amount for each in invoices})
    scene.bank(sum(each.amount for each in invoices), truth, "Account balance", payer)


@scenario("subset")
def sums_of_several(scene: Scene) -> None:
    """Two different sums of the payer's invoices amount to the payment."""
    payer = scene.partner()
    small, large = scene.amount(), scene.amount() + 6_000_000
    for amount in (small, large, small + 1_000, large - 1_000):
        scene.invoice(payer, amount=amount)
    truth = asks("ambiguous", "unmatched", "missing_reference")
    scene.bank(small + large, truth, "Payment", payer)


@scenario("subset")
def sum_of_nothing(scene: Scene) -> None:
    """No sum of the payer's invoices amounts to the payment."""
    payer = scene.partner()
    for _each in range(3):
        scene.invoice(payer, amount=2 * scene.amount())
    truth = Truth(NEVER, {}, OPEN | {"amount_short"})
    scene.bank(2 * scene.amount() + 1, truth, "Payment", payer)


@scenario("subset", is_learnt=True)
def bills_of_a_supplier(scene: Scene) -> None:
    """A transfer pays two of a supplier's bills and names none."""
    supplier = scene.partner()
    bills = [scene.bill(supplier) for _ in range(4)]
    chosen = bills[1:3]
    truth = Truth(MUST, {each.key: each.amount for each in chosen})
    scene.bank(sum(each.amount for each in chosen), truth, "Sammler", supplier)
