"""The balance object as one canonical balance per currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import ZERO, BalanceFact

from .reading import Raw, amount, currency_code

# Held back from the payments balance, but still ours.
_RESERVES = ("connect_reserved", "risk_reserved", "settlement_reserved")


def read_balances(raw: Raw, observed_at: datetime) -> list[BalanceFact]:
    """Return what Stripe holds for us, per currency in order of its code.

    :param observed_at: instant of the answer, naive UTC.
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
        )
        for currency, buckets in sorted(sums.items())
    ]


def _entries(raw: Raw) -> Iterator[tuple[str, Raw]]:
    for bucket in ("available", "pending"):
        for entry in raw.get(bucket) or []:
            yield bucket, entry
    for name in _RESERVES:
        for entry in _reserve_entries(raw.get(name)):
            yield "reserve", entry


def _reserve_entries(held: object) -> Iterator[Raw]:
    """Yield amounts of a plain list or of lists by availability."""
    if isinstance(held, list):
        yield from held
    elif isinstance(held, dict):
        for bucket in ("available", "pending"):
            yield from held.get(bucket) or []
