"""What the provider says, corrects, takes back or does not explain."""

from __future__ import annotations

from datetime import date, timedelta

from ..world.records import OnlinePayment
from .lines import text_of
from .scene import EURO, Scene

FEBRUARY = date(2026, 2, 20)


def unknown_mapping(scene: Scene) -> None:
    """A row of a code that nobody has given a meaning yet: a fee."""
    cost = scene.random.randint(100, 900)
    code = scene.name("levy")
    scene.provider[0].append(
        scene.provider_row(
            "adjustment", -cost, scene.day(10, 14), source_code=f"unknown:{code}"
        )
    )
    scene.task("unknown_mapping", "code", code, "map", kind="fee", needs_another=True)


def closed_period(scene: Scene) -> None:
    """A payout of last month that is told after that month was closed."""
    party, amount = scene.customer(), scene.amount()
    invoice = scene.invoice(party, amount, FEBRUARY - timedelta(days=9))
    name = scene.pay_out(
        [scene.charge(invoice, FEBRUARY)], FEBRUARY, amount, late=True, traced=False
    )
    text = f"PRACTICE PAYMENTS TRACE{name.upper()}"
    scene.credit(amount, text, late=True, day=date(2026, 3, 2))
    scene.task("closed_period", "payout", name, "move_date", needs_another=True)


def rate_missing(scene: Scene, currency: str) -> None:
    """The first money in a currency for which the company has no rate."""
    amount, day = scene.random.randint(10, 90) * 100, scene.day(10, 14)
    line = scene.provider_row("adjustment", amount, day, currency=currency)
    name = scene.pay_out([line], day, amount, currency=currency, traced=False)
    scene.book("adjustments", -amount, currency)
    scene.book("in_transit", amount, currency)
    scene.task(
        "rate_missing", "payout", name, "set_rate", rate="1.25", source="the bank's"
    )


def fee_variance(scene: Scene) -> None:
    """The provider's bill asks for a little more than it has withheld."""
    invoice = scene.invoice(scene.customer(), scene.amount(20_000, 90_000))
    fee, more, day = scene.random.randint(300, 900), 150, scene.day(10, 14)
    scene.pay_out([scene.charge(invoice, day, fee)], day, invoice.amount - fee)
    bill = scene.bill(fee + more, date(2026, 3, 31))
    scene.settle(bill)
    # What was withheld waits no more: the bill has it, and the difference is expense.
    scene.book("fees", -fee)
    scene.book("fees", -more)
    scene.task("fee_variance", "document", bill.number, "post_fee_variance")


def dispute_opened(scene: Scene) -> None:
    """A customer takes a payment back, and we let it go: our loss."""
    invoice = scene.invoice(scene.customer(), scene.amount())
    paid, day = scene.day(10, 11), scene.day(12, 14)
    charge = scene.charge(invoice, paid)
    dispute = scene.name("dp")
    taken = scene.provider_row(
        "dispute",
        -invoice.amount,
        day,
        source_external_id=dispute,
        parent_external_id=charge["source_external_id"],
    )
    scene.provider[0].append(
        {
            "type": "dispute",
            "currency": EURO,
            "external_id": dispute,
            "amount": text_of(invoice.amount, EURO),
            "status": "evidence_due",
            "opened_at": f"{day.isoformat()}T08:00:00Z",
            "charge_external_id": charge["source_external_id"],
            "source_version_at": f"{day.isoformat()}T08:00:00Z",
        }
    )
    other = scene.invoice(scene.customer(), scene.amount(91_000, 99_000))
    rows = [charge, taken, scene.charge(other, paid)]
    scene.pay_out(rows, day, other.amount)
    scene.book("disputes", invoice.amount)
    scene.task("dispute_opened", "dispute", dispute, "chargeback", invoice="keep")


def payment_rejected(scene: Scene) -> None:
    """A payout came back from the bank, and a later one brings its money."""
    invoice = scene.invoice(scene.customer(), scene.amount())
    day = scene.day(10, 12)
    name = scene.pay_out(
        [scene.charge(invoice, day)],
        day,
        invoice.amount,
        traced=False,
        provider_state="rejected",
    )
    back = scene.provider_row(
        "payout_failure",
        invoice.amount,
        day + timedelta(days=2),
        parent_external_id=name,
    )
    scene.pay_out([back], day + timedelta(days=4), invoice.amount)
    scene.task(
        "payment_rejected", "row", back["external_id"], "reopen", needs_another=True
    )


def changed_after_posting(scene: Scene) -> None:
    """The provider corrects the day of a row that is in the books."""
    invoice = scene.invoice(scene.customer(), scene.amount())
    day = scene.day(10, 12)
    charge = scene.charge(invoice, day)
    scene.pay_out([charge], day + timedelta(days=2), invoice.amount)
    later = (day + timedelta(days=1)).isoformat()
    scene.provider[1].append(
        {
            **charge,
            "booked_on": later,
            "source_version_at": f"{later}T14:00:00Z",
        }
    )
    scene.task(
        "changed_after_posting",
        "row",
        charge["external_id"],
        "replace",
        needs_another=True,
    )


def paid_not_in_ledger(scene: Scene) -> None:
    """A payment that Odoo took online and has never booked."""
    party, amount = scene.customer(), scene.amount()
    invoice = scene.invoice(party, amount)
    day, intent = scene.day(10, 13), scene.name("pi")
    scene.online_payments.append(
        OnlinePayment(
            f"{invoice.number}:online",
            invoice.key,
            party.key,
            day,
            EURO,
            amount,
            f"{invoice.number}-1",
            intent,
            is_booked=False,
        )
    )
    charge = scene.charge(invoice, day, source_external_id=intent, invoice_reference="")
    scene.pay_out([charge], day, amount)
    scene.task("paid_not_in_ledger", "row", charge["external_id"], "create_missing")


def payout_missing_at_bank(scene: Scene) -> None:
    """A payout whose money came weeks late, in words that say nothing of it."""
    invoice = scene.invoice(scene.customer(), scene.amount())
    day = scene.day(2, 4)
    name = scene.pay_out(
        [scene.charge(invoice, day)], day, invoice.amount, traced=False
    )
    arrived = scene.credit(invoice.amount, "credit transfer", late=True)
    scene.task("payout_missing_at_bank", "payout", name, "match", chosen=arrived)
    # Whoever finds it for the payout has found what it is.
    scene.task("missing_reference", "row", arrived, "")
