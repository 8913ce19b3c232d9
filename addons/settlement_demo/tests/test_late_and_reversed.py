from dataclasses import replace
from datetime import timedelta

from odoo.tests import tagged

from ..comparison import documents, ledger, matches, rows
from ..comparison.comparison import Comparison
from ..simulation import deliveries
from ..world import build
from ..world.companies import PLANS
from .common import WorldCase

# Few ordinary charges: all that is planted is there, and posting takes most time.
ORDERS = 60
# Of two payments for the same thing the first is known by its time of arrival only.
IN_TURN = frozenset({"charge_twice", "transfer_twice", "failed_refund"})


@tagged("post_install", "-at_install")
class TestLateAndReversed(WorldCase):
    """All data come in one visit at the very end, the files in the wrong order."""

    def test_same_result(self):
        plans = [replace(plan, omits=IN_TURN) for plan in PLANS]
        world, truth = build(2, orders=ORDERS, plans=plans)
        stand_ins, connected = self.build_world(world)
        *_earlier, last = deliveries.steps(world)
        stand_ins.set_clock(last.now)
        since = last.since - timedelta(days=60)
        for each in connected:
            for name, content in reversed(
                list(deliveries.files(each.world, last, None))
            ):
                each.bank.import_file(name, content)
            for code, backend in each.reports.items():
                reports = deliveries.reports(each.world, code, last, None)
                for report in reversed(reports):
                    backend.import_file(report.name, report.content)
            each.backends._run_pipeline("post", None)
            each.stripe.pull(since, last.until)
            each.backends._run_pipeline("post", None)
        parts = (
            rows.row_differences,
            rows.statement_differences,
            matches.wrong_matches,
            matches.match_differences,
            documents.document_differences,
            ledger.balance_differences,
            ledger.total_differences,
        )
        self.assertEqual(Comparison(self.env, truth).differences(parts), [])
