"""What the engine found against what is true; knows neither Odoo nor the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .world import MAY, MUST, NEVER, Row, Truth

# Verdicts on one row.
RIGHT = "right"
FALSE = "false"
MISSED = "missed"
PROPOSED = "proposed"
PROPOSED_WRONG = "proposed wrong"
TYPED = "typed"
MISTYPED = "mistyped"


@dataclass(slots=True)
class Found:
    """A match that is not undone, seen from one of its rows.

    :ivar counterparts: key of what it pays → signed minor units.
    :ivar is_shared: other rows stand on the same side, so that amounts are not its own.
    """

    match_id: int
    kind: str
    state: str
    is_automatic: bool
    counterparts: dict[str, int]
    is_shared: bool = False
    difference: str = ""


@dataclass(slots=True)
class Verdict:
    """What is to be said about one row.

    :ivar said: what the engine did, in words, for those who look for the cause.
    """

    row: Row
    verdict: str
    kinds: tuple[str, ...]
    has_reason: bool
    said: str


def judge(row: Row, found: list[Found], reasons: Iterable[str]) -> Verdict:
    """Return the verdict on one row.

    :param found: the matches that it stands in.
    :param reasons: of its open exceptions.
    """
    automatic = [each for each in found if each.state != "proposed"]
    proposed = [each for each in found if each.state == "proposed"]
    reasons = sorted(reasons)
    verdict = _verdict(row, automatic, proposed, reasons)
    return Verdict(
        row,
        verdict,
        tuple(sorted({each.kind for each in automatic or proposed})),
        _has_reason(truth=row.truth, verdict=verdict, reasons=reasons),
        _said(automatic or proposed, reasons),
    )


def _has_reason(truth: Truth, verdict: str, reasons: list[str]) -> bool:
    """Return whether an exception says what is left to do, if anything is."""
    if verdict == PROPOSED or (verdict == RIGHT and truth.automatic == MAY):
        return True
    wanted = truth.reasons
    return not wanted or "" in wanted or bool(wanted & set(reasons))


def _verdict(
    row: Row, automatic: list[Found], proposed: list[Found], reasons: list[str]
) -> str:
    truth = row.truth
    if automatic:
        is_right = truth.automatic != NEVER and _pays_what_is_true(row, automatic)
        return RIGHT if is_right else FALSE
    if truth.automatic == MUST:
        return MISSED
    if proposed:
        is_right = not truth.targets or _pays_what_is_true(row, proposed)
        return PROPOSED if is_right else PROPOSED_WRONG
    if not truth.reasons or "" in truth.reasons or truth.reasons & set(reasons):
        return TYPED
    return MISTYPED


def _pays_what_is_true(row: Row, found: list[Found]) -> bool:
    paid: dict[str, int] = {}
    for each in found:
        for key, amount in each.counterparts.items():
            paid[key] = paid.get(key, 0) + amount
    truth = row.truth
    if paid.keys() != truth.targets.keys():
        return False
    differences = {each.difference for each in found} - {""}
    if differences and differences != {truth.difference}:
        return False
    return any(each.is_shared for each in found) or all(
        wanted is None or wanted == paid[key] for key, wanted in truth.targets.items()
    )


def _said(found: list[Found], reasons: list[str]) -> str:
    matches = [f"{each.state} {each.kind} {each.counterparts}" for each in found]
    return "; ".join([*matches, *reasons]) or "nothing"


@dataclass(slots=True)
class Tally:
    """Counts of one scenario, one kind of match, or everything."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, float] = field(default_factory=dict)
    must: int = 0
    must_right: int = 0
    must_amount: int = 0
    must_right_amount: int = 0
    without_reason: int = 0

    def add(self, verdict: Verdict, amount: int) -> None:
        """Count one row; ``amount`` is what it weighs, in cents of one currency."""
        self.rows += 1
        name = verdict.verdict
        self.counts[name] = self.counts.get(name, 0) + 1
        self.without_reason += not verdict.has_reason and name != MISTYPED
        if verdict.row.truth.automatic == MUST:
            self.must += 1
            self.must_amount += amount
            if name == RIGHT:
                self.must_right += 1
                self.must_right_amount += amount

    def count(self, verdict: str) -> int:
        """Return how many rows have a verdict."""
        return self.counts.get(verdict, 0)

    @property
    def precision(self) -> float | None:
        """Share of what was matched automatically that is right."""
        matched = self.count(RIGHT) + self.count(FALSE)
        return self.count(RIGHT) / matched if matched else None

    @property
    def recall(self) -> float | None:
        """Share of what can be matched that was, by number."""
        return self.must_right / self.must if self.must else None

    @property
    def recall_by_amount(self) -> float | None:
        """Share of what can be matched that was, by amount."""
        return self.must_right_amount / self.must_amount if self.must_amount else None


@dataclass(slots=True)
class Report:
    """Everything about the rows that were judged."""

    total: Tally = field(default_factory=Tally)
    scenarios: dict[str, Tally] = field(default_factory=dict)
    kinds: dict[str, Tally] = field(default_factory=dict)
    # What is wrong, by scenario, some of each.
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, verdict: Verdict, amount: int) -> None:
        """Count one verdict everywhere."""
        self.total.add(verdict, amount)
        row = verdict.row
        self.scenarios.setdefault(row.scenario, Tally()).add(verdict, amount)
        for kind in verdict.kinds:
            self.kinds.setdefault(kind, Tally()).add(verdict, amount)
        if is_bad(verdict):
            examples = self.examples.setdefault(row.scenario, [])
            examples.append(in_words(verdict))


def is_bad(verdict: Verdict) -> bool:
    """Return whether somebody should look at it."""
    wrong = (FALSE, MISSED, MISTYPED, PROPOSED_WRONG)
    return verdict.verdict in wrong or not verdict.has_reason


def in_words(verdict: Verdict) -> str:
    """Return a verdict as one line."""
    row, truth = verdict.row, verdict.row.truth
    fact = row.fact
    wanted = f"{truth.automatic} {truth.targets} {sorted(truth.reasons)}"
    text = fact.description or fact.invoice_reference or fact.structured_reference
    what = verdict.verdict if is_wrong(verdict) else f"{verdict.verdict}, no reason"
    return (
        f"{what}: {row.key} {row.amount} {fact.currency} {text[:60]!r}"
        f" wanted {wanted}, got {verdict.said}"
    )


def is_wrong(verdict: Verdict) -> bool:
    """Return whether the verdict itself says so."""
    return verdict.verdict in (FALSE, MISSED, MISTYPED, PROPOSED_WRONG)


def report(
    rows: Iterable[Row],
    found: Mapping[str, list[Found]],
    reasons: Mapping[str, set[str]],
    weigh,
) -> Report:
    """Judge rows and return the report.

    :param weigh: returns cents of one currency for (minor units, currency).
    """
    result = Report()
    for row in rows:
        verdict = judge(row, found.get(row.key, []), reasons.get(row.key, set()))
        result.add(verdict, weigh(abs(row.amount), row.fact.currency))
    return result
