"""Compare what stands in the ledger with what was planned, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .plan import EntryPlan, PlannedLine


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A journal item as it was posted; amounts in minor units."""

    account_id: int
    partner_id: int
    currency_id: int
    amount_currency: int
    balance: int
    name: str


_COMPARED = (
    "account_id",
    "partner_id",
    "currency_id",
    "amount_currency",
    "balance",
    "name",
)


def differences(plan: EntryPlan, posted: Sequence[LedgerLine]) -> list[str]:
    """Return what the ledger has other than planned; empty if nothing."""
    found = []
    if len(posted) != len(plan.lines):
        found.append(f"{len(plan.lines)} lines were planned, {len(posted)} posted")
    for number, (planned, line) in enumerate(
        zip(plan.lines, posted, strict=False), start=1
    ):
        found += _line_differences(number, planned, line)
    return found


def _line_differences(
    number: int, planned: PlannedLine, posted: LedgerLine
) -> list[str]:
    return [
        f"line {number}: {name} is {getattr(posted, name)!r}, "
        f"planned {getattr(planned, name)!r}"
        for name in _COMPARED
        if getattr(posted, name) != getattr(planned, name)
    ]
