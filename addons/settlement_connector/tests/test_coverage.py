from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    TransientError,
)

from .common import NOW, ConnectorCase

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestCoverage(ConnectorCase):
    def test_a_feed_that_was_never_pulled_has_no_gap(self):
        self.assertEqual(self.backend._coverage("charges"), [])

    def test_a_complete_feed_has_no_gap(self):
        for day in range(5):
            self.travel(NOW + day * DAY)
            self.backend.pull()
        self.assertEqual(self.backend._coverage("charges"), [])

    def test_a_failed_pull_is_a_gap_until_made_good(self):
        self.backend.pull()
        self.travel(NOW + DAY)
        self.source.pages["charges"] = [TransientError("x")]
        self.backend.pull()
        self.assertEqual(self.backend._coverage("charges"), [(NOW, NOW + DAY)])
        self.backend.pull()
        self.assertEqual(self.backend._coverage("charges"), [])

    def test_streams_are_told_apart(self):
        self.source.pages = {"charges": [TransientError("x")], "payouts": []}
        self.backend.pull()
        self.assertTrue(self.backend._coverage("charges"))
        self.assertFalse(self.backend._coverage("payouts"))

    def test_a_stream_that_the_pull_did_not_come_to_is_missing(self):
        self.source.pages = {"charges": [AuthenticationError("x")], "payouts": []}
        self.backend.pull(since=NOW - 90 * DAY)
        self.assertEqual(self.backend._coverage("payouts"), [(NOW - 90 * DAY, NOW)])
        self.travel(NOW + DAY)
        self.backend.pull()
        self.assertEqual(self.backend._coverage("payouts"), [])
        period = (NOW - 90 * DAY, NOW + DAY)
        self.assertEqual(self.source.calls[-1][:3], ("payouts", *period))

    def test_slow_streams_do_not_look_incomplete(self):
        self.source.pages = {"charges": [[]], "payouts": [[]]}
        pull = self.source.pull

        def slow_pull(*args):
            self.travel(NOW + DAY)
            return pull(*args)

        self.teach("_pull", slow_pull)
        self.backend.pull()
        self.assertEqual(self.windows().mapped("until"), [NOW, NOW])
        self.assertEqual(self.backend._coverage("charges"), [])

    def test_backfills_promise_nothing(self):
        self.backend.pull(since=NOW - 90 * DAY, until=NOW - 80 * DAY)
        self.assertEqual(self.backend._coverage("charges"), [])

    def test_the_status_names_the_gaps(self):
        self.source.pages["charges"] = [TransientError("x")]
        self.backend.pull()
        status = self.backend._status_of()
        self.assertEqual(
            status["gaps"],
            {"charges": [["2026-03-02 12:00:00", "2026-03-10 12:00:00"]]},
        )
        self.assertEqual(status["windows"], {"failed": 1})
        self.assertIn("x", status["last_error"])

    def test_the_list_of_windows(self):
        self.backend.pull()
        action = self.backend.action_open_windows()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.windows())
