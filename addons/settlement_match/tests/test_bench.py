from unittest.mock import patch

from odoo.tests import tagged

from ..models import bench_mix
from ..models.matcher import STAGES
from .common import MatchCase


@tagged("post_install", "-at_install")
class TestBenchMatch(MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cli = cls.env["settlement.cli"]

    def bench(self, rows):
        with patch.object(type(self.cli), "_commit", lambda _self: None):
            return self.cli._bench_match(rows)

    def test_every_stage_finds_what_is_meant_for_it(self):
        figures = self.bench(1000)
        self.assertEqual(figures["rows"], 1000)
        self.assertEqual(list(figures["stages"]), list(STAGES))
        found = {
            stage: sum(
                each.get(name, 0) for name in ("matched", "proposed", "duplicates")
            )
            for stage, each in figures["stages"].items()
        }
        planned = {stage: each["planned"] for stage, each in figures["stages"].items()}
        # Two rows settle one another, in one match.
        self.assertEqual(found.pop("transfer") * 2, planned.pop("transfer"))
        self.assertEqual(found, planned)
        self.assertNotIn(0, found.values())
        self.assertEqual(planned["reference"], 600)
        self.assertEqual(figures["stages"]["reference"]["share"], "60 %")
        for each in figures["stages"].values():
            self.assertGreater(each["seconds"], 0)
            self.assertGreater(each["rows_per_second"], 0)

    def test_it_reports_floor_growth_and_memory(self):
        figures = self.bench(200)
        self.assertAlmostEqual(
            figures["floor_seconds"],
            figures["floor_join_seconds"] + figures["floor_write_seconds"],
            places=2,
        )
        self.assertGreater(figures["cpu_seconds"], 0)
        self.assertGreater(figures["growth"], 0)
        self.assertGreater(figures["peak_rss_mib"], 0)
        self.assertEqual(figures["temporary_mib"], 0)
        written = figures["written"]
        self.assertEqual(
            written["settlement_match_line"] // written["settlement_match"], 2
        )

    def test_it_leaves_nothing_behind(self):
        models = (
            "account.move",
            "account.payment",
            "payment.transaction",
            "res.partner",
            "settlement.backend",
            "settlement.batch",
            "settlement.document.reference",
            "settlement.expected.payment",
            "settlement.rule",
            "settlement.transaction",
            "settlement.wallet",
        )
        before = [self.env[model].search_count([]) for model in models]
        self.bench(200)
        after = [self.env[model].search_count([]) for model in models]
        self.assertEqual(before, after)
        self.assertFalse(self.matches.search([("state", "=", "confirmed")]))

    def test_shares_fill_the_pairs(self):
        self.assertEqual(sum(bench_mix.SHARES.values()), bench_mix.PAIRS)
        self.assertEqual(tuple(bench_mix.SHARES), STAGES)
