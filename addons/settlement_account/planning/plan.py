"""A planned entry: what will be posted, to the last minor unit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


class Unbalanced(Exception):
    """The planned lines do not sum to zero. Never posted, never repaired."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One journal item to be; amounts are minor units, positive is a debit.

    ``amount`` is in the currency of the wallet, ``amount_currency`` in that of the
    line, ``balance`` in that of the company. ``reconcile_with`` names the journal
    items that the line settles. ``analytic`` is a distribution of its own, as JSON
    text.
    """

    role: str
    account_id: int
    name: str
    amount: int
    currency_id: int
    amount_currency: int
    balance: int
    partner_id: int = 0
    transaction_id: int = 0
    match_id: int = 0
    reconcile_with: tuple[int, ...] = ()
    tax_id: int = 0
    repartition_line_id: int = 0
    tag_ids: tuple[int, ...] = ()
    tax_base: int = 0
    is_summable: bool = False
    analytic: str = ""

    @property
    def is_cost(self) -> bool:
        """Whether the line is a cost or income, which analytic rules may want."""
        return self.role in COST_ROLES


# Roles whose lines go to profit and loss.
COST_ROLES = frozenset(
    {
        "fee",
        "dispute_loss",
        "dispute_exchange",
        "bank_fee",
        "interest",
        "difference",
    }
)
# What of a line is kept for ever and compared with the ledger, in this order.
COLUMNS = (
    "role",
    "account_id",
    "partner_id",
    "currency_id",
    "amount_currency",
    "balance",
    "transaction_id",
    "match_id",
    "name",
)


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """All lines of one entry and the rows that it posts."""

    date: date
    lines: tuple[PlannedLine, ...]
    transaction_ids: tuple[int, ...] = ()
    name: str = ""
    match_ids: tuple[int, ...] = field(default=())
    mapping_ids: tuple[int, ...] = ()

    def check(self) -> EntryPlan:
        """Return the plan itself if it balances in both currencies.

        :raises Unbalanced: with the two sums, if it does not.
        """
        amount = sum(line.amount for line in self.lines)
        balance = sum(line.balance for line in self.lines)
        if amount or balance:
            raise Unbalanced(f"{self.name}: lines sum to {amount} and {balance}")
        return self

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON-ready data, lines as rows under ``columns``."""
        plan = {
            "date": self.date.isoformat(),
            "name": self.name,
            "columns": list(COLUMNS),
            "lines": [[getattr(line, name) for name in COLUMNS] for line in self.lines],
        }
        if self.mapping_ids:
            # Which decisions about codes the entry rests on.
            plan["mappings"] = list(self.mapping_ids)
        return plan

    def digest(self) -> str:
        """Return the SHA-256 of the plan, the same for the same entry."""
        return digest_of(self.as_dict(), self.transaction_ids)


def volume(plan: EntryPlan) -> int:
    """Return what an entry moves: its debits in the company's minor units."""
    return sum(line.balance for line in plan.lines if line.balance > 0)


def digest_of(plan: dict[str, Any], transaction_ids: Iterable[int] = ()) -> str:
    """Return the SHA-256 of a plan given as data and of the rows it posts."""
    content = {**plan, "transactions": sorted(transaction_ids)}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def reversed_plan(plan: dict[str, Any], day: date) -> dict[str, Any]:
    """Return the plan of the entry that takes another one back on ``day``."""
    turned = [plan["columns"].index(name) for name in ("amount_currency", "balance")]
    lines = [
        [-value if at in turned else value for at, value in enumerate(line)]
        for line in plan["lines"]
    ]
    return {**plan, "date": day.isoformat(), "lines": lines}
