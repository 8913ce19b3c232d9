from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models import bulk_work
from .bulk_case import BulkCase


@tagged("post_install", "-at_install")
class TestBulkChoice(BulkCase):
    """What is chosen, and what the preview says before anything is done."""

    def test_all_of_a_filter_are_chosen(self):
        self.opened(7)
        bulks = self.bulks.with_user(self.accountant)
        action = bulks.action_open([("reason", "=", "missing_data")])
        bulk = bulks.browse(action["res_id"])
        self.assertEqual(bulk.chosen_count, 7)
        self.assertEqual(len(bulk.line_ids), 7)
        self.assertEqual(bulk.reason, "missing_data")
        self.assertEqual(bulk.state, "draft")

    def test_one_act_is_for_one_reason(self):
        self.opened(2)
        self.opened(3, reason="duplicate")
        bulks = self.bulks.with_user(self.accountant)
        ask = bulks.action_open([])
        self.assertEqual(ask["res_model"], "settlement.bulk.reason")
        wizard = self.env[ask["res_model"]].with_user(self.accountant)
        lines = wizard.browse(ask["res_id"]).line_ids
        self.assertEqual(
            {line.reason: line.count for line in lines},
            {"missing_data": 2, "duplicate": 3},
        )
        chosen = lines.filtered(lambda line: line.reason == "duplicate")
        bulk = bulks.browse(chosen.action_choose()["res_id"])
        self.assertEqual(bulk.chosen_count, 3)

    def test_a_filter_that_finds_nothing_is_said(self):
        with self.assertRaisesRegex(UserError, "nothing to act on"):
            self.bulks.action_open([("id", "=", 0)])

    def test_other_companies_are_never_chosen(self):
        exceptions = self.opened(2)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        stranger = self.new_user("group_accountant", other)
        with self.assertRaisesRegex(UserError, "nothing to act on"):
            self.bulks.with_user(stranger).action_open(ids=exceptions.ids)

    def test_the_preview_counts_sums_and_tells_what_will_not_work(self):
        exceptions = self.opened(4, minor=250)
        exceptions[0].action_ignore("Seen.")
        bulk = self.ignoring(exceptions)
        preview = bulk.preview
        self.assertEqual(preview["count"], 4)
        self.assertEqual(
            [(each["currency"], each["count"]) for each in preview["sums"]],
            [(self.currency.name, 4)],
        )
        self.assertIn("10.00", preview["sums"][0]["amount"])
        self.assertEqual(preview["entries"], 0)
        self.assertEqual(preview["tried"], 3)
        self.assertEqual(len(preview["shown"]), 3)
        self.assertEqual(preview["blocked_count"], 1)
        self.assertIn("closed already, by", preview["blocked"][0]["sentence"])

    def test_the_preview_leaves_nothing(self):
        exceptions = self.opened(3)
        events = self.env["settlement.event"].search_count([])
        self.ignoring(exceptions)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
        acts = self.env["settlement.event"].search(
            [("model", "=", "settlement.exception")], order="id desc", limit=3
        )
        self.assertEqual(set(acts.mapped("action")), {"exception.opened"})
        self.assertEqual(self.env["settlement.event"].search_count([]), events + 1)

    def test_the_preview_shows_the_first_five_and_what_fails(self):
        exceptions = self.opened(8)
        bulk = self.bulk_on(
            exceptions, verb="ignore", values={"reason": "x", "code": "nonsense"}
        )
        self.assertEqual(bulk.preview["failing_count"], 8)
        self.assertIn("no reason code", bulk.preview["failing"][0]["why"])
        bulk.action_set_verb("ignore", reason="x", code="agreed")
        self.assertEqual(bulk.preview["failing_count"], 0)
        self.assertEqual(len(bulk.preview["shown"]), 5)

    def test_a_verb_that_does_not_fit_is_refused(self):
        bulk = self.bulk_on(self.opened(2))
        with self.assertRaisesRegex(UserError, "no way out"):
            bulk.action_set_verb("mark_received", seen="x", where="y")
        with self.assertRaisesRegex(UserError, "Choose what to do"):
            bulk.action_preview()
        with self.assertRaisesRegex(UserError, "Look at the preview"):
            bulk.action_start()

    def test_the_dialogue_says_what_to_do_for_all(self):
        bulk = self.bulk_on(self.opened(2))
        action = bulk.action_choose_verb()
        wizard = (
            self.env["settlement.exception.resolve"]
            .with_user(self.accountant)
            .browse(action["res_id"])
        )
        self.assertEqual(wizard.exception_count, 2)
        self.assertIn(" ignore ", wizard.offered)
        self.assertNotIn(" mark_received ", wizard.offered)
        wizard.with_context(settlement_verb="ignore").action_choose()
        wizard.write({"comment": "Agreed.", "code": "agreed"})
        wizard.action_apply()
        self.assertEqual(bulk.verb, "ignore")
        self.assertEqual(bulk.given, {"reason": "Agreed.", "code": "agreed"})
        self.assertTrue(bulk.preview_hash)

    def test_a_draft_may_be_thrown_away(self):
        bulk = self.bulk_on(self.opened(2))
        bulk.action_discard()
        self.assertFalse(bulk.exists())


