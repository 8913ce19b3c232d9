"""A dispute as what a notification says of it at one moment of its life."""

from __future__ import annotations

from typing import Any

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import DisputeFact

Raw = dict[str, Any]


def is_dispute(item: Raw) -> bool:
    """Return whether a notification item is about a dispute."""
    return False


def read_dispute(item: Raw) -> DisputeFact:
    """Return what Adyen says of one dispute.

    :param item: one ``NotificationRequestItem`` for which :func:`is_dispute` holds.
    :raises MalformedInput: if a field is missing or wrong.
    """
    raise MalformedInput("No dispute can be read from this notification.")
