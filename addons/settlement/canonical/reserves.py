"""Which release gives back which hold.

A release that names its hold belongs to it; any other gives back the oldest hold
that is still open, as money that is held in a row is released in a row. The same set
of rows gives the same answer, whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReserveRow:
    """A row that holds money back (``gross`` negative) or releases it (positive)."""

    id: int
    external_id: str
    gross: int
    booked_on: date
    occurrence: int = 0
    source_external_id: str = ""
    parent_external_id: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A part of a hold that a row has given back; ``amount`` is positive."""

    hold_id: int
    row_id: int
    amount: int


def allocated(rows: Iterable[ReserveRow]) -> tuple[list[Release], dict[int, int]]:
    """Return what of each hold was released by which row, and what fits no hold.

    :param rows: rows of one wallet.
    :return: releases in the order of their finding, and row id → amount without hold.
    """
    allocation = _Allocation(rows)
    allocation.give_back_named()
    allocation.give_back_in_turn()
    without = {row.id: allocation.left[row.id] for row in allocation.rows}
    return allocation.releases, {key: left for key, left in without.items() if left}


class _Allocation:
    """Holds and releases of a wallet with what is left of each."""

    def __init__(self, rows: Iterable[ReserveRow]) -> None:
        ordered = sorted(
            rows, key=lambda row: (row.booked_on, row.external_id, row.occurrence)
        )
        self.holds = [row for row in ordered if row.gross < 0]
        self.rows = [row for row in ordered if row.gross > 0]
        self.left = {row.id: abs(row.gross) for row in ordered}
        self.releases: list[Release] = []

    def give_back_named(self) -> None:
        """Let releases that name their hold give it back."""
        named = _by_name(self.holds)
        for row in self.rows:
            name = row.parent_external_id
            holds = named.get(name if name in named else row.source_external_id, ())
            for hold in holds:
                self._give_back(hold, row)

    def give_back_in_turn(self) -> None:
        """Let what is left of releases give back the oldest open holds."""
        waiting = iter([hold for hold in self.holds if self.left[hold.id]])
        hold = next(waiting, None)
        for row in self.rows:
            while hold is not None and self.left[row.id]:
                self._give_back(hold, row)
                if not self.left[hold.id]:
                    hold = next(waiting, None)

    def _give_back(self, hold: ReserveRow, row: ReserveRow) -> None:
        amount = min(self.left[hold.id], self.left[row.id])
        if amount:
            self.left[hold.id] -= amount
            self.left[row.id] -= amount
            self.releases.append(Release(hold.id, row.id, amount))


def _by_name(holds: Iterable[ReserveRow]) -> dict[str, list[ReserveRow]]:
    """Return holds by the ids under which a release may name them."""
    names: dict[str, list[ReserveRow]] = {}
    for hold in holds:
        for name in {hold.source_external_id, hold.external_id} - {""}:
            names.setdefault(name, []).append(hold)
    return names
