"""A list that somebody agrees to: its fingerprint, and how much it decides on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable


def digest(content: object) -> str:
    """Return the SHA-256 of plain values: the same for the same content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def list_digest(rows: Iterable[tuple[int, str]]) -> str:
    """Return the SHA-256 of a list of rows, whatever their order.

    :param rows: (id, fingerprint of what is known of it) of each.
    """
    lines = sorted(f"{row_id}:{fingerprint}" for row_id, fingerprint in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def exceeding(stakes: Iterable[tuple[int | None, int | None]]) -> int | None:
    """Return the first limit that many acts of one person exceed together.

    Cutting an amount into pieces, or doing them in one click, changes nothing about
    how much one person decides on.

    :param stakes: (amount, limit) of each act in minor units of the company; None: no
        money hangs on it, or nothing limits it.
    """
    sums: dict[int, int] = {}
    for amount, limit in stakes:
        if amount is None or limit is None:
            continue
        sums[limit] = sums.get(limit, 0) + abs(amount)
    return min((limit for limit, total in sums.items() if total > limit), default=None)
