from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerLines(LedgerCase):
    """From a statement line that somebody entered to a reconciled one."""

    def test_a_manual_line_settles_its_invoice(self):
        invoice = self.invoice(100)
        line = self.line(100, f"Thank you {invoice.name}")
        self.assertFalse(line.is_reconciled)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.states(line), ("matched", "reconciled"))
        self.assertEqual(self.row_of(line).match_line_ids.match_id.state, "posted")
        self.assert_clean()
