from odoo.exceptions import UserError
from odoo.tests import tagged

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileMatch(ReconcileCase):
    """Reconciling open items in OCA's view is a match of ours."""

    def test_a_line_becomes_a_posted_match_with_evidence(self):
        invoice = self.invoice(100.0)
        item = self.open_item(invoice)
        line = self.line(100.0, f"for {invoice.name}")
        self.reconcile(line, item)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        match = self.matches(line)
        self.assertEqual((match.state, match.method), ("posted", "manual"))
        self.assertEqual(match.decided_by_id, self.accountant)
        self.assertIn("the same amount", match.sentence)
        self.assertGreater(match.score, 50)
        self.assertEqual(self.states(line), ("matched", "reconciled"))
        self.assertEqual(self.claimed(item), 10000)
        self.assertFalse(line.reconcile_data)
        self.assert_clean()
        # What the pipeline finds afterwards is nothing.
        self.run_ledger()
        self.assertEqual(self.matches(line), match)
        self.assert_clean()

    def test_our_proposal_is_confirmed(self):
        item = self.open_item(self.invoice(100.0))
        line = self.line(100.0)
        self.run_ledger("parse")
        match = self.proposed(line, item)
        self.reconcile(line, item)
        self.assertEqual(self.matches(line), match)
        self.assertEqual(match.state, "posted")
        self.assertEqual(match.decided_by_id, self.accountant)
        self.assert_clean()

    def test_a_confirmed_match_is_posted(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, invoice.name)
        self.run_ledger("match")
        match = self.matches(line)
        self.assertEqual(match.state, "confirmed")
        self.reconcile(line, self.open_item(invoice))
        self.assertEqual(self.matches(line), match)
        self.assertEqual(match.state, "posted")
        self.assertTrue(line.is_reconciled)
        self.assert_clean()

    def test_another_choice_withdraws_the_proposal(self):
        ours, theirs = (self.open_item(self.invoice(100.0)) for _number in range(2))
        line = self.line(100.0)
        self.run_ledger("parse")
        match = self.proposed(line, ours)
        self.reconcile(line, theirs)
        self.assertEqual(match.state, "undone")
        self.assertIn("Something else was chosen", match.undo_reason)
        own = self.matches(line) - match
        self.assertEqual((own.state, own.line_ids.move_line_id), ("posted", theirs))
        self.assertFalse(self.claimed(ours))
        self.assertTrue(theirs.reconciled)
        self.assertFalse(ours.reconciled)
        self.assert_clean()

    def test_several_items_and_a_part(self):
        items = [self.open_item(self.invoice(amount)) for amount in (60.0, 70.0)]
        line = self.line(100.0)
        self.reconcile(line, *items)
        self.assertTrue(line.is_reconciled)
        self.assertEqual([item.amount_residual for item in items], [0.0, 30.0])
        match = self.matches(line)
        targets = match.line_ids.filtered(lambda each: each.side == "target")
        self.assertEqual(sorted(targets.mapped("amount_minor")), [4000, 6000])
        self.assert_clean()

    def test_money_that_leaves_us(self):
        bill = self.invoice(80.0, "in_invoice")
        line = self.line(-80.0)
        self.reconcile(line, self.open_item(bill))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(bill.payment_state, "paid")
        self.assert_clean()

    def test_an_item_of_another_currency(self):
        other = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        invoice = self.invoice(100.0, currency_id=other.id)
        line = self.line(50.0)
        self.reconcile(line, self.open_item(invoice))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assert_clean()

    def test_unreconcile_undoes_the_match(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, invoice.name)
        self.reconcile(line, self.open_item(invoice))
        match = self.matches(line)
        self.unreconcile(line)
        self.assertEqual(match.state, "undone")
        self.assertTrue(match.is_refused)
        self.assertIn("Unreconciled", match.undo_reason)
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertFalse(self.claimed(self.open_item(invoice)))
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assert_clean()
        # The same once more: the open line is used again.
        self.reconcile(line, self.open_item(invoice))
        self.assertTrue(line.is_reconciled)
        self.assert_clean()

    def test_what_the_pipeline_matched_is_undone_here(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, invoice.name)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.unreconcile(line)
        self.assertEqual(self.matches(line).state, "undone")
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_an_entry_that_needs_an_approver_says_so(self):
        self.policy.write({"auto_post_limit": 10, "approval_limit": 10})
        line = self.line(100.0)
        told = self.reconcile(line, self.open_item(self.invoice(100.0)))
        self.assertEqual(told["tag"], "display_notification")
        self.assertIn("waits for an approver", told["params"]["message"])
        self.assertEqual(self.matches(line).state, "confirmed")
        self.assertFalse(line.is_reconciled)

    def test_a_payout_on_its_way(self):
        charge = self.row(gross="100", fee="3")
        self.policy.hold_days = 0
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100))
        self.post()
        transit = self.wallet.in_transit_account_id
        line = self.line(97.0, "po_1 of the provider")
        self.run_ledger("parse")
        (found,) = [
            each
            for each in line.settlement_candidates()["candidates"]
            if each["choice"].startswith("settlement.batch")
        ]
        self.assertEqual(found["choice"], self.key(self.batch()))
        self.reconcile(line, self.batch())
        self.assertTrue(line.is_reconciled)
        items = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        self.assertTrue(all(items.mapped("reconciled")))
        match = self.matches(line)
        self.assertEqual((match.state, match.method), ("posted", "batch"))
        self.assertEqual(match.line_ids.batch_id, self.batch())
        self.assertEqual(self.batch().state, "reconciled")
        self.assert_clean()
        self.unreconcile(line)
        self.assertEqual(match.state, "undone")
        self.assertEqual(self.batch().state, "posted")
        self.assert_clean()

    def test_a_payout_and_an_invoice_are_two_matters(self):
        self.policy.hold_days = 0
        self.store(*self.payout(self.row(gross="50")))
        self.post()
        line = self.line(100.0)
        with self.assertRaisesRegex(UserError, "cannot be in one match"):
            self.reconcile(line, self.batch(), self.open_item(self.invoice(50)))
        self.assertFalse(self.matches(line))
