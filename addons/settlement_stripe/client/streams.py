"""What is pulled, in which order, page by page.

Every call fetches at most one page of rows, so that the caller can store it and its
cursor before the next. A cursor is opaque JSON text and valid only inside the
window in which it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement.canonical.facts import RawItem

from .json_page import Page
from .stripe_client import Params, StripeClient

# A payout changes long after its creation: it may fail up to five working days after
# it was paid, and its trace id may come ten days after its arrival. Its stream reaches
# back so far that the last word is heard, whatever the look-back of the backend is.
PAYOUT_LIFE = timedelta(days=28)
# A dispute is decided up to three months after its opening, by some schemes later;
# an inquiry may become one in between. Its list is short: it is read anew each time.
DISPUTE_LIFE = timedelta(days=180)

Pulled = tuple[list[RawItem], str | None, bool]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One call of a stream.

    :param since: first instant of the window (naive UTC), ``None`` = ever.
    :param until: last instant of the window, ``None`` = now.
    :param cursor: text that the call before returned.
    :param limit: rows wanted at most.
    :param listed_payouts: ids whose final list is known already.
    """

    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 100
    listed_payouts: Collection[str] = field(default_factory=frozenset)


def pull(client: StripeClient, stream: str, request: PullRequest) -> Pulled:
    """Return (items, next cursor, whether there is more) of one stream."""
    return _STREAMS[stream](client, request)


def _balance_transactions(client: StripeClient, request: PullRequest) -> Pulled:
    after = json.loads(request.cursor)["after"] if request.cursor else ""
    page = client.balance_transactions(
        _created(request.since, request.until), after=after, limit=request.limit
    )
    return items_of(page), *_next_page(page, after)


def _disputes(client: StripeClient, request: PullRequest) -> Pulled:
    after = json.loads(request.cursor)["after"] if request.cursor else ""
    since = request.since and request.since - DISPUTE_LIFE
    page = client.disputes(
        _created(since, request.until), after=after, limit=request.limit
    )
    return items_of(page), *_next_page(page, after)


def _payouts(client: StripeClient, request: PullRequest) -> Pulled:
    after = json.loads(request.cursor)["after"] if request.cursor else ""
    page = _payout_page(client, request, after)
    return items_of(page), *_next_page(page, after)


def _payout_page(client: StripeClient, request: PullRequest, after: str) -> Page:
    since = request.since and request.since - PAYOUT_LIFE
    return client.payouts(
        _created(since, request.until), after=after, limit=request.limit
    )


@dataclass(slots=True)
class _ListProgress:
    """Where the stream ``payout_transactions`` stands.

    ``waiting`` are payouts whose list is still to be read, ``after`` is the last row
    read of the first of them; ``payout_after`` is the last payout looked at, ``None``
    when all payouts of the window were.
    """

    waiting: list[str] = field(default_factory=list)
    after: str = ""
    payout_after: str | None = ""

    @property
    def is_done(self) -> bool:
        """Tell whether no payout and no list is left."""
        return not self.waiting and self.payout_after is None


def _payout_transactions(client: StripeClient, request: PullRequest) -> Pulled:
    progress = _ListProgress(**json.loads(request.cursor or "{}"))
    if not progress.waiting and progress.payout_after is not None:
        _find_payouts(client, request, progress)
    items: list[RawItem] = []
    if progress.waiting:
        items = _read_list(client, request, progress)
    if progress.is_done:
        return items, None, False
    return items, json.dumps(asdict(progress)), True


def _find_payouts(
    client: StripeClient, request: PullRequest, progress: _ListProgress
) -> None:
    """Look through one page of payouts for lists that are final and new."""
    page = _payout_page(client, request, progress.payout_after or "")
    progress.waiting = [
        element.id
        for element in page.elements
        if is_listed(element.raw) and element.id not in request.listed_payouts
    ]
    _check_progress(page, progress.payout_after or "")
    progress.payout_after = page.last_id if page.has_more else None


def is_listed(payout: dict[str, Any]) -> bool:
    """Return whether the list of a payout's rows is final."""
    final = payout.get("reconciliation_status") == "completed"
    return payout.get("automatic") is True and final


def _read_list(
    client: StripeClient, request: PullRequest, progress: _ListProgress
) -> list[RawItem]:
    """Return one page of the rows inside the first waiting payout."""
    payout = progress.waiting[0]
    page = client.balance_transactions(
        [("payout", payout)], after=progress.after, limit=request.limit
    )
    _check_progress(page, progress.after)
    if page.has_more:
        progress.after = page.last_id
    else:
        progress.after = ""
        progress.waiting = progress.waiting[1:]
    return items_of(page, {"payout": payout})


def _balance(client: StripeClient, _request: PullRequest) -> Pulled:
    return balance_items(client), None, False


def balance_items(client: StripeClient) -> list[RawItem]:
    """Return the balance with the instant at which Stripe told it."""
    answer = client.balance()
    context = {"observed_at": answer.observed_at.isoformat()}
    return [RawItem("balance", answer.content, context)]


def payout_list(client: StripeClient, payout: str) -> Iterator[list[RawItem]]:
    """Yield the rows of one payout's final list, page by page."""
    progress = _ListProgress(waiting=[payout], payout_after=None)
    while not progress.is_done:
        yield _read_list(client, PullRequest(), progress)


_STREAMS: dict[str, Callable[[StripeClient, PullRequest], Pulled]] = {
    "balance_transactions": _balance_transactions,
    "disputes": _disputes,
    "payouts": _payouts,
    "payout_transactions": _payout_transactions,
    "balance": _balance,
}
STREAMS: tuple[str, ...] = tuple(_STREAMS)


def _created(since: datetime | None, until: datetime | None) -> Params:
    bounds = (("created[gte]", since), ("created[lte]", until))
    return [(name, str(_epoch(moment))) for name, moment in bounds if moment]


def _epoch(moment: datetime) -> int:
    """Return naive UTC as Unix seconds, rounded down."""
    return int(moment.replace(tzinfo=timezone.utc).timestamp() // 1)


def items_of(page: Page, context: dict[str, str] | None = None) -> list[RawItem]:
    """Return the elements of a page as items."""
    return [
        RawItem(element.id, element.content, dict(context or {}))
        for element in page.elements
    ]


def _next_page(page: Page, after: str) -> tuple[str | None, bool]:
    _check_progress(page, after)
    if not page.has_more:
        return None, False
    return json.dumps({"after": page.last_id}), True


def _check_progress(page: Page, after: str) -> None:
    """Refuse a list that would be read for ever.

    :raises TransientError: if there is more to come but no step forward.
    """
    if page.has_more and page.last_id in ("", after):
        raise TransientError(
            "Stripe says that its list has more, but the page brings nothing new."
        )
