"""Rows carry the number of the decision under which they were read."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import RejectedRow, TransactionFact
from odoo.addons.settlement.mapping.apply import MappedFact
from odoo.addons.settlement_file.screen.readings import under_decision

VALUES = {
    "currency": "EUR",
    "external_id": "R1",
    "kind": "charge",
    "gross_amount": Decimal("1.00"),
    "net_amount": Decimal("1.00"),
    "occurred_at": datetime(2026, 3, 1),
    "booked_on": date(2026, 3, 1),
    "description": "tea",
}


def test_a_row_is_the_same_but_for_its_reading():
    fact = TransactionFact(**VALUES)
    read = under_decision(fact, 7)
    assert read.reading == 7
    for each in fields(TransactionFact):
        assert getattr(read, each.name) == getattr(fact, each.name)


def test_the_later_decision_counts():
    mapped = MappedFact(**VALUES, mapping_id=3, reading=9)
    assert under_decision(mapped, 7).reading == 9
    later = under_decision(mapped, 12)
    assert (later.reading, later.mapping_id) == (12, 3)


def test_what_is_no_row_or_has_no_decision_stays():
    bad = RejectedRow(1, "x", "y")
    fact = TransactionFact(**VALUES)
    assert under_decision(bad, 7) is bad
    assert under_decision(fact, 0) is fact
