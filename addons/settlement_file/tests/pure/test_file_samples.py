"""Fifteen files of different shapes become exactly the facts that they state."""

import io
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement.canonical.money import exponent
from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.mapping.parse import (
    check_totals,
    parse,
    preview,
    recognises,
)
from odoo.addons.settlement_file.tests.file_samples_more import SAMPLES

BY_NAME = {each.name: each for each in SAMPLES}
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda each: each.name)


def facts_of(sample, content=None):
    layout = FileLayout.from_data(sample.layout)
    stream = io.BytesIO(sample.content if content is None else content)
    facts = list(parse(layout, stream, sample.filename))
    assert not stream.closed
    return facts


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


@every_sample
def test_rows_to_the_cent(sample):
    rows = of(facts_of(sample), TransactionFact)
    found = [
        (row.kind, row.gross_amount, row.fee_amount, row.tax_amount, row.net_amount)
        for row in rows
    ]
    assert found == [(kind, *map(Decimal, rest)) for _id, kind, *rest in sample.facts]
    for row, (external_id, *_rest) in zip(rows, sample.facts, strict=True):
        assert external_id in ("*", row.external_id)
        assert row.currency == sample.currency
        assert row.external_id
    assert len({(row.external_id, row.occurrence) for row in rows}) == len(rows)


@every_sample
def test_every_fact_keeps_the_laws(sample):
    for row in of(facts_of(sample), TransactionFact):
        assert row.gross_amount - row.fee_amount - row.tax_amount == row.net_amount
        assert sum(fee.amount for fee in row.fees) == row.fee_amount
        assert sum(fee.tax_amount for fee in row.fees) == row.tax_amount
        assert row.occurred_at.tzinfo is None
        for amount in (row.gross_amount, row.net_amount):
            assert amount.as_tuple().exponent == -exponent(row.currency)


@every_sample
def test_batches_and_rejected_rows(sample):
    facts = facts_of(sample)
    batches = {fact.external_id: fact for fact in of(facts, BatchFact)}
    if sample.batches:
        totals = {key: batch.total for key, batch in batches.items()}
        assert totals == {key: Decimal(each) for key, each in sample.batches.items()}
    assert len(of(facts, RejectedRow)) == sample.rejected
    rows = of(facts, TransactionFact)
    for batch in batches.values():
        if batch.lists_rows and not sample.rejected:
            lines = [row for row in rows if row.batch_external_id == batch.external_id]
            net = sum(row.net_amount for row in lines if row.kind != "payout")
            assert net == batch.total


@every_sample
def test_a_layout_survives_being_stored(sample):
    layout = FileLayout.from_data(sample.layout)
    again = FileLayout.from_data(layout.to_data())
    assert again == layout
    assert again.checksum == layout.checksum


@every_sample
def test_the_same_file_twice_is_the_same(sample):
    assert facts_of(sample) == facts_of(sample)


@every_sample
def test_preview_shows_what_parsing_makes(sample):
    layout = FileLayout.from_data(sample.layout)
    shown = preview(layout, sample.content, sample.filename, limit=50)
    facts = facts_of(sample)
    assert not shown.problem
    rows = of(facts, TransactionFact)
    assert [each.fact for each in shown.rows if each.fact] == rows
    assert shown.counts["accepted"] == len(rows)
    assert shown.counts["rejected"] == sample.rejected
    assert sum(shown.counts.values()) == 2 * shown.counts["rows"]
    assert list(shown.batches) == of(facts, BatchFact)
    assert sum(each.net_amount for each in shown.totals) == sum(
        row.net_amount for row in rows
    )
    for each in shown.rows:
        assert bool(each.fact) + bool(each.errors) + bool(each.skipped) == 1


@every_sample
def test_the_controls_of_the_file_hold(sample):
    layout = FileLayout.from_data(sample.layout)
    results = check_totals(layout, io.BytesIO(sample.content), sample.filename)
    assert len({each.name for each in results}) == len(layout.totals)
    assert all(each.is_right for each in results), results


@every_sample
def test_files_are_told_apart_by_their_columns(sample):
    layout = FileLayout.from_data(sample.layout)
    known = [
        each.name for each in SAMPLES if recognises(layout, each.filename, each.content)
    ]
    assert known == [sample.name]


