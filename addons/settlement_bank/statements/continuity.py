"""Laws of bank statements: movements lead from balance to balance, none is missing.

All amounts are signed Decimals in the currency of the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, or one page of it, as its bank describes it.

    ``number`` is the bank's own running number, None if it gives none. ``title``
    names the statement at the beginning of a sentence.
    """

    key: str
    title: str
    currency: str
    date: date
    total: Decimal
    number: int | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A law that a statement breaks.

    ``holds_up`` is false where the balances prove that no money is missing.
    """

    key: str
    reason: str
    sentence: str
    holds_up: bool = True


def arithmetic(statement: Statement) -> Iterator[Finding]:
    """Yield a finding if the movements do not lead from opening to closing."""
    if statement.opening is None or statement.closing is None:
        return
    expected = statement.opening + statement.total
    gap = statement.closing - expected
    if gap:
        money = _Money(statement.currency)
        yield Finding(
            statement.key,
            "batch_unbalanced",
            f"{statement.title}: opening {money(statement.opening)} and movements "
            f"{money(statement.total)} give {money(expected)}, but it closes with "
            f"{money(statement.closing)}: {money(abs(gap))} "
            f"{'too little' if gap > 0 else 'too much'} in its entries. Import the "
            "whole file again, or ask the bank for a corrected one.",
        )


def succession(before: Statement, after: Statement) -> Iterator[Finding]:
    """Yield what is wrong between two statements that should follow one another.

    :param before: the statement that comes directly before, of those known.
    """
    missing = _missing_numbers(before, after)
    gap = _balance_gap(before, after)
    if missing:
        yield _missing(before, after, missing, gap)
    elif gap and _is_repeated(before, after):
        yield Finding(
            after.key,
            "duplicate",
            f"{after.title} has the number {after.number} of another statement "
            f"({before.title}), and they do not follow one another: "
            f"{_gap_words(before, after, gap)} Check which one is right with the bank.",
        )
    elif gap:
        yield Finding(
            after.key,
            "balance_gap",
            f"{after.title} does not follow {before.title}: "
            f"{_gap_words(before, after, gap)} A statement between them is missing or "
            "one of them is wrong; import the missing one.",
        )


def check(statements: Iterable[Statement]) -> list[Finding]:
    """Return every finding of the statements of one account, in any order given."""
    ordered = in_order(statements)
    findings = [finding for one in ordered for finding in arithmetic(one)]
    for before, after in zip(ordered, ordered[1:], strict=False):
        findings += succession(before, after)
    return findings


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements of one account in the order of the account.

    By day and number; several of one day without numbers in the order in which
    their balances follow one another.
    """
    ordered: list[Statement] = []
    by_place: dict[tuple[date, int], list[Statement]] = {}
    for one in sorted(statements, key=lambda one: (*_place(one), one.key)):
        by_place.setdefault(_place(one), []).append(one)
    for peers in by_place.values():
        ordered += _chained(peers, ordered[-1] if ordered else None)
    return ordered


def _place(statement: Statement) -> tuple[date, int]:
    return statement.date, statement.number or 0


def _chained(peers: list[Statement], last: Statement | None) -> list[Statement]:
    """Order statements that only their balances can tell apart."""
    chain: list[Statement] = []
    while peers:
        following = _next(peers, chain[-1] if chain else last)
        chain.append(peers.pop(following))
    return chain


def _next(peers: list[Statement], last: Statement | None) -> int:
    """Return the position of the statement that follows the last one."""
    if len(peers) == 1:
        return 0
    if last is not None and last.closing is not None:
        for position, one in enumerate(peers):
            if one.opening == last.closing:
                return position
    # Nothing before: the chain begins where no other statement ends.
    closings = {one.closing for one in peers}
    return next((at for at, one in enumerate(peers) if one.opening not in closings), 0)


def _missing_numbers(before: Statement, after: Statement) -> range:
    """Return the numbers between two statements; empty where a new count begins."""
    if before.number is None or after.number is None:
        return range(0)
    if before.number < after.number:
        return range(before.number + 1, after.number)
    if before.date.year < after.date.year:
        return range(1, after.number)
    return range(0)


def _is_repeated(before: Statement, after: Statement) -> bool:
    return (
        before.number is not None
        and before.number == after.number
        and before.date.year == after.date.year
    )


def _balance_gap(before: Statement, after: Statement) -> Decimal:
    if before.closing is None or after.opening is None:
        return Decimal(0)
    return after.opening - before.closing


def _missing(
    before: Statement, after: Statement, missing: range, gap: Decimal
) -> Finding:
    names = str(missing[0]) if len(missing) == 1 else f"{missing[0]} to {missing[-1]}"
    proved = None not in (before.closing, after.opening) and not gap
    words = (
        "The balances follow one another, so what is missing sums to zero."
        if proved
        else _gap_words(before, after, gap)
    )
    return Finding(
        after.key,
        "missing_data",
        f"Statement number {names} is missing between {before.title} (number "
        f"{before.number}) and {after.title} (number {after.number}). {words} Import "
        "it, or ask the bank for it.",
        holds_up=not proved,
    )


def _gap_words(before: Statement, after: Statement, gap: Decimal) -> str:
    if not gap:
        return "The balances cannot be compared."
    money = _Money(after.currency)
    return (
        f"one closes with {money(before.closing or Decimal(0))}, the next opens with "
        f"{money(after.opening or Decimal(0))}, {money(abs(gap))} "
        f"{'more' if gap > 0 else 'less'}."
    )


class _Money:
    """Write amounts of one currency for a sentence."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, amount: Decimal) -> str:
        return f"{amount:,f} {self._currency}"
