"""Versions of matching rules: when they hold, and how much may be missing.

Money is minor units of the payment's or the document's currency, signed, positive
when it comes to us.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from . import pattern

IN, OUT, BOTH = "in", "out", "both"
DIFFERENCE, PAYER, ACCOUNT = "difference", "payer", "account"
AUTOMATIC, PROPOSED = "automatic", "proposed"
FEE, DISCOUNT, EXCHANGE, ROUNDING, WRITE_OFF = (
    "fee",
    "discount",
    "exchange",
    "rounding",
    "write_off",
)
SHORT, OVER = "short", "over"


@dataclass(frozen=True, slots=True)
class Payment:
    """What the conditions of a rule look at.

    :ivar amount: minor units, signed.
    :ivar decimals: decimal places of the currency.
    :ivar partner_ids: everybody whom the payment is known to concern.
    :ivar account: bank account of the counterparty, in any spelling.
    :ivar texts: all that the source says in words.
    """

    backend_id: int
    currency_id: int
    amount: int
    decimals: int
    booked_on: date
    partner_ids: frozenset[int] = frozenset()
    account: str = ""
    texts: tuple[str, ...] = ()

    @property
    def size(self) -> Decimal:
        """Return the amount in major units, without sign."""
        return abs(Decimal(self.amount).scaleb(-self.decimals))


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which payments a rule is about; what is empty does not narrow it down.

    :ivar amount_from: smallest amount in major units, without sign.
    :ivar amount_to: largest one.
    """

    backend_ids: frozenset[int] = frozenset()
    direction: str = BOTH
    partner_ids: frozenset[int] = frozenset()
    account: str = ""
    text_pattern: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    currency_ids: frozenset[int] = frozenset()

    def hold(self, payment: Payment) -> bool:
        """Return whether a payment meets all conditions; the cheapest come first."""
        return (
            (not self.currency_ids or payment.currency_id in self.currency_ids)
            and (not self.backend_ids or payment.backend_id in self.backend_ids)
            and self._has_direction(payment.amount)
            and self._has_size(payment.size)
            and (not self.partner_ids or bool(self.partner_ids & payment.partner_ids))
            and (not self.account or same_account(self.account, payment.account))
            and self._has_text(payment.texts)
        )

    @property
    def needs_reading(self) -> bool:
        """Whether sets cannot tell alone: names, accounts or texts have to be read."""
        return bool(self.partner_ids or self.account or self.text_pattern)

    def _has_direction(self, amount: int) -> bool:
        if self.direction == BOTH:
            return amount != 0
        return amount > 0 if self.direction == IN else amount < 0

    def _has_size(self, size: Decimal) -> bool:
        if self.amount_from is not None and size < self.amount_from:
            return False
        return self.amount_to is None or size <= self.amount_to

    def _has_text(self, texts: Sequence[str]) -> bool:
        if not self.text_pattern:
            return True
        return pattern.compiled(self.text_pattern).matches_any(texts)


def same_account(one: str, other: str) -> bool:
    """Return whether two spellings are one bank account."""
    return bool(one) and account_key(one) == account_key(other)


