"""Rules about codes of a source, and which of them holds for a row.

A rule is one version of a decision. Versions of the same decision share a key: the
scope, the code and the conditions. On a given day the highest version that is in
force counts; a withdrawn one says that the connector's own meaning holds again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

UNKNOWN = "unknown:"
IN, OUT = "in", "out"


def code_key(code: str) -> str:
    """Return a code as the source says it, without the mark of an unknown one."""
    return code.strip().removeprefix(UNKNOWN)


def is_unknown(code: str) -> bool:
    """Return whether the connector does not know what the code means."""
    return code.startswith(UNKNOWN)


def direction_of(amount: Decimal | int) -> str:
    """Return ``in`` or ``out`` by the sign of an amount, "" if nothing moves."""
    if not amount:
        return ""
    return IN if amount > 0 else OUT


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a decision about a code.

    :param id: identity of the decision's record.
    :param code: as :func:`code_key` returns it.
    :param scope: 2 for one backend, 1 for all backends of a connector, 0 for the
        company.
    :param kind: canonical kind, "" where the connector's own is kept.
    :param direction: ``in``, ``out`` or "" for both.
    :param currency: ISO 4217 code or "" for all.
    :param since: first day it is in force, None since ever.
    """

    id: int
    code: str
    name: str = ""
    scope: int = 0
    kind: str = ""
    direction: str = ""
    currency: str = ""
    since: date | None = None
    version: int = 1
    is_withdrawn: bool = False

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Return how special the rule is; the highest rank wins."""
        return self.scope, bool(self.currency), bool(self.direction)

    @property
    def key(self) -> tuple[int, str, str]:
        """Return what versions of one decision about a code have in common."""
        return self.scope, self.currency, self.direction

    def is_in_force(self, day: date) -> bool:
        """Return whether the version counts on a day, were it the latest."""
        return self.since is None or self.since <= day

    def fits(self, direction: str, currency: str) -> bool:
        """Return whether a row meets the conditions."""
        return self.direction in ("", direction) and self.currency in ("", currency)


class RuleSet:
    """The rules of one backend, loaded once.

    :param readings: for each code with a decision, the number of the latest one.
        Whatever was read before that decision is overruled by what is read after it.
    """

    def __init__(
        self, rules: Iterable[Rule] = (), readings: Mapping[str, int] | None = None
    ) -> None:
        self._by_code: dict[str, list[Rule]] = {}
        for rule in rules:
            self._by_code.setdefault(rule.code, []).append(rule)
        for of_code in self._by_code.values():
            of_code.sort(key=lambda rule: (rule.rank, rule.version), reverse=True)
        self._readings = dict(readings or {})

    def __bool__(self) -> bool:
        return bool(self._by_code)

    @property
    def codes(self) -> list[str]:
        """Return the codes that somebody has decided on, sorted."""
        return sorted(self._by_code)

    def reading(self, code: str) -> int:
        """Return the number of the latest decision about a code, 0 if none."""
        return self._readings.get(code_key(code), 0)

    def find(
        self, code: str, amount: Decimal | int, currency: str, day: date
    ) -> Rule | None:
        """Return the rule that holds for a row, or None.

        :param amount: signed; only its sign matters.
        :param day: when the row was booked.
        """
        direction = direction_of(amount)
        decided: set[tuple[int, str, str]] = set()
        for rule in self._by_code.get(code_key(code), ()):
            if rule.key in decided or not rule.fits(direction, currency):
                continue
            if not rule.is_in_force(day):
                continue
            if not rule.is_withdrawn:
                return rule
            # The latest word of this decision is that it holds no more.
            decided.add(rule.key)
        return None
