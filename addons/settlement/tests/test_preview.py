import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..canonical.errors import MalformedInput
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

    def test_each_row_tells_what_would_become_of_it(self):
        self.store_facts(self.charge("txn_known", fee="0"), self.charge("txn_other"))
        preview = self.backend.preview_file(
            "b.jsonl",
            self.lines(
                self.charge_line("txn_known"),
                self.charge_line("txn_other", gross="90.00"),
                self.charge_line("txn_new"),
                self.charge_line("txn_lost", account_identifier="NOWHERE"),
            ),
        )
        self.assertEqual(
            [row["effect"] for row in preview["rows"]],
            ["known", "changed", "new", "rejected"],
        )
        self.assertIn("NOWHERE", preview["rejected"][0]["reason"])

    def test_batches_and_balances_are_shown_with_their_arithmetic(self):
        preview = self.backend.preview_file(
            "b.jsonl",
            self.lines(
                {
                    "type": "batch",
                    "currency": "EUR",
                    "kind": "statement",
                    "external_id": "st_1",
                    "date": "2026-01-12",
                    "total": "5.00",
                    "opening_balance": "10.00",
                    "closing_balance": "15.00",
                },
                {
                    "type": "balance",
                    "currency": "EUR",
                    "observed_at": "2026-01-12T00:00:00Z",
                    "available": "15.00",
                },
            ),
        )
        (batch,) = preview["batch_rows"]
        self.assertEqual(
            (batch["total"], batch["opening"], batch["closing"]),
            ("5.00", "10.00", "15.00"),
        )
        self.assertEqual(preview["balances"][0]["available"], "15.00")
        self.assertEqual(preview["batches"], 1)


@tagged("post_install", "-at_install")
class TestImportWizard(SettlementCase):
    """The dialog, as an accountant uses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")

    def tables(self):
        """Return how many rows each table has that an import may write to."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT relname FROM pg_class
             WHERE relkind = 'r' AND relpersistence = 'p'
               AND (relname LIKE 'settlement%' OR relname LIKE 'account_%'
                    OR relname IN ('queue_job', 'mail_message', 'ir_attachment'))
               AND relname NOT LIKE 'settlement_import_wizard%'
            """
        )
        names = [name for (name,) in self.env.cr.fetchall()]
        counts = {}
        for name in names:
            self.env.cr.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = self.env.cr.fetchone()[0]
        return counts

    def dialog(self, content, name="facts.jsonl"):
        """Return the dialog with a chosen file."""
        return (
            self.env["settlement.import.wizard"]
            .with_user(self.accountant)
            .create(
                {
                    "backend_id": self.backend.id,
                    "content": base64.b64encode(content),
                    "filename": name,
                }
            )
        )

    def content(self):
        """Return a file with a known, a changed, a new, a strange and a bad row."""
        self.store_facts(self.charge("txn_known", fee="0"), self.charge("txn_other"))
        batch = {
            "type": "batch",
            "currency": "EUR",
            "kind": "payout",
            "external_id": "po_1",
            "date": "2026-01-12",
            "total": "100.00",
        }
        new = self.charge_line("txn_new", batch_kind="payout", batch_external_id="po_1")
        changed = self.charge_line(
            "txn_other", gross="90.00", source_version_at="2026-03-01T00:00:00Z"
        )
        lines = self.lines(self.charge_line("txn_known"), changed, new, batch)
        return lines + b"{bad\n"

    def test_the_preview_writes_no_row_anywhere(self):
        dialog = self.dialog(self.content())
        before = self.tables()
        self.assertGreater(len(before), 50)
        dialog.action_preview()
        self.assertEqual(self.tables(), before)
        self.assertEqual(
            (dialog.new_count, dialog.changed_count, dialog.known_count), (1, 1, 1)
        )
        self.assertEqual((dialog.batch_count, dialog.rejected_count), (1, 1))
        self.assertEqual(dialog.line_ids.mapped("effect"), ["known", "changed", "new"])
        self.assertEqual(dialog.rejected_ids.number, 5)
        self.assertEqual(dialog.statement_ids.amount, "100.00 EUR")

    def test_a_second_preview_replaces_the_first(self):
        dialog = self.dialog(self.content())
        dialog.action_preview()
        dialog.action_preview()
        self.assertEqual(len(dialog.line_ids), 3)

    def test_the_import_does_what_was_shown(self):
        dialog = self.dialog(self.content())
        dialog.action_preview()
        newest = self.transactions._newest_id()
        action = dialog.action_import()
        message = self.env["settlement.message"].browse(action["res_id"])
        added = self.transactions.search([("id", ">", newest)])
        self.assertEqual(len(added), dialog.new_count + dialog.changed_count)
        self.assertEqual(message.rejected_count, dialog.rejected_count)

    def test_a_file_that_breaks_off_says_so(self):
        def facts(*_args):
            yield self.charge("txn_before")
            raise MalformedInput("It breaks off in row 2.")

        handler = type(self.env["settlement.connector.canonical"])
        dialog = self.dialog(self.lines(self.charge_line()))
        with patch.object(handler, "_parse", facts):
            dialog.action_preview()
        self.assertEqual(dialog.error, "It breaks off in row 2.")
        self.assertFalse(self.stored("txn_before"))

    def test_a_file_is_required_and_one_that_is_known_by_its_kind(self):
        dialog = self.dialog(b"\x89PNG", "holiday.png")
        with self.assertRaisesRegex(UserError, "holiday.png"):
            dialog.action_preview()
        dialog.content = False
        with self.assertRaisesRegex(UserError, "Choose a file"):
            dialog.action_preview()

    def test_the_preview_belongs_to_who_asked_for_it(self):
        dialog = self.dialog(self.content())
        dialog.action_preview()
        other = self.new_user("group_approver")
        self.assertFalse(dialog.line_ids.with_user(other).has_access("read"))
