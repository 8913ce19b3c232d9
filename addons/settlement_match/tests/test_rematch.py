from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models import rematch
from .backtest_case import BacktestCase


@tagged("post_install", "-at_install")
class TestRematch(BacktestCase):
    """After a fix: exactly what it concerns, with an outcome for each payment."""

    def started(self, action):
        return self.env["settlement.rematch"].browse(action["res_id"])

    def outcomes(self, task):
        return {line.transaction_id: line.state for line in task.line_ids}

    def test_an_approved_rule_is_tried_on_what_is_open(self):
        row = self.pay("txn_1", "12.00", description="bank charge")
        other = self.pay("txn_2", "12.00", description="something else")
        self.run_match()
        version = self.approve(self.account_rule())
        task = self.started(version.with_user(self.accountant).action_match_again())
        self.assertEqual(self.outcomes(task), {row: "proposed"})
        self.assertEqual(task.line_ids.match_id, self.match_of(row))
        self.assertEqual(task.state, "done")
        self.assertEqual((task.total, task.done_count, task.progress), (1, 1, 100))
        self.assertEqual(task.version_id, version)
        self.assertEqual(other.match_state, "open")

    def test_only_an_approved_rule(self):
        with self.assertRaises(UserError):
            self.account_rule().action_match_again()

    def test_a_rule_that_concerns_nothing(self):
        version = self.approve(self.account_rule())
        with self.assertRaisesRegex(UserError, "open"):
            version.action_match_again()

    def test_a_partner_does_not_narrow_down_a_difference(self):
        row = self.pay("txn_1", "98.00", self.new_invoice(100.0))
        version = self.approve(self.fee_rule(partner_ids=[(6, 0, self.customer.ids)]))
        task = self.started(version.action_match_again())
        self.assertEqual(task.line_ids.transaction_id, row)
        self.assertNotEqual(task.line_ids.state, "waiting")

    def test_chosen_payments_with_their_outcomes(self):
        invoice = self.new_invoice(100.0)
        good = self.pay("txn_1", "100.00", invoice)
        bad = self.pay("txn_2", "5.00")
        done = self.pay("txn_3", "7.00", self.new_invoice(7.0))
        done.action_match()
        task = self.started((good | bad | done).action_match_again())
        self.assertEqual(self.outcomes(task), {good: "matched", bad: "open"})
        self.assertEqual(
            (task.matched_count, task.open_count, task.proposed_count), (1, 1, 0)
        )
        line = task.line_ids.filtered(lambda each: each.transaction_id == bad)
        self.assertEqual(line.sentence, self.open_exceptions(bad).cause)
        self.assertEqual(line.action_open_payment()["res_id"], bad.id)

    def test_payments_of_exceptions(self):
        row = self.pay("txn_1", "5.00", invoice_reference="INV/77001")
        self.run_match()
        exceptions = self.open_exceptions(row)
        task = self.started(exceptions.action_match_again())
        self.assertEqual(self.outcomes(task), {row: "open"})

    def test_exceptions_about_something_else(self):
        exception = self.exceptions._raise_for(self.backend, "stale_feed", "Late.")
        with self.assertRaises(UserError):
            exception.action_match_again()

    def test_nothing_open_is_said(self):
        row = self.pay("txn_1", "7.00", self.new_invoice(7.0))
        row.action_match()
        with self.assertRaises(UserError):
            row.action_match_again()

    def many(self, count=3):
        rows = self.env["settlement.transaction"]
        for number in range(count):
            rows |= self.pay(f"txn_{number}", "5.00", self.new_invoice(5.0))
        return rows

    def in_background(self):
        return (
            patch.object(rematch, "INLINE_ROWS", 1),
            patch.object(rematch, "CHUNK_ROWS", 2),
        )

    def test_much_is_left_to_the_scheduled_action_in_pieces(self):
        rows = self.many()
        inline, chunk = self.in_background()
        with inline, chunk:
            task = self.started(rows.action_match_again())
            self.assertEqual(task.state, "waiting")
            self.assertTrue(task._advance())
            self.assertEqual((task.state, task.done_count), ("running", 2))
            self.assertFalse(task._advance())
        self.assertEqual((task.state, task.matched_count), ("done", 3))
        self.assertTrue(task.finished_at)

    def test_the_scheduled_action(self):
        rows = self.many()
        inline, chunk = self.in_background()
        crons = self.registry["ir.cron"]
        with inline, chunk:
            task = self.started(rows.action_match_again())
            with patch.object(
                crons, "_commit_progress", lambda self, done, remaining=0: 60
            ):
                self.env["settlement.rematch"]._cron_advance()
        self.assertEqual(task.state, "done")

    def test_jobs(self):
        rows = self.many()
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")
        inline, chunk = self.in_background()
        with inline, chunk, trap_jobs() as trap:
            task = self.started(rows.action_match_again())
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual((task.state, task.matched_count), ("done", 3))

    def test_stopped_in_the_middle(self):
        rows = self.many()
        inline, chunk = self.in_background()
        with inline, chunk:
            task = self.started(rows.action_match_again())
            task._advance()
            task.with_user(self.accountant).action_cancel()
            self.assertFalse(task._advance())
        self.assertEqual((task.state, task.done_count), ("cancelled", 2))

    def test_too_much_is_for_the_pipeline(self):
        rows = self.many(2)
        with patch.object(rematch, "MOST_ROWS", 1), self.assertRaises(UserError):
            rows.action_match_again()

    def test_what_was_matched_meanwhile_is_left_alone(self):
        rows = self.many()
        inline, chunk = self.in_background()
        with inline, chunk:
            task = self.started(rows.action_match_again())
            self.run_match()
            matches = self.match_of(rows[0])
            while task._advance():
                pass
        self.assertEqual(task.matched_count, 3)
        self.assertEqual(self.match_of(rows[0]), matches)

    def test_roles_and_companies(self):
        viewer = self.new_user("group_viewer")
        row = self.pay("txn_1", "5.00", self.new_invoice(5.0))
        with self.assertRaises(AccessError):
            row.with_user(viewer).action_match_again()
        task = self.started(row.with_user(self.accountant).action_match_again())
        self.assertEqual(task.user_id, self.accountant)
        self.assertTrue(task.with_user(viewer).line_ids.mapped("state"))
        with self.assertRaises(AccessError):
            task.with_user(viewer).action_cancel()
        for user in (viewer, self.accountant):
            for record in (task, task.line_ids):
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(record.with_user(user).has_access(operation))
        other = self.setup_other_company()["company"]
        stranger = self.new_user("group_accountant", other)
        for name in ("settlement.rematch", "settlement.rematch.line"):
            self.assertFalse(self.env[name].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            task.with_user(stranger).action_cancel()
