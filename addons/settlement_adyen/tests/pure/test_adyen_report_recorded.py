"""Reports with figures that were added up by hand."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.settlement.canonical.disputes import DisputeRow, grouped, life_of
from odoo.addons.settlement_connector.contract.fact_laws import broken_laws

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402

DATA = Path(__file__).parents[1] / "data"
SETTLEMENT = (DATA / "settlement_detail_report_batch_237.csv").read_bytes()
ACCOUNTING = (DATA / "payments_accounting_report_2026_01_07.csv").read_bytes()
FOUND = paper.read(SETTLEMENT)
ROWS = [
    ("237", "charge", "100.00", "2.50", "97.50"),
    ("237", "charge", "250.00", "1.25", "248.75"),
    ("237", "charge", "93.70", "1.00", "92.70"),
    ("237", "refund", "-20.00", "0.10", "-20.10"),
    ("237", "dispute", "-50.00", "7.50", "-57.50"),
    ("237", "fee", "-12.34", "0", "-12.34"),
    ("237", "fee", "-12.34", "0", "-12.34"),
    ("237", "fee", "-45.00", "0", "-45.00"),
    ("237", "fee_refund", "5.00", "0", "5.00"),
    ("237", "reserve_hold", "-30.00", "0", "-30.00"),
    ("237", "charge", "5.70", "0.27", "5.43"),
    ("237", "payout", "-266.67", "0", "-266.67"),
    ("237", "payout", "-5.43", "0", "-5.43"),
    ("238", "refund", "-100.00", "0", "-100.00"),
    ("238", "transfer", "100.00", "0", "100.00"),
    ("239", "transfer", "-100.00", "0", "-100.00"),
    ("239", "dispute_reversal", "50.00", "0", "50.00"),
    ("239", "charge", "300.00", "3.00", "297.00"),
    ("239", "dispute", "-50.00", "0", "-50.00"),
    ("239", "refund_failure", "20.00", "0", "20.00"),
    ("239", "payout", "-217.00", "0", "-217.00"),
]
TOTALS = {
    ("237", "EUR"): "266.67",
    ("237", "USD"): "5.43",
    ("238", "EUR"): "0",
    ("239", "EUR"): "217.00",
}


def test_every_row_to_the_cent():
    assert [
        (
            fact.batch_external_id,
            fact.kind,
            fact.gross_amount,
            fact.fee_amount,
            fact.net_amount,
        )
        for fact in paper.transactions(FOUND)
    ] == [(batch, kind, *map(Decimal, money)) for batch, kind, *money in ROWS]


def test_every_batch_to_the_cent():
    assert {
        (batch.external_id, batch.currency): batch.total
        for batch in paper.batches(FOUND)
    } == {key: Decimal(total) for key, total in TOTALS.items()}
    assert all(batch.complete for batch in paper.batches(FOUND))


@pytest.mark.parametrize(("number", "currency"), TOTALS)
def test_the_rows_of_a_batch_add_up_to_nothing(number, currency):
    rows = [
        fact.net_amount
        for fact in paper.transactions(FOUND)
        if (fact.batch_external_id, fact.currency) == (number, currency)
    ]
    assert sum(rows) == 0


def test_nothing_is_put_aside_and_every_law_is_kept():
    assert paper.rejected(FOUND) == []
    assert broken_laws(FOUND) == []


def test_two_fees_that_say_the_same_are_two():
    fees = [fact for fact in paper.transactions(FOUND) if fact.kind == "fee"][:2]
    assert fees[0].external_id == fees[1].external_id
    assert [fee.occurrence for fee in fees] == [0, 1]


def test_what_was_paid_in_pounds():
    (fact,) = (
        fact for fact in paper.transactions(FOUND) if fact.presentment_currency == "GBP"
    )
    assert (fact.presentment_amount, fact.currency) == (Decimal("80.00"), "EUR")
    assert fact.exchange_rate == Decimal("1.1712345")


def test_the_dispute_is_one_and_lost_with_its_fee():
    rows = [
        DisputeRow(
            id=number,
            kind=fact.kind,
            external_id=fact.external_id,
            gross=int(fact.gross_amount.scaleb(2)),
            costs=int(fact.fee_amount.scaleb(2)),
            booked_on=fact.booked_on,
            source_external_id=fact.source_external_id,
            parent_external_id=fact.parent_external_id,
        )
        for number, fact in enumerate(paper.transactions(FOUND))
        if fact.kind in ("dispute", "dispute_reversal")
    ]
    ((name, lines),) = grouped(rows).items()
    life = life_of(lines, decided="lost")
    assert name == "8816178914400001"
    assert (life.withdrawn, life.returned, life.fee) == (10_000, 5_000, 750)


def test_the_accounting_report_tells_of_one_row_of_it():
    (owed,) = paper.read(ACCOUNTING)
    known = {fact.external_id: fact for fact in paper.transactions(FOUND)}
    booked = known[owed.external_id]
    assert (owed.net_amount, owed.fees) == (booked.net_amount, booked.fees)
    assert owed.source_version_at < booked.source_version_at
