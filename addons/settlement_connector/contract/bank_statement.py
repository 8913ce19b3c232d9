"""A bank that tells of one payment, as a canonical file of JSON lines."""

from __future__ import annotations

import json


def bank_statement(currency: str, amount: str, text: str, day: str) -> bytes:
    """Return a statement with one entry that credits the account.

    :param amount: in major units, positive.
    :param text: what the bank shows of it.
    :param day: ISO 8601, of entry and statement.
    """
    row = {
        "type": "transaction",
        "currency": currency,
        "external_id": "entry-1",
        "kind": "bank_credit",
        "gross_amount": amount,
        "net_amount": amount,
        "occurred_at": f"{day}T12:00:00Z",
        "booked_on": day,
        "description": text,
        "batch_kind": "statement",
        "batch_external_id": "st-1",
    }
    batch = {
        "type": "batch",
        "currency": currency,
        "kind": "statement",
        "external_id": "st-1",
        "date": day,
        "total": amount,
        "opening_balance": "0",
        "closing_balance": amount,
    }
    return "\n".join(map(json.dumps, (row, batch))).encode()
