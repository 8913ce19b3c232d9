"""What happens at the bank, payouts apart. Each story is one scenario."""

from __future__ import annotations

from datetime import date

from . import clock
from .bank_book import CHARGES, CREDIT_TRANSFER, INTEREST, OWN_TRANSFER, BankBook
from .cards import rounded
from .identifiers import creditor_reference
from .records import BankDetail, Document, Party
from .scene import Scene
from .stories_charges import WEEKS_LATER
from .truth import NOT_NEEDED, OPEN, RowTruth


def transfer_by_reference(scene: Scene, currency: str, day: date) -> None:
    """A customer transfers the amount of an invoice and names it in words."""
    scenario = "transfer_by_reference"
    document, party = _invoice(scene, scenario, day, currency)
    text = scene.random.choice(
        (
            f"Invoice {document.number}",
            f"{document.number} thank you",
            f"Payment of {document.number}, customer {party.name}",
        )
    )
    _credit(scene, scenario, currency, day, party, text, document, document.amount)


def transfer_structured(scene: Scene, currency: str, day: date) -> None:
    """A customer transfers with the creditor reference (RF) of the invoice."""
    scenario, bank = "transfer_structured", scene.banks[currency]
    customer = scene.books.customer()
    reference = creditor_reference(f"{scene.plan.code}{scene.books.order_number()}")
    document = scene.books.invoice(
        day,
        currency,
        scene.bank_amount(currency),
        customer,
        payment_reference=reference,
    )
    scene.tell(scenario, document)
    detail = _detail(scene, bank, document.amount, customer, structured=reference)
    entry = bank.book(day, document.amount, CREDIT_TRANSFER, (detail,))
    scene.bank_rows(bank, entry, scenario, [[(document.key, document.amount)]])


def transfer_for_several(scene: Scene, currency: str, day: date) -> None:
    """A customer pays two invoices by one transfer and names both."""
    scenario, bank = "transfer_for_several", scene.banks[currency]
    first, party = _invoice(scene, scenario, day, currency)
    second, _party = _invoice(scene, scenario, day, currency, party)
    total = first.amount + second.amount
    text = f"Invoices {first.number} and {second.number}"
    entry = bank.book(
        day, total, CREDIT_TRANSFER, (_detail(scene, bank, total, party, text),)
    )
    settles = [(first.key, first.amount), (second.key, second.amount)]
    scene.bank_rows(bank, entry, scenario, [settles])


def transfer_part_payment(scene: Scene, currency: str, day: date) -> None:
    """A customer transfers less than the invoice asks for."""
    scenario = "transfer_part_payment"
    document, party = _invoice(scene, scenario, day, currency)
    amount = document.amount * scene.random.randint(30, 80) // 100
    text = f"First part of {document.number}"
    truth = _credit(scene, scenario, currency, day, party, text, document, amount)
    scene.expect(truth, "amount_short")


def transfer_overpayment(scene: Scene, currency: str, day: date) -> None:
    """A customer transfers more than the invoice asks for."""
    scenario = "transfer_overpayment"
    document, party = _invoice(scene, scenario, day, currency)
    amount = document.amount + document.amount // 5 + 100
    text = f"Invoice {document.number}"
    truth = _credit(scene, scenario, currency, day, party, text, document, amount)
    truth.settles[0].amount = document.amount
    scene.expect(truth, "amount_over")


def unknown_payer(scene: Scene, currency: str, day: date) -> None:
    """Somebody unknown transfers money and says nothing useful.

    An open invoice over the same amount stands by, of somebody else.
    """
    scenario, bank = "unknown_payer", scene.banks[currency]
    decoy, _party = _invoice(scene, scenario, day, currency)
    stranger = Party(
        "", "Order of Odd Fellows", "", "FR", scene.books.ids.account("FR")
    )
    detail = _detail(scene, bank, decoy.amount, stranger, "Thank you very much")
    entry = bank.book(day, decoy.amount, CREDIT_TRANSFER, (detail,))
    (truth,) = scene.bank_rows(bank, entry, scenario)
    scene.expect(truth, "missing_reference")


