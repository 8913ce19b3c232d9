"""Show a Stripe account of the world through the stand-in of the API."""

from __future__ import annotations

from ..stand_in.stripe_world import StripeWorld
from .stripe_book import StripeBook


def stripe_world(book: StripeBook, api_key: str, now: int) -> StripeWorld:
    """Return the account as the stand-in server shows it.

    :param api_key: the only key that the server accepts; it may read everything.
    :param now: simulated clock, Unix seconds.
    """
    world = StripeWorld(
        account=book.account,
        keys={api_key: None},
        now=now,
        opening_balance=book.opening_balance(),
    )
    payout_of = {
        row_id: payout_id
        for payout_id, members in book.members.items()
        for row_id in members
    }
    for source in book.sources.values():
        world.add_source(source)
    for row in book.rows:
        world.add_transaction(
            row,
            payout=payout_of.get(row["id"], ""),
            visible_from=book.late.get(row["id"]),
        )
    for payout in book.payouts:
        world.add_payout(payout)
    for change in book.changes:
        world.change(change.object_id, change.at, **change.values)
    return world
