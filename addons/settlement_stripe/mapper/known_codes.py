"""The tables of this mapper as rows that people can read."""

from __future__ import annotations

from odoo.addons.settlement.canonical.known_codes import KnownCode, codes_page

from . import const

CATEGORY, TYPE = "reporting_category", "type"
DISPUTE = "dispute"
INTRODUCTION = """\
What each row of Stripe becomes. Its `reporting_category` decides; where that is unknown
or says nothing (`other_adjustment`), the `type` does; of an adjustment that is neither,
its source object and its text. *Review* means that a person decides.

"""


def known_codes() -> list[KnownCode]:
    """Return what each category and each type becomes."""
    return [
        *(_known(name, rule, CATEGORY) for name, rule in const.CATEGORY_KINDS.items()),
        *(_known(name, rule, TYPE) for name, rule in const.TYPE_KINDS.items()),
    ]


def known_code(code: str) -> KnownCode | None:
    """Return what ``category/type`` of a row becomes, None if neither is known."""
    category, _slash, kind = code.partition("/")
    if category.partition(":")[0] == DISPUTE:
        category = DISPUTE
    if category not in const.VAGUE_CATEGORIES and category in const.CATEGORY_KINDS:
        return _known(code, const.CATEGORY_KINDS[category], CATEGORY)
    if kind in const.TYPE_KINDS:
        return _known(code, const.TYPE_KINDS[kind], TYPE)
    return None


def page() -> str:
    """Return the page of the manual that shows both tables."""
    return codes_page(INTRODUCTION, known_codes())


def _known(code: str, rule: const.KindRule, group: str) -> KnownCode:
    return KnownCode(code, rule.credit, rule.debit, rule.review, group)
