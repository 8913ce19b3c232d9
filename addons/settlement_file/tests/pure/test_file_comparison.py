"""Two versions of a layout on the same file."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    FeeFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_file.screen.comparison import compare


def fact(number=1, **values):
    amount = values.pop("amount", Decimal("10.00"))
    return TransactionFact(
        **{
            "currency": "EUR",
            "external_id": f"R{number}",
            "kind": "charge",
            "gross_amount": amount,
            "net_amount": amount,
            "occurred_at": datetime(2026, 3, 1),
            "booked_on": date(2026, 3, 1),
            **values,
        }
    )


def test_the_same_is_the_same():
    found = compare([fact(1), fact(2)], [fact(2), fact(1)])
    assert (found.differences, found.same) == ((), 2)


def test_what_changed_is_named_field_by_field():
    old = fact(1)
    new = replace(old, kind="refund", gross_amount=Decimal("-10.00"))
    found = compare([old, fact(2)], [new, fact(2)])
    assert [each.changes for each in found.differences] == [
        (("kind", "charge", "refund"), ("gross_amount", "10.00", "-10.00"))
    ]
    assert (found.count("changed"), found.same) == (1, 1)


def test_rows_that_came_and_went():
    found = compare([fact(1), fact(2)], [fact(2), fact(3)])
    assert [(each.effect, each.external_id) for each in found.differences] == [
        ("gone", "R1"),
        ("new", "R3"),
    ]
    gone, new = found.differences
    assert gone.changes == (("net_amount", "charge 10.00 EUR", ""),)
    assert new.changes == (("net_amount", "", "charge 10.00 EUR"),)


def test_twins_are_told_apart():
    twins = [fact(1), fact(1, occurrence=1)]
    assert compare(twins, twins).same == 2
    assert compare(twins, twins[:1]).count("gone") == 1


def test_fees_are_written_out():
    fees = (FeeFact("processing", Decimal("1.00"), Decimal("0.19")),)
    found = compare([fact(1)], [fact(1, fees=fees)])
    assert found.differences[0].changes == (("fees", "", "processing 1.00 + 0.19"),)


def test_rows_put_aside_are_counted():
    bad = RejectedRow(3, "x", "no amount")
    found = compare([bad, fact(1)], [fact(1), fact(3)])
    assert (found.rejected_before, found.rejected_after) == (1, 0)
    assert found.count("new") == 1
