"""What each code of a source becomes, as a table that a connector writes down."""

from __future__ import annotations

from dataclasses import dataclass

from .known_codes import KnownCode

# Before the code of a row that waits for a person.
UNKNOWN = "unknown:"


@dataclass(frozen=True, slots=True)
class KindRule:
    """Canonical kind of a row, by its direction.

    ``review`` marks rows whose code is known but whose booking only a person can
    decide. ``memo`` marks rows that are shown by the provider and move no money.
    """

    credit: str
    debit: str
    meaning: str
    review: bool = False
    memo: bool = False

    def known_code(self, code: str, group: str) -> KnownCode:
        """Return the line of the manual about a code of this rule."""
        return KnownCode(
            code, self.credit, self.debit, self.review, group, self.meaning
        )


Rules = dict[str, KindRule]


def by_direction(credit: str, debit: str, meanings: dict[str, str]) -> Rules:
    """Return rules of codes that are one kind each way, by code."""
    return {code: KindRule(credit, debit, words) for code, words in meanings.items()}


def for_review(meanings: dict[str, str]) -> Rules:
    """Return rules of codes that a person has to look at."""
    return {
        code: KindRule("adjustment", "adjustment", words, review=True)
        for code, words in meanings.items()
    }


def memos(meanings: dict[str, str]) -> Rules:
    """Return rules of codes whose rows move no money."""
    return {
        code: KindRule(
            "adjustment", "adjustment", f"{words}; moves no money", memo=True
        )
        for code, words in meanings.items()
    }
