"""The columns of Stripe's itemized report files, and which report a file is.

Source: Stripe's pages "Payout reconciliation report", "Balance report" and "Payouts
report"; columns may be chosen by who runs the report, so only a few are required.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

# Every row of an itemized report is a balance transaction.
REQUIRED = frozenset(
    {"balance_transaction_id", "reporting_category", "currency", "gross", "fee", "net"}
)
# One of these says when the row was booked; "_utc" wins, the other is in the time
# zone for which the report was run.
ROW_INSTANTS = ("created_utc", "created")
PAYOUT_INSTANTS = ("effective_at_utc", "effective_at")


def header_of(head: bytes) -> list[str]:
    """Return the column names in the first line of a file, [] if it has none."""
    first = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    try:
        return next(csv.reader(io.StringIO("".join(first))), [])
    except csv.Error:
        return []


def is_report(names: Sequence[str]) -> bool:
    """Return whether these are the columns of a report that we read."""
    found = set(names)
    return found >= REQUIRED and (is_payouts_report(names) or _has_instant(found))


def is_payouts_report(names: Sequence[str]) -> bool:
    """Return whether each row is a payout, not a row inside of one."""
    found = set(names)
    return "payout_id" in found and not found.isdisjoint(PAYOUT_INSTANTS)


def _has_instant(found: set[str]) -> bool:
    return not found.isdisjoint(ROW_INSTANTS)
