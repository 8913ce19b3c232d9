"""Reading calls of the Stripe API, one method per resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from odoo.addons.settlement.canonical.errors import AuthenticationError
from odoo.addons.settlement_connector.client.http import (
    BearerAuth,
    HttpClient,
    Response,
)

from .json_page import Element, Page, read_page
from .rate_limit import RateLimiter

BASE_URL = "https://api.stripe.com"
HOSTS = ("api.stripe.com",)
API_VERSION = "2026-06-24.dahlia"
# In this header Stripe says itself whether to try again.
SHOULD_RETRY_HEADER = "Stripe-Should-Retry"
PAGE_LIMIT = 100
CALLS_PER_SECOND = 10

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BalanceAnswer:
    """The balance as received, and when (naive UTC) Stripe said so."""

    content: bytes
    observed_at: datetime


class StripeClient:
    """Read-only Stripe, as far as a settlement needs it.

    :param http: client for the API's host; it repeats what may be repeated.
    :param api_keys: secret or restricted keys, newest first: while a key is being
        replaced, both may be there, and the next is tried where one is refused.
    :param limiter: default 10 calls a second.
    """

    def __init__(
        self,
        http: HttpClient,
        api_keys: Sequence[str],
        limiter: RateLimiter | None = None,
    ) -> None:
        if not api_keys:
            raise AuthenticationError(
                "There is no API key. Store a restricted key of Stripe as the "
                "credential api_key."
            )
        self._http = http
        self._keys = list(api_keys)
        self._limiter = limiter or RateLimiter(CALLS_PER_SECOND)

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return "StripeClient(***)"

    def account(self) -> dict[str, Any]:
        """Return the account that the key belongs to."""
        account: dict[str, Any] = self._get("/v1/account").json()
        return account

    def balance(self) -> BalanceAnswer:
        """Return the balance of the account."""
        answer = self._get("/v1/balance")
        answer.json()
        return BalanceAnswer(answer.content, _answered_at(answer))

    def balance_transactions(
        self, params: Params, *, after: str = "", limit: int = PAGE_LIMIT
    ) -> Page:
        """Return a page of balance transactions, sources expanded, newest first.

        :param params: filters: ``created[gte]``, ``payout`` …
        :param after: id of the last row of the page before.
        """
        expand = ("expand[]", "data.source")
        return self._page("/v1/balance_transactions", [*params, expand], after, limit)

    def payouts(
        self, params: Params, *, after: str = "", limit: int = PAGE_LIMIT
    ) -> Page:
        """Return a page of payouts, newest first; see :meth:`balance_transactions`."""
        return self._page("/v1/payouts", params, after, limit)

    def payout(self, payout_id: str) -> Element:
        """Return one payout as it stands now."""
        answer = self._get(f"/v1/payouts/{payout_id}")
        return Element(answer.json(), answer.content)

    def disputes(
        self, params: Params, *, after: str = "", limit: int = PAGE_LIMIT
    ) -> Page:
        """Return a page of disputes, newest first; see :meth:`balance_transactions`."""
        return self._page("/v1/disputes", params, after, limit)

    def dispute(self, dispute_id: str) -> Element:
        """Return one dispute as it stands now."""
        answer = self._get(f"/v1/disputes/{dispute_id}")
        return Element(answer.json(), answer.content)

    def _page(self, path: str, params: Params, after: str, limit: int) -> Page:
        query = [*params, ("limit", str(max(1, min(limit, PAGE_LIMIT))))]
        if after:
            query.append(("starting_after", after))
        return read_page(self._get(path, query).content)

    def _get(self, path: str, params: Params = ()) -> Response:
        while True:
            self._limiter.wait()
            try:
                return self._http.get(
                    path,
                    params=list(params),
                    headers={"Stripe-Version": API_VERSION},
                    auth=BearerAuth(self._keys[0]),
                )
            except AuthenticationError:
                if len(self._keys) == 1:
                    raise
                self._keys.pop(0)


def _answered_at(answer: Response) -> datetime:
    """Return the instant of the ``Date`` header, else now; naive UTC."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date") or "")
    except (TypeError, ValueError):
        moment = datetime.now(timezone.utc).replace(microsecond=0)
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment
