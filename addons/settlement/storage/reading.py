"""What one reading of a few messages came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..canonical.facts import Fact, RejectedRow, TransactionFact


@dataclass(slots=True)
class Reading:
    """Counts of one reading; ``facts`` and ``refused`` by the id of the message.

    :param replayed: ids of the messages that were read before; what they hold is
        remembered, so that what they no longer hold can be named.
    """

    replayed: frozenset[int] = frozenset()
    totals: dict[str, int] = field(default_factory=dict)
    facts: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    gone: list[int] = field(default_factory=list)
    _identities: set[int] = field(default_factory=set)

    def note(self, message_id: int, fact: Fact) -> None:
        """Count one fact of a message."""
        if isinstance(fact, TransactionFact):
            self.facts[message_id] += 1
            if message_id in self.replayed:
                self._identities.add(hash((fact.external_id, fact.occurrence)))
        elif isinstance(fact, RejectedRow):
            self.refused[message_id] += 1

    def add(self, counters: dict[str, int]) -> None:
        """Add the counters of a stored chunk."""
        for name, count in counters.items():
            self.totals[name] = self.totals.get(name, 0) + count

    def holds(self, external_id: str, occurrence: int) -> bool:
        """Tell whether a replayed message still holds a transaction."""
        return hash((external_id, occurrence)) in self._identities

    def rows_of(self, message_id: int) -> int:
        """Return how many rows of a message were read, good and bad."""
        return self.facts[message_id] + self.refused[message_id]

    @property
    def unchanged(self) -> int:
        """How many transactions were known exactly as they were read."""
        refused_later = self.totals.get("rejected", 0) - self.refused.total()
        stored = self.totals.get("transactions", 0)
        return max(self.facts.total() - stored - refused_later, 0)
