"""One booked entry of a camt statement as canonical facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import TransactionFact

from . import camt_details, identity
from .camt_details import MAX_TEXT, Particulars, Side
from .camt_document import Entry
from .camt_statement import Frame
from .values import parse_amount, parse_moment
from .xml_tree import Node, child, first_text, nodes, text, texts

BOOKED = "BOOK"
UNBOOKED = frozenset(("PDNG", "INFO", "FUTR"))
# How many references of the details one entry that stays whole takes over.
MAX_WHOLE_REFERENCES = 200
_REVERSAL = "RVSL"
_BATCH_REFERENCES = ("PmtInfId", "MsgId")


@dataclass(frozen=True, slots=True)
class Booking:
    """The entry itself: what the account shows as one line.

    ``amount`` is signed, ``reference`` the bank's own or "".
    """

    amount: Decimal
    sign: int
    day: date
    occurred_at: datetime
    value_date: date | None
    reference: str
    entry_reference: str
    undoes: bool
    text: str


def status(entry: Node) -> str:
    """Return the status of an entry; one that has none is booked."""
    return text(entry, "Sts", "Cd") or text(entry, "Sts") or BOOKED


def read_booking(entry: Entry, frame: Frame) -> Booking:
    """Read amount, dates and identity of a booked entry.

    :raises MalformedInput: if one of them cannot be read.
    """
    node = entry.node
    sign = camt_details.read_sign(text(node, "CdtDbtInd"))
    if not sign:
        raise MalformedInput("the entry says neither credit (CRDT) nor debit (DBIT).")
    amount = sign * _amount(node, frame)
    value = _moment(node, "ValDt")
    day, occurred_at = _moment(node, "BookgDt") or value or _default(frame)
    reference = _servicer_reference(entry)
    return Booking(
        amount=amount,
        sign=sign,
        day=day,
        occurred_at=occurred_at,
        value_date=value[0] if value else None,
        reference=(reference or text(node, "NtryRef"))[:140],
        entry_reference=identity.entry_key(
            day, amount, reference or _fingerprint(entry, amount)
        ),
        undoes=_undoes(node),
        text=text(node, "AddtlNtryInf")[:MAX_TEXT],
    )


def _amount(node: Node, frame: Frame) -> Decimal:
    currency = text(node, "Amt", "@Ccy")
    if currency != frame.currency:
        raise MalformedInput(
            f"the entry is in {currency[:10] or 'no currency'}, the account in "
            f"{frame.currency}."
        )
    return parse_amount(text(node, "Amt"), currency)


def _moment(node: Node, name: str) -> tuple[date, datetime] | None:
    given = first_text(node, (name, "Dt"), (name, "DtTm"))
    return parse_moment(given) if given else None


def _default(frame: Frame) -> tuple[date, datetime]:
    """Return the day of the statement, for entries that have none of their own."""
    return frame.day, datetime(frame.day.year, frame.day.month, frame.day.day)


def _undoes(node: Node) -> bool:
    return text(node, "RvslInd").lower() in ("true", "1")


def _servicer_reference(entry: Entry) -> str:
    """Return the bank's reference of the entry, or of its only detail, or "".

    NtryRef alone is none: many banks count it from 1 in each statement or repeat
    the same number all the time.
    """
    reference = text(entry.node, "AcctSvcrRef")
    if not reference and len(entry.details) == 1:
        reference = text(next(iter(entry.details)), "Refs", "AcctSvcrRef")
    return "" if camt_details.is_filler(reference) else reference


def _fingerprint(entry: Entry, amount: Decimal) -> str:
    def facts() -> Iterator[str]:
        yield text(entry.node, "NtryRef")
        yield text(entry.node, "ValDt", "Dt")
        yield f"{amount:f}"
        yield text(entry.node, "AddtlNtryInf")
        for detail in entry.details:
            yield from camt_details.identity_facts(detail)

    return identity.fingerprint(facts())


def external_id(booking: Booking, frame: Frame) -> str:
    """Return the identity of an entry among all accounts of a backend."""
    account = identity.account_key(frame.account, frame.currency)
    return f"{account}:{booking.entry_reference}"


def facts(
    entry: Entry, booking: Booking, frame: Frame, occurrence: int
) -> Iterator[TransactionFact]:
    """Yield one fact per detail if the details add up to the entry, else one fact.

    :param occurrence: number of this entry among entries of equal identity.
    """
    if len(entry.details) > 1 and _details_add_up(entry, booking, frame):
        for index, detail in enumerate(entry.details):
            yield _fact(entry, booking, frame, occurrence, detail, index)
    elif len(entry.details) == 1:
        yield _fact(entry, booking, frame, occurrence, next(iter(entry.details)), None)
    else:
        yield _whole_fact(entry, booking, frame, occurrence)


def _details_add_up(entry: Entry, booking: Booking, frame: Frame) -> bool:
    total = Decimal(0)
    for detail in entry.details:
        try:
            amount = camt_details.signed_amount(detail, frame.currency, booking.sign)
        except MalformedInput:
            return False
        if amount is None:
            return False
        total += amount
    return total == booking.amount


def _fact(
    entry: Entry,
    booking: Booking,
    frame: Frame,
    occurrence: int,
    detail: Node,
    index: int | None,
) -> TransactionFact:
    """Return the fact of one detail, ``index`` None if it is the only one."""
    amount = booking.amount
    if index is not None:
        own = camt_details.signed_amount(detail, frame.currency, booking.sign)
        amount = booking.amount if own is None else own
    returned = "RtrInf" in detail
    side = Side(frame.account, _sign(amount, booking), booking.undoes or returned)
    words = camt_details.read(detail, side)
    return _build(
        entry, booking, frame, occurrence, detail, words, amount, _suffix(index)
    )


def _sign(amount: Decimal, booking: Booking) -> int:
    return (amount > 0) - (amount < 0) or booking.sign


def _suffix(index: int | None) -> str:
    return "" if index is None else f"#{index}"


def _whole_fact(
    entry: Entry, booking: Booking, frame: Frame, occurrence: int
) -> TransactionFact:
    """Return the fact of an entry that has no details, or some that do not add up."""
    words = Particulars()
    side = Side(frame.account, booking.sign, booking.undoes)
    pieces = []
    for detail in entry.details:
        if len(words.others) >= MAX_WHOLE_REFERENCES:
            break
        found = camt_details.read(detail, side)
        pieces.append(" ".join(filter(None, (found.name, found.text))))
        words.others += _all_references(found)
    words.others = list(dict.fromkeys(words.others))[:MAX_WHOLE_REFERENCES]
    words.text = "; ".join(filter(None, pieces))[:MAX_TEXT]
    return _build(entry, booking, frame, occurrence, {}, words, booking.amount, "")


def _all_references(found: Particulars) -> list[camt_details.Reference]:
    named = (
        ("end_to_end", found.end_to_end),
        ("mandate", found.mandate),
        ("invoice", found.invoice),
        ("structured", found.structured),
    )
    return [reference for reference in named if reference[1]] + found.others


def _build(
    entry: Entry,
    booking: Booking,
    frame: Frame,
    occurrence: int,
    detail: Node,
    words: Particulars,
    amount: Decimal,
    suffix: str,
) -> TransactionFact:
    entry_reference = booking.entry_reference + (f"~{occurrence}" if occurrence else "")
    converted = camt_details.conversion(
        detail, amount, frame.currency
    ) or camt_details.conversion(entry.node, amount, frame.currency)
    return TransactionFact(
        account_identifier=frame.account,
        currency=frame.currency,
        external_id=external_id(booking, frame) + suffix,
        occurrence=occurrence,
        kind="bank_credit" if _sign(amount, booking) > 0 else "bank_debit",
        gross_amount=amount,
        net_amount=amount,
        occurred_at=booking.occurred_at,
        booked_on=booking.day,
        value_date=booking.value_date,
        source_code=_source_code(entry.node, detail, booking.undoes),
        entry_reference=entry_reference,
        batch_kind="statement",
        batch_external_id=frame.external_id,
        presentment_amount=converted.amount if converted else None,
        presentment_currency=converted.currency if converted else "",
        exchange_rate=converted.rate if converted else None,
        payment_reference=words.payment_text[:500],
        invoice_reference=words.invoice,
        structured_reference=words.structured,
        mandate_reference=words.mandate,
        end_to_end_reference=words.end_to_end,
        bank_reference=booking.reference,
        extra_references=_further(entry, booking, words),
        counterparty_name=words.name[:140],
        counterparty_account=words.account[:64],
        counterparty_email=words.email[:254],
        description=_description(entry, booking, detail, words),
    )


def _further(
    entry: Entry, booking: Booking, words: Particulars
) -> tuple[camt_details.Reference, ...]:
    """Return the other references, those of the entry and its batch included."""
    found = dict.fromkeys(words.others)
    for reference in (
        text(entry.node, "NtryRef"),
        *(text(batch, name) for batch in entry.batches for name in _BATCH_REFERENCES),
    ):
        if reference:
            found[("bank", reference[:140])] = None
    found.pop(("bank", booking.reference), None)
    return tuple(found)


def _source_code(node: Node, detail: Node, undoes: bool) -> str:
    """Return domain/family/sub-family, with the reason of a return as fourth part."""
    code = _transaction_code(detail) or _transaction_code(node)
    reason = first_text(
        detail, ("RtrInf", "Rsn", "Cd"), ("RtrInf", "Rsn", "Prtry")
    ) or (_REVERSAL if undoes else "")
    return "/".join(filter(None, (code, reason)))


def _transaction_code(node: Node) -> str:
    given = child(node, "BkTxCd")
    domain = child(given, "Domn")
    family = child(domain, "Fmly")
    code = (text(domain, "Cd"), text(family, "Cd"), text(family, "SubFmlyCd"))
    return ("/".join(filter(None, code)) or text(given, "Prtry", "Cd"))[:64]


def _description(
    entry: Entry, booking: Booking, detail: Node, words: Particulars
) -> str:
    described = words.text or booking.text
    charges = _included_charges(detail) or _included_charges(entry.node)
    if charges:
        described = f"{described} (charges {charges} included)".strip()
    return described[:MAX_TEXT]


def _included_charges(node: Node) -> str:
    """Return the charges that are part of the amount, as text."""
    for record in (*nodes(node, "Chrgs", "Rcrd"), *nodes(node, "Chrgs")):
        if text(record, "ChrgInclInd").lower() in ("true", "1"):
            return " ".join(texts(record, "Amt") + texts(record, "Amt", "@Ccy"))
    return ""
