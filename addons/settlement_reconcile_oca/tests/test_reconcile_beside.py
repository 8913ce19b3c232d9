from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileBeside(ReconcileCase):
    """What OCA's view reconciles without us is followed at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.charges = cls.company_data["default_account_expense"]
        cls.model = cls.env["account.reconcile.model"].create(
            {
                "name": "Bank charges",
                "trigger": "manual",
                "company_id": cls.company.id,
                "line_ids": [Command.create({"account_id": cls.charges.id})],
            }
        )

    def write_off(self, line, *items, user=None):
        """Click candidates, give the rest to the account of charges, reconcile."""
        user = user or self.accountant
        with self.form(line, user) as form:
            for item in items:
                form.settlement_choice = self.key(item)
            form.manual_model_id = self.model
        line.with_user(user).reconcile_bank_line()
        self.env.invalidate_all()

    def assert_followed(self, line):
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.states(line), ("not_needed", "reconciled"))
        self.assert_clean()

    def test_a_write_off_in_both_modes(self):
        for mode in ("edit", "keep"):
            with self.subTest(mode=mode):
                self.journal.reconcile_mode = mode
                line = self.line(5.0, mode)
                self.run_ledger("parse")
                self.write_off(line)
                self.assert_followed(line)
                self.assertFalse(self.matches(line))
                self.assertFalse(self.exceptions(record=self.row_of(line)))

    def test_an_item_and_a_charge(self):
        item = self.open_item(self.invoice(103.0))
        line = self.line(100.0)
        self.run_ledger("parse")
        proposal = self.proposed(line, item)
        self.journal.reconcile_mode = "keep"
        with self.form(line) as form:
            form.settlement_choice = self.key(item)
            form.manual_reference = f"account.move.line;{item.id}"
            form.manual_amount = -103.0
            form.manual_model_id = self.model
        line.with_user(self.accountant).reconcile_bank_line()
        self.env.invalidate_all()
        self.assertEqual(proposal.state, "undone")
        self.assertIn("reconciled in Odoo", proposal.undo_reason)
        self.assertTrue(item.reconciled)
        self.assertFalse(self.claimed(item))
        self.assert_followed(line)

    def test_unreconcile_opens_the_row_again(self):
        for mode in ("edit", "keep"):
            with self.subTest(mode=mode):
                self.journal.reconcile_mode = mode
                line = self.line(5.0, mode)
                self.run_ledger("parse")
                self.write_off(line)
                self.unreconcile(line)
                self.assertFalse(line.is_reconciled)
                self.assertEqual(self.states(line), ("open", "posted"))
                self.assert_clean()
                # Then it can be a match of ours.
                self.reconcile(line, self.open_item(self.invoice(5.0)))
                self.assertEqual(self.states(line), ("matched", "reconciled"))
                self.assert_clean()

    def test_a_journal_that_is_not_matched_is_left_alone(self):
        self.journal = self.new_journal("Other Bank", "OTH1")
        item = self.open_item(self.invoice(100.0))
        line = self.line(100.0)
        self.reconcile(line, item)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(item.reconciled)
        self.assertFalse(line.settlement_state_ids)
        self.unreconcile(line)
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_a_user_without_a_role_of_ours_reconciles_as_ever(self):
        item = self.open_item(self.invoice(100.0))
        line = self.line(100.0)
        self.run_ledger("parse")
        self.reconcile(line, item, user=self.bookkeeper())
        self.assertFalse(self.matches(line))
        self.assert_followed(line)
        self.unreconcile(line, self.bookkeeper())
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assert_clean()

    def test_what_a_match_holds_is_not_settled_twice(self):
        invoice = self.invoice(100.0)
        item = self.open_item(invoice)
        first = self.line(100.0, invoice.name)
        self.run_ledger("match")
        match = self.matches(first)
        self.assertEqual(match.state, "confirmed")
        for user, said in (
            (self.accountant, f"{invoice.name}.* cannot be matched"),
            (self.bookkeeper(), f"settled by {match.display_name}"),
        ):
            second = self.line(100.0, "twice")
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, said):
                self.reconcile(second, item, user=user)
            self.assertFalse(second.is_reconciled)
        self.assertFalse(item.reconciled)
        self.assertEqual(match.state, "confirmed")

    def test_what_oca_reconciles_by_itself_leaves_ours_alone(self):
        invoice = self.invoice(100.0)
        first = self.line(100.0, invoice.name)
        self.run_ledger("match")
        second = self.line(100.0, invoice.name)
        second._auto_reconcile()
        self.assertFalse(second.is_reconciled)
        self.matches(first).action_undo("not this one")
        second._auto_reconcile()
        self.assertTrue(second.is_reconciled)
        self.run_ledger()
        self.assert_clean()

    def bookkeeper(self):
        """Return a user of Odoo's accounting without any role of the suite."""
        users = self.env["res.users"]
        known = users.search([("login", "=", "bookkeeper")])
        return known or self.new_bookkeeper()

    def new_bookkeeper(self):
        user = self.new_user("group_viewer", name="bookkeeper")
        user.write(
            {
                "login": "bookkeeper",
                "group_ids": [
                    Command.set(
                        (
                            self.env.ref("base.group_user")
                            + self.env.ref("account.group_account_user")
                        ).ids
                    )
                ],
            }
        )
        return user
