from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    TransientError,
)

from ..models.pull_clock import OutOfTime
from .common import NOW, ConnectorCase, item


@tagged("post_install", "-at_install")
class TestAnnounced(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.fetched = []
        self.answers = {}
        self.teach("_pull_announced", self.fetch)
        self.backend._set_state("connected")

    def fetch(self, handler, backend, target):
        self.fetched.append(target)
        answer = self.answers.get(target, [("charges", [item(int(target))])])
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    def waiting(self):
        domain = [("backend_id", "=", self.backend.id)]
        return self.env["settlement.pull.target"].search(domain).mapped("target")

    def pull(self, checkpoint=None):
        self.env["settlement.backend"]._pull_all_announced(checkpoint or (lambda: None))

    def messages(self):
        domain = [("backend_id", "=", self.backend.id)]
        return self.env["settlement.message"].search(domain, order="id")

    def test_any_number_of_events_about_an_object_is_one_call(self):
        for targets in (["1"], ["2", "1"], ["1", "1"]):
            self.backend._announce(targets)
        self.assertEqual(self.waiting(), ["1", "2"])
        self.assertFalse(self.fetched, "No provider is asked while events are parsed.")
        self.pull()
        self.assertEqual(self.fetched, ["1", "2"])
        self.assertFalse(self.waiting())

    def test_announcing_wakes_the_action(self):
        cron = self.env.ref("settlement_connector.cron_pull_announced")
        domain = [("cron_id", "=", cron.id)]
        self.env["ir.cron.trigger"].search(domain).unlink()
        self.backend._announce(["1"])
        self.assertTrue(self.env["ir.cron.trigger"].search(domain))

    def test_objects_go_the_way_of_those_of_a_pull(self):
        self.backend._announce(["1"])
        self.pull()
        self.assertRecordValues(
            self.messages(), [{"channel": "poll", "stream": "charges"}]
        )
        self.source.pages["charges"] = [[item(1)]]
        self.assertFalse(self.backend.pull())

    def test_a_passing_failure_is_repeated_later(self):
        self.answers["1"] = TransientError("Busy.", retry_after=60)
        self.backend._announce(["1", "2"])
        self.pull()
        self.assertEqual(self.fetched, ["1"])
        self.assertEqual(self.waiting(), ["1", "2"])
        self.assertIn("Busy.", self.backend.last_error)
        self.answers.clear()
        self.pull()
        self.assertEqual(self.fetched, ["1"], "It was not time yet.")
        self.travel(NOW + timedelta(hours=1))
        self.pull()
        self.assertEqual(self.fetched, ["1", "1", "2"])
        self.assertFalse(self.waiting())

    def test_refused_credentials_stop_the_backend(self):
        self.answers["1"] = AuthenticationError("Invalid key.")
        self.backend._announce(["1"])
        self.pull()
        self.assertEqual(self.backend.state, "failing")
        self.assertEqual(self.exceptions().reason, "connector_failed")
        self.pull()
        self.assertEqual(self.fetched, ["1"])

    def test_an_object_that_is_refused_holds_up_no_other(self):
        self.answers["1"] = BusinessError("No such object.")
        self.backend._announce(["1", "2"])
        self.pull()
        self.assertFalse(self.waiting())
        self.assertEqual(len(self.messages()), 1)
        event = self.events("webhook.object_not_fetched")
        self.assertEqual(event.reason, "No such object.")
        self.assertEqual(event.after, {"object": "1"})
        self.assertEqual(self.backend.state, "connected")

    def test_a_crash_of_one_backend_stops_no_other(self):
        self.leave_transaction_alone()
        self.answers["1"] = ZeroDivisionError()
        other = self.new_backend("Other")
        other._set_state("connected")
        self.backend._announce(["1"])
        other._announce(["2"])
        with self.assertLogs("odoo.addons.settlement_connector", "ERROR"):
            self.pull()
        self.assertEqual(self.fetched, ["1", "2"])
        self.assertEqual(self.exceptions().reason, "connector_failed")
        self.assertEqual(self.waiting(), ["1"])

    def test_paused_backends_wait(self):
        self.backend._announce(["1"])
        self.backend.action_pause()
        self.pull()
        self.assertFalse(self.fetched)
        self.assertEqual(self.waiting(), ["1"])

    def test_out_of_time_goes_on_in_the_next_run(self):
        calls = []

        def checkpoint():
            calls.append(1)
            if len(calls) == 2:
                raise OutOfTime("Later.")

        self.backend._announce(["1", "2", "3"])
        self.pull(checkpoint)
        self.assertEqual(self.waiting(), ["2", "3"])
        self.assertFalse(self.backend.last_error)
        self.pull()
        self.assertFalse(self.waiting())
        self.assertEqual(len(self.messages()), 3)

    def test_a_message_can_be_put_aside_with_a_note(self):
        message = self.env["settlement.message"]._receive_event(
            self.backend, "evt_1", b"{}"
        )

        def parse(handler, message):
            message._ignore("Nothing for us.")
            return []

        self.teach("_parse", parse)
        self.backend.run_pipeline(until="parse")
        self.assertRecordValues(
            message, [{"state": "ignored", "error": "Nothing for us."}]
        )
