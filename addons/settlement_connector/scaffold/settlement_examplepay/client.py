"""How Example Pay is spoken to: addresses, pages, signatures. No Odoo here."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    MalformedInput,
)
from odoo.addons.settlement.canonical.facts import RawItem
from odoo.addons.settlement_connector.client.http import BearerAuth, HttpClient

BASE_URL = "https://api.provider.example"
HOSTS = ("api.provider.example",)
API_KEY = "api_key"
WEBHOOK_SECRET = "webhook_secret"
# What can be pulled; each is a list of the same form below /v1.
STREAMS = ("transactions",)
SIGNATURE_HEADER = "X-Signature"


class ExamplepayClient:
    """Read-only Example Pay.

    :param keys: newest first; while one replaces another, both may be there.
    """

    def __init__(self, http: HttpClient, keys: Sequence[str]) -> None:
        self._http = http
        self._keys = list(keys)

    def account(self) -> dict[str, Any]:
        """Return who we are to Example Pay."""
        found = self._get("/v1/account")
        return {"account_identifier": found.get("id"), "name": found.get("name")}

    def page(
        self, stream: str, since: datetime, until: datetime, cursor: Any, limit: int
    ) -> tuple[list[RawItem], str | None, bool]:
        """Return (objects, next cursor, whether there is more), oldest first."""
        params = [
            ("from", f"{since.isoformat()}Z"),
            ("to", f"{until.isoformat()}Z"),
            ("page", cursor or "1"),
            ("per_page", str(limit)),
        ]
        answer = self._get(f"/v1/{stream}", params)
        if not isinstance(answer.get("items"), list):
            raise MalformedInput("Example Pay answered without a list of items.")
        following = answer.get("next_page")
        items = [_item(raw) for raw in answer["items"]]
        return items, str(following) if following else None, bool(following)

    def one(self, stream: str, identity: str) -> list[RawItem]:
        """Return one object as it stands now, in a list; [] if there is none."""
        answer = self._get(f"/v1/{stream}", [("id", identity)])
        return [_item(raw) for raw in answer.get("items") or []]

    def _get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        while True:
            try:
                auth = BearerAuth(self._keys[0])
                found = self._http.get(path, params=list(params), auth=auth).json()
                return found if isinstance(found, dict) else {}
            except AuthenticationError:
                if len(self._keys) == 1:
                    raise
                self._keys.pop(0)


def _item(raw: Any) -> RawItem:
    if not isinstance(raw, dict) or not raw.get("id"):
        raise MalformedInput("Example Pay lists an object that has no id.")
    content = json.dumps(raw, ensure_ascii=False, default=str)
    return RawItem(str(raw["id"]), content.encode())


class Event(NamedTuple):
    """What is used of an event: its id, and what it makes worth fetching."""

    id: str
    target: str


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Check the signature of an event, a HMAC-SHA256 of its raw bytes.

    :raises AuthenticationError: if none of the secrets made it.
    """
    given = (headers.get(SIGNATURE_HEADER) or "").encode()
    for secret in secrets:
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if hmac.compare_digest(made.encode(), given):
            return
    raise AuthenticationError("The signature of the event is not right.")


def read_event(body: bytes) -> Event:
    """Return what is used of an event.

    :raises MalformedInput: if it is none.
    """
    try:
        event = json.loads(body)
        return Event(event["id"], f"{STREAMS[0]}:{event['object_id']}")
    except (ValueError, LookupError, TypeError):
        raise MalformedInput("This is no event of Example Pay.") from None
