"""What makes two bank rows the same row, whatever file they come in.

A row is known by its account, its day, the servicer's reference of the entry and its
signed amount. Day and amount are part of it because banks use one reference again, for
a payment and its charge for example. Without a reference the facts of the entry take
its place. What is still equal are twins, told apart by counting.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Longer references than any standard allows are replaced by their digest.
MAX_REFERENCE = 64
_PAGE = re.compile(
    r"(?P<statement>.*):[0-9-]{10}:p(?P<number>[0-9]+)(?P<more>\+?)", re.DOTALL
)


def account_key(account_identifier: str, currency: str) -> str:
    """Return the name of an account: one number may hold several currencies."""
    return f"{_short(account_identifier)}/{currency}"


def statement_key(
    account: str,
    reference: str,
    sequence: int | None,
    day: date,
    page: int = 1,
    is_last_page: bool = True,
) -> str:
    """Return the identity of a statement, or of one page of it.

    A page ends with ``:p2``, or with ``:p2+`` if more pages follow.
    """
    number = "" if sequence is None else str(sequence)
    key = f"{account}:{_short(reference)}:{number}:{day.isoformat()}"
    if is_last_page:
        return key if page == 1 else f"{key}:p{page}"
    return f"{key}:p{page}+"


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of which statement a key of :func:`statement_key` names."""

    statement: str
    number: int
    is_last: bool


def page_of(key: str) -> Page:
    """Return the page that a statement's key names.

    The day is left out: pages of one statement may have interim balances of
    different days.
    """
    found = _PAGE.fullmatch(key)
    if not found:
        return Page(key.rpartition(":")[0], 1, True)
    return Page(found["statement"], int(found["number"]), not found["more"])


def entry_key(day: date, amount: Decimal, reference: str) -> str:
    """Return the identity of a booked entry inside its account.

    :param amount: signed, with the exponent of its currency.
    :param reference: the servicer's reference, or a :func:`fingerprint`.
    """
    return f"{day.isoformat()}:{_short(reference)}:{amount:f}"


def fingerprint(facts: Iterable[str]) -> str:
    """Return the digest that stands in for a missing reference.

    White space is left out: the same text comes folded differently from one bank
    file to the next.
    """
    digest = hashlib.sha256()
    for fact in facts:
        bare = "".join(fact.split()).encode()
        digest.update(b"%d:" % len(bare))
        digest.update(bare)
    return digest.hexdigest()[:32]


class Twins:
    """Count equal keys in the order of the file: the first is 0, its twin is 1."""

    def __init__(self) -> None:
        # A short digest instead of the key keeps a million of them in 100 MB.
        self._seen: Counter[int] = Counter()

    def number(self, key: str) -> int:
        """Return how often the key was there before, and remember it."""
        short = int.from_bytes(
            hashlib.blake2b(key.encode(), digest_size=8).digest(), "big"
        )
        before = self._seen[short]
        self._seen[short] = before + 1
        return before


def _short(text: str) -> str:
    if len(text) <= MAX_REFERENCE:
        return text
    return hashlib.sha256(text.encode()).hexdigest()
