"""Payouts as the rows of a reconciliation report tell of them.

The payouts report brings the payouts' own rows, but not what is inside of them: no
batch is read from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import ZERO, BatchFact, TransactionFact

from .row import Row, cell

# A payout never lists its own row, nor that of its failure.
NOT_LISTED = frozenset({"payout", "payout_failure"})


@dataclass(slots=True)
class _Listed:
    """What the rows of one automatic payout add up to."""

    total: Decimal = ZERO
    first_booked: datetime | None = None
    expected_on: date | None = None
    reference: str = ""


@dataclass(slots=True)
class ListedPayouts:
    """The automatic payouts that the rows of a file name, with their totals."""

    account: str = ""
    _payouts: dict[tuple[str, str], _Listed] = field(default_factory=dict)

    def add(self, fact: TransactionFact, row: Row) -> None:
        """Add one row to the payout that lists it."""
        payout = cell(row, "automatic_payout_id")
        if not payout or fact.kind in NOT_LISTED:
            return
        # A day that cannot be read leaves the payout as it was.
        day = _day(row)
        listed = self._payouts.setdefault((payout, fact.currency), _Listed())
        listed.total += fact.net_amount
        listed.first_booked = min(
            fact.occurred_at, listed.first_booked or fact.occurred_at
        )
        listed.expected_on = day or listed.expected_on
        if cell(row, "trace_id_status") == "supported":
            listed.reference = cell(row, "trace_id") or listed.reference

    def batches(self) -> Iterator[BatchFact]:
        """Yield each payout; its total is what its rows add up to.

        Its version is older than any word of the API about it.
        """
        for (payout, currency), listed in self._payouts.items():
            day = listed.expected_on or listed.first_booked.date()
            yield BatchFact(
                currency=currency,
                account_identifier=self.account,
                kind="payout",
                external_id=payout,
                date=day,
                total=listed.total,
                expected_on=day,
                reference=listed.reference,
                source_version_at=listed.first_booked,
            )


def _day(row: Row) -> date | None:
    """Return the day on which the payout should arrive, UTC if it is stated."""
    value = cell(row, "automatic_payout_effective_at_utc") or cell(
        row, "automatic_payout_effective_at"
    )
    return _date("automatic_payout_effective_at", value) if value else None


def _date(name: str, value: str) -> date:
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise MalformedInput(f"{value!r} in {name} is no date.") from error
