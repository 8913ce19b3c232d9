"""How what an event announced is fetched, as it stands now.

A target is a text: ``dispute:PP-D-…`` or ``transaction:<id>:<day of the event>``.
Events come late, twice, in any order and say what was true when they were made; the
API says what is. A row that PayPal does not list yet comes with a later pull.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from odoo.addons.settlement.canonical.facts import RawItem

from . import streams
from .paypal_client import NotYetThere, PaypalClient
from .webhook_event import DISPUTE, period_of

Fetched = Iterator[tuple[str, list[RawItem]]]


def fetch(client: PaypalClient, target: str, now: datetime) -> Fetched:
    """Yield (stream, items) of a target; they go the way of any pull."""
    kind, _colon, rest = target.partition(":")
    if kind == DISPUTE:
        yield "disputes", [streams.dispute_item(client, rest)]
        return
    name, _colon, day = rest.partition(":")
    since, until = period_of(day, now)
    try:
        page = client.transaction(name, since, until)
    except NotYetThere:
        return
    yield "transactions", streams.transaction_items(page, [])
