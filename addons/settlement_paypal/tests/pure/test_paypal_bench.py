import io
from zoneinfo import ZoneInfo

from odoo.addons.settlement.canonical.facts import RejectedRow, TransactionFact
from odoo.addons.settlement_paypal.bench.sample_report import write_report
from odoo.addons.settlement_paypal.reports.file import is_report, read_report


def test_what_is_measured_is_a_report_that_adds_up():
    file = io.BytesIO()
    write_report(file, 500)
    assert is_report(file.getvalue()[:65_536])
    file.seek(0)
    facts = list(read_report(file, ZoneInfo("UTC")))
    rows = [fact for fact in facts if isinstance(fact, TransactionFact)]
    assert len({row.external_id for row in rows}) == 500
    assert not [fact for fact in facts if isinstance(fact, RejectedRow)]
    (batch,) = [fact for fact in facts if getattr(fact, "kind", "") == "settlement"]
    assert batch.total == sum(row.net_amount for row in rows)
    assert batch.opening_balance + batch.total == batch.closing_balance
