"""Which canonical kind a row has, by its type and its direction."""

from __future__ import annotations

from functools import lru_cache

from odoo.addons.settlement.canonical.kind_rules import UNKNOWN, KindRule
from odoo.addons.settlement.canonical.known_codes import KnownCode, codes_page

from . import const

TYPES, PROGRESS = "type of row", "record type of the payments accounting report"
INTRODUCTION = """\
What each row of Adyen becomes, by its type: one kind, or one for money that goes (−)
and one for money that comes (+). The types of the first table move money; those of the
second are only in the payments accounting report. *Review* means that a person
decides; so does any type that is in neither.
"""
_SPELLINGS = {name.lower(): name for name in (*const.TYPE_KINDS, *const.PROGRESS_KINDS)}


@lru_cache(maxsize=1024)
def plain_type(name: str) -> str:
    """Return a type without what differs between reports."""
    return name.strip().lower()


def rule_of(name: str) -> KindRule | None:
    """Return the rule of a type that moves money, None if nobody knows it."""
    return const.TYPE_KINDS.get(_SPELLINGS.get(plain_type(name), ""))


@lru_cache(maxsize=1024)
def classify(name: str, is_debit: bool) -> tuple[str, str, bool]:
    """Return (canonical kind, source code, whether its gross moves no money) of a row.

    The prefix ``unknown:`` of a source code sends the row to the review queue.
    """
    rule = rule_of(name)
    if rule is None:
        return "adjustment", f"{UNKNOWN}{name.strip()}", False
    kind = rule.debit if is_debit else rule.credit
    code = _SPELLINGS[plain_type(name)]
    return kind, f"{UNKNOWN}{code}" if rule.review else code, rule.memo


def is_progress(name: str) -> bool:
    """Return whether a record type only tells how far a payment is."""
    return _SPELLINGS.get(plain_type(name)) in const.PROGRESS_KINDS


def known_codes() -> list[KnownCode]:
    """Return what each type of row becomes."""
    return [
        *(rule.known_code(name, TYPES) for name, rule in const.TYPE_KINDS.items()),
        *(
            rule.known_code(name, PROGRESS)
            for name, rule in const.PROGRESS_KINDS.items()
        ),
    ]


def known_code(code: str) -> KnownCode | None:
    """Return what the type of a row becomes, None if it is in no table."""
    name = _SPELLINGS.get(plain_type(code), "")
    if rule := const.TYPE_KINDS.get(name):
        return rule.known_code(name, TYPES)
    rule = const.PROGRESS_KINDS.get(name)
    return rule.known_code(name, PROGRESS) if rule else None


def page() -> str:
    """Return the page of the manual that shows both tables."""
    return codes_page(INTRODUCTION, known_codes())
