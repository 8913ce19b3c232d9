from odoo.tests import tagged

from .difference_case import DifferenceCase
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerDifferences(LedgerCase, DifferenceCase):
    """Lines that pay more or less than their document, or no document at all."""

    def differing_line(self, line, documents, minor, kind, **values):
        """Confirm a match of the row of a line with a difference; post it."""
        self.run_ledger("parse")
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose(
                [self.row_of(line)],
                [self.open_item(document) for document in documents],
                difference=(minor, kind),
                kind="reference/x",
                **values,
            )
        )
        match._confirm()
        self.run_ledger()
        return match

    def assertOpenAgain(self, match, line, *documents):
        match.action_undo("wrong")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.amount_residual, -line.amount)
        for document in documents:
            self.assertEqual(document.amount_residual, document.amount_total)
        self.assert_lawful()

    def test_a_fee_withheld_on_the_way(self):
        invoice, line = self.invoice(100), self.line(98)
        match = self.differing_line(line, [invoice], 200, "fee")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 2.0)])
        self.assert_lawful()
        self.assertOpenAgain(match, line, invoice)

    def test_a_little_too_much(self):
        invoice, line = self.invoice(100), self.line(101)
        match = self.differing_line(line, [invoice], -100, "rounding")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_lawful()
        self.assertOpenAgain(match, line, invoice)

    def test_an_overpayment_stays_as_credit_and_comes_back(self):
        invoice = self.invoice(100)
        line = self.line(130, invoice.name)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_lawful()
        match = self.row_of(line).match_line_ids.match_id
        self.assertTrue(match.rest_to_credit)
        self.assertOpenAgain(match, line, invoice)

    def test_a_credit_that_was_used_meanwhile_stays_where_it_is(self):
        """Its user has decided; nothing is torn apart behind their back."""
        invoice, other = self.invoice(100), self.invoice(30)
        line = self.line(130, invoice.name)
        self.run_ledger()
        match = self.row_of(line).match_line_ids.match_id
        credit = self.env["account.move.line"].search(
            [("settlement_match_id", "=", match.id), ("settlement_role", "=", "credit")]
        )
        (credit | self.open_item(other)).reconcile()
        self.assertEqual(other.payment_state, "paid")
        match.action_undo("wrong")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(other.payment_state, "paid")
        self.assertTrue(line.is_reconciled, "its money is in use")
        self.assert_lawful()
        self.run_ledger()
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assert_lawful()

    def test_a_line_that_needs_no_document(self):
        version = self.version(
            purpose="account", account_id=self.revenue.id, difference_kind=False
        )
        line = self.line(12, "Interest")
        match = self.differing_line(line, [], -1200, "account", rule_version=version)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.booked(match), [(self.revenue, -12.0)])
        self.assert_lawful()
        self.assertOpenAgain(match, line)
