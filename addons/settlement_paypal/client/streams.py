"""What is pulled, in which order, page by page.

Every call fetches at most one page of rows, so that the caller can store it and its
cursor before the next. A cursor is opaque JSON text and valid only inside the window in
which it was given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement.canonical.facts import RawItem
from odoo.addons.settlement_connector.client.json_list import Element, JsonList

from .paypal_client import PAGE_NUMBER, NotYetThere, PaypalClient, TooManyRows

# The longest period of one call, and how far back PayPal goes.
LONGEST = timedelta(days=31)
HISTORY = timedelta(days=3 * 365)
# Rows appear up to three hours after they moved money.
LATE = timedelta(hours=3)
# A dispute is listed for half a year; its outcome changes no row.
DISPUTE_HISTORY = timedelta(days=179)
SHORTEST = timedelta(minutes=1)
# Rows of one id stand close together; a page of them is remembered for the next one.
_REMEMBERED = 500

Pulled = tuple[list[RawItem], str | None, bool]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One call of a stream; instants are naive UTC.

    :param now: the present moment.
    :param since: first instant of the window, ``None`` = ever.
    :param until: last instant of the window, ``None`` = now.
    :param cursor: text that the call before returned.
    :param limit: rows wanted at most.
    """

    now: datetime
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 100

    def period(self, history: timedelta, late: timedelta) -> tuple[datetime, datetime]:
        """Return what to ask for: no more than there is, with time for late rows."""
        oldest = self.now - history
        since = max(self.since - late, oldest) if self.since else oldest
        until = min(self.until or self.now, self.now)
        return min(since, until), until


def pull(client: PaypalClient, stream: str, request: PullRequest) -> Pulled:
    """Return (items, next cursor, whether there is more) of one stream."""
    return _STREAMS[stream](client, request)


# ----------------------------------------------------------------------
# Transactions
# ----------------------------------------------------------------------


@dataclass(slots=True)
class _Progress:
    """Where the stream of transactions stands.

    ``spans`` are periods still to be read, the first of them in part: ``page`` is the
    next page of it. ``seen`` are the last rows before that page.
    """

    spans: list[tuple[str, str]]
    page: int = 1
    seen: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, request: PullRequest) -> _Progress:
        """Return where a pull begins or goes on."""
        if request.cursor:
            return cls(**json.loads(request.cursor))
        return cls(spans_of(*request.period(HISTORY, LATE)))

    def first(self) -> tuple[datetime, datetime]:
        """Return the period to read from."""
        since, until = self.spans[0]
        return datetime.fromisoformat(since), datetime.fromisoformat(until)

    def next_page(self) -> None:
        """Go on with the next page of the same period."""
        self.page += 1

    def next_span(self) -> None:
        """Go on with the next period."""
        self.spans, self.page, self.seen = self.spans[1:], 1, []

    def split(self) -> None:
        """Read the period in two halves, from their beginning."""
        since, until = self.first()
        middle = since + (until - since) / 2
        middle = middle.replace(microsecond=0)
        halves = [(since, middle), (middle, until)]
        texts = [(one.isoformat(), other.isoformat()) for one, other in halves]
        self.spans, self.page, self.seen = [*texts, *self.spans[1:]], 1, []

    def result(self, items: list[RawItem]) -> Pulled:
        """Return what one call brought and where to go on."""
        if not self.spans:
            return items, None, False
        return items, json.dumps(asdict(self)), True


