from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestPreview(SettlementCase):
    def counts(self):
        models = ("message", "transaction", "batch", "event", "exception")
        return [self.env[f"settlement.{model}"].search_count([]) for model in models]

    def test_a_preview_tells_what_would_happen_and_leaves_nothing(self):
        self.backend.import_file("a.jsonl", self.lines(self.charge_line("txn_known")))
        self.backend.run_pipeline()
        before = self.counts()
        preview = self.backend.preview_file(
            "b.jsonl",
            self.lines(
                self.charge_line("txn_known"),
                self.charge_line("txn_known", gross="90.00"),
                self.charge_line("txn_new", invoice_reference="INV/7"),
            )
            + b"{bad\n",
        )
        self.assertEqual(
            (preview["new"], preview["known"], len(preview["rejected"])), (1, 1, 1)
        )
        self.assertEqual(preview["rejected"][0]["number"], 4)
        self.assertEqual(preview["rows"][2]["reference"], "INV/7")
        self.assertEqual(self.counts(), before)

    def test_a_changed_row_is_no_new_one_whichever_becomes_current(self):
        """Without a date of the version, the order of two hashes decides."""
        self.store_facts(*(self.charge(f"txn_{number}") for number in range(8)))
        lines = [self.charge_line(f"txn_{n}", gross="90.00") for n in range(8)]
        preview = self.backend.preview_file("b.jsonl", self.lines(*lines))
        self.assertEqual((preview["new"], preview["changed"]), (0, 8))

    def test_an_import_after_its_preview_does_what_was_shown(self):
        content = self.lines(self.charge_line("txn_1"), self.charge_line("txn_2"))
        preview = self.backend.preview_file("a.jsonl", content)
        self.backend.import_file("a.jsonl", content)
        run = self.backend.run_pipeline()
        self.assertEqual(preview["new"], run.counters["parse"]["transactions"])

    def test_what_cannot_be_previewed_is_refused(self):
        with self.assertRaises(UserError):
            self.backend.preview_file("holiday.png", b"\x89PNG")
        viewer = self.new_user("group_viewer")
        with self.assertRaises(AccessError):
            self.backend.with_user(viewer).preview_file("a.jsonl", b"{}")
