"""Which document a known payer pays: who it is, the exact amount and the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from . import evidence, names

# Money may come a little before its document is written, or much later.
EARLY = timedelta(days=10)
LATE = timedelta(days=180)
# A payment this near to the day it is due on is what one expects.
PUNCTUAL = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Clue:
    """One way to know who paid; strongest first by ``rank``.

    :ivar is_identity: it names one account or person, and does not only look alike.
    """

    rank: int
    name: str
    weight: int
    is_identity: bool = True

    @property
    def what(self) -> str:
        """How it is called among the evidence."""
        return f"payer_{self.name}"


PARTNER = Clue(0, "partner", 45)
MANDATE = Clue(1, "mandate", 45)
IBAN = Clue(2, "iban", 40)
EMAIL = Clue(3, "email", 40)
NAME = Clue(4, "name", 35, is_identity=False)
LIKE_NAME = Clue(5, "like_name", 25, is_identity=False)
CLUES = (PARTNER, MANDATE, IBAN, EMAIL, NAME, LIKE_NAME)


@dataclass(frozen=True, slots=True)
class Found:
    """A clue that applies, and the words that were compared."""

    clue: Clue
    text: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payment and what it may pay.

    :ivar source: id of the payment, ``unit``: of what it may pay as a whole.
    :ivar items: ids of all that is open of the unit; two units may share some.
    :ivar clues: what speaks for its payer, strongest first, never empty.
    :ivar other_payer: what says that somebody else paid, "" if nothing does.
    :ivar names_other: the payment names a document, and it is not this one.
    """

    source: int
    unit: int
    document: str
    items: tuple[Hashable, ...]
    clues: tuple[Found, ...]
    booked_on: date
    written_on: date
    due_on: date | None = None
    other_payer: str = ""
    names_other: bool = False

    @property
    def is_identity(self) -> bool:
        """Whether the payer is known, and does not only have a name like that."""
        return self.clues[0].clue.is_identity


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate that is the only one of its strength.

    :ivar lost: weaker candidates for the same payment or document.
    """

    candidate: Candidate
    lost: tuple[Candidate, ...] = ()

    @property
    def is_certain(self) -> bool:
        """Whether nothing at all speaks against it, or for another one."""
        candidate = self.candidate
        return not (self.lost or candidate.other_payer or candidate.names_other)


@dataclass(frozen=True, slots=True)
class Tie:
    """Payments and documents that nothing tells apart."""

    candidates: tuple[Candidate, ...]

    @property
    def sources(self) -> tuple[int, ...]:
        """The payments, ascending."""
        return tuple(sorted({each.source for each in self.candidates}))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be said: the only ones, and what is not certain."""

    choices: tuple[Choice, ...]
    ties: tuple[Tie, ...]


def in_window(booked_on: date, written_on: date, due_on: date | None) -> bool:
    """Return whether money of a day may pay a document of another one."""
    return written_on - EARLY <= booked_on <= max(written_on, due_on or date.min) + LATE


def decide(candidates: Iterable[Candidate]) -> Outcome:
    """Choose what is the only candidate of its payment and of its document.

    Known payers go first: whoever merely has such a name stands back behind them.
    The order in which the candidates are given changes nothing.
    """
    everything = sorted(candidates, key=lambda each: (each.source, each.unit))
    strong = [each for each in everything if each.is_identity]
    weak = [each for each in everything if not each.is_identity]
    reached = _reached(strong)
    free = [each for each in weak if not _keys(each) & reached]
    choices, ties = [], []
    for level in (strong, free):
        only, tied = _split(level)
        choices += only
        ties += tied
    lost = [each for each in weak if _keys(each) & reached]
    return Outcome(
        tuple(_with_lost(choice, lost) for choice in choices),
        tuple(Tie(tuple(group)) for group in ties),
    )


def _keys(candidate: Candidate) -> set[Hashable]:
    return {("source", candidate.source), *(("item", it) for it in candidate.items)}


def _reached(candidates: Iterable[Candidate]) -> set[Hashable]:
    return set().union(*(_keys(each) for each in candidates))


def _split(
    candidates: Sequence[Candidate],
) -> tuple[list[Candidate], list[list[Candidate]]]:
    """Return the candidates that share nothing with another, and groups of others."""
    groups = _connected(candidates)
    only = [group[0] for group in groups if len(group) == 1]
    return only, [group for group in groups if len(group) > 1]


def _connected(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return groups of candidates that hang together by a payment or an item."""
    parents: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while parents.setdefault(key, key) != key:
            parents[key] = key = parents[parents[key]]
        return key

    for candidate in candidates:
        first, *others = _keys(candidate)
        for other in others:
            parents[root(other)] = root(first)
    groups: defaultdict[Hashable, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[root(("source", candidate.source))].append(candidate)
    return list(groups.values())


def _with_lost(candidate: Candidate, lost: Sequence[Candidate]) -> Choice:
    keys = _keys(candidate)
    return Choice(candidate, tuple(each for each in lost if _keys(each) & keys))


def contributions(candidate: Candidate) -> list[dict[str, object]]:
    """Return what speaks for a candidate, and what speaks against it."""
    strongest, *others = candidate.clues
    pieces = [
        evidence.contribution(
            strongest.clue.what, strongest.clue.weight, strongest.text
        ),
        *(
            evidence.contribution(
                found.clue.what, evidence.FURTHER_CLUE_WEIGHT, found.text
            )
            for found in others
        ),
        evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
        evidence.contribution("amount", evidence.AMOUNT_WEIGHTS["exact"]),
        date_contribution(candidate.booked_on, candidate.written_on, candidate.due_on),
    ]
    if candidate.other_payer:
        pieces.append(
            evidence.contribution(
                "other_payer", evidence.OTHER_PAYER_WEIGHT, candidate.other_payer
            )
        )
    if candidate.names_other:
        pieces.append(evidence.contribution("names_other", evidence.NAMES_OTHER_WEIGHT))
    return pieces


def date_contribution(
    booked_on: date, written_on: date, due_on: date | None
) -> dict[str, object]:
    """Return what the day of the money says about the days of a document."""
    due = max(written_on, due_on or written_on)
    if booked_on < written_on:
        days = (written_on - booked_on).days
        return evidence.contribution("before", -evidence.DATE_WEIGHT, str(days))
    if booked_on <= due + PUNCTUAL:
        return evidence.contribution("punctual", evidence.DATE_WEIGHT)
    return evidence.contribution("overdue", 0, str((booked_on - due).days))


def kind(candidate: Candidate) -> str:
    """Return the stable code of how it was found."""
    return f"amount_date/{candidate.clues[0].clue.name}"


def name_clue(given: str, known: Iterable[str]) -> Found | None:
    """Return how much a payer's name is like one of a partner's names."""
    likes = sorted((names.similarity(given, name), name) for name in known)
    if not likes or likes[-1][0] < names.CLOSE:
        return None
    like, name = likes[-1]
    if like == names.SAME:
        return Found(NAME, given)
    return Found(LIKE_NAME, f"{given} ~ {name} ({like} %)")


def alternatives(
    choice: Choice, describe: Callable[[Candidate], Mapping[str, object]]
) -> list[dict[str, object]]:
    """Return what else was considered, and why it lost.

    :param describe: says what a candidate is: names and amounts.
    """
    return [
        {**describe(each), "why": "only a name", "score": _score(each)}
        for each in choice.lost
    ]


def _score(candidate: Candidate) -> int:
    return evidence.score(contributions(candidate))
