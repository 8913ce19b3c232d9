"""What a notification says, once its signature has been verified."""

from __future__ import annotations

from typing import Any, NamedTuple

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact

Raw = dict[str, Any]


class AnnouncedReport(NamedTuple):
    """A report that can be fetched.

    ``url`` is as it was sent: whoever fetches it checks its host.
    """

    account: str
    filename: str
    url: str


def read_items(content: bytes) -> list[Raw]:
    """Return the items (``NotificationRequestItem``) of a standard notification.

    :param content: the body as it was received.
    :raises MalformedInput: if it is no notification.
    """
    raise MalformedInput("This is no notification of Adyen.")


def announced_report(item: Raw) -> AnnouncedReport | None:
    """Return the report that an item announces, None if it announces none.

    Only reports that :func:`settlement_adyen.reports.file.read_report` reads count.

    :raises MalformedInput: if it announces one without a name or an address.
    """
    return None


def facts_of(item: Raw) -> list[Fact]:
    """Return what one item says: a dispute at one moment of its life, or nothing.

    Money is said by reports alone; whatever an item says of it is not used.

    :param item: one ``NotificationRequestItem`` whose signature is verified.
    :raises MalformedInput: if a field of a dispute is missing or wrong.
    """
    return []
