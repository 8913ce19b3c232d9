from odoo.tests import HttpCase, tagged

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileTour(ReconcileCase, HttpCase):
    """A person reconciles a line with our candidate, and takes it back."""

    def test_candidate_to_match(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, f"for {invoice.name}")
        self.run_ledger("parse")
        self.accountant.password = self.accountant.login
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_reconcile_oca.action_bank_statement_line_reconcile_all"
        )
        self.start_tour(
            f"/odoo/account.journal/{self.journal.id}/action-{action['id']}",
            "settlement_reconcile_oca",
            login=self.accountant.login,
            timeout=120,
        )
        self.env.invalidate_all()
        states = self.matches(line).mapped("state")
        self.assertEqual(states, ["posted", "undone"], "done, undone, done")
        self.assertTrue(line.is_reconciled)
        self.assert_clean()
