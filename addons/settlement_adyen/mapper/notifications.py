"""What a notification says, once its signature has been verified."""

from __future__ import annotations

from typing import NamedTuple

from odoo.addons.settlement.canonical.facts import Fact
from odoo.addons.settlement.canonical.json_reading import Raw, required_text, text

from .disputes import is_dispute, read_dispute

REPORT_AVAILABLE = "REPORT_AVAILABLE"
# How the files of the reports that are read here are called.
_READ_HERE = ("settlement_detail_report", "payments_accounting_report")


class AnnouncedReport(NamedTuple):
    """A report that can be fetched.

    ``url`` is as it was sent, and no part of what is signed: whoever fetches the
    report checks it.
    """

    account: str
    filename: str
    url: str


def announced_report(item: Raw) -> AnnouncedReport | None:
    """Return the report that an item announces, None if it announces none.

    Only reports that are read here count.

    :raises MalformedInput: if it announces one without a name or an address.
    """
    if text(item, "eventCode") != REPORT_AVAILABLE:
        return None
    filename = required_text(item, "pspReference")
    if not filename.lower().startswith(_READ_HERE):
        return None
    return AnnouncedReport(
        required_text(item, "merchantAccountCode"),
        filename,
        required_text(item, "reason"),
    )


def facts_of(item: Raw) -> list[Fact]:
    """Return what one item says: a dispute at one moment of its life, or nothing.

    Money is said by reports alone: whatever an item says of a payment, a capture or a
    refund is not used. A payment that is expected is not made of it either, for Adyen
    does not say in which currency, and after which fees, it will be settled.

    :param item: one ``NotificationRequestItem`` whose signature is verified.
    :raises MalformedInput: if a field of a dispute is missing or wrong.
    """
    return [read_dispute(item)] if is_dispute(item) else []
