"""Let a stand-in of Stripe, or the way to it, fail as it was planned."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from ..stand_in.stripe_server import StripeServer
from ..stand_in.stripe_webhooks import StripeWebhooks
from ..stand_in.stripe_world import Raw

_ROWS = "/v1/balance_transactions"
# So often an outage answers that nobody gets through.
_ALWAYS = 1000
# The provider says itself that trying again is of no use now.
_NOT_NOW = {"Stripe-Should-Retry": "false"}
_FAULTS: dict[str, dict[str, Any]] = {
    "server_error": {"kind": "status", "status": 500, "path": _ROWS},
    "rate_limited": {
        "kind": "status",
        "status": 429,
        "path": _ROWS,
        "headers": {"Retry-After": "0"},
    },
    "connection_reset": {"kind": "reset", "path": _ROWS},
    "answer_cut": {"kind": "cut", "path": _ROWS},
    "page_repeated": {"kind": "duplicate", "path": _ROWS, "skip": 1},
    "unavailable": {
        "kind": "status",
        "status": 503,
        "times": _ALWAYS,
        "headers": _NOT_NOW,
    },
    "key_refused": {"kind": "status", "status": 401, "times": _ALWAYS},
}
Event = tuple[bytes, str]


@contextmanager
def committed(server: StripeServer, troubles: Collection[str]) -> Iterator[None]:
    """Commit what is planned for one visit; afterwards the server is well again."""
    for name in troubles:
        if name in _FAULTS:
            server.faults.add(**_FAULTS[name])
    try:
        yield
    finally:
        server.faults.clear()


def events(server: StripeServer, secret: str, troubles: Collection[str]) -> list[Event]:
    """Return the (body, signature) of the events that Stripe, or another, sends.

    :param secret: with which Stripe signs.
    """
    sent = []
    newest = server.world.listing("payouts").rows[:1]
    for payout in newest:
        body = _body(server.world.as_of_now(payout))
        genuine = (body, StripeWebhooks("", [secret]).signature(body))
        if "event_repeated" in troubles:
            sent += [genuine, genuine, genuine]
        if "event_forged" in troubles:
            sent += [(body, StripeWebhooks("", ["whsec_wrong"]).signature(body))] * 2
    return sent


def _body(payout: Raw) -> bytes:
    event = StripeWebhooks("", []).event("payout.paid", payout)
    event["id"] = f"evt_{payout['id']}"
    event["created"] = payout["created"]
    return StripeWebhooks.content(event)
