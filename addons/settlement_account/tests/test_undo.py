from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestUndo(SettlementAccountCase):
    def posted_charge(self, **values):
        """Return a posted charge with its invoice, match and posting."""
        charge = self.row(gross="100", fee="3", **values)
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        posting = self.post()
        self.assertEqual(invoice.payment_state, "paid")
        return charge, invoice, match, posting

    def test_undoing_a_match_opens_the_invoice_and_keeps_the_entry(self):
        charge, invoice, match, posting = self.posted_charge()
        before = self.entry(posting)
        match.action_undo("wrong invoice")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(self.entry(posting), before)
        self.assertEqual(posting.move_id.state, "posted")
        self.assertEqual(self.stored(charge).posting_state, "posted")
        self.assertEqual(self.stored(charge).match_state, "open")
        line = posting.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual(line.amount_residual, -100.0)

    def test_a_new_match_on_the_same_customer_uses_the_open_line(self):
        charge, invoice, match, posting = self.posted_charge()
        other = self.invoice(100)
        match.action_undo("the other invoice")
        self.match(charge, other)
        self.assertEqual(self.post(), posting, "no further entry")
        self.assertEqual(other.payment_state, "paid")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(self.stored(charge).posting_state, "reconciled")

    def test_a_new_match_on_another_customer_takes_a_transfer_entry(self):
        charge, _invoice, match, posting = self.posted_charge()
        somebody = self.env["res.partner"].create({"name": "Somebody"})
        other = self.invoice(100, partner=somebody)
        match.action_undo("paid for somebody else")
        again = self.match(charge, other)
        clearing = self.post() - posting
        self.assertEqual(clearing.kind, "clearing")
        self.assertEqual(
            self.entry(clearing),
            [
                ("receivable", "Customer", 100.0, 100.0),
                ("receivable", "Somebody", -100.0, -100.0),
            ],
        )
        self.assertEqual(other.payment_state, "paid")
        self.assertEqual(again.state, "posted")
        again.action_undo("once more")
        self.assertEqual(other.payment_state, "not_paid")

    def findings(self, law):
        self.env.flush_all()
        found = self.env["settlement.verification"].sudo().run()["findings"]
        return [each for each in found if each["law"] == law]

    def test_a_row_that_was_corrected_after_its_posting_is_undone_as_it_is_now(self):
        charge, invoice, match, _posting = self.posted_charge()
        self.store(
            replace(
                charge,
                gross_amount=Decimal("90"),
                net_amount=Decimal("87"),
                source_version_at=datetime(2026, 1, 20),
            )
        )
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        self.assertEqual(self.findings(8), [], "its earlier revision is settled")
        match.action_undo("the amount was wrong")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(self.stored(charge).match_state, "open")
        self.assertEqual(self.stored(charge).posting_state, "posted")
        self.assertEqual(self.findings(2) + self.findings(8), [])

    def test_undo_in_a_closed_period_is_refused(self):
        _charge, invoice, match, _posting = self.posted_charge()
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "closed"):
            match.action_undo("too late")
        self.assertEqual(invoice.payment_state, "paid")

    def test_reversing_a_posting_restores_all_residuals(self):
        charge, invoice, match, posting = self.posted_charge()
        reversal = posting.action_reverse("wrong accounts")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(posting.state, "reversed")
        self.assertEqual(reversal.kind, "reversal")
        self.assertEqual(reversal.move_id.reversed_entry_id, posting.move_id)
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(self.stored(charge).posting_state, "reversed")
        self.assertEqual(self.batch().state, "validated")
        for account in (self.wallet.account_id, self.wallet.in_transit_account_id):
            items = self.env["account.move.line"].search(
                [("account_id", "=", account.id)]
            )
            self.assertEqual(sum(items.mapped("balance")), 0.0)
            self.assertTrue(all(items.mapped("reconciled")))

    def test_a_reversed_payout_is_posted_again_by_hand_only(self):
        charge, invoice, match, posting = self.posted_charge()
        posting.action_reverse("wrong accounts")
        before = self.env["settlement.posting"].search([])
        self.post()
        self.assertEqual(self.env["settlement.posting"].search([]), before)
        again = self.batch().action_post()
        self.assertEqual(len(again), 1)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        self.assertEqual(self.batch().state, "posted")

    def test_reversing_needs_an_approver_and_a_reason(self):
        *_rest, posting = self.posted_charge()
        with self.assertRaisesRegex(UserError, "Say why"):
            posting.action_reverse(" ")
        accountant = self.new_user("group_accountant")
        with self.assertRaises(AccessError):
            posting.with_user(accountant).action_reverse("no")

    def test_nobody_changes_an_entry_beside_our_buttons(self):
        _charge, invoice, _match, posting = self.posted_charge()
        move = posting.move_id
        line = move.line_ids.filtered(lambda each: each.account_id == self.receivable)
        acts = (
            move.button_draft,
            move.button_cancel,
            line.remove_move_reconcile,
            self.open_item(invoice).remove_move_reconcile,
            lambda: move._reverse_moves(cancel=True),
            lambda: move.with_context(settlement_token=True).button_draft(),
        )
        for number, act in enumerate(acts):
            with self.subTest(number), self.assertRaises(UserError):
                act()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(move.state, "posted")

    def test_manual_lines_on_the_journal_of_a_provider_are_refused(self):
        with self.assertRaisesRegex(UserError, "count twice"):
            self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self.wallet.journal_id.id,
                    "date": date(2026, 1, 5),
                    "payment_ref": "by hand",
                    "amount": 10,
                }
            )