@tagged("post_install", "-at_install")
class TestBulkWork(BulkCase):
    """The work itself: every chosen row has one outcome."""

    def start(self, exceptions, **values):
        bulk = self.ignoring(exceptions, **values)
        bulk.action_start(bulk.preview_hash)
        return bulk

    def test_done_skipped_and_failed_are_all_chosen(self):
        exceptions = self.opened(9)
        bulk = self.start(exceptions)
        self.assertEqual(bulk.state, "running")
        exceptions[0].with_user(self.approver).action_ignore("Was faster.")
        broken = exceptions[1]
        original = self.registry["settlement.exception"]._resolve_ignore

        def fails_once(records, **values):
            if records == broken:
                raise ZeroDivisionError("secret detail")
            return original(records, **values)

        self.patch(self.registry["settlement.exception"], "_resolve_ignore", fails_once)
        with mute_logger("odoo.addons.settlement.models.exception_resolution"):
            self.work(bulk)
        self.assertEqual(bulk.state, "done")
        counts = (bulk.done_count, bulk.skipped_count, bulk.failed_count)
        self.assertEqual(counts, (7, 1, 1))
        ended = (bulk.ended_done, bulk.ended_skipped, bulk.ended_failed)
        self.assertEqual(ended, counts)
        lines = {line.exception_id: line for line in bulk.line_ids}
        self.assertIn(self.approver.name, lines[exceptions[0]].sentence)
        failed = lines[broken].sentence
        self.assertIn("reference", failed)
        self.assertNotIn("secret detail", failed)
        self.assertEqual(broken.state, "open")

    def test_the_rows_are_done_with_the_rights_of_who_started(self):
        exceptions = self.opened(6)
        self.work(self.start(exceptions))
        self.assertEqual(set(exceptions.mapped("resolved_by_id")), {self.accountant})
        events = self.env["settlement.event"].search(
            [
                ("model", "=", "settlement.exception"),
                ("action", "=", "exception.ignore"),
                ("res_id", "in", exceptions.ids),
            ]
        )
        self.assertEqual(events.user_id, self.accountant)
        self.assertEqual(len(events), 6)

    def test_few_rows_are_done_at_once(self):
        exceptions = self.opened(bulk_work.INLINE_ROWS)
        bulk = self.start(exceptions)
        self.assertEqual(bulk.state, "done")
        self.assertEqual(bulk.done_count, len(exceptions))

    def test_failed_rows_stay_chosen_for_another_try(self):
        exceptions = self.opened(7)
        bulk = self.start(exceptions)
        original = self.registry["settlement.exception"]._resolve_ignore

        refusal = UserError("Not today.")

        def fails(records, **values):
            if records in exceptions[:2]:
                raise refusal
            return original(records, **values)

        self.patch(self.registry["settlement.exception"], "_resolve_ignore", fails)
        self.work(bulk)
        self.assertEqual((bulk.done_count, bulk.failed_count), (5, 2))
        action = bulk.action_try_again()
        again = bulk.browse(action["res_id"])
        self.assertEqual(again.line_ids.exception_id, exceptions[:2])
        self.assertEqual(again.previous_id, bulk)
        self.assertEqual(again.given, bulk.given)
        self.assertEqual(again.preview["failing_count"], 2)
        self.assertEqual(again.preview["failing"][0]["why"], "Not today.")

    def test_stop_ends_after_the_chunk(self):
        self.patch(bulk_work, "CHUNK_ROWS", 2)
        bulk = self.start(self.opened(7))
        self.assertTrue(bulk.sudo()._advance())
        bulk.action_stop()
        self.assertEqual(bulk.state, "stopping")
        self.work(bulk)
        self.assertEqual(bulk.state, "stopped")
        self.assertEqual((bulk.done_count, bulk.skipped_count), (2, 5))
        self.assertIn(self.accountant.name, bulk.note)
        again = bulk.browse(bulk.action_try_again()["res_id"])
        self.assertEqual(again.chosen_count, 5)

    def test_two_clicks_start_it_once(self):
        bulk = self.start(self.opened(7))
        with self.assertRaisesRegex(UserError, "started already"):
            bulk.action_start()

    def test_another_preview_is_not_what_was_seen(self):
        bulk = self.ignoring(self.opened(7))
        with self.assertRaisesRegex(UserError, "has changed"):
            bulk.action_start("something else")
        self.assertEqual(bulk.state, "draft")

    def test_who_left_does_nothing_any_more(self):
        exceptions = self.opened(7)
        bulk = self.start(exceptions)
        self.accountant.active = False
        self.work(bulk)
        self.assertEqual(bulk.state, "stopped")
        self.assertEqual(bulk.skipped_count, 7)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})

    def test_who_lost_the_role_does_nothing_any_more(self):
        exceptions = self.opened(7)
        bulk = self.start(exceptions)
        self.accountant.group_ids = self.env.ref("settlement.group_viewer")
        self.work(bulk)
        self.assertEqual((bulk.state, bulk.done_count), ("stopped", 0))
        self.assertIn("Accountant", bulk.note)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})

    def test_a_verb_for_all_at_once_takes_the_chunk(self):
        exceptions = self.opened(7, reason="posting_failed")
        bulk = self.bulk_on(exceptions, verb="retry")
        bulk.action_start()
        self.work(bulk)
        self.assertEqual(bulk.done_count, 7)

    def test_progress_is_told(self):
        told = []
        users = self.registry["res.users"]
        self.patch(
            users,
            "_bus_send",
            lambda user, kind, message, **more: told.append((kind, message)),
        )
        self.patch(bulk_work, "CHUNK_ROWS", 3)
        bulk = self.start(self.opened(7))
        self.work(bulk)
        mine = [each for kind, each in told if kind == "settlement_bulk"]
        self.assertEqual([each["left"] for each in mine if each["left"]], [7, 4, 1])
        self.assertEqual(mine[-1]["state"], "done")
        self.assertEqual(mine[-1]["done"], 7)


