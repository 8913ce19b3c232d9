from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.settlement.canonical.errors import TransientError

from ..models import backend_jobs, pull_clock
from .common import NOW, ConnectorCase, item


class PullJobsCase(ConnectorCase):
    """Backends that are pulled by jobs."""

    def setUp(self):
        super().setUp()
        self.env["settlement.backend"].search([])._set_state("paused")
        self.other = self.new_backend("Second")
        self.set_created(self.other, NOW)
        (self.backend | self.other)._set_state("connected")
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]

    def use_jobs(self):
        self.env["ir.config_parameter"].set_param("settlement.use_jobs", "1")

    def pull_due(self):
        """Do what the scheduled action does."""
        self.env["settlement.backend"]._pull_due(self.env.flush_all)


@tagged("post_install", "-at_install")
class TestPullJobs(PullJobsCase):
    def test_each_due_backend_gets_a_job_of_its_own(self):
        self.use_jobs()
        self.other.retry_at = NOW.replace(year=2027)
        with trap_jobs() as trap:
            self.pull_due()
            trap.assert_jobs_count(1)
            trap.assert_enqueued_job(
                self.backend._job_pull,
                properties={
                    "channel": self.backend.queue_channel,
                    "identity_key": f"settlement-pull-{self.backend.id}",
                },
            )
        self.assertFalse(self.source.calls)

    def test_the_job_pulls_to_the_end(self):
        self.assertEqual(self.backend._job_pull(), "done")
        self.assertEqual(self.windows().mapped("state"), ["ok"])
        self.assertEqual(self.windows().item_count, 3)

    def test_a_job_that_takes_too_long_is_followed_by_another(self):
        with patch.object(backend_jobs, "JOB_SECONDS", 0), trap_jobs() as trap:
            self.assertEqual(self.backend._job_pull(), "more")
            trap.assert_jobs_count(1, only=self.backend._job_pull)
            trap.assert_enqueued_job(
                self.backend._job_pull,
                properties={"channel": self.backend.queue_channel},
            )
        self.assertEqual(self.windows()[-1].error_class, "interrupted")
        self.assertEqual(self.backend._job_pull(), "done")
        messages = self.env["settlement.message"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(len(messages), 3)

    def test_what_is_not_due_or_paused_is_left_alone(self):
        self.backend.retry_at = NOW.replace(year=2027)
        self.assertEqual(self.backend._job_pull(), "not due")
        self.other._set_state("paused")
        self.assertEqual(self.other._job_pull(), "not due")
        self.assertFalse(self.source.calls)

    def test_a_used_up_budget_waits_for_the_next_day(self):
        self.backend.call_budget_per_day = 2
        self.backend._job_pull()
        self.assertEqual(self.windows()[-1].state, "failed")
        self.assertGreaterEqual(self.backend.retry_at.date(), NOW.date())
        self.assertEqual(self.backend._job_pull(), "not due")


@tagged("post_install", "-at_install")
class TestPullTurns(PullJobsCase):
    """Inline: the scheduled action gives each backend its share."""

    def backends_called(self):
        """Return which backends were pulled, in order."""
        windows = self.env["settlement.window"].search(
            [("backend_id", "in", (self.backend | self.other).ids)], order="id"
        )
        return [window.backend_id for window in windows]

    def test_one_that_takes_too_long_gives_way_and_the_rest_is_woken(self):
        woken = []
        backends = type(self.backend)
        with (
            patch.object(pull_clock.time, "monotonic", self.ticking(400)),
            patch.object(backends, "_wake_pull", lambda backend: woken.append(1)),
        ):
            self.pull_due()
        self.assertEqual(self.backends_called(), [self.backend, self.other])
        self.assertEqual(set(self.windows().mapped("error_class")), {"interrupted"})
        self.assertTrue(woken)

    @staticmethod
    def ticking(step):
        """Return a clock that goes ahead by ``step`` seconds at each look."""
        now = [0]

        def monotonic():
            now[0] += step
            return now[0]

        return monotonic

    def test_who_waited_longest_comes_first(self):
        self.backend._pull_streams(None, None)
        self.pull_due()
        self.assertEqual(
            self.backends_called(), [self.backend, self.other, self.backend]
        )

    def test_a_failing_backend_holds_up_no_other(self):
        self.source.pages["charges"] = [TransientError("closed"), [item(1)]]
        self.pull_due()
        states = self.env["settlement.window"].search(
            [("backend_id", "in", (self.backend | self.other).ids)], order="id"
        )
        self.assertEqual(states.mapped("state"), ["failed", "ok"])
        self.assertTrue(self.backend.retry_at)
        self.assertFalse(self.other.retry_at)
