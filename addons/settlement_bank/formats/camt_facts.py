"""A booked entry of a camt statement as canonical facts: one, or one per detail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import TransactionFact

from . import camt_booking, camt_details
from .camt_booking import Booking
from .camt_details import MAX_TEXT, Particulars, Reference, Side
from .camt_document import Entry
from .camt_statement import Frame
from .xml_tree import Node, child, first_text, nodes, text, texts

# How many references of the details one entry that stays whole takes over.
MAX_WHOLE_REFERENCES = 200
_REVERSAL = "RVSL"
_BATCH_REFERENCES = ("PmtInfId", "MsgId")


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry with all that is known of it.

    ``occurrence`` is its number among entries of equal identity.
    """

    entry: Entry
    booking: Booking
    frame: Frame
    occurrence: int

    @property
    def reference(self) -> str:
        """What names the entry inside its account, its twins told apart."""
        twin = f"~{self.occurrence}" if self.occurrence else ""
        return self.booking.entry_reference + twin


@dataclass(frozen=True, slots=True)
class _Part:
    """One fact to be: its amount, the detail it comes from, what that says.

    ``suffix`` tells the parts of one entry apart; it is "" for a whole entry.
    """

    amount: Decimal
    detail: Node
    words: Particulars
    suffix: str


def facts(booked: BookedEntry) -> Iterator[TransactionFact]:
    """Yield one fact per detail if the details add up to the entry, else one fact."""
    details = booked.entry.details
    if len(details) > 1 and _details_add_up(booked):
        for index, detail in enumerate(details):
            # Every detail has an amount, or they would not add up.
            if (amount := _detail_amount(booked, detail)) is not None:
                yield _fact(booked, _part(booked, detail, amount, f"#{index}"))
    elif len(details) == 1:
        detail = next(iter(details))
        yield _fact(booked, _part(booked, detail, booked.booking.amount, ""))
    else:
        yield _fact(booked, _whole(booked))


def _detail_amount(booked: BookedEntry, detail: Node) -> Decimal | None:
    return camt_details.signed_amount(
        detail, booked.frame.currency, booked.booking.sign
    )


def _details_add_up(booked: BookedEntry) -> bool:
    total = Decimal(0)
    for detail in booked.entry.details:
        try:
            amount = _detail_amount(booked, detail)
        except MalformedInput:
            return False
        if amount is None:
            return False
        total += amount
    return total == booked.booking.amount


def _part(booked: BookedEntry, detail: Node, amount: Decimal, suffix: str) -> _Part:
    undoes = booked.booking.undoes or "RtrInf" in detail
    side = Side(booked.frame.account, _sign(amount, booked), undoes)
    return _Part(amount, detail, camt_details.read(detail, side), suffix)


def _sign(amount: Decimal, booked: BookedEntry) -> int:
    return (amount > 0) - (amount < 0) or booked.booking.sign


def _whole(booked: BookedEntry) -> _Part:
    """Return the part of an entry without details, or with some that do not add up."""
    words = Particulars()
    side = Side(booked.frame.account, booked.booking.sign, booked.booking.undoes)
    pieces = []
    for detail in booked.entry.details:
        if len(words.others) >= MAX_WHOLE_REFERENCES:
            break
        found = camt_details.read(detail, side)
        pieces.append(" ".join(filter(None, (found.name, found.text))))
        words.others += _all_references(found)
    words.others = list(dict.fromkeys(words.others))[:MAX_WHOLE_REFERENCES]
    words.text = "; ".join(filter(None, pieces))[:MAX_TEXT]
    return _Part(booked.booking.amount, {}, words, "")


def _all_references(found: Particulars) -> list[Reference]:
    named = (
        ("end_to_end", found.end_to_end),
        ("mandate", found.mandate),
        ("invoice", found.invoice),
        ("structured", found.structured),
    )
    return [reference for reference in named if reference[1]] + found.others


