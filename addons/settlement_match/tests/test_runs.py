from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.matcher import STAGES
from .common import MatchCase


@tagged("post_install", "-at_install")
class TestRuns(MatchCase):
    def setUp(self):
        super().setUp()
        self.invoice = self.new_invoice(100.0)
        (self.row,) = self.store(
            self.fact("txn_1", "100.00", invoice_reference=self.invoice.name)
        )
        self.runs = self.env["settlement.run"]

    def use_jobs(self, value="1"):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", value)

    def run_pipeline(self, checkpoint=None):
        return self.backend._run_pipeline("match", checkpoint).sudo()

    def cancel_behind(self, stage=""):
        """Return a checkpoint that cancels the run at once, or behind a stage."""

        def checkpoint():
            run = self.runs.search([], limit=1)
            done = run.stage_ids.filtered(lambda each: each.state == "done")
            if not stage or stage in done.mapped("name"):
                run.state = "cancelled"

        return checkpoint

    def test_stages_tell_how_fast_they_were(self):
        run = self.run_pipeline()
        stages = run.stage_ids
        self.assertEqual(stages.mapped("name"), list(STAGES))
        self.assertEqual(set(stages.mapped("state")), {"done"})
        self.assertEqual(stages.company_id, self.company)
        reference = stages.filtered(lambda stage: stage.name == "reference")
        self.assertEqual((reference.rows, reference.matched), (1, 1))
        self.assertGreater(reference.rows_per_second, 0)
        self.assertIn(reference.limited_by, ("database", "worker"))
        behind = stages.filtered(lambda stage: stage.name == "text")
        self.assertEqual(behind.rows, 0)
        self.assertEqual(run.progress, 100)
        self.assertTrue(run.limited_by.startswith(("match: ", "parse")), run.limited_by)

    def test_cancelled_between_two_stages_and_resumed(self):
        run = self.run_pipeline(self.cancel_behind("identifier"))
        self.assertEqual(run.state, "cancelled")
        states = run.stage_ids.mapped("state")
        self.assertEqual(states, ["done"] + ["cancelled"] * (len(STAGES) - 1))
        self.assertLess(run.progress, 100)
        self.assertGreater(run.progress, 0)
        self.assertTrue(run.counters["match"]["cancelled"])
        run.action_resume()
        self.assertEqual(run.state, "done")
        self.assertEqual(set(run.stage_ids.mapped("state")), {"done"})
        self.assertEqual(len(run.stage_ids), len(STAGES))
        self.assertEqual(self.row.match_state, "matched")
        self.assertNotIn("cancelled", run.counters["match"])

    def test_cancelled_before_a_step(self):
        run = self.run_pipeline(self.cancel_behind())
        self.assertEqual(run.state, "cancelled")
        self.assertFalse(run.counters)
        self.assertEqual(self.row.match_state, "open")
        run.action_resume()
        self.assertEqual(self.row.match_state, "matched")

    def test_only_cancelled_runs_are_resumed(self):
        run = self.run_pipeline()
        with self.assertRaisesRegex(UserError, "Only a cancelled run"):
            run.action_resume()

    def test_roles(self):
        run = self.run_pipeline()
        run.state = "cancelled"
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            own = run.with_user(user)
            for call in (own.action_resume, own.start_match):
                with self.assertRaises(AccessError):
                    call()
            if role != "group_integration_admin":
                stages = run.with_user(user).stage_ids
                self.assertTrue(stages.mapped("name"))
                with self.assertRaises(AccessError):
                    stages[0].write({"matched": 7})
        run.with_user(self.new_user("group_accountant")).action_resume()
        self.assertEqual(run.state, "done")

    def test_stages_of_another_company_are_not_seen(self):
        run = self.run_pipeline()
        other = self.setup_other_company(name="Other")["company"]
        user = self.new_user("group_viewer", other)
        stages = self.env["settlement.run.stage"].with_user(user)
        self.assertFalse(stages.search([("run_id", "=", run.id)]))

    def test_match_at_once_where_there_are_no_jobs(self):
        self.use_jobs("")
        user = self.new_user("group_accountant")
        run = self.runs.with_user(user).start_match()
        self.assertEqual((run.state, run.until), ("done", "match"))
        self.assertEqual(run.company_id, self.company)
        self.assertEqual(self.row.match_state, "matched")

    def test_match_by_a_job(self):
        self.use_jobs()
        user = self.new_user("group_accountant")
        with trap_jobs() as jobs:
            run = self.runs.with_user(user).start_match()
            jobs.assert_jobs_count(1)
            self.assertEqual(run.state, "running")
            self.assertEqual(self.row.match_state, "open")
            jobs.perform_enqueued_jobs()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.row.match_state, "matched")

    def test_a_cancelled_run_has_nothing_to_do(self):
        self.use_jobs()
        with trap_jobs() as jobs:
            run = self.runs.start_match()
            run.action_cancel()
            jobs.perform_enqueued_jobs()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(self.row.match_state, "open")

    def test_cancelled_by_somebody_else_while_a_job_is_at_it(self):
        """A job sees the database as it was; it asks in a transaction of its own."""
        self.use_jobs()
        with trap_jobs() as jobs:
            run = self.runs.start_match()

            def is_cancelled(record):
                done = record.stage_ids.filtered(lambda stage: stage.state == "done")
                return "reference" in done.mapped("name")

            with patch.object(type(run), "_is_cancelled_elsewhere", is_cancelled):
                jobs.perform_enqueued_jobs()
        self.env.invalidate_all()
        states = dict(run.stage_ids.mapped(lambda stage: (stage.name, stage.state)))
        self.assertEqual(states["reference"], "done")
        self.assertEqual(states["text"], "cancelled")
        self.assertEqual(self.row.match_state, "matched")
        # The row of the run is that of who cancelled it.
        self.assertEqual(run.state, "running")
        self.assertFalse(run.counters)
        run.action_cancel()
        self.assertTrue(run.finished_at)
        run.action_resume()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertEqual(len(run.stage_ids), len(STAGES))

    def test_run_that_nobody_else_can_see_is_not_cancelled(self):
        run = self.run_pipeline()
        self.assertFalse(run._is_cancelled_elsewhere())
        self.assertFalse(run._is_cancelled())
        self.assertFalse(self.runs._is_cancelled())

    def test_two_jobs_never_match_in_one_company(self):
        self.use_jobs()
        with trap_jobs() as jobs:
            run = self.runs.start_match()
            with (
                patch.object(type(self.matcher), "_lock", lambda *_args, **_kw: False),
                self.assertRaises(RetryableJobError),
            ):
                jobs.perform_enqueued_jobs()
        self.assertEqual(run.state, "running")

    def test_a_run_locks_no_table_of_accounting(self):
        """Gathering statistics is beside the work of users, all else is not."""
        self.run_match()
        self.env.cr.execute(
            "SELECT DISTINCT relation::regclass::text, mode FROM pg_locks "
            "WHERE pid = pg_backend_pid() AND relation IS NOT NULL "
            "AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock', "
            "'ShareUpdateExclusiveLock') "
            "AND relation IN ('account_move'::regclass, 'account_move_line'::regclass, "
            "'account_partial_reconcile'::regclass)"
        )
        self.assertEqual(self.env.cr.fetchall(), [])
