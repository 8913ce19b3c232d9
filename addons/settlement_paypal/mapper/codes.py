"""Which canonical kind a row has, by its event code and its direction."""

from __future__ import annotations

from functools import lru_cache

from odoo.addons.settlement.canonical.kind_rules import UNKNOWN, KindRule
from odoo.addons.settlement.canonical.known_codes import KnownCode, codes_page

from . import const

CODES, GROUPS = "T-code", "group of T-codes"
INTRODUCTION = """\
What each row of PayPal becomes, by its transaction event code: one kind, or one for
money that goes (−) and one for money that comes (+). A code that is not in the first
table is read as its group, if that is in the second. *Review* means that a person
decides; so does any code that is in neither.
"""


def rule_of(code: str) -> KindRule | None:
    """Return the rule of an event code, its group's if only that is known."""
    return const.CODE_KINDS.get(code) or const.GROUP_KINDS.get(
        code[: const.GROUP_LENGTH]
    )


@lru_cache(maxsize=4096)
def classify(code: str, is_debit: bool) -> tuple[str, str, bool]:
    """Return (canonical kind, source code, whether it moves no money) of a row.

    The prefix ``unknown:`` of a source code sends the row to the review queue.
    """
    rule = rule_of(code)
    if rule is None:
        return "adjustment", f"{UNKNOWN}{code}", False
    kind = rule.debit if is_debit else rule.credit
    return kind, f"{UNKNOWN}{code}" if rule.review else code, rule.memo


def known_codes() -> list[KnownCode]:
    """Return what each code, or group of codes, becomes."""
    return [
        *(rule.known_code(code, CODES) for code, rule in const.CODE_KINDS.items()),
        *(rule.known_code(code, GROUPS) for code, rule in const.GROUP_KINDS.items()),
    ]


def known_code(code: str) -> KnownCode | None:
    """Return what the code of a row becomes, None if PayPal's list lacks it."""
    rule = rule_of(code)
    group = CODES if code in const.CODE_KINDS else GROUPS
    return rule.known_code(code, group) if rule else None


def page() -> str:
    """Return the page of the manual that shows both tables."""
    return codes_page(INTRODUCTION, known_codes())
