from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    TransientError,
)

from .common import NOW, ConnectorCase, item

PULL_LOGGER = "odoo.addons.settlement_connector.models.backend_pull"


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

    def test_the_scheduled_action_is_there(self):
        action = self.env.ref("settlement_connector.cron_pull")
        self.assertEqual(action.code, "model._cron_pull()")
        self.assertTrue(action.active)
