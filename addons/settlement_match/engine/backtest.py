"""What a change of rules would have done: the replay against what is known.

History is the judge. What people confirmed, and what was matched by itself and never
undone, is taken for true; what a person undid as wrong is taken for wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappush, heappushpop

GAINED = "gained"
LOST = "lost"
CHANGED = "changed"
WRONG = "wrong"
SAME = "same"
OUTCOMES = (GAINED, LOST, CHANGED, WRONG, SAME)
# What people look at one by one; the rest is only counted.
LISTED = (WRONG, LOST, CHANGED, GAINED)

Item = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Target:
    """One document that a match settles, as it stood then and stands now.

    :ivar item: what it is: name of the column and id.
    :ivar minor: how much of it the match settles, the difference included.
    :ivar open_then: what was open of it when the payment came.
    :ivar taken_since: what confirmed matches of other payments took of it since.
    :ivar free_now: what is open of it today, with what this payment settled of it.
    """

    item: Item
    minor: int
    open_then: int = 0
    taken_since: int = 0
    free_now: int = 0

    @property
    def is_contested(self) -> bool:
        """Whether other payments took what this match would have needed."""
        return self.taken_since > abs(self.open_then) - abs(self.minor)

    @property
    def is_settled_otherwise(self) -> bool:
        """Whether less is left of it today than this match would settle."""
        return self.free_now < abs(self.minor)


@dataclass(frozen=True, slots=True)
class Decision:
    """One match of a payment, of the replay or of history."""

    match_id: int = 0
    targets: tuple[Target, ...] = ()
    difference_minor: int = 0
    difference_kind: str = ""
    account_id: int = 0
    rule_id: int = 0

    @property
    def items(self) -> frozenset[Item]:
        """What it settles."""
        return frozenset(target.item for target in self.targets)

    @property
    def account(self) -> int:
        """Where money without any document goes, 0 if there is a document."""
        return 0 if self.targets else self.account_id


@dataclass(frozen=True, slots=True)
class Case:
    """One payment of history.

    :ivar replayed: what the change under test would match it with.
    :ivar otherwise: what the replay matches it with by other evidence.
    :ivar known: the matches that hold today.
    :ivar refused: the matches that a person undid as wrong.
    :ivar is_guess: the rule is not about it; payer and amount lead elsewhere with the
        change (``replayed``) than without it (``otherwise``).
    """

    transaction_id: int
    currency_id: int
    amount_minor: int
    replayed: Decision | None = None
    otherwise: Decision | None = None
    known: tuple[Decision, ...] = ()
    refused: tuple[Decision, ...] = ()
    is_guess: bool = False

    @classmethod
    def of_guess(
        cls,
        payment: tuple[int, int, int],
        after: Iterable[tuple[int, int]],
        before: Iterable[tuple[int, int]],
        known: tuple[Decision, ...],
        refused: tuple[Decision, ...],
    ) -> Case:
        """Return a payment that the rule is not about, and that it concerns.

        :param payment: its id, its currency's id, its amount in signed minor units.
        :param after: (journal item, minor units) that payer and amount lead to with
            the change, ``before``: without it.
        """
        return cls(*payment, _of_items(after), _of_items(before), known, refused, True)


def _of_items(items: Iterable[tuple[int, int]]) -> Decision | None:
    targets = tuple(
        Target(("move_line_id", item), minor) for item, minor in sorted(items)
    )
    return Decision(targets=targets) if targets else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What history says of one payment.

    :ivar reason: stable code of the sentence that explains it.
    :ivar match_id: the match of history that decided, 0 if none.
    :ivar amount_minor: the money it is about, without sign.
    """

    outcome: str
    reason: str
    case: Case
    match_id: int = 0

    @property
    def amount_minor(self) -> int:
        """Return the payment's amount without sign."""
        return abs(self.case.amount_minor)


def judge(case: Case, rule_id: int) -> Verdict | None:
    """Compare the replay of one payment with its history.

    :param rule_id: the rule of which a version is tested.
    :return: None if the change does not concern this payment.
    """
    if case.is_guess:
        return _of_guess(case)
    if case.replayed is None:
        return _without_replay(case, rule_id)
    if refused := _refused(case, case.replayed):
        return Verdict(WRONG, "refused", case, refused.match_id)
    if case.known:
        return _against_known(case, case.replayed)
    return _of_open(case, case.replayed)


def _without_replay(case: Case, rule_id: int) -> Verdict | None:
    """Judge a payment that the change leaves alone; the rule may have had it."""
    owned = [known for known in case.known if rule_id and known.rule_id == rule_id]
    if not owned:
        return None
    match_id = owned[0].match_id
    if case.otherwise is None:
        return Verdict(LOST, "lost", case, match_id)
    if _is_same(case.otherwise, owned):
        return Verdict(SAME, "same", case, match_id)
    return Verdict(CHANGED, "otherwise", case, match_id)


def _of_guess(case: Case) -> Verdict | None:
    """Judge a payment whose documents are others' now, or nobody else's any more."""
    match_id = case.known[0].match_id if case.known else 0
    held = _items(case.known)
    if case.replayed is None:
        was_right = case.otherwise is not None and case.otherwise.items == held
        if case.known and not was_right:
            return None
        return Verdict(LOST, "guess_lost", case, match_id)
    if refused := _refused(case, case.replayed):
        return Verdict(WRONG, "refused", case, refused.match_id)
    if not case.known:
        if case.otherwise is None:
            return Verdict(GAINED, "guess_gained", case)
        return Verdict(CHANGED, "guess_changed", case)
    if case.replayed.items == held:
        return Verdict(SAME, "same", case, match_id)
    return Verdict(WRONG, "other_document", case, match_id)


