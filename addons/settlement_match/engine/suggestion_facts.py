"""The two sides of a suggestion: money, and what it may be for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from . import rule
from .together import Key

Reference = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ruled:
    """An approved version of a rule, with the names that people know.

    :ivar partners: partner id → name, of a rule that knows a payer.
    """

    version: rule.RuleVersion
    name: str
    partners: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Money:
    """What was paid, and everything its source said of it.

    :ivar references: pairs of type and comparable text.
    :ivar tokens: words of its free texts that may be the number of a document.
    :ivar words: the same, the most likely first; ``spoken``: some as written.
    :ivar is_cut: the texts were too long to be read to their end.
    :ivar text: all its texts in comparable spelling, joined.
    :ivar payers: partner id → (the clue, what says so, the partner's name).
    :ivar presentment: currency and amount that the customer saw.
    :ivar fees: what a payer's bank usually keeps, unsigned.
    :ivar payment: the same as rules look at it; ``rules``: those of that day.
    """

    key: Key
    name: str
    currency: str
    amount: int
    day: date | None = None
    decimals: int = 2
    references: frozenset[Reference] = frozenset()
    tokens: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    is_cut: bool = False
    text: str = ""
    counterparty: str = ""
    payers: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)
    presentment: tuple[str, int] | None = None
    fees: tuple[int, ...] = ()
    account: str = ""
    currency_id: int = 0
    payment: rule.Payment | None = None
    rules: tuple[Ruled, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What money may be for: a journal item, payout, expected payment, other money.

    :ivar number: its own number in comparable spelling.
    :ivar traces: what a bank writes of it, with the word for that kind of evidence.
    :ivar parts: amounts of which each is due on its own.
    :ivar is_taken: a confirmed match holds all of it.
    :ivar discounted: (last day, what is to be paid until then), by its own terms.
    """

    key: Key
    name: str
    currency: str
    amount: int
    first_day: date | None = None
    last_day: date | None = None
    references: frozenset[Reference] = frozenset()
    number: str = ""
    partner_id: int = 0
    partner: str = ""
    traces: tuple[tuple[str, str], ...] = ()
    account: str = ""
    parts: tuple[int, ...] = ()
    is_taken: bool = False
    currency_id: int = 0
    discounted: tuple[date, int] | None = None
