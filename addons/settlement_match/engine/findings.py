"""What keeps a payment open, in plain English with its arithmetic.

Amounts come written out, because how to write them is the currency's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from odoo.addons.settlement.canonical.words import shortened

from .readings import MOST_HITS
from .sentences import listing
from .tokens import MOST_CHARACTERS, MOST_TOKENS

# How many candidates a sentence names before it only counts them.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Payment:
    """A money fact as people know it."""

    name: str
    amount: str
    day: str

    def __str__(self) -> str:
        """Return the payment with amount and day."""
        return f"{shortened(self.name)} of {self.day} over {self.amount}"


@dataclass(frozen=True, slots=True)
class Document:
    """Something open in the ledger."""

    name: str
    open: str

    def __str__(self) -> str:
        """Return the document with its open amount."""
        return f"{self.name} ({self.open} open)"


def _some(items: Sequence[object]) -> str:
    names = [str(item) for item in items[:_NAMED]]
    if len(items) > _NAMED:
        names.append(f"{len(items) - _NAMED} more")
    return listing(names)


def several_documents(
    payment: Payment, documents: Sequence[Document], total: str
) -> str:
    """Return the sentence for a payment that names several documents."""
    return (
        f"{payment} names {len(documents)} open documents: {_some(documents)}. "
        f"Together {total} is open, which is not what was paid, so it is not certain "
        "which of them it pays. Choose by hand."
    )


def rival_payments(
    payment: Payment, document: Document, rivals: Sequence[Payment], total: str
) -> str:
    """Return the sentence for a document that several payments claim."""
    return (
        f"{payment} names {document}, and so do {len(rivals)} other payments: "
        f"{_some(rivals)}. Together they are {total}, more than is open. One of them "
        "may be a duplicate: choose the one that pays it and refund or apply the rest."
    )


def short(payment: Payment, document: Document, missing: str) -> str:
    """Return the sentence for a payment that leaves a rest open."""
    return (
        f"{payment} pays a part of {document}: {missing} is missing. It settles what "
        "it pays; remind the customer of the rest, or write it off."
    )


def over(payment: Payment, document: Document, excess: str) -> str:
    """Return the sentence for a payment that exceeds what is open."""
    return (
        f"{payment} pays {document} in full and is {excess} too much. The rest stays "
        "as the partner's credit: refund it or apply it to another invoice."
    )


def settled(payment: Payment, documents: Sequence[str]) -> str:
    """Return the sentence for a payment of something that is paid already."""
    return (
        f"{payment} names {_some(documents)}, of which nothing is open any more: all "
        "of it is too much. It may be a duplicate payment: refund it or apply it to "
        "another invoice."
    )


def duplicate(
    payment: Payment, first: Payment, documents: Sequence[str], text: str
) -> str:
    """Return the sentence for a payment that repeats another one."""
    return (
        f"{payment} repeats {first}: the same amount and the same reference {text}. "
        f"The first one has paid {_some(documents)}, of which nothing is open any "
        "more. Refund this one, or apply it to another document."
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """What a document is worth in the currency of a payment.

    :ivar rate: written out, in the payment's currency for one of the document's.
    :ivar amount: what is open, at that rate; ``off`` how far the payment is from it.
    :ivar tolerance: how far it may be, in per cent.
    :ivar is_stated: the source of the payment states the rate.
    """

    rate: str
    amount: str
    off: str
    tolerance: str
    is_stated: bool = False


def other_currency(payment: Payment, document: Document, worth: Worth | None) -> str:
    """Return the sentence for a document in another currency.

    :param worth: None if nobody knows the rate.
    """
    if worth is None:
        return (
            f"{payment} names {document}, which is in another currency, and there is "
            "no rate to compare them by. Enter the rate of that day, or match them by "
            "hand."
        )
    whose = "stated with the payment" if worth.is_stated else "of that day"
    return (
        f"{payment} names {document}, which is in another currency: at the rate "
        f"{whose}, {worth.rate}, it is worth {worth.amount}. The payment is "
        f"{worth.off} % off, and {worth.tolerance} % are tolerated. Check the rate, or "
        "match them by hand."
    )


def uncertain_currency(payment: Payment, document: Document) -> str:
    """Return the sentence for a weak reference of a document in another currency."""
    return (
        f"The text of {payment} contains something like a reference of {document}, but "
        "that is in another currency, and it is not exactly the document's own number. "
        "Match them by hand if they belong together."
    )


def not_in_ledger(payment: Payment, reference: str) -> str:
    """Return the sentence for a payment that Odoo knows and has not booked."""
    return (
        f"{payment} was paid online as {reference}, and Odoo says so too, but there "
        "is no payment entry for it. Run the post-processing of the payment "
        "transaction, or register the payment."
    )


def without_reference(payment: Payment, payer: str) -> str:
    """Return the sentence for a payment that says nothing about what it pays."""
    who = f"from {payer} " if payer else ""
    return (
        f"{payment} {who}carries no reference, and its payer is not known. Ask the "
        "payer what it is for, then match it by hand; the bank account can be added "
        "to the contact, so that the payer is known next time."
    )


def unmatched(payment: Payment, names: Sequence[str], partner: str) -> str:
    """Return the sentence for a payment that fits nothing open."""
    said = (
        f"names {_some(names)}, and nothing open carries that"
        if names
        else ("names nothing that is open")
    )
    hint = (
        f" Its payer is known as {partner}: look among that partner's open items."
        if partner
        else ""
    )
    return (
        f"{payment} {said}. The document may not be there yet, or be paid "
        f"already.{hint} It is matched as soon as the document appears."
    )


def tie(
    payment: Payment, documents: Sequence[Document], rivals: Sequence[Payment]
) -> str:
    """Return the sentence for a payment of a known payer that fits several ways."""
    said = f"{payment} fits {_some(documents)} by payer, amount and day"
    if rivals:
        said = f"{said}, and so do other payments: {_some(rivals)}"
    return f"{said}. Nothing tells which of them belong together. Choose by hand."


def crowded(payment: Payment, documents: int, payments: int) -> str:
    """Return the sentence for a payment of which there are too many alike."""
    return (
        f"{payment} is one of {payments} open payments of this payer over the same "
        f"amount, and {documents} open items have that amount. Nothing tells which of "
        "them belong together. Choose by hand, or match them by their references."
    )


def proposed_match(sentence: str) -> str:
    """Return the sentence about a match that is proposed already."""
    return f"Proposed: {sentence} Confirm it or refuse it."


def proposed_transfer(other: Payment, reasons: Sequence[str]) -> str:
    """Return the sentence about the other end of an own transfer, as proposed."""
    return (
        f"Proposed: it and {other} are one transfer between our own accounts, because "
        f"of {listing(reasons)}. Confirm it or refuse it."
    )


def several_transfers(payment: Payment, others: Sequence[Payment]) -> str:
    """Return the sentence for a row with several possible other ends."""
    return (
        f"{payment} is one end of a transfer between our own accounts, and the other "
        f"end may be any of {_some(others)}. Nothing tells which. Choose by hand."
    )


def other_end_missing(account: str) -> str:
    """Return the sentence for a transfer of which only one end is there."""
    return (
        f"It names our own account {account}, on which no such row is there yet: it is "
        "matched as soon as the statement of that account is imported."
    )


def several_sums(payment: Payment, ways: int, is_all: bool, searched: int = 0) -> str:
    """Return the sentence for a payment that several sums of documents equal."""
    count = f"{ways} sums" if is_all else f"at least {ways} sums"
    among = f" of {searched} payments and open items" if searched else ""
    bound = "" if is_all else " There are too many items to search all sums."
    return (
        f"{payment} is no single document of its payer, and {count}{among} equal it."
        f"{bound} Nothing tells which of them it pays. Choose by hand."
    )


def unsearched(items: int) -> str:
    """Return the sentence for a payment whose sums were not all searched."""
    return (
        f"Its payer has {items} open items: too many to search all of their sums, and "
        "no few of them add up to it."
    )


def other_payer(payment: Payment, payer: str, partner: str, document: Document) -> str:
    """Return the sentence for a payment whose payer is known as somebody else."""
    return (
        f"{payment} comes from {payer}, which belongs to somebody else than {partner}, "
        f"whose name it carries and whose {document} has the same amount. Confirm the "
        "proposal if that payer pays for this partner, else refuse it."
    )


def proposal(documents: Sequence[Document], reasons: Sequence[str]) -> str:
    """Return the sentence about what the engine proposes."""
    why = f", because of {listing(reasons)}" if reasons else ""
    return f"Proposed: it pays {_some(documents)}{why}. Confirm it or refuse it."


def by_rule(rule: str) -> str:
    """Return the sentence about a payment that needs no document by a rule."""
    return f"Proposed: it needs no document, says {rule}. Confirm it or refuse it."


def uncertain(payment: Payment, document: Document) -> str:
    """Return the sentence for a weak reference whose amount differs."""
    return (
        f"The text of {payment} contains a reference of {document}, but the amounts "
        "differ and it is not exactly the document's own number. Match them by hand if "
        "they belong together."
    )


def undone(payment: Payment, who: str, reason: str) -> str:
    """Return the sentence for a payment whose match a person has undone."""
    return (
        f"The match of {payment} was undone by {who} ({reason}) and is not repeated "
        "by itself. Match it by hand, or start its matching again."
    )


def several_bank_rows(payout: str, amount: str, rows: Sequence[str]) -> str:
    """Return the sentence for a payout that may be one of several bank rows."""
    return (
        f"Payout {payout} over {amount} may be any of {len(rows)} bank rows: "
        f"{_some(rows)}. Amount and days fit, and no text tells them apart. Choose by "
        "hand."
    )


def several_payouts(payment: Payment, payout: str) -> str:
    """Return the sentence for a bank row that may be one of several payouts."""
    return (
        f"{payment} may be payout {payout} or another of the same amount, and no text "
        "tells them apart. Choose by hand."
    )


def missing_at_bank(payout: str, amount: str, expected: str, newest: str) -> str:
    """Return the sentence for a payout that the bank should have shown."""
    return (
        f"Payout {payout} over {amount} should have arrived on {expected}. The bank's "
        f"data reach until {newest} and do not show it. Ask the provider for its trace."
    )


def late_payout(payout: str, amount: str, expected: str, newest: str) -> str:
    """Return the sentence for a payout that nobody could see yet."""
    return (
        f"Payout {payout} over {amount} should have arrived on {expected}, but the "
        f"bank's data reach only until {newest}. Import the newer statements."
    )


def text_cut_short() -> str:
    """Return the sentence about a text that is longer than anyone reads."""
    return (
        f"Its text is very long: only the first {MOST_CHARACTERS:,} characters and "
        f"{MOST_TOKENS:,} words of it were read."
    )


def too_many_named() -> str:
    """Return the sentence about a text that names more than a payment pays."""
    return (
        f"Its text fits more than {MOST_HITS} open documents, so that none of them "
        "was considered."
    )


def near_number(payment: Payment, written: str, other: str) -> str:
    """Return the sentence for a number that may be a slip of the pen."""
    return (
        f"{payment} names {written}, but {other} differs from it by one digit and has "
        "exactly this amount. Choose by hand."
    )


def document_of_another(
    payment: Payment, documents: Sequence[Document], owner: str, payer: str
) -> str:
    """Return the sentence for a known payer who names a document of somebody else."""
    return (
        f"{payment} names {_some(documents)} of {owner}, but the account it came from "
        f"belongs to {payer}. Confirm it if {payer} paid for {owner}, or approve a "
        "rule that says so; refuse it if the number is a slip."
    )