def account_key(account: str) -> str:
    """Return a bank account in comparable spelling."""
    return "".join(sign for sign in account.upper() if sign.isalnum())


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much may be missing, or too much; every limit that is given is kept.

    :ivar percent: of what is open of the document; None: no limit of this kind.
    :ivar amounts: currency id → minor units.
    """

    percent: Decimal | None = None
    amounts: Mapping[int, int] = field(default_factory=dict)

    def limit(self, open_minor: int, currency_id: int) -> int:
        """Return the largest difference in minor units for what is open.

        In a currency without a limit of its own nothing is tolerated, unless the
        percentage is the only limit.
        """
        limits = []
        if self.percent is not None:
            part = abs(open_minor) * self.percent / 100
            limits.append(int(part))
        if self.amounts:
            limits.append(self.amounts.get(currency_id, 0))
        return min(limits, default=0)


def side(source_minor: int, target_minor: int) -> str:
    """Return whether the money is short of its document or over it, "" if equal."""
    if source_minor == target_minor:
        return ""
    return SHORT if abs(source_minor) < abs(target_minor) else OVER


def fits_kind(kind: str, source_minor: int, target_minor: int) -> bool:
    """Return whether a difference can be what a rule takes it for.

    A fee costs us: less came in, or more went out. A discount is a smaller payment.
    Anything else may go either way.
    """
    if kind == FEE:
        return target_minor > source_minor
    if kind == DISCOUNT:
        return side(source_minor, target_minor) == SHORT
    return source_minor != target_minor


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One approved version of a rule.

    :ivar sequence: of its rule; the smallest one wins, then the older rule.
    :ivar purpose: ``difference``, ``payer`` or ``account``.
    :ivar effective_from: first day on which payments are booked that it is for.
    :ivar effective_to: last one.
    """

    id: int
    rule_id: int
    number: int = 1
    sequence: int = 0
    purpose: str = DIFFERENCE
    mode: str = PROPOSED
    effective_from: date | None = None
    effective_to: date | None = None
    conditions: Conditions = field(default_factory=Conditions)
    tolerance: Tolerance = field(default_factory=Tolerance)
    difference_kind: str = ""
    account_id: int = 0
    tax_id: int = 0
    pays_for_partner_ids: frozenset[int] = frozenset()

    @property
    def rank(self) -> tuple[int, int]:
        """Return the order in which rules are tried."""
        return self.sequence, self.rule_id

    def is_effective(self, day: date) -> bool:
        """Return whether the version is for payments of a day, by its own dates."""
        if self.effective_from and day < self.effective_from:
            return False
        return self.effective_to is None or day <= self.effective_to

    def tolerates(self, source_minor: int, target_minor: int, currency_id: int) -> bool:
        """Return whether money may settle a document although it differs.

        Both in the same currency and of the same sign.
        """
        difference = abs(target_minor - source_minor)
        return (
            source_minor * target_minor > 0
            and fits_kind(self.difference_kind, source_minor, target_minor)
            and difference <= self.tolerance.limit(target_minor, currency_id)
        )


def first_of(versions: Iterable[RuleVersion], payment: Payment) -> RuleVersion | None:
    """Return the version that decides on a payment: the first whose conditions hold.

    Of the versions of one rule, only the latest that is effective counts.
    """
    for version in sorted(in_force(versions, payment.booked_on), key=_rank):
        if version.conditions.hold(payment):
            return version
    return None


def _rank(version: RuleVersion) -> tuple[int, int]:
    return version.rank


def in_force(versions: Iterable[RuleVersion], day: date) -> list[RuleVersion]:
    """Return of each rule the latest version that is effective on a day."""
    latest: dict[int, RuleVersion] = {}
    for version in versions:
        known = latest.get(version.rule_id)
        if version.is_effective(day) and (not known or known.number < version.number):
            latest[version.rule_id] = version
    return list(latest.values())


Period = tuple[date, date]


def periods(
    versions: Iterable[RuleVersion],
) -> Iterator[tuple[RuleVersion, date, date]]:
    """Yield for each version the days on which it is the one in force.

    A version gives way to a later one of its rule while that is effective, and may
    come back after it.
    """
    of_rule: dict[int, list[RuleVersion]] = {}
    for version in versions:
        of_rule.setdefault(version.rule_id, []).append(version)
    for group in of_rule.values():
        taken: list[Period] = []
        for version in sorted(group, key=lambda each: -each.number):
            own = (version.effective_from or date.min, version.effective_to or date.max)
            for first, last in _free(own, taken):
                yield version, first, last
            taken.append(own)


def _free(own: Period, taken: Iterable[Period]) -> list[Period]:
    """Return what is left of a period without those that are taken."""
    free = [own] if own[0] <= own[1] else []
    for first, last in taken:
        free = [
            part
            for start, end in free
            for part in _without((start, end), (first, last))
        ]
    return free


def _without(period: Period, taken: Period) -> Iterator[Period]:
    (start, end), (first, last) = period, taken
    if last < start or end < first or first > last:
        yield period
        return
    if start < first:
        yield start, first - timedelta(days=1)
    if last < end:
        yield last + timedelta(days=1), end


def minor(amount: Decimal, decimals: int) -> int:
    """Return an amount in major units as minor units, half rounded up."""
    return int(amount.scaleb(decimals).quantize(Decimal(1), ROUND_HALF_UP))
