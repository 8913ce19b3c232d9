from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from .common import SettlementCase


class FreshnessCase(SettlementCase):
    def heard(self, hours):
        """Let the last message be so many hours old, of a source that never rests."""
        handler = type(self.env["settlement.connector.canonical"])
        self.patch(handler, "_capabilities", lambda handler: {"pull", "file"})
        self.backend.last_success_at = Datetime.now() - timedelta(hours=hours)

    def told(self):
        """Return the open exceptions about a silent backend."""
        self.backend._check_freshness()
        return self.env["settlement.exception"].search(
            [
                ("reason", "=", "stale_feed"),
                ("backend_id", "=", self.backend.id),
                ("state", "=", "open"),
            ]
        )


@tagged("post_install", "-at_install")
class TestFreshness(FreshnessCase):
    def test_a_silent_backend_is_told_and_closed_when_it_speaks(self):
        self.heard(29)
        self.assertFalse(self.told())
        self.heard(31)
        told = self.told()
        self.assertIn("within 30 hours", told.cause)
        self.assertEqual(self.told(), told)
        self.receive(b"something")
        self.assertFalse(self.told())
        self.assertEqual(told.state, "resolved")

    def test_what_was_never_heard_of_is_not_late(self):
        self.assertFalse(self.told())

    def test_what_is_paused_or_has_no_limit_is_not_late(self):
        self.heard(500)
        self.backend._set_state("paused")
        self.assertFalse(self.told())
        self.backend._set_state("connected")
        self.backend.freshness_hours = 0
        self.assertFalse(self.told())

    def test_files_are_expected_on_working_days(self):
        with (
            patch.object(type(self.backend), "_can_be_pulled", lambda backend: False),
            patch.object(
                Datetime,
                "now",
                staticmethod(lambda *args: Datetime.to_datetime("2026-03-09 09:00:00")),
            ),
        ):
            self.backend.last_success_at = "2026-03-06 09:00:00"
            self.assertFalse(self.told())
            self.backend.last_success_at = "2026-03-05 20:00:00"
            self.assertTrue(self.told())

    def test_the_newest_message_counts(self):
        self.assertFalse(self.backend.last_message_at)
        message = self.receive(b"something")
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.last_message_at, message.received_at)


@tagged("post_install", "-at_install")
class TestComplete(FreshnessCase):
    """The verb on a source that only sends files."""

    def setUp(self):
        super().setUp()
        self.accountant = self.new_user("group_accountant")

    def unbalanced(self):
        """Take in a payout of which one row is missing; return its exception."""
        lines = self.lines(
            self.charge_line("txn_1", batch_kind="payout", batch_external_id="po_1"),
            {
                "type": "batch",
                "currency": "EUR",
                "kind": "payout",
                "external_id": "po_1",
                "date": "2026-01-12",
                "total": "150.00",
            },
        )
        self.backend.import_file("first.jsonl", lines)
        self.backend.run_pipeline("validate")
        return (
            self.env["settlement.exception"]
            .search([("reason", "=", "batch_unbalanced"), ("state", "=", "open")])
            .filtered(lambda each: each.backend_id == self.backend)
            .with_user(self.accountant)
        )

    def attachment(self, *objects, user=None):
        """Return a file that a user has uploaded."""
        return (
            self.env["ir.attachment"]
            .with_user(user or self.accountant)
            .create({"name": "missing.jsonl", "raw": self.lines(*objects)})
        )

    def test_the_missing_file_explains_it(self):
        exception = self.unbalanced()
        self.assertEqual(len(exception), 1)
        row = self.charge_line(
            "txn_2", "50.00", batch_kind="payout", batch_external_id="po_1"
        )
        exception.action_resolve("complete", attachment_id=self.attachment(row).id)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.batch_id.state, "validated")

    def test_another_file_does_not(self):
        exception = self.unbalanced()
        row = self.charge_line("txn_9", "50.00")
        answer = exception.action_resolve(
            "complete", attachment_id=self.attachment(row).id
        )
        self.assertEqual(exception.state, "open")
        self.assertIn("not explained yet", str(answer))

    def test_without_a_file_it_says_what_to_do(self):
        with self.assertRaisesRegex(UserError, "upload the file"):
            self.unbalanced().action_resolve("complete")

    def test_the_file_of_somebody_else_cannot_be_taken(self):
        other = self.new_user("group_approver")
        file = self.attachment(self.charge_line("txn_2"), user=other)
        with self.assertRaises(AccessError):
            self.unbalanced().action_resolve("complete", attachment_id=file.id)

    def test_its_dialogue_takes_the_file(self):
        action = self.unbalanced()._open_complete()
        self.assertEqual(action["res_model"], "settlement.import.wizard")
        self.assertEqual(action["context"]["default_backend_id"], self.backend.id)
