from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.settlement.canonical.errors import BusinessError, TransientError

from .common import NOW, ConnectorCase, item

DAY = timedelta(days=1)


class GapCase(ConnectorCase):
    """A backend whose regular pulls began four days ago."""

    def setUp(self):
        super().setUp()
        self.backend.lookback_days = 0
        self.gaps_model = self.env["settlement.gap"]

    def window(self, since, until, state="ok", stream="charges", **values):
        """Write down a pull, in days before now."""
        return self.env["settlement.window"].create(
            {
                "backend_id": self.backend.id,
                "stream": stream,
                "since": NOW - since * DAY,
                "until": NOW - until * DAY,
                "state": state,
                "started_at": NOW,
                "finished_at": NOW,
                **values,
            }
        )

    def gaps(self, user=None):
        """Return the gaps as (stream, since, until) in days before now."""
        self.env.flush_all()
        gaps = self.gaps_model.with_user(user or self.env.user).search(
            [("backend_id", "=", self.backend.id)]
        )
        return [
            (gap.stream, (NOW - gap.since) / DAY, (NOW - gap.until) / DAY)
            for gap in gaps
        ]


@tagged("post_install", "-at_install")
class TestGap(GapCase):
    def test_without_pulls_nothing_is_missing(self):
        self.assertFalse(self.gaps())

    def test_what_complete_windows_leave_out_is_missing(self):
        self.window(4, 3)
        self.window(2, 1, "empty")
        self.window(1, 0)
        self.assertEqual(self.gaps(), [("charges", 3, 2)])

    def test_a_failed_window_covers_nothing_and_is_named(self):
        self.window(4, 3)
        failed = self.window(3, 0, "failed", error="Time out.")
        self.assertEqual(self.gaps(), [("charges", 3, 0)])
        gap = self.gaps_model.search([("backend_id", "=", self.backend.id)])
        self.assertEqual((gap.window_id, gap.error), (failed, "Time out."))
        self.assertEqual(gap.hours, 72)

    def test_a_running_window_covers_nothing_yet(self):
        self.window(4, 3)
        self.window(3, 0, finished_at=False)
        self.assertEqual(self.gaps(), [("charges", 3, 0)])

    def test_a_stream_that_no_pull_came_to_is_as_incomplete(self):
        self.window(4, 0)
        self.window(4, 2, stream="payouts")
        self.assertEqual(self.gaps(), [("payouts", 2, 0)])

    def test_a_back_fill_fills_but_sets_no_bounds(self):
        self.window(4, 3)
        self.window(1, 0)
        self.window(9, 8, "failed", is_backfill=True)
        self.assertEqual(self.gaps(), [("charges", 3, 1)])
        self.window(3, 1, is_backfill=True)
        self.assertFalse(self.gaps())

    def test_it_says_the_same_as_the_plain_arithmetic(self):
        self.window(4, 3)
        self.window(3, 2, "failed")
        self.window(2, 0)
        self.window(3.5, 1, stream="payouts")
        for stream in ("charges", "payouts"):
            expected = [
                (stream, (NOW - since) / DAY, (NOW - until) / DAY)
                for since, until in self.backend._coverage(stream)
            ]
            self.assertEqual([gap for gap in self.gaps() if gap[0] == stream], expected)

    def test_each_gap_keeps_its_id_while_it_is_there(self):
        self.window(4, 3)
        self.window(2, 1)
        self.window(0.5, 0)
        ids = self.gaps_model.search([("backend_id", "=", self.backend.id)]).ids
        self.assertEqual(len(set(ids)), 2)
        self.assertEqual(
            self.gaps_model.search([("backend_id", "=", self.backend.id)]).ids, ids
        )
        self.assertEqual(self.gaps_model.browse(ids[0]).stream, "charges")

    def test_gaps_belong_to_their_company(self):
        self.window(4, 3)
        self.window(2, 0)
        viewer = self.new_user("group_viewer")
        self.assertTrue(self.gaps(viewer))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_integration_admin", other, "stranger")
        seen = self.gaps_model.with_user(stranger).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(seen.search([("backend_id", "=", self.backend.id)]))


