from datetime import timedelta
from unittest.mock import MagicMock, patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    TransientError,
)

from ..models import pull_clock
from ..models.pull_clock import OutOfTime
from .common import NOW, ConnectorCase, item

PULL_LOGGER = "odoo.addons.settlement_connector.models.backend_schedule"


@tagged("post_install", "-at_install")
class TestPullSchedule(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.env["settlement.backend"].search([("id", "!=", self.backend.id)]).write(
            {"active": False}
        )
        self.backend._set_state("connected")
        self.leave_transaction_alone()

    def run_schedule(self):
        self.env["settlement.backend"]._pull_due(self.env.flush_all)

    def test_connected_backends_are_pulled(self):
        self.source.pages["charges"] = [[item(1)]]
        self.run_schedule()
        self.assertEqual(self.windows().new_count, 1)

    def test_all_others_are_not(self):
        for state in ("draft", "paused", "failing"):
            self.backend._set_state(state)
            self.run_schedule()
        self.assertFalse(self.source.calls)

    def test_file_only_backends_are_left_alone(self):
        self.teach("_capabilities", lambda handler: {"file"})
        self.run_schedule()
        self.assertFalse(self.source.calls)

    def test_after_a_failure_the_schedule_waits_longer_each_time(self):
        waits = []
        for _failure in range(4):
            self.source.pages["charges"] = [TransientError("x")]
            self.backend.retry_at = False
            self.run_schedule()
            waits.append(self.backend.retry_at - NOW)
        minutes = [wait.total_seconds() / 60 for wait in waits]
        self.assertEqual(minutes, [5, 10, 20, 40])

    def test_the_wait_has_an_end(self):
        for _failure in range(12):
            self.source.pages["charges"] = [TransientError("x")]
            self.backend.retry_at = False
            self.run_schedule()
        self.assertEqual(self.backend.retry_at - NOW, timedelta(hours=6))

    def test_the_wait_that_the_source_asks_for_is_obeyed(self):
        self.source.pages["charges"] = [TransientError("x", retry_after=86400)]
        self.run_schedule()
        self.assertEqual(self.backend.retry_at - NOW, timedelta(days=1))
        self.travel(NOW + timedelta(hours=23))
        self.run_schedule()
        self.assertEqual(len(self.source.calls), 1)
        self.travel(NOW + timedelta(hours=25))
        self.run_schedule()
        self.assertEqual(len(self.source.calls), 2)
        self.assertFalse(self.backend.retry_at)

    def test_refused_credentials_are_not_tried_again_until_renewed(self):
        self.source.pages["charges"] = [AuthenticationError("x")]
        self.run_schedule()
        self.backend.retry_at = False
        self.run_schedule()
        self.assertEqual(len(self.source.calls), 1)
        self.backend.set_credential("api_key", "a new one")
        self.run_schedule()
        self.assertEqual(len(self.source.calls), 2)
        self.assertEqual(self.backend.state, "connected")

    def test_an_error_of_our_own_stops_no_other_backend(self):
        other = self.new_backend("Z comes later", state="connected")
        self.source.pages["charges"] = [KeyError("secret detail"), [item(1)]]
        with self.assertLogs(PULL_LOGGER, "ERROR"):
            self.run_schedule()
        self.assertEqual(self.exceptions().reason, "connector_failed")
        self.assertIn("KeyError", self.backend.last_error)
        self.assertNotIn("secret detail", self.backend.last_error)
        self.assertEqual(other.last_success_at, NOW)

    @mute_logger(PULL_LOGGER)
    def test_a_lost_race_is_no_failure(self):
        self.source.pages["charges"] = [SerializationFailure()]
        self.run_schedule()
        self.assertFalse(self.exceptions())
        self.assertFalse(self.backend.last_error)

    @mute_logger(PULL_LOGGER)
    def test_a_backend_that_is_being_pulled_is_left_alone(self):
        self.patch(type(self.backend), "_lock_pull", lambda backend: False)
        self.run_schedule()
        self.assertFalse(self.source.calls)
        self.assertFalse(self.exceptions())

    def test_a_connector_that_is_gone_stops_no_other_backend(self):
        other = self.new_backend("Z comes later", state="connected")
        handler = type(self.backend)._handler

        def missing(backend):
            if backend == self.backend:
                raise LookupError("No connector is installed.")
            return handler(backend)

        self.patch(type(self.backend), "_handler", missing)
        with self.assertLogs(PULL_LOGGER, "ERROR"):
            self.run_schedule()
        self.assertEqual(self.exceptions().reason, "connector_failed")
        self.assertEqual(other.last_success_at, NOW)

    def out_of_time_after(self, checkpoints):
        """Return a checkpoint of a run that has time for so many of them."""
        left = iter(range(checkpoints))

        def checkpoint():
            self.env.flush_all()
            if next(left, None) is None:
                raise OutOfTime("time is up")

        return checkpoint

    def triggers(self):
        action = self.env.ref("settlement_connector.cron_pull")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", action.id)])

    def test_a_long_pull_is_done_in_several_runs(self):
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]
        before = self.triggers()
        backends = self.env["settlement.backend"]
        backends._pull_due(self.out_of_time_after(2))
        self.assertEqual(self.windows().mapped("error_class"), ["interrupted"])
        self.assertEqual(self.windows().cursor, "2")
        self.assertFalse(self.backend.last_error)
        self.assertFalse(self.backend.retry_at)
        self.assertEqual(self.triggers(), before + 1)
        backends._pull_due(self.out_of_time_after(50))
        self.assertEqual(sum(self.windows().mapped("new_count")), 3)
        self.assertEqual(self.backend.last_success_at, NOW)
        self.assertEqual(self.triggers(), before + 1)

    def test_the_button_leaves_the_rest_to_the_schedule(self):
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]
        with patch(f"{PULL_LOGGER}.watched", lambda: self.out_of_time_after(2)):
            shown = self.backend.action_pull()["params"]
        self.assertIn("2 new messages. The rest follows", shown["message"])
        self.assertTrue(self.triggers())

    def test_a_run_takes_half_of_the_time_that_the_server_gives(self):
        clock = iter([0, 59, 61])
        with (
            patch.dict(config.options, limit_time_real=120, limit_time_real_cron=-1),
            patch(f"{pull_clock.__name__}.time.monotonic", lambda: next(clock)),
        ):
            checkpoint = pull_clock.watched(commit := MagicMock())
            checkpoint()
            with self.assertRaises(OutOfTime):
                checkpoint()
        self.assertEqual(commit.call_count, 2)

    def test_a_server_without_limits_has_all_the_time(self):
        with patch.dict(config.options, limit_time_real=0, limit_time_real_cron=-1):
            pull_clock.watched()()

    def test_the_scheduled_action_is_there(self):
        action = self.env.ref("settlement_connector.cron_pull")
        self.assertEqual(action.code, "model._cron_pull()")
        self.assertTrue(action.active)