def _refused(case: Case, replayed: Decision) -> Decision | None:
    """Return the undone match that the replay repeats.

    Undone may be a difference that was no fee: the same documents with another
    difference are another match.
    """
    return next(
        (
            undone
            for undone in case.refused
            if (undone.items, undone.account) == (replayed.items, replayed.account)
            and undone.difference_minor == replayed.difference_minor
        ),
        None,
    )


def _against_known(case: Case, replayed: Decision) -> Verdict:
    match_id = case.known[0].match_id
    if _is_same(replayed, case.known):
        return Verdict(SAME, "same", case, match_id)
    if replayed.items != _items(case.known):
        return Verdict(WRONG, "other_document", case, match_id)
    if replayed.account not in {known.account for known in case.known}:
        return Verdict(WRONG, "other_account", case, match_id)
    if _is_contested(replayed):
        return Verdict(WRONG, "rest_paid", case, match_id)
    return Verdict(CHANGED, "difference", case, match_id)


def _of_open(case: Case, replayed: Decision) -> Verdict:
    """Judge a payment that nobody has matched."""
    if _is_contested(replayed):
        return Verdict(WRONG, "taken", case)
    if any(target.is_settled_otherwise for target in replayed.targets):
        return Verdict(CHANGED, "settled_otherwise", case)
    return Verdict(GAINED, "gained", case)


def _is_contested(decision: Decision) -> bool:
    return any(target.is_contested for target in decision.targets)


def _items(decisions: Iterable[Decision]) -> frozenset[Item]:
    return frozenset().union(*(decision.items for decision in decisions))


def _is_same(replayed: Decision, known: Iterable[Decision]) -> bool:
    """Return whether the known matches are together what the replay makes."""
    known = tuple(known)
    accounts = {decision.account for decision in known}
    return (
        replayed.items == _items(known)
        and {replayed.account} == accounts
        and replayed.difference_minor == sum(each.difference_minor for each in known)
        and replayed.difference_kind
        == next((each.difference_kind for each in known if each.difference_kind), "")
    )


@dataclass(slots=True)
class Tally:
    """Counts and sums per outcome, and the weightiest cases of each.

    :ivar most: how many cases of one outcome are kept.
    """

    most: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    sums: dict[tuple[str, int], int] = field(default_factory=dict)
    _kept: dict[str, list[tuple[int, int, Verdict]]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        """Count a verdict; keep it if it is among the weightiest of its outcome."""
        self.counts[verdict.outcome] += 1
        key = verdict.outcome, verdict.case.currency_id
        self.sums[key] = self.sums.get(key, 0) + verdict.amount_minor
        if verdict.outcome not in LISTED:
            return
        kept = self._kept.setdefault(verdict.outcome, [])
        entry = (verdict.amount_minor, -verdict.case.transaction_id, verdict)
        if len(kept) < self.most:
            heappush(kept, entry)
        else:
            heappushpop(kept, entry)

    def kept(self) -> Iterator[Verdict]:
        """Yield the kept verdicts, the worst outcome and the largest amount first."""
        for outcome in LISTED:
            for entry in sorted(self._kept.get(outcome, ()), reverse=True):
                yield entry[2]

    @property
    def is_cut(self) -> bool:
        """Whether there are more cases than are kept."""
        return any(self.counts[outcome] > self.most for outcome in LISTED)

    def totals(self) -> list[tuple[str, int, int]]:
        """Return (outcome, currency id, minor units), in a stable order."""
        return [(*key, minor) for key, minor in sorted(self.sums.items())]


def tally(cases: Iterable[Case], rule_id: int, most: int) -> Tally:
    """Judge all cases of a replay.

    :param most: how many cases of one outcome are kept.
    """
    result = Tally(most)
    for case in cases:
        if verdict := judge(case, rule_id):
            result.add(verdict)
    return result


# ----------------------------------------------------------------------
# Precision
# ----------------------------------------------------------------------

# Kinds of matches that are no proof by themselves.
_FUZZY_METHODS = ("amount_date/", "subset/", "memory/")
_FUZZY_KINDS = ("batch/amount", "batch/provider_name")


def has_to_be_proved(kind: str) -> bool:
    """Return whether matches of a kind need a proved precision.

    Such are those by amount, by sum, by rule, and with a tolerated difference.
    """
    return kind.startswith(_FUZZY_METHODS) or kind in _FUZZY_KINDS or ":" in kind


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One payment of a match whose kind another limit of precision concerns.

    :ivar is_proved: whether the kind would be proved under the other limit.
    """

    transaction_id: int
    currency_id: int
    amount_minor: int
    match_id: int
    state: str
    is_refused: bool
    is_automatic: bool
    is_proved: bool


def judge_limit(rows: Iterable[LimitRow]) -> Iterator[Verdict]:
    """Yield what another limit would have done with each payment."""
    for row in rows:
        if found := _of_limit(row):
            case = Case(row.transaction_id, row.currency_id, row.amount_minor)
            yield Verdict(*found, case, row.match_id)


def _of_limit(row: LimitRow) -> tuple[str, str] | None:
    """Return (outcome, reason) for one payment, None if it is not concerned."""
    holds = row.state in ("confirmed", "posted")
    if not row.is_proved:
        return (LOST, "unproved") if holds and row.is_automatic else None
    if row.is_refused:
        return WRONG, "proved_wrong"
    if row.state == "proposed":
        return GAINED, "proved"
    return (SAME, "same") if holds else None
