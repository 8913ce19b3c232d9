"""The balance object as one canonical balance per currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import ZERO, BalanceFact

from .reading import Raw, amount, currency_code, objects

# Held back from the payments balance, but still ours.
_RESERVES = ("connect_reserved", "risk_reserved", "settlement_reserved")


def read_balances(
    raw: Raw, observed_at: datetime, account: str = ""
) -> list[BalanceFact]:
    """Return what Stripe holds for us, per currency in order of its code.

    :param observed_at: instant of the answer, naive UTC.
    :param account: id of the account, "" where the backend has only one.
    :raises MalformedInput: if an amount or currency is wrong.
    """
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for bucket, entry in _entries(raw):
        currency = currency_code(entry)
        sums[currency][bucket] += amount(entry, "amount", currency)
    return [
        BalanceFact(
            currency=currency,
            observed_at=observed_at,
            available=buckets["available"],
            pending=buckets["pending"],
            reserve=buckets["reserve"],
            account_identifier=account,
        )
        for currency, buckets in sorted(sums.items())
    ]


def _entries(raw: Raw) -> Iterator[tuple[str, Raw]]:
    for bucket in ("available", "pending"):
        for entry in objects(raw, bucket):
            yield bucket, entry
    for name in _RESERVES:
        for entry in _reserve_entries(raw, name):
            yield "reserve", entry


def _reserve_entries(raw: Raw, name: str) -> list[Raw]:
    """Return the amounts of a plain list or of lists by availability."""
    if not isinstance(raw.get(name), dict):
        return objects(raw, name)
    return objects(raw[name], "available") + objects(raw[name], "pending")
