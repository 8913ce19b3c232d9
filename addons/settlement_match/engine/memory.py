"""What people decided again and again, as rules that somebody else may approve.

A decision counts for a rule only if nothing speaks against it: one decision that
differs, by whomever, and there is no rule. Money is minor units, signed, positive when
it comes to us; ``difference`` as on matches: money + difference = what is settled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from . import generalise
from .rule import ACCOUNT, DIFFERENCE, PAYER

# So many equal decisions are a habit.
LEAST = 3
# The largest of usual differences is at most so many times the smallest one.
_SPREAD = 2
# What differs by more than this share of its document is no small difference.
_LARGEST_SHARE = Decimal("0.1")
_PERCENT_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Resolution:
    """How one payment was settled.

    :ivar key: what it came from, to be opened: (model, id).
    :ivar amount: minor units of the payment.
    :ivar account: bank account of the counterparty in comparable spelling.
    :ivar name: name of the counterparty as the source states it.
    :ivar text: what the source says in words.
    :ivar partner_id: whose documents it settled, 0 if of none or of several.
    :ivar owner_id: who is known to hold the account, 0 if nobody.
    :ivar account_id: account of the ledger it was put to, without a document.
    :ivar difference: minor units, difference_kind: what a person said it is.
    :ivar by_person: whether a person decided it, without a rule.
    """

    key: tuple[str, int]
    amount: int
    currency_id: int = 0
    account: str = ""
    name: str = ""
    text: str = ""
    partner_id: int = 0
    owner_id: int = 0
    account_id: int = 0
    difference: int = 0
    difference_kind: str = ""
    by_person: bool = True

    @property
    def direction(self) -> str:
        """Whether the money came in or went out."""
        return "in" if self.amount > 0 else "out"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rule that would have decided as people did.

    :ivar key: what it is about, the same however often it is found.
    :ivar evidence: keys of the resolutions it was learnt from.
    """

    key: str
    purpose: str
    direction: str = "both"
    account: str = ""
    text_pattern: str = ""
    partner_id: int = 0
    pays_for_id: int = 0
    account_id: int = 0
    currency_id: int = 0
    difference_kind: str = ""
    tolerance: int = 0
    tolerance_percent: Decimal = Decimal(0)
    evidence: tuple[tuple[str, int], ...] = field(default=())


def proposals(resolutions: Sequence[Resolution], least: int = LEAST) -> list[Proposal]:
    """Return all rules that these resolutions speak for and none against."""
    said = Said(resolutions)
    return [
        *payers_by_account(resolutions, least),
        *payers_by_name(resolutions, said, least),
        *accounts(resolutions, said, least),
        *differences(resolutions, least),
    ]


class Said:
    """Everything that payments say in words, with how they were settled."""

    def __init__(self, resolutions: Iterable[Resolution]) -> None:
        pairs = {
            (text, each.partner_id, each.account_id): each
            for each in resolutions
            for text in (each.name, each.text)
            if text
        }
        self._resolutions = tuple(pairs.values())
        self._index = generalise.Index(text for text, *_rest in pairs)

    def contradicts(self, written: str, is_same: Callable[[Resolution], bool]) -> bool:
        """Return whether a pattern occurs in what was settled in another way."""
        return any(
            not is_same(self._resolutions[place])
            for place in self._index.places(written)
        )


def _grouped(
    resolutions: Iterable[Resolution], key: Callable[[Resolution], Hashable]
) -> list[list[Resolution]]:
    groups = defaultdict(list)
    for resolution in resolutions:
        groups[key(resolution)].append(resolution)
    return list(groups.values())


def _by_people(group: Iterable[Resolution]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted({each.key for each in group if each.by_person}))


# ----------------------------------------------------------------------
# Who the payer is
# ----------------------------------------------------------------------


def payers_by_account(
    resolutions: Sequence[Resolution], least: int = LEAST
) -> list[Proposal]:
    """Return whose payments come from which bank account, or for whom they are."""
    found = []
    known = [each for each in resolutions if each.account]
    for group in _grouped(known, lambda each: each.account):
        evidence = _by_people(each for each in group if each.partner_id)
        partners = {each.partner_id for each in group}
        if len(evidence) < least or len(partners) != 1:
            continue
        first = group[0]
        if first.partner_id == first.owner_id:
            continue  # everybody knows that
        found.append(
            Proposal(
                key=f"payer:account:{first.account}",
                purpose=PAYER,
                account=first.account,
                partner_id=first.owner_id or first.partner_id,
                pays_for_id=first.partner_id if first.owner_id else 0,
                evidence=evidence,
            )
        )
    return found


