"""Reading calls of PayPal's API, one method per resource."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)
from odoo.addons.settlement_connector.client.http import (
    BearerAuth,
    HttpClient,
    Response,
)
from odoo.addons.settlement_connector.client.json_list import (
    Element,
    JsonList,
    read_list,
)

from .pace import Pace
from .tokens import TokenCache

LIVE_URL = "https://api-m.paypal.com"
SANDBOX_URL = "https://api-m.sandbox.paypal.com"
LIVE_HOSTS = ("api-m.paypal.com", "api.paypal.com")
SANDBOX_HOSTS = ("api-m.sandbox.paypal.com", "api.sandbox.paypal.com")
PAGE_LIMIT = 500
DISPUTE_LIMIT = 50
# No token has a colon: what begins so is the number of a page.
PAGE_NUMBER = "page:"
# PayPal tells no limit, but refuses who asks too fast: a few calls a second are well
# below what it takes, and what it refuses is asked for again when it says so.
CALLS_PER_SECOND = 5

Params = Sequence[tuple[str, str]]
_Answer = TypeVar("_Answer")


class TooManyRows(BusinessError):
    """A period has more rows than PayPal lists at once."""


class NotYetThere(BusinessError):
    """PayPal has no data of a period, because it is too new or too old."""


# PayPal's words, which stand in the error of the HTTP client.
_SPECIAL: tuple[tuple[str, type[BusinessError]], ...] = (
    ("result set size is greater than the maximum limit", TooManyRows),
    ("resultset_too_large", TooManyRows),
    ("data for the given start date is not available", NotYetThere),
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a backend is known by; all of it is secret.

    :param client_ids: newest first, like the secrets: while an app is replaced, both
        are there.
    """

    client_ids: Sequence[str] = field(repr=False)
    secrets: Sequence[str] = field(repr=False)

    def pairs(self) -> list[tuple[str, str]]:
        """Return ids with secrets, in the order in which to try them."""
        return [(one, each) for one in self.client_ids for each in self.secrets]

    def fingerprint(self) -> str:
        """Return a text that is another one as soon as a key is."""
        text = "\n".join((*self.client_ids, "", *self.secrets))
        return hashlib.sha256(text.encode()).hexdigest()


