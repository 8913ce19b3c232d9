"""What one run of the matcher carries from stage to stage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

Note = tuple[str, str]


@dataclass(slots=True)
class MatchRun:
    """One run over one company.

    :ivar company: record of the company.
    :ivar wanted: ids of the only transactions to match, None for all.
    :ivar touched: ids of what is new or changed since the last run, None for all:
        only that is judged again by references and texts.
    :ivar is_remembered: what stays open is kept for the next run.
    :ivar notes: transaction id → (reason, sentence) of what keeps it open. The first
        stage that says something about a payment has the strongest evidence.
    :ivar hints: transaction id → sentence to be added to whatever keeps it open.
    :ivar proposed: transaction id → sentence of what a fuzzy stage found for it; a
        weaker stage leaves it alone.
    :ivar remarks: transaction id → what else a person should know about it.
    :ivar rechecked: ids of proposals that are judged again and not found again yet;
        None while nobody has said which.
    """

    company: Any
    wanted: list[int] | None = None
    touched: list[int] | None = None
    is_remembered: bool = False
    notes: dict[int, Note] = field(default_factory=dict)
    hints: dict[int, str] = field(default_factory=dict)
    proposed: dict[int, str] = field(default_factory=dict)
    remarks: dict[int, str] = field(default_factory=dict)
    rechecked: set[int] | None = None

    def note(self, transaction_id: int, reason: str, sentence: str) -> None:
        """Keep why a payment stays open, unless something stronger is known."""
        if self.wanted is None or transaction_id in self._wanted_set():
            hint = self.hints.get(transaction_id, "")
            sentence = f"{sentence} {hint}" if hint else sentence
            self.notes.setdefault(transaction_id, (reason, sentence))

    def hint(self, transaction_id: int, sentence: str) -> None:
        """Keep what a person should know about a payment if it stays open."""
        self.hints.setdefault(transaction_id, sentence)

    def _wanted_set(self) -> Collection[int]:
        return self.wanted or ()
