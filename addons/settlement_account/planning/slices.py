"""Cut the rows of a wallet into slices: one month, one entry each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby

from .kinds import IN_TRANSIT
from .rows import Row

# More lines in one entry bring no speed, they only make it hard to read.
MAX_LINES = 1000


def month_of(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def by_month(rows: Iterable[Row]) -> list[tuple[date, list[Row]]]:
    """Return the rows of each calendar month, payouts behind what they pay out."""
    ordered = sorted(
        rows,
        key=lambda row: (month_of(row.booked_on), row.kind in IN_TRANSIT, row.id),
    )
    # Odoo's groupby is none for pure code; the rows stand in order.
    # pylint: disable-next=bad-builtin-groupby
    months = groupby(ordered, key=lambda row: month_of(row.booked_on))
    return [(month, list(group)) for month, group in months]


def weight(row: Row) -> int:
    """Return how many lines of an entry a row may need besides the shared ones."""
    return max(1, len(row.settled)) + (row.kind in IN_TRANSIT)


def chunks(
    rows: Iterable[Row],
    limit: int = MAX_LINES,
    weigh: Callable[[Row], int] = weight,
) -> list[list[Row]]:
    """Cut rows into runs whose lines fit one entry; a single row is never cut."""
    runs: list[list[Row]] = []
    room = 0
    for row in rows:
        needed = weigh(row)
        if not runs or needed > room:
            runs.append([])
            room = limit
        runs[-1].append(row)
        room -= needed
    return runs


def entry_date(rows: Iterable[Row]) -> date:
    """Return the date of an entry: the last day one of its rows was booked."""
    return max(row.booked_on for row in rows)
