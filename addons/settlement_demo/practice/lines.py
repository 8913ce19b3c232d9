"""Lines of canonical files, as a provider and a bank of a practice desk send them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from odoo.addons.settlement.canonical import money

Line = dict[str, Any]


def text_of(minor: int, currency: str) -> str:
    """Return minor units as a source writes them."""
    return str(money.from_minor(minor, money.exponent(currency)))


def row(
    name: str,
    kind: str,
    currency: str,
    gross: int,
    day: date,
    *,
    fee: int = 0,
    version: int = 1,
    **values: Any,
) -> Line:
    """Return a row that moved money; amounts in minor units.

    :param version: later ones of the same row correct the former ones.
    """
    fees = [{"kind": "processing", "amount": text_of(fee, currency)}] if fee else []
    return {
        "type": "transaction",
        "currency": currency,
        "external_id": name,
        "kind": kind,
        "gross_amount": text_of(gross, currency),
        "fee_amount": text_of(fee, currency),
        "net_amount": text_of(gross - fee, currency),
        "fees": fees,
        "occurred_at": f"{day.isoformat()}T12:00:00Z",
        "booked_on": day.isoformat(),
        "source_version_at": f"{day.isoformat()}T13:{version:02d}:00Z",
        **values,
    }


def batch(
    name: str, kind: str, currency: str, total: int, day: date, **values: Any
) -> Line:
    """Return a payout or statement."""
    return {
        "type": "batch",
        "currency": currency,
        "kind": kind,
        "external_id": name,
        "date": day.isoformat(),
        "total": text_of(total, currency),
        **values,
    }


def content_of(lines: Iterable[Line]) -> bytes:
    """Return lines as the bytes of one file."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