def spans_of(since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Return a period cut into pieces that PayPal answers, oldest first."""
    found = []
    while not found or since < until:
        end = min(since + LONGEST, until)
        found.append((since.isoformat(), end.isoformat()))
        since = end
    return found


def _transactions(client: PaypalClient, request: PullRequest) -> Pulled:
    progress = _Progress.of(request)
    since, until = progress.first()
    try:
        page = client.transactions(since, until, progress.page, request.limit)
    except TooManyRows:
        if until - since <= SHORTEST:
            raise
        progress.split()
        return progress.result([])
    except NotYetThere:
        progress.next_span()
        return progress.result([])
    items = transaction_items(page, progress.seen)
    pages = page.members.get("total_pages")
    if isinstance(pages, int) and progress.page < pages:
        if not page.elements:
            raise TransientError(
                f"PayPal says that its list has {pages} pages, but page "
                f"{progress.page} is empty."
            )
        progress.next_page()
    else:
        progress.next_span()
    return progress.result(items)


def transaction_items(page: JsonList, seen: list[tuple[str, str]]) -> list[RawItem]:
    """Return the rows of a page; ``seen`` are rows before it and is brought forward.

    Two rows that share all by which rows are known, but not their bytes, are numbered.
    The same row twice, at the seam of two pages, is one.
    """
    account = str(page.members.get("account_number") or "")
    items = []
    for element in page.elements:
        key, mark = _key_of(element)
        before = [each for each in dict.fromkeys(map(tuple, seen)) if each[0] == key]
        context = {"account": account} if account else {}
        if (key, mark) in before:
            twin = before.index((key, mark))
        else:
            twin = len(before)
            seen.append((key, mark))
        if twin:
            context["twin"] = str(twin)
        items.append(RawItem(_identifier(element), element.content, context))
    del seen[:-_REMEMBERED]
    return items


def _key_of(element: Element) -> tuple[str, str]:
    """Return what a row is known by, and what tells it from its twins."""
    info = _info(element)
    amount = info.get("transaction_amount")
    amount = amount if isinstance(amount, dict) else {}
    direction = str(amount.get("value") or "").lstrip()[:1] == "-"
    names = (
        info.get("transaction_id"),
        info.get("transaction_event_code"),
        info.get("transaction_initiation_date"),
        amount.get("currency_code"),
        direction,
    )
    return _digest(repr(names).encode()), _digest(element.content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _info(element: Element) -> dict[str, Any]:
    info = element.raw.get("transaction_info")
    return info if isinstance(info, dict) else {}


def _identifier(element: Element) -> str:
    """Return the id of a row; what has none is known by its bytes."""
    name = _info(element).get("transaction_id")
    return name[:64] if isinstance(name, str) and name else _digest(element.content)


# ----------------------------------------------------------------------
# Disputes and balances
# ----------------------------------------------------------------------


def _disputes(client: PaypalClient, request: PullRequest) -> Pulled:
    """Return disputes as they stand now: the list says only which have changed."""
    since, until = request.period(DISPUTE_HISTORY, LATE)
    if since >= until:
        # PayPal lists nothing of that age any more.
        return [], None, False
    token = json.loads(request.cursor)["token"] if request.cursor else ""
    try:
        page = client.disputes(since, until, token, request.limit)
    except AuthenticationError as error:
        # The rows were just read with the same keys: they are good.
        raise BusinessError(
            "The app may not read disputes. Allow it “Customer disputes” at PayPal. "
            f"{error}"
        ) from error
    names = [str(one.raw.get("dispute_id") or "") for one in page.elements]
    items = [dispute_item(client, name) for name in names if is_identifier(name)]
    following = _next_token(page)
    if not following:
        return items, None, False
    if following == token:
        raise TransientError("PayPal's list of disputes does not go on.")
    return items, json.dumps({"token": following}), True


def dispute_item(client: PaypalClient, dispute_id: str) -> RawItem:
    """Return one dispute as it stands now."""
    return RawItem(dispute_id, client.dispute(dispute_id).content, {})


def is_identifier(text: str) -> bool:
    """Return whether a text may become a part of an address."""
    bare = text.replace("-", "").replace("_", "")
    return 0 < len(text) <= 64 and bare.isascii() and bare.isalnum()


def _next_token(page: JsonList) -> str:
    links = page.members.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next":
            query = parse_qs(urlsplit(str(link.get("href") or "")).query)
            if "next_page_token" in query:
                # A plus sign stands for itself in a token, which has no blanks.
                return query["next_page_token"][0].replace(" ", "+")
            if "page" in query:
                return f"{PAGE_NUMBER}{query['page'][0]}"
            raise TransientError("PayPal's list of disputes names no next page.")
    return ""


def _balances(client: PaypalClient, request: PullRequest) -> Pulled:
    return balance_items(client, request.now), None, False


def balance_items(client: PaypalClient, now: datetime) -> list[RawItem]:
    """Return the balances with the instant at which they were asked for."""
    answer = client.balances()
    return [RawItem("balances", answer.content, {"observed_at": now.isoformat()})]


_STREAMS: dict[str, Callable[[PaypalClient, PullRequest], Pulled]] = {
    "transactions": _transactions,
    "disputes": _disputes,
    "balances": _balances,
}
STREAMS: tuple[str, ...] = tuple(_STREAMS)
