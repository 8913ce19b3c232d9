"""Which payments a fixed rule may concern."""

from __future__ import annotations

from dataclasses import replace

from .rule import DIFFERENCE, Conditions, RuleVersion


def conditions_to_read(version: RuleVersion) -> Conditions:
    """Return the conditions that an open payment can be asked about before matching.

    Whose document a difference is about shows only once the document is found: a
    partner does not narrow down such a rule here.
    """
    if version.purpose == DIFFERENCE:
        return replace(version.conditions, partner_ids=frozenset())
    return version.conditions
