"""Money that goes to suppliers."""

from ..registry import scenario
from ..scene import Scene
from ..world import asks, pays, pays_part


@scenario("supplier")
def bill_by_our_number(scene: Scene) -> None:
    """A transfer names our number of the bill."""
    bill = scene.bill()
    scene.bank(bill.amount, pays(bill), f"Payment {bill.key}", bill.partner)


@scenario("supplier")
def bill_by_their_number(scene: Scene) -> None:
    """A transfer names the supplier's number of the bill."""
    bill = scene.bill()
    scene.bank(bill.amount, pays(bill), f"Invoice {bill.ref}", bill.partner)


@scenario("supplier")
def several_bills(scene: Scene) -> None:
    """A transfer pays several bills of a supplier and names them."""
    supplier = scene.partner()
    bills = [scene.bill(supplier) for _ in range(scene.random.randint(2, 5))]
    total = sum(each.amount for each in bills)
    text = ", ".join(each.ref for each in bills)
    scene.bank(total, pays(*bills), text, supplier)


@scenario("supplier")
def bills_less_credit_note(scene: Scene) -> None:
    """A transfer pays a bill less the supplier's credit note and names both."""
    supplier = scene.partner()
    bill = scene.bill(supplier)
    ref = f"CN{scene.random.randint(100_000, 999_999)}"
    note = scene.document("in_refund", supplier, amount=-bill.amount // 4, ref=ref)
    total = bill.amount + note.amount
    scene.bank(total, pays(bill, note), f"{bill.ref} less {note.ref}", supplier)


@scenario("supplier")
def part_of_a_bill(scene: Scene) -> None:
    """We pay half of a bill."""
    bill = scene.bill()
    half = bill.amount // 2
    truth = pays_part(bill, half, "amount_short")
    scene.bank(half, truth, f"Advance {bill.ref}", bill.partner)


@scenario("supplier", is_learnt=True)
def bill_by_direct_debit(scene: Scene) -> None:
    """A supplier takes the amount of its only open bill and names a contract."""
    bill = scene.bill()
    truth = pays(bill)
    contract = scene.book.count("contract")
    scene.bank(bill.amount, truth, f"CONTRACT {contract:04d} SEPA-DD", bill.partner)


@scenario("supplier")
def same_number_of_two_suppliers(scene: Scene) -> None:
    """Two suppliers gave their bills the same number; amount and payer tell which."""
    first = scene.bill()
    scene.bill(ref=first.ref)
    scene.bank(first.amount, pays(first), f"Invoice {first.ref}", first.partner)


@scenario("supplier")
def same_number_and_amount_of_two_suppliers(scene: Scene) -> None:
    """Number and amount are the same, and the account of the payee is not known."""
    first = scene.bill(scene.partner(knows_account=False))
    scene.bill(scene.partner(knows_account=False), ref=first.ref, amount=-first.amount)
    truth = asks("ambiguous")
    scene.bank(first.amount, truth, f"Invoice {first.ref}")