@tagged("post_install", "-at_install")
class TestBulkRunners(BulkCase):
    """The same work by jobs and by the scheduled action."""

    def started(self, count=7):
        return self.started_on(self.opened(count))

    def started_on(self, exceptions):
        bulk = self.ignoring(exceptions)
        bulk.action_start()
        return bulk

    def test_the_scheduled_action_gives_way_when_its_time_is_over(self):
        bulk = self.started()
        self.patch(bulk_work, "CHUNK_ROWS", 3)
        crons = self.registry["ir.cron"]
        self.patch(crons, "_commit_progress", lambda cron, done, remaining: 0)
        self.bulks._cron_advance()
        bulk.invalidate_recordset()
        self.assertEqual((bulk.state, bulk.done_count), ("running", 3))

    def test_a_chunk_begins_again_after_a_conflict(self):
        bulk = self.started().sudo()
        tries = []
        work = self.registry["settlement.bulk"]._work

        def conflicts_once(act, lines):
            tries.append(lines)
            if len(tries) == 1:
                raise SerializationFailure("Another one was faster.")
            return work(act, lines)

        self.patch(self.registry["settlement.bulk"], "_work", conflicts_once)
        self.patch(self.env.cr, "rollback", lambda: None)
        self.patch(bulk_work.time, "sleep", lambda seconds: None)
        crons = self.registry["ir.cron"]
        self.patch(crons, "_commit_progress", lambda cron, done, remaining: 60)
        self.assertEqual(bulk._advance_again(), (True, 60))
        self.assertEqual(len(tries), 2)
        self.assertEqual(bulk.done_count, 7)

    def test_by_jobs_a_chunk_each(self):
        self.env["ir.config_parameter"].sudo().set_param("settlement.use_jobs", "1")
        self.patch(bulk_work, "CHUNK_ROWS", 3)
        exceptions = self.opened(7)
        with trap_jobs() as trap:
            bulk = self.started_on(exceptions)
            trap.assert_jobs_count(1)
            for _chunk in range(5):
                trap.perform_enqueued_jobs()
        bulk.invalidate_recordset()
        self.assertEqual(bulk.state, "done")
        self.assertEqual(bulk.done_count, 7)
        self.assertEqual(bulk.line_ids.exception_id.resolved_by_id, self.accountant)

    def test_by_the_scheduled_action(self):
        bulk = self.started()
        other = self.started_on(self.opened(6, start=7))
        self.patch(bulk_work, "CHUNK_ROWS", 3)
        crons = self.registry["ir.cron"]
        self.patch(crons, "_commit_progress", lambda cron, done, remaining: 60)
        self.bulks._cron_advance()
        other.invalidate_recordset()
        self.assertEqual(other.done_count, 6)
        bulk.invalidate_recordset()
        self.assertEqual(bulk.state, "done")
        self.assertEqual(bulk.done_count, 7)

    def test_a_dead_job_is_taken_up_again(self):
        self.env["ir.config_parameter"].sudo().set_param("settlement.use_jobs", "1")
        exceptions = self.opened(7)
        with trap_jobs() as trap:
            bulk = self.started_on(exceptions)
            trap.assert_jobs_count(1)
            self.bulks._cron_advance()
            trap.assert_jobs_count(1)
            bulk.sudo().started_at = "2026-01-01"
            self.bulks._cron_advance()
            trap.assert_jobs_count(2)


