"""What is measured are files that add up, in each form the same."""

import io
import tracemalloc
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.facts import (
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_file.bench import sample_files
from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.mapping.parse import parse

WRITERS = {
    "csv": sample_files.write_csv,
    "json": sample_files.write_json,
    "xlsx": sample_files.write_xlsx,
}


def read(kind, rows, **options):
    file = io.BytesIO()
    WRITERS[kind](file, rows, **options)
    layout = FileLayout.from_data(sample_files.layout(kind))
    return parse(layout, file)


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_measured_adds_up(kind):
    facts = list(read(kind, 2500))
    rows = [fact for fact in facts if isinstance(fact, TransactionFact)]
    assert len({row.external_id for row in rows}) == 2500
    assert not [fact for fact in facts if isinstance(fact, RejectedRow)]
    batches = [fact for fact in facts if isinstance(fact, BatchFact)]
    assert len(batches) == 3
    assert sum(batch.total for batch in batches) == sum(row.net_amount for row in rows)


def test_every_form_says_the_same():
    first, *others = (list(read(kind, 300)) for kind in WRITERS)
    assert all(facts == first for facts in others)
    assert list(read("csv", 300, quoted=True)) == first
    assert first[0].gross_amount == Decimal("5.00")


def test_memory_does_not_grow_with_the_file():
    def peak(rows):
        facts = read("csv", rows)
        tracemalloc.start()
        for _fact in facts:
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # What amounts and dates mean is kept for some thousands of them. Beyond that, ids
    # that were seen take some thirty bytes each.
    assert peak(24_000) < peak(12_000) + 12_000 * 100
