from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerSuggestion(LedgerCase):
    """What a line of Odoo's own bank statement pays."""

    def test_line_is_asked_as_its_transaction(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, "no reference at all")
        before = line._suggestions()
        self.assertIn(self.open_item(invoice).id, [each["id"] for each in before])
        self.run_ledger("parse")
        row = self.row_of(line)
        self.assertEqual(line._suggestion_subject(), row)
        self.assertEqual(line.move_id._suggestion_subject(), row)
        self.assertEqual(line._suggestions(), row._suggestions())
        key = ["account.move.line", self.open_item(invoice).id]
        model, match_id = line.action_match_suggestions([key])
        match = self.env[model].browse(match_id)
        self.assertEqual(match.line_ids.transaction_id, row)
        self.assertEqual(match.state, "confirmed")
        self.run_ledger()
        self.assertEqual(match.state, "posted")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(line._suggestions())
        self.assert_clean()
