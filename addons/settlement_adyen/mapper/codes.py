"""Which canonical kind a row has, by its type and its direction."""

from __future__ import annotations

from odoo.addons.settlement.canonical.known_codes import KnownCode, codes_page

INTRODUCTION = """\
What each row of Adyen becomes, by its type: one kind, or one for money that goes (−)
and one for money that comes (+). *Review* means that a person decides; so does any
type that is not here.
"""


def known_codes() -> list[KnownCode]:
    """Return what each type of row becomes."""
    return []


def known_code(code: str) -> KnownCode | None:
    """Return what the type of a row becomes, None if it is not in the table."""
    return None


def page() -> str:
    """Return the page of the manual that shows the table."""
    return codes_page(INTRODUCTION, known_codes())
