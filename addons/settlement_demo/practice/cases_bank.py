"""What comes in at the bank and does not explain itself."""

from __future__ import annotations

from datetime import date

from .scene import EURO, Scene


def ambiguous(scene: Scene) -> None:
    """Two invoices of one amount; the payer says which by its day, in words."""
    party, amount = scene.customer(), scene.amount()
    first = scene.invoice(party, amount, date(2026, 3, 3))
    scene.invoice(party, amount, date(2026, 3, 5))
    name = scene.credit(amount, "goods of the third of March", party)
    scene.settle(first)
    scene.task("ambiguous", "row", name, "match", chosen=first.number)


def missing_reference(scene: Scene) -> None:
    """Money from an account nobody knows, of the amount of one open invoice."""
    party, amount = scene.customer(), scene.amount()
    invoice = scene.invoice(party, amount)
    name = scene.credit(
        amount,
        "thank you",
        counterparty_name="Treasury Pool",
        counterparty_account=scene.ids.account("FR"),
    )
    scene.settle(invoice)
    scene.task("missing_reference", "row", name, "match", chosen=invoice.number)


def unmatched(scene: Scene) -> None:
    """A known customer pays something that nobody has invoiced yet."""
    party, amount = scene.customer(), scene.amount()
    name = scene.credit(amount, "payment in advance", party)
    scene.book("unallocated", -amount)
    scene.task("unmatched", "row", name, "allocate", partner_id=party.key)


def amount_short(scene: Scene) -> None:
    """Some cents are missing, and not worth a letter."""
    party, amount = scene.customer(), scene.amount()
    missing = scene.random.randint(20, 95)
    invoice = scene.invoice(party, amount)
    name = scene.credit(amount - missing, f"invoice {invoice.number}", party)
    scene.settle(invoice)
    scene.book("differences", missing)
    scene.task("amount_short", "row", name, "write_off", code="rounding")


def bank_kept_a_fee(scene: Scene) -> None:
    """A bank on the way has kept something of the payment."""
    party, amount = scene.customer(), scene.amount()
    kept = scene.random.randint(8, 15) * 100
    invoice = scene.invoice(party, amount)
    name = scene.credit(amount - kept, f"invoice {invoice.number}", party)
    scene.settle(invoice)
    scene.book("bank_fees", kept)
    scene.task("amount_short", "row", name, "post_fee_variance")


def large_short(scene: Scene) -> None:
    """More is missing than one person may give up alone."""
    party, amount = scene.customer(), scene.amount(20_000, 90_000)
    missing = scene.random.randint(26, 39) * 100
    invoice = scene.invoice(party, amount)
    name = scene.credit(amount - missing, f"invoice {invoice.number}", party)
    scene.settle(invoice)
    scene.book("differences", missing)
    scene.task(
        "amount_short", "row", name, "write_off", code="agreed", needs_another=True
    )


def amount_over(scene: Scene) -> None:
    """Some cents too many."""
    party, amount = scene.customer(), scene.amount()
    excess = scene.random.randint(20, 95)
    invoice = scene.invoice(party, amount)
    name = scene.credit(amount + excess, f"invoice {invoice.number}", party)
    scene.settle(invoice)
    scene.book("differences", -excess)
    scene.task("amount_over", "row", name, "write_off", code="rounding")


def duplicate(scene: Scene) -> None:
    """The same invoice is paid a second time, days later."""
    party, amount = scene.customer(), scene.amount()
    invoice = scene.invoice(party, amount)
    text = f"invoice {invoice.number}"
    first = scene.credit(amount, text, party)
    second = scene.credit(amount, text, party, late=True)
    scene.settle(invoice)
    # It waits there until it is sent back.
    scene.book("suspense", -amount)
    scene.task("duplicate", "row", second, "mark_duplicate", twin_id=first)


def partner_conflict(scene: Scene) -> None:
    """A customer who is known pays the invoice of another one."""
    payer, party, amount = scene.customer(), scene.customer(), scene.amount()
    invoice = scene.invoice(party, amount)
    name = scene.credit(amount, f"invoice {invoice.number}", payer)
    scene.settle(invoice)
    scene.task("partner_conflict", "row", name, "accept_payer", needs_another=True)


def currency_mismatch(scene: Scene) -> None:
    """An invoice in dollars is paid in euro, at another rate than the company's."""
    party = scene.customer()
    dollars = scene.random.randint(40, 160) * 1_000
    invoice = scene.invoice(party, dollars, date(2026, 3, 4), "USD")
    paid = dollars * 86 // 100
    name = scene.credit(paid, f"invoice {invoice.number}", party)
    scene.settle(invoice)
    # A dollar is 0.80 of a euro here.
    scene.book("exchange", -(paid - dollars * 80 // 100))
    scene.task("currency_mismatch", "row", name, "match", chosen=invoice.number)


def missing_data(scene: Scene) -> None:
    """Something was announced and never came: it was called off by telephone."""
    amount = scene.amount()
    name = scene.name("expected")
    scene.provider[0].append(
        {
            "type": "expected",
            "currency": EURO,
            "external_id": name,
            "amount": f"{amount // 100}.{amount % 100:02d}",
            "due_on": "2026-03-12",
            "description": "Announced by the shop",
        }
    )
    scene.task(
        "missing_data",
        "expected",
        name,
        "ignore",
        reason="Called off by telephone.",
        code="agreed",
        state="ignored",
    )
