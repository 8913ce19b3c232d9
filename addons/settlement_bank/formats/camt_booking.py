"""What one entry (Ntry) of a camt statement books: amount, days, identity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput

from . import camt_details, identity
from .camt_document import Entry
from .camt_statement import Frame
from .values import parse_amount, parse_moment
from .xml_tree import Node, first_text, text

BOOKED = "BOOK"
UNBOOKED = frozenset(("PDNG", "INFO", "FUTR"))


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
        text=text(node, "AddtlNtryInf")[: camt_details.MAX_TEXT],
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
    return "" if camt_details.is_filler(reference) else " ".join(reference.split())


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