def _fact(booked: BookedEntry, part: _Part) -> TransactionFact:
    booking, frame, words = booked.booking, booked.frame, part.words
    converted = _conversion(booked, part)
    return TransactionFact(
        account_identifier=frame.account,
        currency=frame.currency,
        external_id=camt_booking.external_id(booking, frame) + part.suffix,
        occurrence=booked.occurrence,
        kind="bank_credit" if _sign(part.amount, booked) > 0 else "bank_debit",
        gross_amount=part.amount,
        net_amount=part.amount,
        occurred_at=booking.occurred_at,
        booked_on=booking.day,
        value_date=booking.value_date,
        source_code=_source_code(booked, part.detail),
        entry_reference=booked.reference,
        batch_kind="statement",
        batch_external_id=frame.external_id,
        presentment_amount=converted.amount if converted else None,
        presentment_currency=converted.currency if converted else "",
        exchange_rate=converted.rate if converted else None,
        payment_reference=_one_line(words.payment_text)[:500],
        invoice_reference=words.invoice,
        structured_reference=words.structured,
        mandate_reference=words.mandate,
        end_to_end_reference=words.end_to_end,
        bank_reference=_one_line(booking.reference),
        extra_references=_further(booked, words),
        counterparty_name=_one_line(words.name)[:140],
        counterparty_account=words.account[:64],
        counterparty_email=words.email[:254],
        description=_description(booked, part),
    )


def _one_line(content: str) -> str:
    return " ".join(content.split())


def _conversion(booked: BookedEntry, part: _Part) -> camt_details.Conversion | None:
    """Return the amount in another currency; that of the entry is for all of it."""
    currency = booked.frame.currency
    found = camt_details.conversion(part.detail, part.amount, currency)
    if found or part.suffix:
        return found
    return camt_details.conversion(booked.entry.node, part.amount, currency)


def _further(booked: BookedEntry, words: Particulars) -> tuple[Reference, ...]:
    """Return the other references, those of the entry and its batch included."""
    entry = booked.entry
    found = dict.fromkeys(words.others)
    for reference in (
        text(entry.node, "NtryRef"),
        *(text(batch, name) for batch in entry.batches for name in _BATCH_REFERENCES),
    ):
        if reference:
            found[("bank", _one_line(reference)[:140])] = None
    found.pop(("bank", _one_line(booked.booking.reference)), None)
    return tuple(found)


def _source_code(booked: BookedEntry, detail: Node) -> str:
    """Return domain/family/sub-family, with the reason of a return as last part."""
    code = _transaction_code(detail) or _transaction_code(booked.entry.node)
    reason = first_text(detail, ("RtrInf", "Rsn", "Cd"), ("RtrInf", "Rsn", "Prtry"))
    if not reason and booked.booking.undoes:
        reason = _REVERSAL
    return "/".join(filter(None, (code, reason)))


def _transaction_code(node: Node) -> str:
    given = child(node, "BkTxCd")
    domain = child(given, "Domn")
    family = child(domain, "Fmly")
    code = (text(domain, "Cd"), text(family, "Cd"), text(family, "SubFmlyCd"))
    return ("/".join(filter(None, code)) or text(given, "Prtry", "Cd"))[:64]


def _description(booked: BookedEntry, part: _Part) -> str:
    described = part.words.text or booked.booking.text
    charges = _included_charges(part.detail)
    if not charges and not part.suffix:
        charges = _included_charges(booked.entry.node)
    if charges:
        described = f"{described} (charges {charges} included)".strip()
    return described[:MAX_TEXT]


def _included_charges(node: Node) -> str:
    """Return the charges that are part of the amount, as text."""
    if "Chrgs" not in node:
        return ""
    for record in (*nodes(node, "Chrgs", "Rcrd"), *nodes(node, "Chrgs")):
        if text(record, "ChrgInclInd").lower() in ("true", "1"):
            return " ".join(texts(record, "Amt") + texts(record, "Amt", "@Ccy"))
    return ""
