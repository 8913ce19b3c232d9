from dataclasses import replace

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import bulk_work
from .bulk_case import BulkCase


class UndoCase(BulkCase):
    def settled(self, name="po_1", rate=None):
        """Return a match that is posted, and its invoice."""
        charge = self.row(gross="100", fee="3", batch_external_id=name)
        self.store(*self.payout(charge, name=name))
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        self.post()
        self.assertEqual(match.state, "posted")
        return match, invoice

    def acts(self, user=None):
        self.env.flush_all()
        return self.env["settlement.act"].with_user(user or self.accountant)

    def wizard(self, action, user=None):
        self.assertEqual(action["res_model"], "settlement.undo")
        model = self.env["settlement.undo"].with_user(user or self.accountant)
        return model.browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestUndoList(UndoCase):
    """Everything that was done is listed, and may be taken back."""

    def test_each_act_with_method_rule_time_and_person(self):
        match, _invoice = self.settled()
        acts = self.acts().search([("company_id", "=", self.company.id)])
        found = acts.filtered(lambda act: act.match_id == match)
        self.assertEqual(found.method, match.method)
        self.assertEqual(found.user_id, match.decided_by_id)
        self.assertEqual(found.done_at, match.decided_at)
        self.assertEqual(found.sentence, match.sentence)
        self.assertEqual(found.amount, 100.0)
        self.assertTrue(found.can_undo)
        self.assertIn("posting", acts.mapped("kind"))

    def test_the_preview_says_what_will_happen(self):
        match, invoice = self.settled()
        act = self.acts().search([("match_id", "=", match.id)])
        wizard = self.wizard(act.action_undo())
        self.assertEqual(wizard.preview["count"], 1)
        self.assertEqual(wizard.preview["failing_count"], 0)
        self.assertEqual(wizard.preview["entries"], 0)
        self.assertEqual(invoice.payment_state, "paid", "A look changed something.")
        self.assertEqual(match.state, "posted")

    def test_remove_restores_the_residual_and_keeps_the_trace(self):
        match, invoice = self.settled()
        act = self.acts().search([("match_id", "=", match.id)])
        wizard = self.wizard(act.action_undo())
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_undo()
        wizard.reason = "The other invoice."
        wizard.action_undo()
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(match.state, "undone")
        self.assertEqual(match.undone_by_id, self.accountant)
        self.env.invalidate_all()
        act = self.acts().search([("match_id", "=", match.id)])
        self.assertTrue(act.is_undone)
        self.assertEqual(act.undo_reason, "The other invoice.")

    def test_remove_and_redo_looks_for_the_right_document(self):
        match, invoice = self.settled()
        act = self.acts().search([("match_id", "=", match.id)])
        wizard = self.wizard(act.action_undo())
        self.assertTrue(wizard.can_redo)
        wizard.reason = "The other invoice."
        action = wizard.action_redo()
        self.assertEqual(action["res_model"], "settlement.suggest")
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_exchange_entries_are_named_before_the_click(self):
        match, exchange = self.settled_in_euro()
        self.assertTrue(exchange, "The case needs an exchange difference.")
        act = self.acts().search([("match_id", "=", match.id)])
        preview = self.wizard(act.action_undo()).preview
        self.assertEqual(preview["entries"], 1)
        self.assertIn("exchange", preview["shown"][0]["note"])
        self.assertEqual(preview["shown"][0]["entries"][0]["kind"], "reversal")

    def settled_in_euro(self):
        """Return a match at another rate than its invoice's, and what Odoo did."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-01-01", 0.5), ("2026-01-08", 0.4)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        self.new_wallet(self.backend, euro, account="EUR-1")
        facts = self.payout(self.row(gross="100", currency="EUR"), currency="EUR")
        facts = [replace(fact, account_identifier="EUR-1") for fact in facts]
        self.store(*facts)
        invoice = self.invoice(100, currency_id=euro.id)
        match = self.match(facts[0], invoice)
        self.post()
        line = self.open_item(invoice)
        pairs = line.matched_credit_ids | line.matched_debit_ids
        return match, pairs.exchange_move_id

    def test_a_closed_period_is_said_before_the_click(self):
        match, invoice = self.settled()
        self.company.sudo().hard_lock_date = "2026-12-31"
        act = self.acts().search([("match_id", "=", match.id)])
        wizard = self.wizard(act.action_undo())
        self.assertTrue(wizard.is_refused)
        self.assertIn("period is closed", wizard.preview["failing"][0]["why"])
        wizard.reason = "Anyway."
        with self.assertRaisesRegex(UserError, "period is closed"):
            wizard.action_undo()
        self.assertEqual(invoice.payment_state, "paid")

    def test_many_are_taken_back_in_one_go(self):
        matches = [self.settled(name)[0] for name in ("a", "b")]
        acts = self.acts().search([("match_id", "in", [each.id for each in matches])])
        wizard = self.wizard(acts.action_undo())
        self.assertFalse(wizard.can_redo)
        wizard.reason = "Both wrong."
        action = wizard.action_undo()
        bulk = self.bulks.browse(action["res_id"])
        self.assertEqual((bulk.state, bulk.done_count), ("done", 2))
        self.assertEqual({match.state for match in matches}, {"undone"})

    def test_one_that_fails_stops_none_of_the_others(self):
        first, second = (self.settled(name)[0] for name in ("a", "b"))
        acts = self.acts().search([("match_id", "in", [first.id, second.id])])
        wizard = self.wizard(acts.action_undo())
        first.action_undo("Somebody was faster.")
        wizard.reason = "Both wrong."
        bulk = self.bulks.browse(wizard.action_undo()["res_id"])
        self.assertEqual((bulk.done_count, bulk.failed_count), (1, 1))
        failed = bulk.line_ids.filtered(lambda line: line.state == "failed")
        self.assertIn("undone already, by", failed.sentence)

    def test_a_posting_is_reversed_by_an_approver_only(self):
        match, _invoice = self.settled()
        posting = match.line_ids.transaction_id.posting_line_ids.posting_id
        acts = self.acts().search([("posting_id", "=", posting.id)])
        wizard = self.wizard(acts.action_undo())
        self.assertTrue(wizard.is_refused)
        self.assertIn("Approver", wizard.preview["failing"][0]["why"])
        acts = self.acts(self.approver).search([("posting_id", "=", posting.id)])
        wizard = self.wizard(acts.action_undo(), self.approver)
        self.assertEqual(wizard.preview["entries"], 1)
        wizard.reason = "A wrong payout."
        wizard.action_undo()
        self.assertEqual(posting.state, "reversed")

    def test_who_only_looks_takes_nothing_back(self):
        match, _invoice = self.settled()
        for role in ("group_viewer", "group_auditor"):
            acts = self.acts(self.users[role]).search([("match_id", "=", match.id)])
            self.assertEqual(len(acts), 1)
            with self.subTest(role=role), self.assertRaises(AccessError):
                acts.action_undo()

    def test_another_company_sees_none_of_it(self):
        match, _invoice = self.settled()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        self.assertFalse(self.acts(stranger).search([("match_id", "=", match.id)]))


@tagged("post_install", "-at_install")
class TestUndoBulk(UndoCase):
    """An act on many is taken back as a set, or row by row."""

    def done(self, count=7):
        exceptions = self.opened(count)
        bulk = self.ignoring(exceptions)
        bulk.action_start()
        self.work(bulk)
        self.assertEqual(bulk.done_count, count)
        return bulk, exceptions

    def take_back(self, action):
        wizard = self.wizard(action)
        wizard.reason = "Too fast."
        result = wizard.action_undo()
        return wizard.bulk_id, result

    def test_as_a_set(self):
        bulk, exceptions = self.done()
        undo, _action = self.take_back(bulk.action_undo())
        self.work(undo)
        self.assertEqual(undo.done_count, 7)
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
        self.assertFalse(any(exceptions.mapped("resolution")))
        self.assertFalse(any(bulk.line_ids.mapped("can_undo")))
        with self.assertRaisesRegex(UserError, "Nothing of this"):
            bulk.action_undo()

    def test_row_by_row(self):
        bulk, exceptions = self.done()
        line = bulk.line_ids[0]
        undo, _action = self.take_back(line.action_undo())
        self.assertEqual(undo.state, "done")
        states = exceptions.mapped("state")
        self.assertEqual(states.count("open"), 1)
        self.assertEqual(line.exception_id.state, "open")
        self.assertTrue(line.undone_at)
        undo, _action = self.take_back(bulk.action_undo())
        self.assertEqual(undo.chosen_count, 6)

    def test_a_second_undo_takes_back_nothing_that_was_done_since(self):
        bulk, exceptions = self.done(1)
        wizards = [self.wizard(bulk.action_undo()) for _turn in range(2)]
        for wizard in wizards:
            wizard.reason = "Too fast."
        wizards[0].action_undo()
        self.assertEqual(exceptions.state, "open")
        exceptions.action_ignore("Looked at it in peace.")
        with self.assertRaisesRegex(UserError, "already"):
            wizards[1].action_undo()
        self.assertEqual(exceptions.state, "ignored")

    def test_the_assignee_comes_back(self):
        exceptions = self.opened(2)
        exceptions.action_assign(self.approver)
        bulk = self.bulk_on(exceptions, verb="assign")
        bulk.action_start()
        self.assertEqual(exceptions.user_id, self.accountant)
        self.take_back(bulk.action_undo())
        self.assertEqual(exceptions.user_id, self.approver)
        self.assertEqual(set(exceptions.mapped("state")), {"in_progress"})

    def test_the_audit_trail_has_both(self):
        bulk, exceptions = self.done(2)
        self.take_back(bulk.action_undo())
        events = self.env["settlement.event"].search(
            [("model", "=", "settlement.exception"), ("res_id", "=", exceptions[0].id)],
            order="id",
        )
        actions = events.mapped("action")
        self.assertEqual(actions[-1], "exception.reopened")
        self.assertIn("exception.ignored", actions)
        self.assertEqual(events[-1].reason, "Too fast.")

    def test_what_was_opened_anew_stays_closed_here(self):
        bulk, exceptions = self.done(1)
        message = self.env["settlement.message"].browse(exceptions.subject_id)
        again = self.env["settlement.exception"]._raise_for(
            message, "missing_data", "Another cause."
        )
        self.assertNotEqual(again, exceptions)
        self.take_back(bulk.action_undo())
        self.assertEqual(exceptions.state, "ignored")
        self.assertEqual(again.state, "open")

    def test_a_write_off_is_reversed_by_an_approver(self):
        charge = self.row(gross="95", fee="0")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.amount_residual, 5.0)
        short = self.env["settlement.exception"]._raise_for(
            self.stored(charge),
            "amount_short",
            "5.00 short.",
            amount_minor=500,
            currency=self.currency,
        )
        bulk = self.bulk_on(short, verb="write_off", values={"code": "rounding"})
        self.assertEqual(bulk.preview["entries"], 1)
        lines = bulk.preview["shown"][0]["entries"][0]["lines"]
        self.assertEqual(len(lines), 2)
        self.assertTrue(any("5.00" in line["debit"] for line in lines))
        bulk.action_start()
        self.assertEqual(bulk.done_count, 1, bulk.line_ids.sentence)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertIn("settlement.posting", bulk.line_ids.acts)
        wizard = self.wizard(bulk.with_user(self.approver).action_undo(), self.approver)
        self.assertEqual(wizard.preview["failing"], [])
        wizard.reason = "Not agreed."
        wizard.action_undo()
        self.assertEqual(invoice.amount_residual, 5.0)
        self.assertEqual(short.state, "open")

    def test_undoing_many_runs_in_the_background(self):
        bulk, exceptions = self.done()
        self.patch(bulk_work, "CHUNK_ROWS", 3)
        undo, action = self.take_back(bulk.action_undo())
        self.assertEqual(undo.state, "running")
        self.assertEqual(action["res_id"], undo.id)
        self.assertTrue(undo.sudo()._advance())
        self.assertEqual(undo.done_count, 3)
        undo.action_stop()
        self.work(undo)
        self.assertEqual((undo.done_count, undo.skipped_count), (3, 4))
        again = self.wizard(undo.action_try_again())
        self.assertEqual(again.bulk_id.chosen_count, 4)
        again.reason = "Go on."
        again.action_undo()
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
