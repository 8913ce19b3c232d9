from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileAccess(ReconcileCase):
    """Who sees candidates, and who decides."""

    def test_roles(self):
        item = self.open_item(self.invoice(100.0))
        line = self.line(100.0)
        for role, is_allowed in (
            ("group_viewer", True),
            ("group_auditor", True),
            ("group_approver", True),
        ):
            with self.subTest(role=role):
                user = self.new_user(role, name="look")
                found = line.with_user(user).settlement_candidates()
                self.assertEqual(found["is_allowed"], is_allowed)
        nobody = new_test_user(
            self.env,
            "nobody",
            "base.group_user,account.group_account_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        found = line.with_user(nobody).settlement_candidates()
        self.assertEqual(found, {"is_allowed": False})
        self.assertFalse(item.reconciled)

    def test_a_viewer_reconciles_nothing(self):
        line = self.line(100.0)
        self.run_ledger("parse")
        viewer = self.new_user("group_viewer", name="only")
        with self.assertRaises(AccessError):
            line.with_user(viewer).reconcile_bank_line()
        self.assertFalse(line.is_reconciled)

    def test_whoever_may_not_match_does_not_undo(self):
        invoice = self.invoice(100.0)
        line = self.line(100.0, invoice.name)
        self.run_ledger()
        viewer = self.new_user("group_viewer", name="undo")
        with self.assertRaises(AccessError):
            line.with_user(viewer).unreconcile_bank_line()
        self.assertEqual(self.matches(line).state, "posted")

    def test_another_company_sees_nothing(self):
        line = self.line(100.0)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.new_user("group_accountant", other, name="elsewhere")
        with self.assertRaises(AccessError):
            line.with_user(user).settlement_candidates()
        with self.assertRaises(AccessError):
            line.with_user(user).reconcile_bank_line()

    def test_items_of_another_company_are_not_put_in(self):
        item = self.open_item(self.invoice(100.0))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.new_user("group_accountant", other, name="items")
        lines = self.env["account.bank.statement.line"].with_user(user)
        self.assertFalse(lines._chosen_items(self.key(item)))
