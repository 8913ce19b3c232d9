"""Which canonical kind a row has, by its event code and its direction."""

from __future__ import annotations

from functools import lru_cache

from odoo.addons.settlement.canonical.known_codes import KnownCode, markdown_table

from . import const

UNKNOWN = "unknown:"
INTRODUCTION = """\
What each row of PayPal becomes, by its transaction event code. A code that is not
listed itself is read as its group, where the group stands here with three characters.
*Review* means that a person decides; so does any code that is not in the table.

"""


def rule_of(code: str) -> const.KindRule | None:
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
    rules = {**const.CODE_KINDS, **const.GROUP_KINDS}
    return [_known(code, rule) for code, rule in rules.items()]


def known_code(code: str) -> KnownCode | None:
    """Return what the code of a row becomes, None if PayPal's list lacks it."""
    rule = rule_of(code)
    return _known(code, rule) if rule else None


def page() -> str:
    """Return the page of the manual that shows the table."""
    return INTRODUCTION + markdown_table("T-code", known_codes())


def _known(code: str, rule: const.KindRule) -> KnownCode:
    group = code[: const.GROUP_LENGTH]
    return KnownCode(code, rule.credit, rule.debit, rule.review, group, rule.meaning)