def typing_slip(scene: Scene, currency: str, day: date) -> None:
    """A customer pays an invoice and mistypes its number: no such invoice exists."""
    scenario = "typing_slip"
    document, party = _invoice(scene, scenario, day, currency)
    year = str(document.day.year)
    wrong = document.number.replace(year, year[:2] + year[:1:-1])
    bank = scene.banks[currency]
    detail = _detail(scene, bank, document.amount, party, f"Invoice {wrong}")
    entry = bank.book(day, document.amount, CREDIT_TRANSFER, (detail,))
    (truth,) = scene.bank_rows(bank, entry, scenario, outcome=OPEN)
    scene.expect(truth, "unmatched")


def transfer_twice(scene: Scene, currency: str, day: date) -> None:
    """A customer transfers the same amount again, for an invoice long paid."""
    scenario = "transfer_twice"
    document, party = _invoice(scene, scenario, day, currency)
    text = f"Invoice {document.number}"
    amount = document.amount
    first = _credit(scene, scenario, currency, day, party, text, document, amount)
    bank, again = scene.banks[currency], scene.later(day, *WEEKS_LATER)
    detail = _detail(scene, bank, amount, party, text)
    entry = bank.book(again, amount, CREDIT_TRANSFER, (detail,))
    (second,) = scene.bank_rows(bank, entry, scenario, outcome=OPEN)
    scene.twice.append((first, second))


def own_transfer(scene: Scene, currency: str, day: date) -> None:
    """The company moves money to another account of its own, in another currency."""
    scenario, bank = "own_transfer", scene.banks[currency]
    other = next(book for book in scene.banks.values() if book is not bank)
    amount = scene.bank_amount(currency)
    booked = clock.banking_day(day)
    came = rounded(amount * scene.rates[booked][other.currency])
    entries = []
    for book, moved, towards in ((bank, -amount, other), (other, came, bank)):
        myself = Party("", scene.plan.name, "", scene.plan.country, towards.account)
        detail = _detail(scene, book, moved, myself, "Own transfer")
        entries.append(book.book(booked, moved, OWN_TRANSFER, (detail,)))
    went, arrived = entries
    scene.bank_rows(bank, went, scenario, [[(arrived.reference, -amount)]])
    scene.bank_rows(other, arrived, scenario, [[(went.reference, came)]])


def unknown_debit(scene: Scene, currency: str, day: date) -> None:
    """Somebody took money, and the bank's text says nothing useful."""
    scenario, bank = "unknown_debit", scene.banks[currency]
    stranger = Party("", "Kiosk am Markt", "", "DE", scene.books.ids.account("DE"))
    amount = -scene.random.randint(700, 9_000)
    detail = _detail(scene, bank, amount, stranger, "Many thanks")
    entry = bank.book(day, amount, OWN_TRANSFER, (detail,))
    (truth,) = scene.bank_rows(bank, entry, scenario, outcome=OPEN)
    scene.expect(truth, "missing_reference")


def top_up(scene: Scene, currency: str, day: date) -> None:
    """The company sends money to Stripe, to be able to refund."""
    scenario, bank = "top_up", scene.banks[currency]
    amount = scene.bank_amount(currency)
    booked = clock.banking_day(day)
    row = scene.stripe.add(
        currency,
        clock.local_instant(booked, 50_000, scene.plan.zone),
        amount,
        "topup",
        "topup",
        source=scene.stripe.top_up_source(currency, amount, booked),
        description="Top-up",
    )
    scene.stripe_row(row, scenario, "topup")
    stripe = Party("", "Stripe Payments Europe Ltd", "", "DE", "")
    detail = _detail(scene, bank, -amount, stripe, "Top-up")
    entry = bank.book(booked, -amount, OWN_TRANSFER, (detail,))
    (truth,) = scene.bank_rows(bank, entry, scenario, outcome=OPEN)
    scene.expect(truth, "missing_reference")


