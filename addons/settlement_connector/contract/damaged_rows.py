"""What rows that were left alone say, however other rows were damaged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import Fact, TransactionFact


def read_until_broken(facts: Iterable[Fact]) -> tuple[list[Fact], bool]:
    """Return what was read, and whether reading ended with an error that has a text."""
    found: list[Fact] = []
    try:
        for fact in facts:
            found.append(fact)
    except MalformedInput as error:
        assert str(error)
        return found, True
    return found, False


def said(facts: Iterable[Fact]) -> Counter[TransactionFact]:
    """Count what rows say; the number of a row among twins is not said by it."""
    return Counter(
        replace(fact, occurrence=0)
        for fact in facts
        if isinstance(fact, TransactionFact)
    )


def net_sum(counted: Counter[TransactionFact]) -> Decimal:
    """Return the sum of the net amounts of what was counted."""
    return sum((fact.net_amount * count for fact, count in counted.items()), Decimal(0))
