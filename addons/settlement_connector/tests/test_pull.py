from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import TransientError

from .common import NOW, ConnectorCase, item

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestPull(ConnectorCase):
    def test_first_pull_reaches_back_from_the_creation(self):
        self.source.pages["charges"] = [[item(1), item(2)]]
        messages = self.backend.pull()
        self.assertEqual(messages.mapped("external_id"), ["obj_1", "obj_2"])
        self.assertEqual(set(messages.mapped("channel")), {"poll"})
        self.assertEqual(set(messages.mapped("stream")), {"charges"})
        self.assertEqual(
            self.source.calls, [("charges", NOW - DAY - 7 * DAY, NOW, None)]
        )

    def test_all_pages_of_all_streams_in_order(self):
        self.source.pages = {
            "charges": [[item(1)], [item(2)], [item(3)]],
            "payouts": [[item(4)]],
        }
        messages = self.backend.pull()
        self.assertEqual(len(messages), 4)
        asked = [
            (stream, cursor) for stream, _since, _until, cursor in self.source.calls
        ]
        self.assertEqual(
            asked,
            [("charges", None), ("charges", "1"), ("charges", "2"), ("payouts", None)],
        )

    def test_each_attempt_leaves_a_window(self):
        self.source.pages = {"charges": [[item(1)], [item(2)]], "payouts": []}
        self.backend.pull()
        charges, payouts = self.windows()
        self.assertRecordValues(
            charges | payouts,
            [
                {
                    "stream": "charges",
                    "state": "ok",
                    "pages": 2,
                    "item_count": 2,
                    "new_count": 2,
                    "cursor": False,
                    "error": False,
                    "until": NOW,
                },
                {
                    "stream": "payouts",
                    "state": "empty",
                    "pages": 1,
                    "item_count": 0,
                    "new_count": 0,
                    "cursor": False,
                    "error": False,
                    "until": NOW,
                },
            ],
        )
        self.assertTrue(charges.finished_at)

    def test_the_backend_is_connected_and_remembers_when(self):
        self.backend.pull()
        self.assertEqual(self.backend.state, "connected")
        self.assertEqual(self.backend.last_success_at, NOW)

    def test_pulling_again_without_news_adds_nothing_but_the_attempt(self):
        self.source.pages["charges"] = [[item(1)], [item(2)]]
        self.backend.pull()
        before = self.env["settlement.message"].search_count([])
        self.assertFalse(self.backend.pull())
        self.assertEqual(self.env["settlement.message"].search_count([]), before)
        self.assertEqual(self.windows()[-1].new_count, 0)
        self.assertEqual(self.windows()[-1].item_count, 2)

    def test_a_changed_object_is_a_new_message(self):
        self.source.pages["charges"] = [[item(1, day=1)]]
        self.backend.pull()
        self.source.pages["charges"] = [[item(1, day=2)]]
        self.assertEqual(len(self.backend.pull()), 1)

    def test_the_next_pull_reaches_back_from_the_last_end(self):
        self.backend.pull()
        self.travel(NOW + 20 * DAY)
        self.backend.pull()
        self.assertEqual(self.source.calls[-1][1:3], (NOW - 7 * DAY, NOW + 20 * DAY))

    def test_the_look_back_is_a_setting(self):
        self.backend.lookback_days = 2
        self.backend.pull(since=NOW - 30 * DAY)
        self.travel(NOW + DAY)
        self.backend.pull()
        self.assertEqual(self.source.calls[-1][1], NOW - 2 * DAY)

    def test_a_given_start(self):
        self.backend.pull(since=NOW - 90 * DAY)
        self.assertEqual(self.source.calls[-1][1:3], (NOW - 90 * DAY, NOW))
        self.assertFalse(self.windows().is_backfill)

    def test_a_given_end_is_a_backfill_and_does_not_move_the_feed(self):
        self.backend.pull()
        self.backend.pull(since=NOW - 90 * DAY, until=NOW - 80 * DAY)
        self.assertTrue(self.windows()[-1].is_backfill)
        self.travel(NOW + DAY)
        self.backend.pull()
        self.assertEqual(self.source.calls[-1][1], NOW - 7 * DAY)

    def test_an_end_in_the_future_is_now(self):
        self.backend.pull(since=NOW - DAY, until=NOW + DAY)
        self.assertEqual(self.windows().until, NOW)

    def test_moments_in_all_usual_forms(self):
        moment = datetime(2026, 3, 1, 8, 0)
        zone = timezone(timedelta(hours=2))
        for given in (
            moment,
            "2026-03-01 08:00:00",
            moment.replace(hour=10, tzinfo=zone),
        ):
            self.backend.pull(since=given)
            self.assertEqual(self.source.calls[-1][1], moment)

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        for since, until in ((NOW, NOW - DAY), (NOW + DAY, None)):
            with self.assertRaises(UserError):
                self.backend.pull(since=since, until=until)

    def test_paused_backends_are_not_pulled(self):
        self.backend._set_state("paused")
        with self.assertRaisesRegex(UserError, "paused"):
            self.backend.pull()
        self.assertFalse(self.source.calls)

    def test_sources_that_only_send_files_are_not_pulled(self):
        self.teach("_capabilities", lambda handler: {"file"})
        with self.assertRaisesRegex(UserError, "import its files"):
            self.backend.pull()

    def test_two_pulls_at_once_are_refused(self):
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [0x70756C6C, self.backend.id]
            )
            with self.assertRaisesRegex(UserError, "being pulled right now"):
                self.backend.pull()
        self.backend.pull()

    def test_several_backends(self):
        other = self.new_backend("Other")
        self.source.pages["charges"] = [[item(1)]]
        messages = (self.backend | other).pull()
        self.assertEqual(messages.mapped("backend_id"), self.backend | other)

    def test_what_is_pulled_can_be_read_by_who_pulled_it(self):
        self.source.pages["charges"] = [[item(1)]]
        accountant = self.new_user("group_accountant")
        messages = self.backend.with_user(accountant).pull()
        self.assertFalse(messages.env.su)
        self.assertEqual(messages.mapped("external_id"), ["obj_1"])

    def test_roles(self):
        for role in ("group_viewer", "group_auditor"):
            with self.assertRaises(AccessError):
                self.backend.with_user(self.new_user(role)).pull()
        self.assertFalse(self.windows())
        for role in ("group_accountant", "group_approver", "group_integration_admin"):
            self.backend.with_user(self.new_user(role)).pull()
        self.assertEqual(len(self.windows()), 3)

    def test_other_companies(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        user = self.new_user("group_integration_admin", company=stranger)
        with self.assertRaises(AccessError):
            self.backend.with_user(user).pull()

    def test_the_button_says_what_came(self):
        self.source.pages["charges"] = [[item(1)]]
        shown = self.backend.action_pull()["params"]
        self.assertEqual(shown["type"], "success")
        self.assertIn("1 new message.", shown["message"])

    def test_the_button_says_what_went_wrong(self):
        self.source.pages["charges"] = [TransientError("down for maintenance")]
        shown = self.backend.action_pull()["params"]
        self.assertEqual(shown["type"], "warning")
        self.assertIn("down for maintenance", shown["message"])

    def test_each_page_is_committed_by_the_checkpoint(self):
        self.source.pages["charges"] = [[item(1)], [item(2)], [item(3)]]
        stored = []

        def checkpoint():
            stored.append(self.windows().new_count)

        self.backend._pull_streams(None, None, checkpoint)
        self.assertEqual(stored, [0, 1, 2])
        self.assertEqual(self.windows().new_count, 3)

    def test_without_a_checkpoint_nothing_is_committed(self):
        self.source.pages["charges"] = [[item(1)]]
        self.backend.pull()  # a commit inside a test raises
        self.assertTrue(self.windows())
