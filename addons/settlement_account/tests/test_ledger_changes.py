from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerChanges(LedgerCase):
    """Statement lines belong to whoever works in Odoo: they change, and we follow."""

    # ------------------------------------------------------------------
    # Edited
    # ------------------------------------------------------------------

    def test_an_edited_line_is_a_revision(self):
        line = self.line(100, "first")
        self.run_ledger()
        line.write({"payment_ref": "second", "amount": 90})
        self.run_ledger()
        row = self.row_of(line)
        self.assertEqual((row.revision, row.gross_amount), (2, 90.0))
        self.assertEqual(row.description, "second")
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assertEqual(row.statement_line_id, line)
        self.assertFalse(self.exceptions("changed_after_posting"))
        self.assert_clean()

    def test_what_is_edited_back_counts_again(self):
        line = self.line(100, "first")
        self.run_ledger()
        for label in ("second", "first", "second"):
            line.payment_ref = label
            self.run_ledger()
            self.assertEqual(self.row_of(line).description, label)
        self.assertEqual(self.row_of(line).revision, 4)
        self.assert_clean()

    def test_a_new_partner_or_day_is_taken_in(self):
        line = self.line(100)
        self.run_ledger()
        line.partner_id = self.customer
        self.run_ledger()
        self.assertEqual(self.row_of(line).partner_id, self.customer)
        self.assertEqual(self.row_of(line).counterparty_name, "Customer")
        line.date = date(2026, 1, 20)
        self.run_ledger()
        self.assertEqual(self.row_of(line).booked_on, date(2026, 1, 20))
        line.partner_id = False
        self.run_ledger()
        self.assertFalse(self.row_of(line).partner_id)
        self.assert_clean()

    def test_an_edit_takes_back_a_match_that_is_not_posted(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger("match")
        match = self.row_of(line).match_line_ids.match_id
        self.assertEqual(match.state, "confirmed")
        line.amount = 90
        self.run_ledger("match")
        self.assertEqual(match.state, "undone")
        again = self.row_of(line).match_line_ids.match_id
        self.assertEqual(again.amount, 90.0)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 10.0)
        self.assert_clean()

    def test_a_label_that_changes_afterwards_keeps_the_match(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        match = self.row_of(line).match_line_ids.match_id
        line.payment_ref = "Paid, thank you"
        self.ledger_backend.ledger_swept_on = False
        self.run_ledger()
        self.assertEqual(self.row_of(line).description, "Paid, thank you")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.row_of(line).match_line_ids.match_id, match)
        self.assertEqual(self.states(line), ("matched", "reconciled"))
        self.assertTrue(line.is_reconciled)
        self.assertFalse(self.exceptions("changed_after_posting"))
        self.assert_clean()
        match.action_undo("after all")
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_a_settled_line_is_swept_once_a_day_only(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        line.payment_ref = "Paid"
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.ledger_backend.ledger_swept_on = date(2026, 1, 1)
        self.assertEqual(self.run_ledger()["lines"], 1)

    # ------------------------------------------------------------------
    # Deleted, reset, cancelled
    # ------------------------------------------------------------------

    def test_a_deleted_line_closes_its_row(self):
        line = self.line(100)
        self.run_ledger()
        row = self.row_of(line)
        self.assertTrue(self.exceptions(record=row))
        line.unlink()
        self.assertEqual(row.posting_state, "none")
        self.assert_clean()
        self.run_ledger()
        row = self.current(row)
        self.assertEqual(row.provider_state, "reversed")
        self.assertEqual((row.match_state, row.posting_state), ("not_needed", "none"))
        self.assertEqual(row.state, "reversed")
        self.assertIn("deleted", row.ledger_note)
        self.assertFalse(self.exceptions(record=row))
        self.assert_clean()
        counts = row.revision
        self.run_ledger()
        self.assertEqual(self.current(row).revision, counts, "once is enough")

    def current(self, row):
        return row._current_revisions()

    def test_a_deleted_line_takes_its_match_with_it(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger("match")
        row = self.row_of(line)
        match = row.match_line_ids.match_id
        line.unlink()
        self.run_ledger()
        self.assertEqual(match.state, "undone")
        self.assertEqual(invoice.amount_residual, 100.0)
        claims = self.env["settlement.claim"].search(
            [("move_line_id", "=", self.open_item(invoice).id)]
        )
        self.assertEqual(sum(claims.mapped("claimed_minor")), 0)
        self.assert_clean()

    def test_a_line_that_vanished_beside_odoo_after_posting_is_told(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        row = self.row_of(line)
        move = line.move_id
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_partial_reconcile")
        self.env.cr.execute(
            "DELETE FROM account_bank_statement_line WHERE id = %s", [line.id]
        )
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [move.id])
        self.env.invalidate_all()
        self.assertTrue(self.findings())
        self.run_ledger()
        found = self.exceptions("changed_after_posting", self.current(row))
        self.assertTrue(found)

    def test_a_line_reset_to_draft_waits_until_it_is_posted_again(self):
        line = self.line(100)
        self.run_ledger()
        line.move_id.button_draft()
        self.run_ledger()
        row = self.row_of(line)
        self.assertEqual(row.provider_state, "initiated")
        self.assertEqual((row.match_state, row.posting_state), ("not_needed", "none"))
        self.assert_clean()
        line.move_id.action_post()
        self.run_ledger()
        self.assertEqual(self.row_of(line).provider_state, "settled")
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assert_clean()

    def test_an_audit_trail_cancels_the_entry_of_a_deleted_line(self):
        self.company.restrictive_audit_trail = True
        line = self.line(100)
        self.run_ledger()
        row = self.row_of(line)
        line.unlink()
        self.run_ledger()
        self.assertEqual(self.current(row).provider_state, "reversed")
        self.assert_clean()

    # ------------------------------------------------------------------
    # Reconciled elsewhere, and open again
    # ------------------------------------------------------------------

    def test_a_line_reconciled_elsewhere_needs_no_match(self):
        invoice = self.invoice(100)
        line = self.line(100)
        self.run_ledger()
        row = self.row_of(line)
        self.assertTrue(self.exceptions(record=row))
        self.reconcile_by_hand(line, self.open_item(invoice))
        self.assertEqual(self.run_ledger()["settled_elsewhere"], 1)
        self.assertEqual(self.states(line), ("not_needed", "reconciled"))
        self.assertIn(invoice.name, row.ledger_note)
        self.assertFalse(self.exceptions(record=row))
        self.assert_clean()
        self.assertEqual(self.run_ledger()["settled_elsewhere"], 0)

    def test_a_proposal_is_withdrawn_when_somebody_reconciles(self):
        invoice, other = self.invoice(100), self.invoice(100)
        line = self.line(100)
        self.run_ledger()
        proposal = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.row_of(line)], [self.open_item(other)])
        )
        self.assertEqual(self.states(line), ("proposed", "posted"))
        self.reconcile_by_hand(line, self.open_item(invoice))
        self.run_ledger()
        self.assertEqual(proposal.state, "undone")
        self.assertIn("reconciled in Odoo", proposal.undo_reason)
        self.assertEqual(self.states(line), ("not_needed", "reconciled"))
        self.assert_clean()

    def test_a_confirmed_match_gives_way_to_who_reconciles(self):
        invoice, other = self.invoice(100), self.invoice(100)
        line = self.line(100, other.name)
        self.run_ledger("match")
        self.reconcile_by_hand(line, self.open_item(invoice))
        self.run_ledger()
        self.assertEqual(self.states(line), ("not_needed", "reconciled"))
        self.assertEqual(other.amount_residual, 100.0)
        self.assert_clean()

    def test_a_line_that_is_open_again_is_matched_again(self):
        invoice = self.invoice(100)
        line = self.line(100)
        self.run_ledger()
        self.reconcile_by_hand(line, self.open_item(invoice))
        self.run_ledger()
        line.action_undo_reconciliation()
        line.payment_ref = invoice.name
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.states(line), ("matched", "reconciled"))
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_a_line_reconciled_in_part_counts_with_its_rest(self):
        first, second = self.invoice(40), self.invoice(60)
        line = self.line(100, second.name)
        self.reconcile_part_by_hand(line, self.open_item(first))
        self.assertFalse(line.is_reconciled)
        self.run_ledger()
        self.assertEqual(self.row_of(line).gross_amount, 60.0)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(second.payment_state, "paid")
        self.assert_clean()

    def test_a_part_reconciled_later_leaves_the_rest(self):
        first, second = self.invoice(40), self.invoice(60)
        line = self.line(100, second.name)
        self.run_ledger("parse")
        self.reconcile_part_by_hand(line, self.open_item(first))
        self.run_ledger()
        self.assertEqual(self.row_of(line).revision, 2)
        self.assertEqual(second.payment_state, "paid")
        self.assertTrue(line.is_reconciled)
        self.assert_clean()

    # ------------------------------------------------------------------
    # Off and on
    # ------------------------------------------------------------------

    def test_switched_off_no_line_is_taken_in_and_open_ones_are_let_go(self):
        line = self.line(100)
        self.run_ledger()
        self.journal.action_settlement_unmatch()
        self.assertFalse(self.journal.settlement_is_matched)
        self.assertEqual(self.states(line), ("ignored", "posted"))
        self.assertFalse(self.exceptions(record=self.row_of(line)))
        later = self.line(50)
        self.run_ledger()
        self.assertFalse(self.row_of(later))
        self.assert_clean()
        self.journal.action_settlement_match()
        self.assertEqual(self.states(line), ("open", "posted"))
        self.run_ledger()
        self.assertTrue(self.row_of(later))
        self.assertEqual(len(self.journal._ledger_wallets(active_test=False)), 1)
        self.assert_clean()

    def test_a_paused_backend_takes_nothing_in(self):
        self.ledger_backend.action_pause()
        self.line(100)
        self.assertEqual(self.run_ledger().get("lines", 0), 0)

    def test_a_journal_is_matched_once(self):
        self.journal.action_settlement_match()
        self.assertEqual(len(self.journal._ledger_wallets(active_test=False)), 1)

    def test_a_provider_s_journal_and_a_sales_journal_are_refused(self):
        with self.assertRaisesRegex(UserError, "payment provider"):
            self.wallet.journal_id.action_settlement_match()
        with self.assertRaisesRegex(UserError, "no bank, cash or credit card"):
            self.company_data["default_journal_sale"].action_settlement_match()
