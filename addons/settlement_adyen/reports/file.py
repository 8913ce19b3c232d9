"""A report of Adyen as a stream of facts: settlement details or payments accounting.

The settlement details report is the book: its rows move money, each is listed in the
batch whose payout it proves. The payments accounting report tells how far a payment
is before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact

SETTLEMENT, ACCOUNTING = "settlement", "accounting"
NO_REPORT = (
    "This is no settlement details or payments accounting report of Adyen: its first "
    "row does not name their columns."
)


def kind_of(head: bytes) -> str:
    """Return SETTLEMENT, ACCOUNTING, or "" by the first bytes of a file."""
    return ""


def is_report(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a report that we read."""
    return bool(kind_of(head))


def read_report(file: BinaryIO, zone: ZoneInfo, told_at: datetime) -> Iterator[Fact]:
    """Yield the rows of a report, and at its end the batches that they add up to.

    A row that cannot be read becomes a RejectedRow; the rows around it go on.

    :param file: seekable binary file at its beginning, read as a stream.
    :param zone: time zone of the backend: days are counted in it, and clocks whose
        abbreviation is unknown are taken for its own.
    :param told_at: when the report was received, naive UTC: Adyen does not date its
        reports, and writes a new one under the name of the old one. The later one
        says the later word.
    :raises MalformedInput: if no row of it can be read.
    """
    raise MalformedInput(NO_REPORT)
    yield
