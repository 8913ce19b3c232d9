from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
    TransientError,
)

from ..secrets.errors import CredentialVoid, KeyUnavailable
from .common import NOW, ConnectorCase, item

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestPullFailures(ConnectorCase):
    def test_what_came_before_the_failure_is_kept(self):
        self.source.pages["charges"] = [[item(1)], TransientError("status 503")]
        messages = self.backend.pull()
        self.assertEqual(messages.mapped("external_id"), ["obj_1"])
        self.assertRecordValues(
            self.windows(),
            [
                {
                    "state": "failed",
                    "error_class": "transient",
                    "error": "status 503",
                    "cursor": "1",
                    "new_count": 1,
                }
            ],
        )

    def test_a_failed_pull_goes_on_at_its_cursor(self):
        self.source.pages["charges"] = [[item(1)], TransientError("x"), [item(2)]]
        self.backend.pull()
        self.travel(NOW + DAY)
        messages = self.backend.pull()
        self.assertEqual(messages.mapped("external_id"), ["obj_2"])
        _charges, since, until, cursor = self.source.calls[2]
        self.assertEqual((since, until, cursor), (NOW - 8 * DAY, NOW, "1"))
        # … and then it asks for what happened in the meantime.
        self.assertEqual(self.source.calls[3][1:], (NOW - 7 * DAY, NOW + DAY, None))
        self.assertEqual(self.windows().mapped("state"), ["failed", "ok", "ok"])
        self.assertFalse(self.backend._coverage("charges"))

    def test_a_given_start_goes_on_at_its_cursor_too(self):
        since = NOW - 60 * DAY
        self.source.pages["charges"] = [[item(1)], TransientError("x"), [item(2)]]
        self.backend.pull(since=since)
        self.backend.pull(since=since)
        self.assertEqual(self.source.calls[2][1:], (since, NOW, "1"))
        self.assertEqual(self.source.calls[3][1:], (NOW - 7 * DAY, NOW, None))

    def test_a_failed_pull_without_a_page_is_not_passed_over(self):
        self.backend.pull()
        self.travel(NOW + 20 * DAY)
        self.source.pages["charges"] = [TransientError("x")]
        self.backend.pull()
        self.travel(NOW + 40 * DAY)
        self.backend.pull()
        self.assertEqual(self.source.calls[-1][1:3], (NOW - 7 * DAY, NOW + 40 * DAY))

    def test_a_cursor_that_the_source_refuses_is_forgotten(self):
        self.source.pages["charges"] = [[item(1)], TransientError("x"), [item(2)]]
        self.backend.pull()
        self.source.pages["charges"] = [[item(1)], BusinessError("cursor expired")]
        self.backend.pull()
        self.source.pages["charges"] = [[item(1)], [item(2)]]
        self.backend.pull()
        self.assertEqual(self.source.calls[-2][3], None)
        self.assertFalse(self.backend._coverage("charges"))

    def test_a_passing_failure_opens_no_exception(self):
        self.source.pages["charges"] = [TransientError("status 503")]
        self.backend.pull()
        self.assertFalse(self.exceptions())
        self.assertEqual(self.backend.state, "draft")
        self.assertIn("status 503", self.backend.last_error)
        self.assertFalse(self.backend.last_success_at)

    def test_a_failure_does_not_stop_the_other_streams(self):
        self.source.pages = {"charges": [TransientError("x")], "payouts": [[item(1)]]}
        self.assertEqual(len(self.backend.pull()), 1)
        self.assertFalse(self.backend.last_success_at)

    def test_refused_credentials_stop_the_backend(self):
        self.source.pages = {
            "charges": [AuthenticationError("Invalid API Key")],
            "payouts": [[item(1)]],
        }
        self.backend.pull()
        self.assertEqual(self.backend.state, "failing")
        self.assertRecordValues(
            self.exceptions(), [{"reason": "connector_failed", "severity": "high"}]
        )
        self.assertIn("Invalid API Key", self.exceptions().cause)
        self.assertEqual(len(self.source.calls), 1)

    def test_a_void_credential_stops_the_backend(self):
        self.source.pages["charges"] = [CredentialVoid("Enter it again.")]
        self.backend.pull()
        self.assertEqual(self.backend.state, "failing")

    def test_a_missing_key_of_the_server_does_not(self):
        self.source.pages["charges"] = [KeyUnavailable("Set the key.")]
        self.backend._set_state("connected")
        self.backend.pull()
        self.assertEqual(self.backend.state, "connected")
        self.assertEqual(self.exceptions().reason, "connector_failed")

    def test_a_business_error_opens_the_exception_of_its_reason(self):
        self.source.pages["charges"] = [BusinessError("no such period", "missing_data")]
        self.backend.pull()
        self.assertEqual(self.exceptions().reason, "missing_data")
        self.assertEqual(self.windows().error_class, "business")

    def test_an_answer_nobody_understands(self):
        self.source.pages["charges"] = [MalformedInput("no list")]
        self.backend.pull()
        self.assertEqual(self.exceptions().reason, "malformed_input")

    def test_a_good_pull_closes_what_a_bad_one_opened(self):
        for error in (
            AuthenticationError("x"),
            BusinessError("x", "missing_data"),
            MalformedInput("x"),
        ):
            self.source.pages["charges"] = [error]
            self.backend.pull()
            self.assertTrue(self.exceptions())
            self.backend.pull()
            self.assertFalse(self.exceptions())
            self.assertEqual(self.backend.state, "connected")
            self.assertFalse(self.backend.last_error)

    def test_the_same_failure_again_is_one_exception(self):
        for _attempt in range(2):
            self.source.pages["charges"] = [BusinessError("x")]
            self.backend.pull()
        self.assertEqual(len(self.exceptions()), 1)

    def test_a_source_that_never_ends_is_stopped(self):
        self.teach("_pull", lambda *args: ([item(1)], "same", True))
        self.backend.pull()
        self.assertIn("no next page", self.windows().error)

    def test_a_window_that_was_killed_is_not_passed_over(self):
        """The process dies in the middle: what was committed is the state."""

        class Killed(BaseException):
            pass

        self.source.pages["charges"] = [[item(1)], Killed(), [item(2)]]
        # assertRaises would roll back what the checkpoint has committed.
        try:
            self.backend._pull_streams(None, None, self.env.flush_all)
        except Killed:
            self.env.invalidate_all()
        window = self.windows()
        self.assertFalse(window.finished_at)
        self.assertEqual((window.state, window.cursor), ("failed", "1"))
        messages = self.backend.pull()
        self.assertEqual(messages.mapped("external_id"), ["obj_2"])
        self.assertEqual(window.error_class, "interrupted")
        self.assertTrue(window.finished_at)

    def test_another_pull_that_takes_over_ends_this_one(self):
        self.source.pages["charges"] = [[item(1)], [item(2)]]
        answers = iter([True, True, False])
        self.patch(
            type(self.backend), "_lock_pull", lambda backend: next(answers, True)
        )
        self.backend._pull_streams(None, None, self.env.flush_all)
        self.assertIn("took over", self.windows().error)
        self.assertEqual(self.windows().new_count, 1)

    def test_an_error_of_our_own_is_raised_by_a_direct_pull(self):
        self.source.pages["charges"] = [KeyError("bug")]
        with self.assertRaises(KeyError):
            self.backend.pull()

    def test_a_page_that_cannot_be_stored_is_stored_not_at_all(self):
        self.source.pages["charges"] = [[item(1)], [item(2)]]
        messages = type(self.env["settlement.message"])
        receive = messages._receive_items

        def break_at_two(records, backend, stream, items):
            result = receive(records, backend, stream, items)
            if items[0].external_id == "obj_2":
                raise TransientError("the disk is full")
            return result

        self.patch(messages, "_receive_items", break_at_two)
        self.assertEqual(self.backend.pull().mapped("external_id"), ["obj_1"])
        known = self.env["settlement.message"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(known.mapped("external_id"), ["obj_1"])
        self.assertEqual(self.windows().cursor, "1")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_window_that_ends_before_it_begins(self):
        self.backend.pull()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.windows().until = NOW - 900 * DAY
            self.env.flush_all()
