"""How providers cut lists into pages, each way with its own repeated row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .faults import Fault


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    :param following: what asks for the next page (a number, an offset, an id); None
        on the last one.
    """

    rows: list[Any]
    following: Any = None

    def with_fault(self, fault: Fault | None) -> Page:
        """Return the page as a fault shows its rows."""
        return replace(self, rows=fault.rows(self.rows)) if fault else self


def numbered_page(
    rows: Sequence[Any], number: int, size: int, fault: Fault | None = None
) -> Page:
    """Return page ``number``, counted from 1."""
    start = (number - 1) * size
    page = offset_page(rows, start, size, fault)
    return replace(page, following=page.following and number + 1)


def offset_page(
    rows: Sequence[Any], start: int, size: int, fault: Fault | None = None
) -> Page:
    """Return the page that begins at a row, counted from 0."""
    following = start + size if start + size < len(rows) else None
    shown = rows[max(start - _overlap(fault), 0) : start + size]
    return Page(list(shown), following).with_fault(fault)


def page_after(
    rows: Sequence[Any],
    after: Any,
    size: int,
    fault: Fault | None = None,
    key: Callable[[Any], Any] = lambda row: row["id"],
) -> Page:
    """Return the page that follows a row.

    :param after: key of the last row of the page before; empty on the first page.
    :param key: returns what names a row.
    :raises LookupError: if there is no such row.
    """
    keys = [key(row) for row in rows]
    if after and after not in keys:
        raise LookupError(f"There is no row {after}.")
    start = keys.index(after) + 1 if after else 0
    page = offset_page(rows, start, size, fault)
    return replace(page, following=page.following and keys[page.following - 1])


def _overlap(fault: Fault | None) -> int:
    return 1 if fault and fault.kind == "duplicate" else 0