class PaypalClient:
    """Read-only PayPal, as far as a settlement needs it.

    :param http: client for the API's host; it repeats what may be repeated.
    :param tokens: cache that all clients of the process share.
    :param who: key of this backend in the cache.
    :param pace: that of all clients of the backend.
    """

    def __init__(
        self,
        http: HttpClient,
        keys: Keys,
        tokens: TokenCache,
        who: object = "",
        pace: Pace | None = None,
    ) -> None:
        self._http = http
        self._pace = pace or Pace(CALLS_PER_SECOND)
        self._keys = keys
        self._tokens = tokens
        self._who = (who, keys.fingerprint())

    def __repr__(self) -> str:
        """Say what it is, not what it holds."""
        return "PaypalClient(***)"

    # ------------------------------------------------------------------
    # Resources
    # ------------------------------------------------------------------

    def transactions(
        self, since: datetime, until: datetime, page: int, limit: int = PAGE_LIMIT
    ) -> JsonList:
        """Return a page of the rows that moved the balance.

        :param since: naive UTC, like ``until``; at most 31 days apart.
        :param page: counted from 1.
        :raises TooManyRows: if the period has more than PayPal lists.
        :raises NotYetThere: if PayPal has no data of the period.
        """
        params = [
            ("start_date", rfc3339(since)),
            ("end_date", rfc3339(until)),
            ("fields", "all"),
            ("balance_affecting_records_only", "Y"),
            ("page_size", str(max(1, min(limit, PAGE_LIMIT)))),
            ("page", str(page)),
        ]
        answer = self._get("/v1/reporting/transactions", params)
        return read_list(answer.content, "transaction_details", "PayPal")

    def transaction(
        self, transaction_id: str, since: datetime, until: datetime
    ) -> JsonList:
        """Return the rows of one transaction id in a period."""
        params = [
            ("transaction_id", transaction_id),
            ("start_date", rfc3339(since)),
            ("end_date", rfc3339(until)),
            ("fields", "all"),
        ]
        answer = self._get("/v1/reporting/transactions", params)
        return read_list(answer.content, "transaction_details", "PayPal")

    def balances(self) -> Response:
        """Return what PayPal holds for us in each currency, as received."""
        answer = self._get("/v1/reporting/balances", [("currency_code", "ALL")])
        answer.json()
        return answer

    def disputes(
        self, since: datetime, until: datetime, token: str = "", limit: int = 25
    ) -> JsonList:
        """Return a page of the disputes that changed in a period, in short."""
        params = [
            ("update_time_after", rfc3339(since, ".000Z")),
            ("update_time_before", rfc3339(until, ".000Z")),
            ("page_size", str(max(1, min(limit, DISPUTE_LIMIT)))),
        ]
        if token.startswith(PAGE_NUMBER):
            params.append(("page", token.removeprefix(PAGE_NUMBER)))
        elif token:
            params.append(("next_page_token", token))
        answer = self._get("/v1/customer/disputes", params)
        return read_list(answer.content, "items", "PayPal")

    def dispute(self, dispute_id: str) -> Element:
        """Return one dispute as it stands now."""
        answer = self._get(f"/v1/customer/disputes/{dispute_id}")
        return Element(answer.json(), answer.content)

    def confirms(self, question: bytes) -> bool:
        """Return whether PayPal says that it has signed an event.

        :param question: see :func:`~.webhook_signature.question`.
        """
        answer = self._with_token(
            lambda auth: self._http.post(
                "/v1/notifications/verify-webhook-signature",
                data=question,
                headers={"Content-Type": "application/json"},
                auth=auth,
            )
        ).json()
        told = answer.get("verification_status") if isinstance(answer, dict) else ""
        return told == "SUCCESS"

    # ------------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------------

    def _get(self, path: str, params: Params = ()) -> Response:
        return self._with_token(
            lambda auth: self._http.get(path, params=list(params), auth=auth)
        )

    def _with_token(self, call: Callable[[BearerAuth], _Answer]) -> _Answer:
        """Make a call; if its token is refused, once more with a new one."""
        known = self._tokens.get(self._who)
        if known:
            try:
                return self._special(lambda: call(BearerAuth(known)))
            except AuthenticationError:
                self._tokens.drop(self._who, known)
        return self._special(lambda: call(BearerAuth(self._new_token())))

    def _special(self, call: Callable[[], _Answer]) -> _Answer:
        """Tell refusals apart that mean something to who asks."""
        self._pace.wait()
        try:
            return call()
        except BusinessError as error:
            words = str(error).lower()
            for text, kind in _SPECIAL:
                if text in words:
                    raise kind(str(error)) from None
            raise

    def _new_token(self) -> str:
        """Return a fresh token, with the first pair of keys that PayPal takes."""
        pairs = self._keys.pairs()
        if not pairs:
            raise AuthenticationError(
                "There are no keys. Store the client id and the secret of an app of "
                "PayPal as the credentials client_id and client_secret."
            )
        refusal: AuthenticationError | None = None
        for pair in pairs:
            try:
                return self._token_of(pair)
            except AuthenticationError as error:
                refusal = refusal or error
        assert refusal is not None
        raise refusal

    def _token_of(self, pair: tuple[str, str]) -> str:
        answer = self._http.post(
            "/v1/oauth2/token", data=[("grant_type", "client_credentials")], auth=pair
        ).json()
        text = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(text, str) or not text:
            raise TransientError("PayPal answered the request for a token without one.")
        lifetime = answer.get("expires_in")
        is_number = isinstance(lifetime, int) and not isinstance(lifetime, bool)
        self._tokens.put(self._who, text, float(lifetime) if is_number else 0.0)
        return text


def rfc3339(moment: datetime, end: str = "Z") -> str:
    """Return naive UTC as PayPal takes it, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{end}"