def payers_by_name(
    resolutions: Sequence[Resolution], said: Said, least: int = LEAST
) -> list[Proposal]:
    """Return whose payments carry which name, where no bank account is stated."""
    of_partner = [
        each
        for each in resolutions
        if each.name and not each.account and each.partner_id
    ]
    found = []
    for group in _grouped(of_partner, lambda each: each.partner_id):
        evidence = _by_people(group)
        written = ""
        if len(evidence) >= least:
            written = generalise.pattern_of([each.name for each in group])
        partner_id = group[0].partner_id
        if written and not said.contradicts(written, _is_of(partner_id)):
            found.append(
                Proposal(
                    key=f"payer:name:{partner_id}:{written}",
                    purpose=PAYER,
                    text_pattern=written,
                    partner_id=partner_id,
                    evidence=evidence,
                )
            )
    return found


def _is_of(partner_id: int) -> Callable[[Resolution], bool]:
    return lambda each: each.partner_id == partner_id


# ----------------------------------------------------------------------
# What needs no document
# ----------------------------------------------------------------------


def accounts(
    resolutions: Sequence[Resolution], said: Said, least: int = LEAST
) -> list[Proposal]:
    """Return which payments people put straight to an account of the ledger."""
    put = [each for each in resolutions if each.account_id and each.by_person]
    found = []
    for group in _grouped(put, lambda each: (each.account_id, each.direction)):
        places = generalise.clusters([each.text for each in group], least)
        for cluster in ([group[place] for place in each] for each in places):
            found.extend(_account(cluster, said))
    return found


def _account(cluster: Sequence[Resolution], said: Said) -> Iterable[Proposal]:
    """Yield the rule for texts that begin alike, if nothing contradicts it."""
    first = cluster[0]
    written = generalise.pattern_of([each.text for each in cluster])
    if not written or said.contradicts(
        written, lambda each: each.account_id == first.account_id
    ):
        return
    yield Proposal(
        key=f"account:{first.account_id}:{first.direction}:{written}",
        purpose=ACCOUNT,
        direction=first.direction,
        text_pattern=written,
        account_id=first.account_id,
        evidence=_by_people(cluster),
    )


# ----------------------------------------------------------------------
# Usual differences
# ----------------------------------------------------------------------


def differences(
    resolutions: Sequence[Resolution], least: int = LEAST
) -> list[Proposal]:
    """Return the differences that people always take for the same thing."""
    found = []
    stated = [
        each
        for each in resolutions
        if each.difference and each.partner_id and each.by_person
    ]
    alike = _grouped(
        stated, lambda each: (each.partner_id, each.currency_id, each.direction)
    )
    for group in alike:
        kinds = Counter(each.difference_kind for each in group)
        signs = {each.difference > 0 for each in group}
        if len(group) >= least and len(kinds) == len(signs) == 1:
            found.extend(_difference(group))
    return found


def _difference(group: Sequence[Resolution]) -> Iterable[Proposal]:
    """Yield the rule for usual differences, if they are small and alike."""
    first = group[0]
    limits = _limits(group)
    if limits:
        tolerance, percent = limits
        yield Proposal(
            key=f"difference:{first.partner_id}:{first.currency_id}:{first.direction}"
            f":{first.difference_kind}",
            purpose=DIFFERENCE,
            direction=first.direction,
            partner_id=first.partner_id,
            currency_id=first.currency_id,
            difference_kind=first.difference_kind,
            tolerance=tolerance,
            tolerance_percent=percent,
            evidence=_by_people(group),
        )


def _limits(group: Sequence[Resolution]) -> tuple[int, Decimal] | None:
    """Return (amount, percent) within which all of the differences lie.

    A fee is mostly an amount, a discount a share of the document: what varies less
    is the limit, and the other one bounds it.
    """
    amounts = [abs(each.difference) for each in group]
    shares = [
        Decimal(abs(each.difference)) / abs(each.amount + each.difference)
        for each in group
        if each.amount + each.difference
    ]
    if len(shares) != len(amounts) or max(shares) > _LARGEST_SHARE:
        return None
    if max(amounts) <= _SPREAD * min(amounts):
        return max(amounts), Decimal(0)
    if max(shares) <= _SPREAD * min(shares):
        percent = (max(shares) * 100).quantize(_PERCENT_STEP, ROUND_CEILING)
        return 0, percent
    return None