@tagged("post_install", "-at_install")
class TestBulkAccess(BulkCase):
    def test_who_only_looks_starts_nothing(self):
        exceptions = self.opened(2)
        for role in ("group_viewer", "group_auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.bulk_on(exceptions, self.users[role])
        bulk = self.ignoring(exceptions)
        for role in ("group_viewer", "group_auditor"):
            mine = bulk.with_user(self.users[role])
            self.assertEqual(mine.chosen_count, 2)
            for name in (
                "action_start",
                "action_preview",
                "action_discard",
                "action_choose_verb",
                "action_stop",
                "action_try_again",
            ):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    getattr(mine, name)()
            with self.assertRaises(AccessError):
                mine.action_set_verb("assign")
        self.assertEqual(bulk.state, "draft")

    def test_integration_administrators_work_on_their_own(self):
        user = self.users["group_integration_admin"]
        with self.assertRaises(AccessError):
            self.ignoring(self.opened(2), user)
        mine = self.opened(2, reason="stale_feed", start=2)
        bulk = self.ignoring(mine, user)
        bulk.action_start()
        self.assertEqual(set(mine.mapped("state")), {"ignored"})

    def test_integration_administrators_leave_the_others_alone(self):
        user = self.users["group_integration_admin"]
        exceptions = self.opened(7)
        bulk = self.ignoring(exceptions)
        bulk.action_start()
        with self.assertRaises(AccessError):
            bulk.with_user(user).action_stop()
        self.work(bulk)
        with self.assertRaises(AccessError):
            exceptions[0].with_user(user).action_take_back("Mine.")
        self.assertEqual(exceptions[0].state, "ignored")

    def test_nobody_writes_it_directly(self):
        bulk = self.ignoring(self.opened(2))
        for record in (bulk, bulk.line_ids[:1]):
            with self.assertRaises(AccessError):
                record.write({"state": "done"})
            with self.assertRaises(AccessError):
                record.unlink()

    def test_another_company_does_not_see_it(self):
        bulk = self.ignoring(self.opened(2))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        with self.assertRaises(AccessError):
            bulk.with_user(stranger).read(["state"])
        with self.assertRaises(AccessError):
            bulk.with_user(stranger).action_start()
        self.assertFalse(self.bulks.with_user(stranger).search([("id", "=", bulk.id)]))


@tagged("post_install", "-at_install")
class TestBulkApproval(BulkCase):
    """Above what one person decides alone, the set is one decision of another."""

    def waiting(self, count=6, minor=100_00):
        exceptions = self.opened(count, minor)
        bulk = self.ignoring(exceptions)
        bulk.action_start(bulk.preview_hash)
        return bulk, exceptions

    def request(self, bulk, user=None):
        return bulk.sudo().approval_id.with_user(user or self.approver)

    def test_small_pieces_are_one_decision(self):
        bulk, exceptions = self.waiting()
        self.assertEqual(bulk.state, "waiting")
        self.assertTrue(bulk.needs_approval)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
        content = bulk.sudo().approval_id.content
        self.assertEqual(content["rows"], 6)
        self.assertEqual(content["list"], bulk.list_hash)
        self.assertIn("600.00", content["sums"][0])

    def test_below_the_limit_nobody_is_asked(self):
        bulk, _exceptions = self.waiting(6, 80_00)
        self.assertEqual(bulk.state, "running")
        self.assertFalse(bulk.approval_id)

    def test_who_approves_does_it_and_who_asked_is_named(self):
        bulk, exceptions = self.waiting()
        self.request(bulk).action_approve()
        self.work(bulk)
        self.assertEqual(bulk.done_count, 6)
        self.assertEqual(bulk.acting_user_id, self.approver)
        self.assertEqual(set(exceptions.mapped("resolved_by_id")), {self.approver})
        event = self.env["settlement.event"].search(
            [("action", "=", "exception.ignore"), ("res_id", "=", exceptions[0].id)]
        )
        self.assertEqual(event.after["asked_by"], self.accountant.id)
        self.assertEqual(event.after["approval"], bulk.sudo().approval_id.id)

    def test_nobody_approves_a_set_of_their_own(self):
        exceptions = self.opened(6, 100_00)
        bulk = self.ignoring(exceptions, self.approver)
        bulk.action_start()
        self.assertEqual(bulk.state, "waiting")
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self.request(bulk).action_approve()
        # Not either with the rights of the system, which keep the person.
        with self.assertRaisesRegex(UserError, "Somebody else"):
            self.request(bulk).sudo().action_approve()
        with self.assertRaisesRegex(UserError, "needs a person"):
            self.env["settlement.approval"].with_user(1).browse(
                bulk.sudo().approval_id.id
            ).action_approve()
        self.assertEqual(bulk.state, "waiting")

    def test_an_accountant_and_the_technical_user_approve_nothing(self):
        bulk, _exceptions = self.waiting()
        bot = self.env["settlement.backend"]._bot()
        for user in (self.users["group_viewer"], self.users["group_auditor"], bot):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.request(bulk, user).action_approve()
        colleague = self.new_user("group_accountant", name="-colleague")
        with self.assertRaises(AccessError):
            self.request(bulk, colleague).action_approve()

    def test_a_row_that_changed_since_is_not_what_was_agreed_to(self):
        bulk, exceptions = self.waiting()
        self.request(bulk).action_approve()
        exceptions[0].sudo().write({"cause": "It is 1,000,000 now."})
        self.work(bulk)
        self.assertEqual((bulk.done_count, bulk.failed_count), (5, 1))
        failed = bulk.line_ids.filtered(lambda line: line.state == "failed")
        self.assertIn("has changed since", failed.sentence)
        self.assertEqual(exceptions[0].state, "open")

    def test_a_list_that_was_tampered_with_is_refused(self):
        bulk, _exceptions = self.waiting()
        bulk.sudo().line_ids[0].unlink()
        with self.assertRaisesRegex(UserError, "not the one"):
            self.request(bulk).action_approve()

    def test_the_list_cannot_grow_after_approval(self):
        bulk, _exceptions = self.waiting()
        more = self.opened(1, start=6)
        bulk.sudo().line_ids[0].copy({"exception_id": more.id})
        with self.assertRaisesRegex(UserError, "not the one"):
            self.request(bulk).action_approve()

    def test_a_refusal_goes_back_with_its_comment(self):
        bulk, exceptions = self.waiting()
        self.request(bulk).action_refuse("Ask the customer first.")
        self.assertEqual(bulk.state, "refused")
        self.assertIn("Ask the customer", bulk.note)
        messages = bulk.sudo().message_ids
        told = messages.filtered(lambda each: "Ask the customer" in (each.body or ""))
        self.assertIn(self.accountant.partner_id, told.partner_ids)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})

    def test_a_request_may_be_taken_back(self):
        bulk, _exceptions = self.waiting()
        colleague = self.new_user("group_accountant", name="-colleague")
        with self.assertRaises(AccessError):
            bulk.with_user(colleague).action_withdraw()
        bulk.action_withdraw()
        self.assertEqual(bulk.state, "refused")
        self.assertEqual(bulk.sudo().approval_id.state, "withdrawn")
        with self.assertRaisesRegex(UserError, "Nothing about it waits"):
            bulk.action_withdraw()

    def test_the_database_refuses_that_author_and_actor_are_one(self):
        bulk, _exceptions = self.waiting()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE settlement_bulk SET state = 'running', "
                "acting_user_id = user_id WHERE id = %s",
                [bulk.id],
            )

    def test_the_database_refuses_that_a_row_is_lost(self):
        bulk, _exceptions = self.waiting(3, 100)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE settlement_bulk SET ended_done = 2 WHERE id = %s", [bulk.id]
            )
