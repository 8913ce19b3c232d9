"""What goes wrong between the companies and the outside: planned from the seed.

A trouble is committed at one visit. Those that heal leave nothing behind; of those
that a person should see the truth says how.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from random import Random

from .truth import ExceptionTruth


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of trouble.

    :param subject: kind of record that an exception is about, "" = it heals.
    :param reason: of that exception.
    :param also: reason of a second one about the same, where files say their end.
    :param resolved: whether a later visit explains it.
    """

    name: str
    subject: str = ""
    reason: str = ""
    resolved: bool = False
    also: str = ""

    def reasons(self, provider: str) -> list[str]:
        """Return the reasons of all exceptions about a file of a provider."""
        also = self.also if provider in SAY_THEIR_END else ""
        return [each for each in (self.reason, also) if each]


# What Stripe and the way to it do while they are asked.
STRIPE_KINDS: tuple[Kind, ...] = (
    Kind("server_error"),
    Kind("key_refused", "backend", "connector_failed", resolved=True),
    Kind("unavailable"),
    Kind("rate_limited"),
    Kind("connection_reset"),
    Kind("answer_cut"),
    Kind("page_repeated"),
    Kind("event_forged", "webhook", "signature_invalid"),
    Kind("event_repeated"),
)
# What banks do with the files of a visit.
BANK_KINDS: tuple[Kind, ...] = (
    Kind("file_twice"),
    Kind("file_cut", "message", "malformed_input"),
    Kind("files_reversed"),
    Kind("file_recreated"),
)
# What providers do that tell by files; of each line one may happen at a visit.
REPORT_KINDS: tuple[tuple[Kind, ...], ...] = (
    (
        Kind("report_twice"),
        Kind("reports_reversed"),
        Kind("report_cut", "message", "malformed_input", also="missing_data"),
    ),
    (Kind("report_corrected"), Kind("report_recreated")),
)
# Whose reports do not say when they were made: of two the one that comes later counts,
# so none is corrected at the visit that brings it.
UNDATED = frozenset({"adyen"})
# Whose reports say in their last row that nothing is missing.
SAY_THEIR_END = frozenset({"paypal"})
# While they last Stripe answers nothing at all.
OUTAGES = frozenset({"unavailable", "key_refused"})
KINDS: tuple[Kind, ...] = (*STRIPE_KINDS, *BANK_KINDS)
_BY_NAME = {kind.name: kind for kind in chain(KINDS, *REPORT_KINDS)}
# The first visit sets up, and the last ones make good.
_QUIET_AT_END = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble of one company at the visit of one day.

    :param provider: code of the provider that tells by files, "" = Stripe or a bank.
    """

    company: str
    day: date
    name: str
    provider: str = ""

    @property
    def kind(self) -> Kind:
        """Return what is known about troubles of this name."""
        return _BY_NAME[self.name]


def plan(seed: int, companies: Sequence[str], visits: Sequence[date]) -> list[Trouble]:
    """Return the troubles of a world: each kind at least once, in any order.

    :param companies: their codes.
    :param visits: days of the visits, in order.
    """
    random = Random(f"{seed}/troubles")
    slots = [(code, day) for day in visits[1:-_QUIET_AT_END] for code in companies]
    random.shuffle(slots)
    planned = [
        Trouble(*slot, name)
        for kinds in (STRIPE_KINDS, BANK_KINDS)
        for slot, name in zip(slots, _names(kinds, len(slots), random), strict=False)
    ]
    return sorted(planned, key=lambda each: (each.day, each.company, each.name))


def plan_reports(
    seed: int, accounts: Sequence[tuple[str, str]], visits: Sequence[date]
) -> list[Trouble]:
    """Return the troubles with files of providers: of each kind at least one each.

    :param accounts: codes of a company and of a provider.
    :param visits: days of the visits, in order.
    """
    planned = []
    for company, provider in accounts:
        random = Random(f"{seed}/{company}/{provider}/troubles")
        for kinds in REPORT_KINDS:
            days = random.sample(
                visits[1:-_QUIET_AT_END], len(visits[1:-_QUIET_AT_END])
            )
            possible = [kind for kind in kinds if _may_happen(kind, provider)]
            names = _names(possible, len(days), random)
            planned += [
                Trouble(company, day, name, provider)
                for day, name in zip(days, names, strict=False)
            ]
    return sorted(planned, key=lambda each: (each.day, each.provider, each.name))


def _may_happen(kind: Kind, provider: str) -> bool:
    return kind.name != "report_corrected" or provider not in UNDATED


def _names(kinds: Sequence[Kind], count: int, random: Random) -> list[str]:
    """Return names for some visits: every kind once, then one in two visits."""
    names = [kind.name for kind in kinds]
    further = random.choices(names, k=max(count - len(names), 0) // 2)
    return [*names, *further]


def exceptions(
    troubles: Sequence[Trouble], file_of: Callable[[Trouble], str]
) -> list[ExceptionTruth]:
    """Return what people have to see of troubles.

    :param file_of: function of a trouble → name of the file that it spoils.
    """
    found = {}
    for trouble in troubles:
        kind = trouble.kind
        side = trouble.provider or ("bank" if kind in BANK_KINDS else "stripe")
        key = file_of(trouble) if kind.subject == "message" else ""
        for reason in kind.reasons(trouble.provider):
            exception = ExceptionTruth(
                f"{trouble.company}.{side}",
                kind.subject,
                key,
                reason,
                trouble.name,
                kind.resolved,
            )
            # What happens to the same subject again is the same exception.
            found[exception.backend, exception.subject, key, reason] = exception
    return list(found.values())
