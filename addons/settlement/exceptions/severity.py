"""How urgent an exception is, by its amount or its age, and until when it waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

SEVERITIES: tuple[str, ...] = ("critical", "high", "medium", "low")
# These question the books themselves, whatever amount hangs on them.
ALWAYS_CRITICAL: tuple[str, ...] = (
    "chain_broken",
    "signature_invalid",
    "changed_after_posting",
)
AGE_BUCKETS: tuple[tuple[str, int], ...] = (
    ("day", 24),
    ("three_days", 3 * 24),
    ("week", 7 * 24),
    ("month", 30 * 24),
)
OLDEST_BUCKET = "older"


@dataclass(frozen=True, slots=True)
class Level:
    """From when on an exception has a severity.

    :param amount: in company currency; None: no amount reaches it.
    :param age_hours: hours since it opened; None: no age reaches it.
    :param due_hours: hours within which it is to be resolved.
    """

    severity: str
    amount: Decimal | None
    age_hours: int | None
    due_hours: int


DEFAULT_LEVELS: tuple[Level, ...] = (
    Level("critical", Decimal(100_000), 120, 24),
    Level("high", Decimal(10_000), 72, 72),
    Level("medium", Decimal(1_000), 24, 120),
    Level("low", None, None, 168),
)


def rank(severity: str) -> int:
    """Return the place of ``severity``: 0 is the most urgent."""
    return SEVERITIES.index(severity)


def worst(one: str, other: str) -> str:
    """Return the more urgent of two severities."""
    return min(one, other, key=rank)


def severity_of(
    reason: str, amount: Decimal | None, age: timedelta, levels: tuple[Level, ...]
) -> str:
    """Return the severity: the first level whose amount or age is reached.

    :param amount: in company currency, its sign does not matter; None if unknown.
    :param levels: most urgent first.
    """
    if reason in ALWAYS_CRITICAL:
        return SEVERITIES[0]
    for level in levels:
        if _reached(level, amount, age):
            return level.severity
    return SEVERITIES[-1]


def _reached(level: Level, amount: Decimal | None, age: timedelta) -> bool:
    if level.amount is not None and amount is not None and abs(amount) >= level.amount:
        return True
    return level.age_hours is not None and age >= timedelta(hours=level.age_hours)


def due_at(severity: str, since: datetime, levels: tuple[Level, ...]) -> datetime:
    """Return until when an exception of ``severity`` is to be resolved."""
    hours = {level.severity: level.due_hours for level in levels}
    defaults = {level.severity: level.due_hours for level in DEFAULT_LEVELS}
    return since + timedelta(hours=hours.get(severity, defaults[severity]))


def age_bucket(age: timedelta) -> str:
    """Return the bucket of an age, as lists group by it."""
    for name, hours in AGE_BUCKETS:
        if age < timedelta(hours=hours):
            return name
    return OLDEST_BUCKET
