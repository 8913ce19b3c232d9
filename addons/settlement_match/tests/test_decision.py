from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import MatchCase

LATER = {"source_version_at": datetime(2026, 2, 1)}


@tagged("post_install", "-at_install")
class TestDecision(MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")

    def setUp(self):
        super().setUp()
        self.bill = self.new_invoice(100.0)
        self.line = self.open_line(self.bill)
        (self.row,) = self.store(self.fact("txn_1", "100.00"))

    def propose(self, sources=None, targets=None, **values):
        sources = [self.row] if sources is None else sources
        targets = [self.line] if targets is None else targets
        return self.matches._propose(sources, targets, **values)

    def events(self, match, action):
        return (
            self.env["settlement.event"]
            .search([("model", "=", "settlement.match"), ("res_id", "=", match.id)])
            .filtered(lambda event: event.action == action)
        )

    # -- proposing and confirming ------------------------------------------------

    def test_proposal_claims_nothing(self):
        match = self.propose()
        self.assertEqual(match.state, "proposed")
        self.assertEqual(self.row.match_state, "proposed")
        self.assertEqual(self.claim_of(self.line), (0, 0))
        self.assertEqual(match.method, "manual")
        self.assertTrue(match.sentence)

    def test_confirming_claims_and_says_who(self):
        match = self.propose()
        match.with_user(self.accountant).sudo(False).action_confirm()
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(match.decided_by_id, self.accountant)
        self.assertTrue(match.decided_at)
        self.assertFalse(match.is_automatic)
        self.assertEqual(self.row.match_state, "matched")
        self.assertEqual(self.claim_of(self.line), (10000, 10000))
        self.assertTrue(self.events(match, "match.confirmed"))

    def test_several_proposals_for_one_invoice(self):
        (other,) = self.store(self.fact("txn_2", "100.00"))
        first = self.propose()
        second = self.propose([other])
        first.action_confirm()
        with self.assertRaisesRegex(UserError, "0.00 of it is open"):
            second.action_confirm()
        self.assertEqual(second.state, "proposed")

    def test_parts_of_a_transaction(self):
        other = self.open_line(self.new_invoice(50.0))
        first = self.propose([(self.row, 5000)], [other])
        first.action_confirm()
        self.assertEqual(self.row.match_state, "open")
        second = self.propose([self.row], [self.line])
        self.assertEqual(second.amount, 50.0)
        second.action_confirm()
        self.assertEqual(self.row.match_state, "matched")
        self.assertEqual(self.claim_of(self.line), (5000, 10000))

    def test_sides_must_be_equal(self):
        with self.assertRaisesRegex(UserError, "must be equal"):
            self.propose([(self.row, 9000)], [(self.line, 10000)])

    def test_more_than_there_is(self):
        with self.assertRaisesRegex(UserError, "cannot be matched"):
            self.propose([(self.row, 20000)], [(self.line, 20000)])

    def test_wrong_direction(self):
        with self.assertRaisesRegex(UserError, "cannot be matched"):
            self.propose([(self.row, -100)], [(self.line, -100)])

    def test_confirmed_twice(self):
        match = self.propose()
        match.action_confirm()
        with self.assertRaisesRegex(UserError, "no proposal"):
            match.action_confirm()

    def test_money_that_settles_other_money(self):
        (back,) = self.store(self.fact("txn_2", "-100.00"))
        match = self.propose([self.row, back], [])
        match.action_confirm()
        self.assertEqual(match.amount_minor, 0)
        self.assertEqual(self.row.match_state, "matched")
        self.assertEqual(back.match_state, "matched")
        self.assertIn("settle one another", match.sentence)

    # -- undoing -----------------------------------------------------------------

    def test_undo_releases_and_leaves_a_trace(self):
        match = self.propose()
        match.action_confirm()
        match.with_user(self.accountant).sudo(False).action_undo("Wrong invoice")
        self.assertEqual(match.state, "undone")
        self.assertEqual(match.undone_by_id, self.accountant)
        self.assertEqual(self.row.match_state, "open")
        self.assertEqual(self.claim_of(self.line), (0, 10000))
        event = self.events(match, "match.undone")
        self.assertEqual(event.reason, "Wrong invoice")
        self.assertEqual(event.before, {"state": "confirmed"})

    def test_undo_needs_a_reason(self):
        match = self.propose()
        for reason in ("", "  "):
            with self.assertRaisesRegex(UserError, "Say why"):
                match.action_undo(reason)
        self.assertEqual(match.state, "proposed")

    def test_undone_money_can_be_matched_again(self):
        match = self.propose()
        match.action_confirm()
        match.action_undo("Wrong")
        again = self.propose()
        again.action_confirm()
        self.assertEqual(self.claim_of(self.line), (10000, 10000))
        self.assertEqual(match.state, "undone")

    def test_undoing_twice_releases_once(self):
        match = self.propose()
        match.action_confirm()
        match.action_undo("Wrong")
        match.action_undo("Wrong again")
        self.assertEqual(self.claim_of(self.line), (0, 10000))
        self.assertEqual(match.undo_reason, "Wrong")

    def test_undone_match_is_not_repeated_by_itself(self):
        (row,) = self.store(
            self.fact("txn_2", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        self.match_of(row).action_undo("Paid for someone else")
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertIn("Paid for someone else", self.open_exceptions(row).cause)
        row.action_match()
        self.assertMatched(row, self.line, 10000)
        self.assertFalse(self.reasons(row))

    def test_undo_closes_the_exceptions_of_the_match(self):
        (row,) = self.store(
            self.fact("txn_2", "40.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.match_of(row).action_undo("Wrong")
        self.assertFalse(self.reasons(row))

    def test_posted_match_needs_its_posting_undone_first(self):
        match = self.propose()
        match.action_confirm()
        match._set_posted()
        self.assertEqual(match.state, "posted")
        # An addon that posts knows how to undo it.
        if "settlement.posting" not in self.env:
            with self.assertRaisesRegex(UserError, "Reverse its posting"):
                match._release_posting("Wrong")
        match._set_unposted()
        match.action_undo("Wrong")
        self.assertEqual(self.claim_of(self.line), (0, 10000))

    def test_posted_part_is_no_part_of_the_residual(self):
        match = self.propose([(self.row, 6000)], [(self.line, 6000)])
        match.action_confirm()
        payment = self._register_payment(self.bill, amount=60.0)
        self.assertTrue(payment)
        match._set_posted()
        (other,) = self.store(self.fact("txn_2", "40.00"))
        self.propose([other]).action_confirm()
        self.assertEqual(self.claim_of(self.line), (10000, 10000))

    # -- the database itself -----------------------------------------------------

    def test_database_refuses_to_claim_too_much(self):
        self.propose().action_confirm()
        self.env.flush_all()
        statement = SQL(
            "UPDATE settlement_claim SET claimed_minor = claimed_minor + 1 "
            "WHERE move_line_id = %s",
            self.line.id,
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "within_total"),
            self.cr.savepoint(),
        ):
            self.cr.execute(statement)

    def test_claiming_too_much_is_refused_whoever_asks(self):
        self.propose().action_confirm()
        lines = SQL(
            "SELECT %s AS company_id, %s AS currency_id, 1::int8 AS amount_minor, "
            "%s AS move_line_id",
            self.company.id,
            self.currency.id,
            self.line.id,
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "within_total"),
            self.cr.savepoint(),
        ):
            self.env["settlement.claim"]._claim(lines, ["move_line_id"])

    def test_matches_are_never_deleted(self):
        with self.assertRaises(UserError):
            self.propose().unlink()

    # -- the ledger changes ------------------------------------------------------

    def test_settled_otherwise(self):
        (row,) = self.store(
            self.fact("txn_2", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        match = self.match_of(row)
        self._register_payment(self.bill)
        self.run_match()
        self.assertEqual(match.state, "undone")
        self.assertFalse(match.is_refused)
        # Where payments entered by hand are targets, it is the money of that payment.
        targets = self.match_of(row).line_ids.move_line_id
        self.assertFalse(targets & self.bill.line_ids)

    def test_journal_item_is_deleted(self):
        match = self.propose()
        match.action_confirm()
        name = self.bill.name
        self.bill.button_draft()
        self.bill.with_context(force_delete=True).unlink()
        self.assertEqual(match.state, "undone")
        target = match.line_ids.filtered(lambda line: line.side == "target")
        self.assertFalse(target.move_line_id)
        self.assertEqual(target.item_name, name)
        self.assertEqual(self.row.match_state, "open")
        self.assertIn(name, match.sentence)

    # -- the source corrects itself ----------------------------------------------

    def test_corrected_row_is_matched_anew(self):
        invoice = self.new_invoice(50.0)
        line = self.open_line(invoice)
        first = self.fact("txn_9", "100.00", invoice_reference=self.bill.name)
        (old,) = self.store(first)
        self.run_match()
        match = self.match_of(old)
        (new,) = self.store(
            self.fact("txn_9", "50.00", invoice_reference=invoice.name, **LATER)
        )
        self.assertNotEqual(old, new)
        self.assertEqual(match.state, "undone")
        self.assertEqual(self.claim_of(self.line), (0, 10000))
        self.assertEqual(new.match_state, "open")
        self.run_match()
        self.assertMatched(new, line, 5000)

    def test_corrected_row_that_was_posted(self):
        (old,) = self.store(
            self.fact("txn_9", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        match = self.match_of(old)
        match._set_posted()
        (new,) = self.store(
            self.fact("txn_9", "50.00", invoice_reference=self.bill.name, **LATER)
        )
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.reasons(new), ["changed_after_posting"])
        cause = self.open_exceptions(new).cause
        self.assertIn("100.00", cause)
        self.assertIn("50.00", cause)

    def test_undoing_the_match_of_an_earlier_revision_opens_the_present_one(self):
        (old,) = self.store(
            self.fact("txn_9", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        match = self.match_of(old)
        match._set_posted()
        (new,) = self.store(
            self.fact("txn_9", "50.00", invoice_reference=self.bill.name, **LATER)
        )
        self.assertEqual(new.match_state, "matched")
        match._set_unposted()
        match._undo("the amount was wrong")
        self.assertEqual(new.match_state, "open")

    def test_posted_match_follows_to_a_revision_of_the_same_money(self):
        (old,) = self.store(
            self.fact("txn_9", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        match = self.match_of(old)
        match._set_posted()
        (new,) = self.store(self.fact("txn_9", "100.00", description="New", **LATER))
        self.assertNotEqual(old, new)
        self.assertEqual(self.match_of(new), match)
        self.assertEqual(match.line_ids.revision_id, old)
        self.assertEqual(self.claim_of(new), (10000, 10000))
        self.assertFalse(self.reasons(new))
        self.assertFalse(self.match_of(old))

    def test_row_that_settles_later_is_matched_then(self):
        first = self.fact(
            "txn_9",
            "100.00",
            invoice_reference=self.bill.name,
            provider_state="initiated",
        )
        (old,) = self.store(first)
        self.assertEqual(old.match_state, "not_needed")
        (new,) = self.store(
            self.fact("txn_9", "100.00", invoice_reference=self.bill.name, **LATER)
        )
        self.assertEqual(new.match_state, "open")
        self.run_match()
        self.assertMatched(new, self.line, 10000)

    def test_row_that_is_rejected_later_needs_no_match(self):
        (old,) = self.store(
            self.fact("txn_9", "100.00", invoice_reference=self.bill.name)
        )
        self.run_match()
        self.assertEqual(old.match_state, "matched")
        (new,) = self.store(
            self.fact("txn_9", "100.00", provider_state="rejected", **LATER)
        )
        self.assertEqual(new.match_state, "not_needed")
        self.assertEqual(self.claim_of(self.line), (0, 10000))

    # -- roles -------------------------------------------------------------------

    def test_who_may_decide(self):
        match = self.propose()
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            mine = match.with_user(user).sudo(False)
            self.assertTrue(mine.has_access("read"))
            for call in (
                mine.action_confirm,
                lambda mine=mine: mine.action_undo("Wrong"),
                self.row.with_user(user).sudo(False).action_match,
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    call()
        self.assertEqual(match.state, "proposed")

    def test_nobody_writes_matches_directly(self):
        match = self.propose()
        match.action_confirm()
        for role in ("group_accountant", "group_approver", "group_auditor"):
            user = self.accountant
            if role != "group_accountant":
                user = self.new_user(role)
            claim = self.env["settlement.claim"].search([])[:1]
            for record in (match, match.line_ids[0], claim):
                mine = record.with_user(user).sudo(False)
                for operation in ("write", "create", "unlink"):
                    with self.subTest(role=role, model=record._name):
                        self.assertFalse(mine.has_access(operation))

    def test_other_companies_see_and_decide_nothing(self):
        match = self.propose()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        mine = match.with_user(stranger).sudo(False).with_company(other)
        self.assertFalse(mine.search([]))
        self.assertFalse(mine.env["settlement.match.line"].search([]))
        self.assertFalse(mine.env["settlement.claim"].search([]))
        with self.assertRaises(AccessError):
            mine.action_confirm()
        with self.assertRaises(AccessError):
            mine.action_undo("Wrong")
        with self.assertRaises(AccessError):
            self.row.with_user(stranger).sudo(False).action_match()

    def test_undo_by_the_wizard(self):
        match = self.propose()
        match.action_confirm()
        wizard = (
            self.env["settlement.match.undo"]
            .with_user(self.accountant)
            .sudo(False)
            .with_context(active_ids=match.ids)
            .create({"reason": "Wrong"})
        )
        wizard.action_undo()
        self.assertEqual(match.state, "undone")

    # -- buttons -----------------------------------------------------------------

    def test_buttons_lead_from_one_to_the_other(self):
        self.propose().action_confirm()
        self.assertEqual(self.bill.settlement_match_count, 1)
        action = self.bill.action_open_matched_transactions()
        self.assertEqual(action["res_id"], self.row.id)
        self.assertEqual(self.row.match_count, 1)
        action = self.row.action_open_matches()
        self.assertEqual(action["res_model"], "settlement.match")
        lines = self.match_of(self.row).line_ids
        models = {line.action_open_item()["res_model"] for line in lines}
        self.assertEqual(models, {"account.move", "settlement.transaction"})

    def test_invoice_of_somebody_without_a_role(self):
        self.propose().action_confirm()
        plain = self.env["res.users"].create(
            {
                "name": "Plain",
                "login": "plain",
                "group_ids": [
                    (6, 0, self.env.ref("account.group_account_invoice").ids)
                ],
                "company_ids": [(6, 0, self.company.ids)],
                "company_id": self.company.id,
            }
        )
        bill = self.bill.with_user(plain).sudo(False)
        self.assertEqual(bill.settlement_match_count, 0)
