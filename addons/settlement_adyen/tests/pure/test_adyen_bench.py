import io

import pytest

from odoo.addons.settlement_adyen.bench.sample_report import write_report, write_sample
from odoo.addons.settlement_adyen.reports.file import SETTLEMENT, kind_of
from odoo.addons.settlement_adyen.tests import adyen_report as paper


@pytest.mark.parametrize("rows", [1, 500, 1_000, 1_001])
def test_what_is_measured_is_a_report_that_adds_up(rows):
    file = io.BytesIO()
    write_report(file, rows, batch_rows=500)
    found = paper.read(file.getvalue())
    assert kind_of(file.getvalue()[:65_536]) == SETTLEMENT
    assert paper.rejected(found) == []
    charges = [fact for fact in paper.transactions(found) if fact.kind == "charge"]
    assert len({fact.external_id for fact in charges}) == rows
    assert len(paper.batches(found)) == -(-rows // 500)
    assert sum(batch.total for batch in paper.batches(found)) == sum(
        fact.net_amount for fact in charges
    )


def test_the_same_seed_writes_the_same_sample():
    first, second, other = io.BytesIO(), io.BytesIO(), io.BytesIO()
    write_sample(first, 7)
    write_sample(second, 7)
    write_sample(other, 8)
    assert first.getvalue() == second.getvalue() != other.getvalue()
