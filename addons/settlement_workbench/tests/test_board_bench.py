from unittest.mock import patch

from odoo.tests import tagged

from ..models import bench
from .board_case import BoardCase


@tagged("post_install", "-at_install")
class TestBoardBench(BoardCase):
    """The bench of the board measures, and leaves nothing behind."""

    def test_it_measures_and_keeps_nothing(self):
        before = self.env["settlement.transaction"].search_count([])
        with patch.object(bench, "CALLS", 2):
            found = self.env["settlement.cli"]._bench_board(200)
        self.assertEqual((found["rows"], found["calls"]), (200, 2))
        self.assertEqual(found["wrong_counts"], 0)
        self.assertLessEqual(found["p50_ms"], found["max_ms"])
        self.assertGreaterEqual(found["counters"], found["counters_folded"])
        self.assertEqual(found["trigger"]["rows"], 200)
        self.assertLessEqual(found["queue_p50_ms"], found["queue_p95_ms"])
        self.assertGreater(found["pane_p50_ms"], 0)
        self.assertLessEqual(found["pane_p50_ms"], found["pane_p95_ms"])
        self.assertEqual(
            set(found["tiles_ms"]),
            {
                *self.env["settlement.board"]._tile_keys(),
                *self.env["settlement.board"]._chart_keys(),
            },
        )
        self.assertEqual(self.env["settlement.transaction"].search_count([]), before)
        self.assertEqual(self.env["settlement.counter"].sudo()._wrong_counts(), [])
