"""Under which decision a row was read."""

from __future__ import annotations

from dataclasses import fields, replace

from odoo.addons.settlement.canonical.facts import Fact, TransactionFact
from odoo.addons.settlement.mapping.apply import MappedFact

_FACT_FIELDS = tuple(each.name for each in fields(TransactionFact))


def under_decision(fact: Fact, decision: int) -> Fact:
    """Return a fact as read under a decision, or under a later one about its code.

    :param decision: number of the approval of the layout, 0 for none.
    """
    if not decision or not isinstance(fact, TransactionFact):
        return fact
    if isinstance(fact, MappedFact):
        return replace(fact, reading=max(fact.reading, decision))
    values = {name: getattr(fact, name) for name in _FACT_FIELDS}
    return MappedFact(**values, reading=decision)
