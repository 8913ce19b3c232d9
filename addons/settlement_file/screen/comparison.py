"""What two versions of a layout make of the same file, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from odoo.addons.settlement.canonical.facts import (
    Fact,
    RejectedRow,
    TransactionFact,
)

Identity = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One transaction that the versions read differently.

    :ivar effect: ``new``, ``gone`` or ``changed``.
    :ivar changes: (field, before, after) of what differs; of what is new or gone,
        the kind and the money.
    """

    effect: str
    external_id: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, and how many rows are read alike or put aside by each."""

    differences: tuple[Difference, ...]
    same: int
    rejected_before: int
    rejected_after: int

    def count(self, effect: str) -> int:
        """Return how many transactions differ in one way."""
        return sum(each.effect == effect for each in self.differences)


def compare(before: Iterable[Fact], after: Iterable[Fact]) -> Comparison:
    """Return what becomes of the same file by one version and by another."""
    old, rejected_before = _read(before)
    new, rejected_after = _read(after)
    differences = []
    for identity in dict.fromkeys([*old, *new]):
        difference = _difference(old.get(identity), new.get(identity))
        if difference:
            differences.append(difference)
    same = len(set(old) | set(new)) - len(differences)
    return Comparison(tuple(differences), same, rejected_before, rejected_after)


def _read(facts: Iterable[Fact]) -> tuple[dict[Identity, TransactionFact], int]:
    """Return transactions by identity, and how many rows were put aside."""
    found, rejected = {}, 0
    for fact in facts:
        if isinstance(fact, TransactionFact):
            found[fact.external_id, fact.occurrence] = fact
        rejected += isinstance(fact, RejectedRow)
    return found, rejected


def _difference(
    old: TransactionFact | None, new: TransactionFact | None
) -> Difference | None:
    if old is None and new is not None:
        return Difference("new", new.external_id, _essence(new, before=False))
    if new is None and old is not None:
        return Difference("gone", old.external_id, _essence(old, before=True))
    if old is None or new is None or old == new:
        return None
    changes = tuple(
        (each.name, _text(getattr(old, each.name)), _text(getattr(new, each.name)))
        for each in fields(TransactionFact)
        if getattr(old, each.name) != getattr(new, each.name)
    )
    return Difference("changed", new.external_id, changes)


def _essence(fact: TransactionFact, before: bool) -> tuple[tuple[str, str, str], ...]:
    """Return kind and money of a transaction that only one version reads."""
    said = f"{fact.kind} {fact.net_amount} {fact.currency}"
    return (("net_amount", said if before else "", "" if before else said),)


def _text(value: object) -> str:
    """Return a value of a fact as people read it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if hasattr(value, "amount"):
        return f"{value.kind} {value.amount} + {value.tax_amount}"
    return str(value)
