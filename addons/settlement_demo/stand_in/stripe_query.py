"""How the stand-in finds what a request of the Stripe API asks for."""

from __future__ import annotations

import re
from collections.abc import Callable

from .stripe_refusal import Refusal
from .stripe_world import Raw, StripeWorld

_DEFAULT_LIMIT = 10
_MAXIMAL_LIMIT = 100
_CREATED = re.compile(r"created(?:\[(gte|gt|lte|lt)\])?")
_PAGING = {"limit", "starting_after", "ending_before", "expand[]", "expand[0]"}
_NOUNS = {
    "balance_transactions": "balance transaction",
    "disputes": "dispute",
    "payouts": "payout",
}
# Parameters that only one list has.
_OWN_PARAMETERS = {"balance_transactions": "payout", "payouts": "arrival_date"}
_PERMISSIONS = {
    "account": "rak_accounts_kyc_basic_read",
    "balance": "rak_balance_read",
    "balance_transactions": "rak_balance_transaction_source_read",
    "payouts": "rak_payout_read",
    "charges": "rak_charge_read",
}
_FILTERS = {
    "balance_transactions": ("type", "currency", "source"),
    "payouts": ("status", "destination"),
    "disputes": ("charge", "payment_intent"),
}

Params = list[tuple[str, str]]


class StripeQuery:
    """One request against one world.

    :param allowed: resources that the key may read, ``None`` = all.
    :param overlap: a page starts with the row before its proper first one.
    """

    def __init__(
        self, world: StripeWorld, allowed: frozenset[str] | None, overlap: bool = False
    ) -> None:
        self.world = world
        self.allowed = allowed
        self.overlap = overlap

    def answer(self, path: str, params: Params) -> Raw:
        """Return the result object of a GET request.

        :raises Refusal: with the provider's error.
        """
        parts = path.strip("/").split("/")
        if len(parts) < 2 or parts[0] != "v1" or len(parts) > 3:
            raise self._unknown_url(path)
        self._check_permission(parts[1])
        if len(parts) == 3:
            return self._one(parts[1], parts[2], params)
        singles: dict[str, Callable[[], Raw]] = {
            "account": lambda: self.world.account,
            "balance": self.world.balance,
        }
        if parts[1] in singles:
            return singles[parts[1]]()
        if parts[1] in _FILTERS:
            return self._list(parts[1], params)
        raise self._unknown_url(path)

    def _check_permission(self, resource: str) -> None:
        if self.allowed is not None and resource not in self.allowed:
            permission = _PERMISSIONS.get(resource, f"rak_{resource.rstrip('s')}_read")
            raise Refusal.no_permission(permission, self.world.account["id"])

    @staticmethod
    def _unknown_url(path: str) -> Refusal:
        return Refusal(
            404,
            f"Unrecognized request URL (GET: {path}). Please see "
            "https://stripe.com/docs or we can help at https://support.stripe.com/.",
        )

    def _one(self, resource: str, object_id: str, params: Params) -> Raw:
        raw = self.world.find(object_id)
        if raw is None or not raw.get("object", "").startswith(resource.rstrip("s")):
            noun = _NOUNS.get(resource, resource.rstrip("s"))
            raise Refusal.missing(404, noun, object_id, "id")
        expand = {value for name, value in params if name.startswith("expand")}
        return self._expanded(raw) if "source" in expand else raw

    def _list(self, resource: str, params: Params) -> Raw:
        values = dict(params)
        self._check_names(resource, values)
        rows = self._filtered(resource, values)
        page, has_more = self._page(resource, rows, values)
        expand = {value for name, value in params if name.startswith("expand")}
        prepare = self._expanded if "data.source" in expand else self._flat
        return {
            "object": "list",
            "data": [prepare(self.world.as_of_now(row)) for row in page],
            "has_more": has_more,
            "url": f"/v1/{resource}",
        }

    def _check_names(self, resource: str, values: dict[str, str]) -> None:
        known = {*_PAGING, *_FILTERS[resource]}
        known.add(_OWN_PARAMETERS.get(resource, ""))
        for name in values:
            if name not in known and not _CREATED.fullmatch(name):
                text = f"Received unknown parameter: {name}"
                raise Refusal(400, text, code="parameter_unknown", param=name)

    def _filtered(self, resource: str, values: dict[str, str]) -> list[Raw]:
        if values.get("payout"):
            rows = self._rows_of_payout(values["payout"])
        else:
            rows = self.world.listing(resource).between(*self._bounds(values))
        for name in _FILTERS[resource]:
            if name in values:
                current = map(self.world.as_of_now, rows)
                rows = [row for row in current if row.get(name) == values[name]]
        return rows

    def _rows_of_payout(self, payout_id: str) -> list[Raw]:
        payout = self.world.listing("payouts").find(payout_id)
        if payout is None:
            raise Refusal.missing(400, "payout", payout_id, "payout")
        if not payout["automatic"]:
            raise Refusal(
                400,
                "Balance transaction history can only be filtered on automatic "
                "transfers, not manual.",
            )
        return self.world.payout_members(payout_id)

    @staticmethod
    def _bounds(values: dict[str, str]) -> tuple[int | None, int | None]:
        first = last = None
        for name, value in values.items():
            created = _CREATED.fullmatch(name)
            if not created:
                continue
            if not value.lstrip("-").isdigit():
                raise Refusal(400, f"Invalid integer: {value}", param=name)
            operator, instant = created[1], int(value)
            if operator in ("gte", "gt", None):
                first = instant + (operator == "gt")
            if operator in ("lte", "lt", None):
                last = instant - (operator == "lt")
        return first, last

    def _page(
        self, resource: str, rows: list[Raw], values: dict[str, str]
    ) -> tuple[list[Raw], bool]:
        limit = self._limit(values)
        ranks = self.world.listing(resource).rank
        if "starting_after" in values:
            rank = self._rank(resource, values["starting_after"], "starting_after")
            rank -= self.overlap
            rows = [row for row in rows if ranks[row["id"]] > rank]
        if "ending_before" in values:
            rank = self._rank(resource, values["ending_before"], "ending_before")
            rows = [row for row in rows if ranks[row["id"]] < rank]
            return rows[-limit:], len(rows) > limit
        return rows[:limit], len(rows) > limit

    @staticmethod
    def _limit(values: dict[str, str]) -> int:
        text = values.get("limit", str(_DEFAULT_LIMIT))
        if not text.isdigit():
            raise Refusal(400, f"Invalid integer: {text}", param="limit")
        if not 1 <= int(text) <= _MAXIMAL_LIMIT:
            text = f"This value must be less than or equal to {_MAXIMAL_LIMIT}."
            raise Refusal(400, text, param="limit")
        return int(text)

    def _rank(self, resource: str, object_id: str, param: str) -> int:
        rank = self.world.listing(resource).rank.get(object_id)
        if rank is None:
            raise Refusal.missing(400, _NOUNS[resource], object_id, param)
        return rank

    @staticmethod
    def _flat(raw: Raw) -> Raw:
        return raw

    def _expanded(self, raw: Raw) -> Raw:
        source = raw.get("source")
        if not isinstance(source, str):
            return raw
        return {**raw, "source": self.world.find(source) or source}
