"""Money that left one of our accounts and came to another one of ours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from . import evidence

# It may be booked earlier where it comes than where it went: weekends, value dates.
EARLY = timedelta(days=3)
LATE = timedelta(days=7)
# A bank on the way may keep so much of what went, in per cent; more is another amount.
MOST_WITHHELD_PERCENT = 5
WITHHELD_WEIGHT = 20


@dataclass(frozen=True, slots=True)
class Level:
    """What tells that two rows are the two ends of one transfer; weakest first.

    :ivar is_identity: both rows name each other, or the same number.
    """

    rank: int
    name: str
    weight: int
    is_identity: bool

    @property
    def what(self) -> str:
        """How it is called among the evidence."""
        return "one_own_account" if self.name == "own_account" else self.name


PROVIDER = Level(0, "provider_name", 30, False)
ONE_END = Level(1, "own_account", 35, False)
REFERENCE = Level(2, "own_reference", 50, True)
BOTH_ENDS = Level(3, "own_accounts", 50, True)
LEVELS = (PROVIDER, ONE_END, REFERENCE, BOTH_ENDS)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a transfer: a row of one of our accounts."""

    id: int
    wallet_id: int
    currency_id: int
    amount: int
    booked_on: date


@dataclass(frozen=True, slots=True)
class Pair:
    """A row that may have left and the row that may have come of it.

    :ivar text: what both or one of them name.
    :ivar deviation: how far the amounts are from the day's rate, per mille; None
        within one currency, where they are equal.
    """

    went: End
    came: End
    level: Level
    text: str = ""
    deviation: int | None = None

    @property
    def is_identified(self) -> bool:
        """Whether no judgement is in it: both ends say so, and the amount."""
        is_exact = self.deviation is None or self.level is BOTH_ENDS
        return self.level.is_identity and is_exact and not self.withheld

    @property
    def withheld(self) -> int:
        """What a bank on the way kept, in minor units; 0 between two currencies."""
        if self.went.currency_id != self.came.currency_id:
            return 0
        return -self.went.amount - self.came.amount

    @property
    def withheld_per_mille(self) -> int:
        """The same of what went, rounded up."""
        return -(1000 * self.withheld // self.went.amount)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Pairs that are the only ones, and pairs that nothing tells apart."""

    pairs: tuple[Pair, ...]
    ambiguous: tuple[Pair, ...]


Rates = Callable[[int, date], Decimal | None]


def is_possible(went: End, came: End) -> bool:
    """Return whether two rows can be the ends of one transfer, amounts apart."""
    return (
        went.amount < 0 < came.amount
        and went.wallet_id != came.wallet_id
        and went.booked_on - EARLY <= came.booked_on <= went.booked_on + LATE
    )


def deviation(went: End, came: End, rates: Rates) -> int | None:
    """Return how far two amounts are apart by the day's rates, in per mille.

    :param rates: gives how many minor units of a currency make one of the company's,
        on a day; None if nobody knows.
    :return: rounded up; None if a rate is missing.
    """
    given, taken = (rates(end.currency_id, went.booked_on) for end in (went, came))
    if not given or not taken:
        return None
    expected = -went.amount * taken
    off = abs(came.amount * given - expected)
    return int((1000 * off / expected).to_integral_value(ROUND_CEILING))


def decide(pairs: Iterable[Pair]) -> Outcome:
    """Choose the pairs that are the only ones for both of their rows.

    What both ends say goes before what one end says. The order in which the pairs
    are given changes nothing.
    """
    left = sorted(pairs, key=lambda pair: (pair.went.id, pair.came.id))
    accepted: list[Pair] = []
    for level in reversed(LEVELS):
        only = _only_ones([pair for pair in left if pair.level.rank >= level.rank])
        accepted += only
        left = _without(left, only)
    return Outcome(tuple(accepted), tuple(left))


def decide_all(pairs: Iterable[Pair]) -> Outcome:
    """Choose among all pairs; where amounts differ, only among what is left then.

    What was withheld is told by nothing but the rest: so both rows have to name each
    other, or the same number.
    """
    given = list(pairs)
    exact = decide(pair for pair in given if not pair.withheld)
    less = [pair for pair in given if pair.withheld and pair.level.is_identity]
    withheld = decide(_without(less, exact.pairs + exact.ambiguous))
    return Outcome(exact.pairs + withheld.pairs, exact.ambiguous + withheld.ambiguous)


def strongest(pairs: Iterable[Pair]) -> list[Pair]:
    """Return each two rows once, by the strongest that tells of them."""
    best: dict[Hashable, Pair] = {}
    for pair in pairs:
        key = pair.went.id, pair.came.id
        known = best.get(key)
        if known is None or _strength(pair) > _strength(known):
            best[key] = pair
    return list(best.values())


def _strength(pair: Pair) -> tuple[int, str]:
    return pair.level.rank, pair.text


def _only_ones(pairs: Sequence[Pair]) -> list[Pair]:
    uses = Counter(end.id for pair in pairs for end in (pair.went, pair.came))
    return [pair for pair in pairs if uses[pair.went.id] == uses[pair.came.id] == 1]


def _without(pairs: Sequence[Pair], taken: Sequence[Pair]) -> list[Pair]:
    ends = {end.id for pair in taken for end in (pair.went, pair.came)}
    return [pair for pair in pairs if not {pair.went.id, pair.came.id} & ends]


def both_ways(
    rows: Iterable[tuple[End, End, Level, str]],
) -> list[Pair]:
    """Return pairs of rows with what tells of them; two ends make the stronger clue.

    :param rows: (went, came, level, text); ``ONE_END`` once for each row that names
        the other one's account, with different texts.
    """
    naming: defaultdict[tuple[End, End], set[str]] = defaultdict(set)
    pairs = []
    for went, came, level, text in rows:
        if not is_possible(went, came):
            continue
        if level is ONE_END:
            naming[went, came].add(text)
        else:
            pairs.append(Pair(went, came, level, text))
    for (went, came), texts in naming.items():
        level = BOTH_ENDS if len(texts) > 1 else ONE_END
        pairs.append(Pair(went, came, level, ", ".join(sorted(texts))))
    return strongest(pairs)


def contributions(pair: Pair) -> list[dict[str, object]]:
    """Return what speaks for a pair, and what speaks against it."""
    days = abs((pair.came.booked_on - pair.went.booked_on).days)
    pieces = [
        evidence.contribution(pair.level.what, pair.level.weight, pair.text),
        evidence.contribution("days_apart", evidence.DATE_WEIGHT - days, str(days)),
    ]
    if pair.withheld:
        per_mille = pair.withheld_per_mille
        text = f"{Decimal(per_mille).scaleb(-1)} %"
        return [
            *pieces,
            evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
            evidence.contribution("withheld", WITHHELD_WEIGHT - per_mille // 5, text),
        ]
    if pair.deviation is None:
        return [
            *pieces,
            evidence.contribution("currency", evidence.CURRENCY_WEIGHT),
            evidence.contribution("opposite_amount", evidence.AMOUNT_WEIGHTS["exact"]),
        ]
    # A third of the weight of an equal amount is lost for each per cent.
    weight = evidence.AMOUNT_WEIGHTS["exact"] - pair.deviation
    text = f"{Decimal(pair.deviation).scaleb(-1)} %"
    return [*pieces, evidence.contribution("day_rate", weight, text)]


def kind(pair: Pair) -> str:
    """Return the stable code of how it was found."""
    method = "identifier" if pair.is_identified else "amount_date"
    detail = "" if pair.deviation is None else ":rate"
    if pair.withheld:
        detail = ":fee"
    return f"{method}/{pair.level.name}{detail}"
