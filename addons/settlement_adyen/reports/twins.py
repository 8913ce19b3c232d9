"""Numbers of rows that cannot be told apart by what they say."""

from __future__ import annotations

# Remembering all rows of a long report would cost memory; twins stand close together.
_KEPT = 4096


class Twins:
    """Counts how often each name came lately."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Return how many rows of this name came shortly before this one."""
        seen = self._seen
        number = seen.pop(name, -1) + 1
        seen[name] = number
        if len(seen) > _KEPT:
            del seen[next(iter(seen))]
        return number
