"""What an event makes us look at again, and how it is fetched.

A target is a text: ``balance``, ``payout:po_…``, ``dispute:dp_…``, ``source:ch_…``.
Events come late, twice, in any order and say what was true when they were made; the
API says what is.
"""

from __future__ import annotations

from collections.abc import Iterator

from odoo.addons.settlement.canonical.facts import RawItem

from . import streams
from .stripe_client import StripeClient
from .webhook_event import Event

# Objects that rows of the balance come from.
SOURCES = frozenset({"application_fee", "charge", "refund", "topup", "transfer"})
BALANCE, PAYOUT, DISPUTE, SOURCE = "balance", "payout", "dispute", "source"

Fetched = Iterator[tuple[str, list[RawItem]]]


def target_of(event: Event) -> str:
    """Return what an event announces, "" if it moves no money of this account."""
    if event.object_type == "balance":
        return BALANCE
    if event.object_type in (PAYOUT, DISPUTE) and event.object_id:
        return f"{event.object_type}:{event.object_id}"
    if event.object_type in SOURCES and event.object_id:
        return f"{SOURCE}:{event.object_id}"
    return ""


def fetch(client: StripeClient, target: str) -> Fetched:
    """Yield (stream, items) of a target as it stands now.

    The items go the way of those that the regular pull finds.
    """
    kind, _colon, object_id = target.partition(":")
    if kind == BALANCE:
        yield "balance", streams.balance_items(client)
        return
    rows = client.balance_transactions([("source", object_id)])
    yield "balance_transactions", streams.items_of(rows)
    if kind == PAYOUT:
        yield from _payout(client, object_id)
    if kind == DISPUTE:
        dispute = client.dispute(object_id)
        yield "disputes", [RawItem(dispute.id, dispute.content, {})]


def _payout(client: StripeClient, payout_id: str) -> Fetched:
    payout = client.payout(payout_id)
    yield "payouts", [RawItem(payout.id, payout.content, {})]
    if streams.is_listed(payout.raw):
        for items in streams.payout_list(client, payout_id):
            yield "payout_transactions", items
