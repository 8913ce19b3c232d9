"""camt.053 bank statements (ISO 20022, all versions in use) as canonical facts.

The file is read once and never held in memory. Transactions come while reading, the
batch of a statement after its last entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    Fact,
    RejectedRow,
)

from . import camt_booking, camt_facts, camt_statement
from .camt_booking import Booking
from .camt_controls import Tally, broken_controls
from .camt_document import Entry, StatementBegins, StatementEnds, pieces
from .camt_facts import BookedEntry
from .camt_statement import Balances, Frame
from .identity import Twins
from .xml_tree import Node, text

MAX_RAW = 1000


def parse(stream: BinaryIO, first_number: int = 1) -> Iterator[Fact]:
    """Yield the facts of a camt.053 document.

    :param stream: binary file, read from where it stands to its end.
    :param first_number: from where statements and entries are numbered, so that the
        rejected rows of several documents do not share a number.
    :return: transactions (signed, major units), one batch of kind ``statement`` after
        the entries of each statement, and rejected rows.
    :raises MalformedInput: where the document is damaged, or if it is something else;
        the facts that stand before have been yielded by then.
    """
    reader = _Reader(first_number)
    for piece in pieces(stream):
        yield from reader.facts_of(piece)
    if reader.statement is None:
        raise MalformedInput("The file has no statement (Stmt) in it.")


def recognises(head: bytes) -> bool:
    """Say whether the beginning of a file looks like a camt message of any kind."""
    plain = head.replace(b"\0", b"")
    return any(sign in plain for sign in (b"camt.05", b"<BkToCstmr", b":BkToCstmr"))


class _Reader:
    """Turns the pieces of one document into facts."""

    def __init__(self, first_number: int) -> None:
        self.statement: _Statement | None = None
        self._number = first_number - 1
        self._twins = Twins()
        self._batches: set[str] = set()

    def facts_of(
        self, piece: StatementBegins | Entry | StatementEnds
    ) -> Iterator[Fact]:
        """Yield the facts of one piece of the document."""
        if isinstance(piece, StatementBegins) or self.statement is None:
            self._number += 1
            self.statement = _Statement(self._number, piece, self._twins, self._batches)
        elif isinstance(piece, Entry):
            self._number += 1
            yield from self.statement.entry_facts(self._number, piece)
        else:
            yield from self.statement.closing_facts(piece.header)


class _Statement:
    """One statement while it is read.

    :param number: its place among the statements and entries of the message.
    :param twins: counts equal entries of the whole document.
    :param batches: the statements of the document read so far.
    """

    def __init__(
        self, number: int, begin: StatementBegins, twins: Twins, batches: set[str]
    ) -> None:
        self._number = number
        self._message = begin.message
        self._twins = twins
        self._batches = batches
        self._frame: Frame | None = None
        self._refusal: RejectedRow | None = None
        self._tally = Tally()

    def entry_facts(self, number: int, entry: Entry) -> Iterator[Fact]:
        """Yield the facts of an entry; a rejected row if it cannot be read."""
        frame = self._open(entry.header, text(entry.node, "Amt", "@Ccy"))
        self._tally.entries += 1
        if frame is None:
            return
        try:
            booking = self._booking(entry, frame)
        except MalformedInput as error:
            self._tally.rejected += 1
            yield self._rejected_entry(number, entry, frame, str(error))
            return
        if booking is not None:
            occurrence = self._twins.number(camt_booking.external_id(booking, frame))
            yield from camt_facts.facts(BookedEntry(entry, booking, frame, occurrence))

    def _booking(self, entry: Entry, frame: Frame) -> Booking | None:
        """Read and count an entry; None if it is not booked yet."""
        booking = camt_booking.read_booking(entry, frame)
        status = camt_booking.status(entry.node)
        if status in camt_booking.UNBOOKED:
            self._tally.leave_out(status, booking.amount)
            return None
        if status != camt_booking.BOOKED:
            raise MalformedInput(f"its status {status[:20]!r} is unknown.")
        self._tally.book(booking.amount)
        return booking

    def closing_facts(self, header: Node) -> Iterator[Fact]:
        """Yield the batch of the statement, and what is wrong with it."""
        frame = self._open(header, "")
        if frame is None:
            yield replace(
                self._refusal,
                reason=f"{self._refusal.reason} Entries left out: "
                f"{self._tally.entries}.",
            )
            return
        balances, unreadable = _balances(header, frame)
        broken = broken_controls(header, self._tally)
        if sentences := unreadable + broken:
            yield RejectedRow(
                self._number,
                "",
                f"{frame.title}: {' '.join(sentences)}",
                "batch_unbalanced" if broken else "malformed_input",
            )
        yield self._batch(frame, balances, not sentences)

    def _open(self, header: Node, currency: str) -> Frame | None:
        """Return the frame of the statement, None if the statement is refused."""
        if self._frame is None and self._refusal is None:
            self._frame = self._read_frame(header, currency)
        return self._frame

    def _read_frame(self, header: Node, currency: str) -> Frame | None:
        try:
            frame = camt_statement.read_frame(header, self._message, currency)
        except MalformedInput as error:
            reason = f"A statement of this file cannot be read: {error}"
            self._refusal = RejectedRow(self._number, "", reason)
            return None
        if frame.is_duplicate:
            self._refusal = RejectedRow(
                self._number, "", _duplicate(frame), "duplicate"
            )
            return None
        if frame.external_id in self._batches:
            # The same statement again: its entries are no twins of the first ones.
            self._twins = Twins()
        self._batches.add(frame.external_id)
        return frame

    def _rejected_entry(
        self, number: int, entry: Entry, frame: Frame, reason: str
    ) -> RejectedRow:
        return RejectedRow(
            number,
            json.dumps(entry.node, ensure_ascii=False)[:MAX_RAW],
            f"{frame.title}, entry {entry.number} (line {entry.line}): {reason} The "
            "statement stays incomplete by this entry until the bank corrects it.",
        )

    def _batch(self, frame: Frame, balances: Balances, is_sound: bool) -> BatchFact:
        tally = self._tally
        is_whole = frame.is_last_page or balances.prove(tally.total)
        return BatchFact(
            account_identifier=frame.account,
            currency=frame.currency,
            kind="statement",
            external_id=frame.external_id,
            date=frame.day,
            total=tally.total,
            complete=is_sound and is_whole and not tally.rejected,
            opening_balance=balances.opening,
            closing_balance=balances.closing,
            sequence=frame.sequence,
            reference=frame.reference,
            descriptor=tally.left_out_text(),
            source_version_at=frame.version_at,
        )


def _balances(header: Node, frame: Frame) -> tuple[Balances, list[str]]:
    try:
        return camt_statement.read_balances(header, frame.currency), []
    except MalformedInput as error:
        return Balances(None, None, False), [str(error)]


def _duplicate(frame: Frame) -> str:
    return (
        f"{frame.title} is marked as a duplicate (DUPL) of a statement that the bank "
        "has sent before. It is not imported twice; if the first one is missing here, "
        "ask the bank for the original."
    )
