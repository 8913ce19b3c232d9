"""How long the parts of a simulation took, and how many rows went through them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stopwatch:
    """Adds up seconds and rows by stage, in the order in which stages begin."""

    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, rows: int = 0) -> Iterator[None]:
        """Measure one part of a stage.

        :param rows: that go through it.
        """
        begun = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - begun)
            self.count(name, rows)

    def add(self, name: str, seconds: float) -> None:
        """Add seconds to a stage."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def count(self, name: str, rows: int) -> None:
        """Add rows to a stage."""
        self.rows[name] = self.rows.get(name, 0) + rows

    def lines(self) -> list[str]:
        """Return a line for each stage, and one for all of them."""
        found = [self._line(name, seconds) for name, seconds in self.seconds.items()]
        total = sum(self.seconds.values())
        return [*found, f"{'in all':<12}{total:8.1f} s"]

    def _line(self, name: str, seconds: float) -> str:
        rows = self.rows.get(name, 0)
        line = f"{name:<12}{seconds:8.1f} s"
        if not rows:
            return line
        return f"{line}{rows:9,} rows{rows / max(seconds, 0.001):9.0f} rows/s"