def test_zones_days_and_references():
    rows = of(facts_of(BY_NAME["square"]), TransactionFact)
    assert str(rows[0].occurred_at) == "2026-01-30 19:05:09"
    assert str(rows[1].occurred_at) == "2026-01-30 05:05:00"
    assert str(rows[1].booked_on) == "2026-01-30"
    rows = of(facts_of(BY_NAME["checkout"]), TransactionFact)
    assert str(rows[0].occurred_at) == "2026-06-01 22:30:00"
    assert str(rows[0].booked_on) == "2026-06-01"
    assert (rows[0].presentment_currency, rows[0].presentment_amount) == (
        "USD",
        Decimal("100.00"),
    )
    assert rows[0].exchange_rate == Decimal("0.925900")
    assert [fee.kind for fee in rows[0].fees] == ["processing", "scheme"]
    rows = of(facts_of(BY_NAME["japan"]), TransactionFact)
    assert str(rows[0].booked_on) == "2026-01-05"
    assert rows[0].account_identifier == "9001"


def test_a_workbook_says_what_its_screen_shows():
    rows = of(facts_of(BY_NAME["workbook"]), TransactionFact)
    assert rows[0].order_reference == "=SO1"
    assert rows[1].order_reference == "4711"
    assert str(rows[1].occurred_at) == "2026-07-01 12:05:00"
    assert str(rows[2].booked_on) == "2026-07-02"


def test_twins_are_counted_and_payouts_close_their_batch():
    rows = of(facts_of(BY_NAME["shopify"]), TransactionFact)
    assert [row.occurrence for row in rows] == [0, 0, 1, 0, 0, 0]
    assert rows[0].external_id == rows[2].external_id
    assert rows[4].source_code == "unknown:mystery"
    (batch,) = of(facts_of(BY_NAME["shopify"]), BatchFact)
    assert batch.payout_external_id == rows[5].external_id
    assert str(batch.date) == "2026-02-05"


def test_rows_belong_to_the_next_payout():
    facts = facts_of(BY_NAME["bank_like"])
    rows = of(facts, TransactionFact)
    payouts = [row.external_id for row in rows if row.kind == "payout"]
    first, second = payouts
    assert [row.batch_external_id for row in rows] == [
        first,
        first,
        first,
        second,
        second,
        "",
    ]
    totals = {batch.external_id: batch.total for batch in of(facts, BatchFact)}
    assert totals == {first: Decimal("98.50"), second: Decimal("20.00")}


def test_a_proved_balance_is_told():
    (balance,) = of(facts_of(BY_NAME["worldpay"]), BalanceFact)
    assert balance.available == Decimal("4.75")
    assert balance.account_identifier == "ACC-778899"
    assert str(balance.observed_at) == "2026-04-02 01:00:00"


def test_a_described_batch_knows_its_dates():
    (batch,) = of(facts_of(BY_NAME["amazon"]), BatchFact)
    assert (str(batch.date), str(batch.expected_on)) == ("2026-03-15", "2026-03-17")


def test_a_batch_that_lost_a_row_is_not_complete():
    complete = {
        batch.external_id: batch.complete
        for batch in of(facts_of(BY_NAME["nested"]), BatchFact)
    }
    assert complete == {"P-1": True, "P-2": False}


@every_sample
def test_a_wrong_row_leaves_the_others_as_they_were(sample):
    """Damage the last row of money; nothing else may change."""
    if sample.layout["file"].get("kind") in ("xlsx", "json"):
        pytest.skip("its rows are no lines")
    good = of(facts_of(sample), TransactionFact)
    encoding = sample.layout["file"].get("encoding", "utf-8-sig")
    lines = sample.content.decode(encoding).splitlines(keepends=True)
    ids = [row.external_id for row in good]
    layout = FileLayout.from_data(sample.layout)
    first = preview(layout, sample.content, sample.filename, limit=1).rows[0].number
    for at in range(first - 1, len(lines)):
        damaged = [*lines]
        damaged[at] = lines[at].rstrip("\r\n") + "\x01extra;,\t|cell\n"
        facts = facts_of(sample, "".join(damaged).encode(encoding))
        rows = of(facts, TransactionFact)
        left = [row.external_id for row in rows]
        if left != ids:
            assert len(left) >= len(ids) - 1
            by_id = {(row.external_id, row.net_amount): row for row in good}
            for row in rows:
                assert (row.external_id, row.net_amount) in by_id
