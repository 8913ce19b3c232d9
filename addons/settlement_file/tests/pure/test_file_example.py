"""The example of the manual is true."""

from decimal import Decimal
from pathlib import Path

from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.mapping.parse import preview

USAGE = Path(__file__).parents[2] / "readme" / "USAGE.md"
LAYOUT = {
    "file": {
        "kind": "csv",
        "separator": ";",
        "header_starts": "Ref",
        "footer_lines": 1,
        "named_cells": [
            {"name": "Account", "label": "Account"},
            {"name": "Total", "label": "Total"},
        ],
    },
    "numbers": {"decimal": ",", "thousands": "."},
    "dates": {"formats": ["%d.%m.%Y"]},
    "columns": [
        {"column": "Booked", "field": "booked_on"},
        {"column": "Amount", "field": "gross_amount"},
        {"column": "Curr", "field": "currency"},
        {"column": "Account", "field": "account_identifier"},
        {"column": "Order number", "field": "order_reference"},
    ],
    "computed": [{"name": "Order number", "expression": 'split([Order], " ", 2)'}],
    "kinds": {
        "column": "Type",
        "values": [
            {"value": "SALE", "kind": "charge"},
            {"value": "BACK", "kind": "refund"},
            {"value": "INFO", "kind": "skip"},
        ],
    },
    "fees": [{"column": "Charge", "sign": "cost_negative"}],
    "identity": {"columns": ["Ref"]},
    "batch": {"by": "columns", "columns": ["Payout"]},
    "totals": [
        {"name": "Gross", "check": "sum", "of": "gross_amount", "column": "Total"}
    ],
}


def sample():
    """Return the file that the manual shows."""
    text = USAGE.read_text().split("## An example")[1]
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    assert lines[0] == "Nordpay settlement"
    return "\n".join([*lines, ""]).encode()


def test_the_example():
    shown = preview(FileLayout.from_data(LAYOUT), sample(), "nordpay.csv")
    assert shown.problem == ""
    assert shown.counts["accepted"] == 2
    assert (shown.counts["rejected"], shown.counts["skipped"]) == (0, 1)
    facts = [row.fact for row in shown.rows if row.fact]
    assert [fact.kind for fact in facts] == ["charge", "refund"]
    assert [fact.fee_amount for fact in facts] == [Decimal("22.50"), 0]
    assert [fact.order_reference for fact in facts] == ["SO-0001", "SO-0001"]
    assert {fact.account_identifier for fact in facts} == {"NP-4711"}
    [batch] = shown.batches
    assert (batch.external_id, batch.total) == ("P-1", Decimal("1057.50"))
    assert [check.is_right for check in shown.checks] == [True]
