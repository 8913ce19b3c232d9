from datetime import date, datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    FeeFact,
    TransactionFact,
)
from odoo.addons.settlement.storage import fact_columns


def fact(**values):
    return TransactionFact(
        **{
            "currency": "EUR",
            "external_id": "t",
            "kind": "charge",
            "gross_amount": Decimal("10"),
            "net_amount": Decimal("10"),
            "occurred_at": datetime(2026, 1, 1),
            "booked_on": date(2026, 1, 1),
            **values,
        }
    )


def row_of(each):
    row = fact_columns.stage_row(each, 1, 2, {"EUR": 3})
    return dict(zip(fact_columns.STAGE_COLUMNS, row, strict=True))


def test_empty_texts_become_nothing_and_zero_stays_zero():
    row = row_of(fact(gross_amount=Decimal(0), net_amount=Decimal(0)))
    assert row["description"] is None
    assert row["occurrence"] == 0
    assert row["gross_amount"] == 0
    assert row["net_minor"] == 0


def test_fees_are_part_of_the_row():
    fees = (FeeFact("scheme", Decimal("1.20"), Decimal("0.24")),)
    row = row_of(
        fact(
            fees=fees,
            fee_amount=Decimal("1.20"),
            tax_amount=Decimal("0.24"),
            net_amount=Decimal("8.56"),
        )
    )
    assert row["fee_summary"] == "scheme:1.20:0.24"
    assert row["net_minor"] == 856


@pytest.mark.parametrize(
    "values",
    [
        {"net_amount": Decimal("9")},
        {"fee_amount": Decimal("1")},
        {
            "fee_amount": Decimal("1"),
            "net_amount": Decimal("9"),
            "fees": (FeeFact("other", Decimal("2")),),
        },
        {"gross_amount": Decimal("1.001"), "net_amount": Decimal("1.001")},
        {"fee_amount": Decimal("0.001"), "net_amount": Decimal("9.999")},
    ],
)
def test_money_that_does_not_add_up_is_refused(values):
    with pytest.raises(MalformedInput):
        row_of(fact(**values))


def test_a_card_number_that_a_parser_uncovered_is_not_stored():
    row = row_of(
        fact(
            description="paid by 4111 1111 1111 1111",
            counterparty_name="Anna",
            external_id="4111111111111111",
            extra_references=(("order", "4111111111111111"),),
        )
    )
    assert row["description"] == "paid by 4111 11** **** 1111"
    assert row["counterparty_name"] == "Anna"
    assert row["extra_references"] == "order=411111******1111"
    # Identities are the source's; masking one would make two rows the same.
    assert row["external_id"] == "4111111111111111"


@pytest.mark.parametrize(
    ("each", "words"),
    [
        (fact(), "charge t 10 EUR 2026-01-01"),
        (fact(occurrence=2), "charge t (2) 10 EUR 2026-01-01"),
        (
            BatchFact("EUR", "payout", "po_1", date(2026, 1, 2), Decimal("9.50")),
            "payout po_1 9.50 EUR 2026-01-02",
        ),
        (
            BalanceFact("EUR", datetime(2026, 1, 2, 3), Decimal("7")),
            "balance 7 EUR 2026-01-02T03:00:00",
        ),
    ],
)
def test_a_fact_is_told_in_words_that_find_it_in_its_source(each, words):
    assert fact_columns.in_words(each) == words