@tagged("post_install", "-at_install")
class TestPullAgain(GapCase):
    def setUp(self):
        super().setUp()
        self.source.pages = {"charges": [[item(1)]], "payouts": [[item(2)]]}
        self.accountant = self.new_user("group_accountant")

    def dialog(self, action, user=None):
        """Return the dialog of an action, as a user fills it in."""
        dialogs = self.env[action["res_model"]].with_user(user or self.accountant)
        with Form(dialogs.with_context(**action["context"])) as form:
            return form

    def test_a_gap_is_pulled_again_for_its_stream_only(self):
        self.window(4, 3)
        self.window(2, 0)
        self.window(4, 0, stream="payouts")
        gap = self.gaps_model.search([("backend_id", "=", self.backend.id)])
        form = self.dialog(gap.with_user(self.accountant).action_pull_again())
        answer = form.record.action_pull()
        self.assertEqual(
            self.source.calls, [("charges", NOW - 3 * DAY, NOW - 2 * DAY, None)]
        )
        self.assertIn("1 new", answer["params"]["message"])
        self.assertFalse(self.gaps())

    def test_a_failed_window_is_pulled_again(self):
        self.window(4, 3)
        failed = self.window(3, 0, "failed")
        form = self.dialog(failed.with_user(self.accountant).action_pull_again())
        form.record.action_pull()
        self.assertNotIn("charges", [gap[0] for gap in self.gaps()])

    def test_a_failure_is_shown_in_its_own_words(self):
        failed = self.window(3, 0, "failed")
        self.source.pages["charges"] = [TransientError("It is closed on Sundays.")]
        form = self.dialog(failed.with_user(self.accountant).action_pull_again())
        answer = form.record.action_pull()
        self.assertIn("closed on Sundays", answer["params"]["message"])
        self.assertEqual(answer["params"]["type"], "warning")

    def test_viewers_pull_nothing(self):
        failed = self.window(3, 0, "failed")
        for role in ("group_viewer", "group_auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                failed.with_user(self.new_user(role)).action_pull_again()
        self.assertFalse(self.source.calls)


@tagged("post_install", "-at_install")
class TestCompleteVerb(GapCase):
    """What is missing is asked for from where it is told to be missing."""

    def told(self, reason="missing_data", record=None):
        """Open an exception and return it as an accountant holds it."""
        exceptions = self.env["settlement.exception"]
        opened = exceptions._raise_for(record or self.backend, reason, "Rows are gone.")
        return opened.with_user(self.new_user("group_accountant", login="worker"))

    def test_it_pulls_the_period_given_and_says_what_came(self):
        self.source.pages["charges"] = [[item(1)]]
        exception = self.told()
        answer = exception.action_resolve(
            "complete",
            since=str(NOW - 3 * DAY),
            until=str(NOW - 2 * DAY),
        )
        self.assertEqual(
            self.source.calls, [("charges", NOW - 3 * DAY, NOW - 2 * DAY, None)]
        )
        self.assertIn("1 message came", str(answer))

    def test_a_batch_is_asked_for_by_the_days_around_it(self):
        self.store_facts(self.payout(date=(NOW - 20 * DAY).date()))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        self.told("batch_unbalanced", batch).action_resolve("complete")
        ((_stream, since, until, _cursor),) = self.source.calls
        self.assertLess(since, NOW - 21 * DAY)
        self.assertGreater(until, NOW - 19 * DAY)

    def test_a_pull_that_succeeds_explains_a_backend_that_was_silent(self):
        self.backend.last_success_at = NOW - 10 * DAY
        self.backend._check_freshness()
        (exception,) = self.exceptions()
        self.assertEqual(exception.reason, "stale_feed")
        worker = self.new_user("group_accountant", login="worker")
        answer = exception.with_user(worker).action_resolve("complete")
        self.assertEqual(exception.state, "resolved")
        self.assertIn("explain it", str(answer))

    def test_what_does_not_help_leaves_it_open(self):
        self.source.pages["charges"] = [BusinessError("no such period")]
        exception = self.told()
        answer = exception.action_resolve("complete")
        self.assertEqual(exception.state, "open")
        self.assertIn("not explained yet", str(answer))

    def test_its_dialogue_asks_for_the_period(self):
        action = self.told().with_context(settlement_verb="complete")._open_complete()
        self.assertEqual(action["res_model"], "settlement.pull.wizard")
        self.assertEqual(action["context"]["default_backend_id"], self.backend.id)