def batch_entry(scene: Scene, currency: str, day: date) -> None:
    """The bank books the transfers of three customers as one entry with details."""
    scenario, bank = "batch_entry", scene.banks[currency]
    pairs = [_invoice(scene, scenario, day, currency) for _number in range(3)]
    details = tuple(
        _detail(scene, bank, document.amount, party, f"Invoice {document.number}")
        for document, party in pairs
    )
    total = sum(detail.amount for detail in details)
    entry = bank.book(day, total, CREDIT_TRANSFER, details, text="Collective credit")
    settles = [[(document.key, document.amount)] for document, _party in pairs]
    scene.bank_rows(bank, entry, scenario, settles)


def supplier_payment(scene: Scene, currency: str, day: date) -> None:
    """The company pays a vendor's bill and names its number."""
    scenario, bank = "supplier_payment", scene.banks[currency]
    supplier = scene.books.supplier()
    bill = scene.books.bill(day, currency, scene.bank_amount(currency), supplier)
    scene.tell(scenario, bill)
    detail = _detail(scene, bank, -bill.amount, supplier, bill.number)
    entry = bank.book(day, -bill.amount, OWN_TRANSFER, (detail,))
    scene.bank_rows(bank, entry, scenario, [[(bill.key, -bill.amount)]])


def bank_fee(scene: Scene, currency: str, day: date) -> None:
    """The bank charges for the account."""
    _without_target(scene, "bank_fee", currency, day, -1, CHARGES, "Account fee")


def bank_interest(scene: Scene, currency: str, day: date) -> None:
    """The bank pays interest."""
    _without_target(scene, "bank_interest", currency, day, 1, INTEREST, "Interest")


def pending_entry(scene: Scene, currency: str, day: date) -> None:
    """The bank announces an entry that it has not booked: nothing moves."""
    scene.banks[currency].book(
        day, -scene.bank_amount(currency), OWN_TRANSFER, text="Reserved", status="PDNG"
    )


def missing_statement(scene: Scene, currency: str, day: date) -> None:
    """The statement of a day with movements comes when the month is over."""
    booked = clock.banking_day(day)
    transfer_by_reference(scene, currency, booked)
    scene.banks[currency].late[booked] = scene.period.end


def _without_target(
    scene: Scene,
    scenario: str,
    currency: str,
    day: date,
    sign: int,
    code: tuple[str, str, str],
    text: str,
) -> None:
    bank = scene.banks[currency]
    amount = sign * scene.random.randint(200, 2_500)
    entry = bank.book(day, amount, code, text=f"{text} {day:%m/%Y}")
    scene.bank_rows(bank, entry, scenario, outcome=NOT_NEEDED)


def _invoice(
    scene: Scene, scenario: str, day: date, currency: str, party: Party | None = None
) -> tuple[Document, Party]:
    amount = scene.bank_amount(currency)
    return scene.invoice(scenario, day, currency, amount, party)


def _detail(
    scene: Scene,
    bank: BankBook,
    amount: int,
    party: Party,
    text: str = "",
    *,
    structured: str = "",
) -> BankDetail:
    return BankDetail(
        amount=amount,
        text=text,
        end_to_end=bank.ids.end_to_end() if scene.random.random() < 0.5 else "",
        structured=structured,
        name=party.name,
        account=party.account,
    )


def _credit(
    scene: Scene,
    scenario: str,
    currency: str,
    day: date,
    party: Party,
    text: str,
    document: Document,
    amount: int,
) -> RowTruth:
    """Book a transfer with one detail that pays one document."""
    bank = scene.banks[currency]
    detail = _detail(scene, bank, amount, party, text)
    entry = bank.book(day, amount, CREDIT_TRANSFER, (detail,))
    (truth,) = scene.bank_rows(bank, entry, scenario, [[(document.key, amount)]])
    return truth
