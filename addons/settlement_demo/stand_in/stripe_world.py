"""The data that a stand-in Stripe account shows, as raw objects of its API.

All amounts are integers in the smallest unit of the lower-case currency, all
instants Unix seconds. A world has a simulated clock: what is created after
``now`` is not there yet, so that a day can pass between two pulls.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Raw = dict[str, Any]

# Rows that move money between the payments balance and the reserve.
_RESERVE_CATEGORIES = frozenset({"risk_reserved_funds", "connect_reserved_funds"})


@dataclass
class StripeWorld:
    """One Stripe account.

    Fill it with :meth:`add_source`, :meth:`add_transaction`, :meth:`add_payout`,
    :meth:`change`; the shapes are those of the API:

    * account: ``{"id": "acct_…", "object": "account", "country": "DE",
      "default_currency": "eur", "business_profile": {"name": …},
      "settings": {"dashboard": {"display_name": …, "timezone": …}}}``
    * balance transaction: ``{"id": "txn_…", "object": "balance_transaction",
      "amount": 10000, "fee": 320, "net": 9680, "currency": "eur",
      "exchange_rate": None, "fee_details": [{"amount": 320, "currency": "eur",
      "type": "stripe_fee", "description": "Stripe processing fees",
      "application": None}], "available_on": 1767657600, "created": 1767261600,
      "type": "charge", "reporting_category": "charge",
      "balance_type": "payments", "source": "ch_…", "description": "INV/2026/1"}``
      (``source`` is always the id here; ``status`` follows from the clock and
      ``available_on`` unless it is given)
    * source: a charge, refund, dispute, transfer … ``{"id": "ch_…", "object":
      "charge", …}``; it replaces the id where ``expand[]=data.source`` is asked
    * payout: ``{"id": "po_…", "object": "payout", "amount": 9680, "currency":
      "eur", "arrival_date": …, "created": …, "automatic": True, "status":
      "paid", "reconciliation_status": "completed", "balance_transaction":
      "txn_…", "failure_balance_transaction": None, "statement_descriptor": …,
      "trace_id": {"status": "supported", "value": …}, …}``; it is the source of
      its own balance transaction, no :meth:`add_source` needed

    :param account: the account object.
    :param keys: API key → names of the resources it may read (``account``,
        ``balance``, ``balance_transactions``, ``payouts``, ``charges`` …),
        ``None`` = all of them.
    :param now: simulated clock; set it forward to let time pass.
    :param opening_balance: currency → amount that was there before the first row.
    :param balance_drift: currency → amount by which the balance told differs from
        the sum of the rows (a fault for tests; 0 in a sound world).
    """

    account: Raw
    keys: dict[str, frozenset[str] | None]
    now: int
    opening_balance: dict[str, int] = field(default_factory=dict)
    balance_drift: dict[str, int] = field(default_factory=dict)
    balance_transactions: list[Raw] = field(default_factory=list)
    payouts: list[Raw] = field(default_factory=list)
    sources: dict[str, Raw] = field(default_factory=dict)
    _visible_from: dict[str, int] = field(default_factory=dict, repr=False)
    _changes: dict[str, list[tuple[int, Raw]]] = field(default_factory=dict, repr=False)
    _members: dict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list), repr=False
    )
    _orders: dict[str, _Order] = field(default_factory=dict, repr=False)

    def add_source(self, source: Raw) -> Raw:
        """Add the object behind a balance transaction and return it."""
        self.sources[source["id"]] = source
        return source

    def add_transaction(
        self, transaction: Raw, *, payout: str = "", visible_from: int | None = None
    ) -> Raw:
        """Add a balance transaction and return it.

        :param payout: id of the automatic payout that lists the row; the payout's
            own row is listed by it, too (Σ net of the list is 0).
        :param visible_from: instant from which the API shows the row, if later
            than ``created`` (late data).
        """
        self.balance_transactions.append(transaction)
        self._note(transaction, visible_from)
        if payout:
            self._members[payout].append(transaction["id"])
        return transaction

    def add_payout(self, payout: Raw, *, visible_from: int | None = None) -> Raw:
        """Add a payout (its balance transaction is added on its own)."""
        self.payouts.append(payout)
        self._note(payout, visible_from)
        return payout

    def assign(self, transaction_ids: Iterable[str], payout: str) -> None:
        """Say afterwards that an automatic payout lists these rows."""
        self._members[payout].extend(transaction_ids)
        self._orders.clear()

    def change(self, object_id: str, at: int, **values: Any) -> None:
        """Let fields of an object change at an instant of the clock.

        ``world.change("po_1", t, status="paid", reconciliation_status="completed")``
        """
        self._changes.setdefault(object_id, []).append((at, values))
        self._changes[object_id].sort(key=lambda item: item[0])

    @property
    def disputes(self) -> list[Raw]:
        """The disputes among the sources, in the order of their making."""
        return [raw for raw in self.sources.values() if raw["object"] == "dispute"]

    def listing(self, collection: str) -> _Order:
        """Return the visible ``balance_transactions``, ``disputes`` or ``payouts``."""
        rows: list[Raw] = getattr(self, collection)
        order = self._orders.get(collection)
        if order is None or order.stamp != (len(rows), self.now):
            order = _Order((len(rows), self.now), filter(self._is_visible, rows))
            self._orders[collection] = order
        return order

    def payout_members(self, payout_id: str) -> list[Raw]:
        """Return the visible rows of a payout, newest first."""
        order = self.listing("balance_transactions")
        seen = set(self._members[payout_id]) & order.rank.keys()
        return [order.rows[rank] for rank in sorted(order.rank[one] for one in seen)]

    def find(self, object_id: str) -> Raw | None:
        """Return a visible object of any kind as it stands now, or ``None``."""
        raw = self.sources.get(object_id)
        for collection in ("balance_transactions", "payouts"):
            raw = raw or self.listing(collection).find(object_id)
        return raw and self.as_of_now(raw)

    def as_of_now(self, raw: Raw) -> Raw:
        """Return the object with the changes up to now applied."""
        result = dict(raw)
        if raw.get("object") == "balance_transaction" and "status" not in raw:
            ready = raw["available_on"] <= self.now
            result["status"] = "available" if ready else "pending"
        for at, values in self._changes.get(raw["id"], ()):
            if at <= self.now:
                result.update(values)
        return result

    def balance(self) -> Raw:
        """Return the balance object: the sum of all rows made up to now.

        The money is there even where the list of rows shows it only later.
        """
        available: dict[str, int] = defaultdict(int, self.opening_balance)
        pending: dict[str, int] = defaultdict(int)
        reserve: dict[str, int] = defaultdict(int)
        for row in self.balance_transactions:
            if row.get("balance_type", "payments") != "payments":
                continue
            if row["created"] > self.now:
                continue
            ready = self.as_of_now(row)["status"] == "available"
            (available if ready else pending)[row["currency"]] += row["net"]
            if row["reporting_category"] in _RESERVE_CATEGORIES:
                reserve[row["currency"]] -= row["net"]
        for currency, amount in self.balance_drift.items():
            available[currency] += amount
        return self._balance_object(available, pending, reserve)

    def _balance_object(
        self,
        available: dict[str, int],
        pending: dict[str, int],
        reserve: dict[str, int],
    ) -> Raw:
        currencies = sorted({*available, *pending, self.account["default_currency"]})
        held = sorted(currency for currency in reserve if reserve[currency])

        def amounts(values: dict[str, int], names: list[str]) -> list[Raw]:
            return [
                {"amount": values[name], "currency": name, "source_types": {}}
                for name in names
            ]

        result = {
            "object": "balance",
            "available": amounts(available, currencies),
            "livemode": bool(self.account.get("livemode")),
            "pending": amounts(pending, currencies),
        }
        if held:
            result["risk_reserved"] = {
                "available": amounts(reserve, held),
                "pending": [],
            }
        return result

    def _note(self, raw: Raw, visible_from: int | None) -> None:
        if visible_from is not None:
            self._visible_from[raw["id"]] = visible_from
        self._orders.clear()

    def _is_visible(self, raw: Raw) -> bool:
        created: int = raw["created"]
        return self._visible_from.get(raw["id"], created) <= self.now


class _Order:
    """Rows newest first, with their ranks, as of one instant."""

    def __init__(self, stamp: tuple[int, int], rows: Iterable[Raw]) -> None:
        self.stamp = stamp
        # Rows of the same second are listed in the reverse order of their arrival.
        oldest_first = sorted(rows, key=lambda row: row["created"])
        self.rows = oldest_first[::-1]
        self.rank = {row["id"]: rank for rank, row in enumerate(self.rows)}
        self._keys = [-row["created"] for row in self.rows]

    def find(self, object_id: str) -> Raw | None:
        """Return the row of an id, or ``None``."""
        rank = self.rank.get(object_id)
        return None if rank is None else self.rows[rank]

    def between(self, first: int | None, last: int | None) -> list[Raw]:
        """Return the rows created from ``first`` to ``last``, both inclusive."""
        start = 0 if last is None else bisect.bisect_left(self._keys, -last)
        stop = None if first is None else bisect.bisect_right(self._keys, -first)
        return self.rows[start:stop]
