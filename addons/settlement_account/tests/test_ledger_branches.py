from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerBranches(LedgerCase):
    """Lines that a branch enters in the bank journal of its parent are the branch's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch", "parent_id": cls.company.id}
        )
        # Odoo gives a branch the chart of its parent before it commits.
        cls.cr.precommit.run()
        cls.env.user.company_ids += cls.branch
        cls.in_branch = cls.env(
            context={**cls.env.context, "allowed_company_ids": [cls.branch.id]}
        )

    def branch_line(self, amount, label="Payment"):
        """Return a statement line that somebody of the branch enters."""
        line = (
            self.in_branch["account.bank.statement.line"]
            .create(
                {
                    "journal_id": self.journal.id,
                    "date": "2026-01-12",
                    "amount": amount,
                    "payment_ref": label,
                }
            )
            .with_env(self.env)
        )
        self.assertEqual(line.company_id, self.branch)
        return line

    def branch_invoice(self, amount):
        """Return an invoice of the branch."""
        move = self.in_branch["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-01-02",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move.with_env(self.env)

    def wallets(self):
        """Return the wallets of the journal by company."""
        wallets = self.journal._ledger_wallets()
        return {wallet.company_id: wallet for wallet in wallets}

    def run_all(self):
        """Run the pipeline of parent and branch."""
        backends = self.journal._ledger_wallets().sudo(False).backend_id
        for backend in backends:
            backend.with_company(backend.company_id).run_pipeline("post")
        self.env.invalidate_all()

    def row_in(self, line):
        """Return the current row of a line, whoever's it is."""
        return self.env["settlement.transaction"].search(
            [("external_id", "=", f"line:{line.id}"), ("is_current", "=", True)]
        )

    def test_a_line_of_the_branch_pays_its_invoice(self):
        invoice = self.branch_invoice(100)
        line = self.branch_line(100, invoice.name)
        self.run_all()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        entries = self.env["settlement.posting"].search(
            [("wallet_id", "=", self.wallets()[self.branch].id)]
        )
        self.assertEqual(entries.move_id.company_id, self.branch)
        self.assertEqual(entries.move_id.state, "posted")
        self.assert_clean()

    def test_the_branch_books_on_the_accounts_of_its_parent(self):
        self.branch_line(100)
        self.run_all()
        policies = self.env["settlement.posting.policy"]
        of_branch = policies._default_of(self.branch)
        self.assertEqual(of_branch.suspense_account_id, self.policy.suspense_account_id)
        self.assertEqual(of_branch.transfer_account_id, self.policy.transfer_account_id)
        self.assertEqual(of_branch.clearing_journal_id.company_id, self.branch)

    def test_undo_opens_the_line_and_the_invoice_of_the_branch(self):
        invoice = self.branch_invoice(100)
        line = self.branch_line(100, invoice.name)
        self.run_all()
        self.row_in(line).match_line_ids.match_id.action_undo("Wrong")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 100)
        self.assert_clean()

    def test_parent_and_branch_do_not_pay_for_each_other(self):
        """Both have an open invoice of the amount; each line names the other's."""
        ours, theirs = self.invoice(100), self.branch_invoice(70)
        of_parent = self.line(70, theirs.name)
        of_branch = self.branch_line(100, ours.name)
        self.run_all()
        self.assertEqual(ours.amount_residual, 100)
        self.assertEqual(theirs.amount_residual, 70)
        self.assertFalse(of_parent.is_reconciled or of_branch.is_reconciled)
        self.assertEqual(self.row_in(of_parent).company_id, self.company)
        self.assertEqual(self.row_in(of_branch).company_id, self.branch)

    def test_lines_from_before_the_switch_are_taken_in(self):
        self.journal.action_settlement_unmatch()
        line = self.branch_line(100)
        self.assertEqual(len(self.row_in(line)), 0)
        self.journal.action_settlement_match()
        self.run_all()
        self.assertEqual(self.row_in(line).match_state, "open")

    def test_switching_off_lets_go_of_the_lines_of_the_branch_too(self):
        line = self.branch_line(100)
        self.run_all()
        self.journal.action_settlement_unmatch()
        self.assertEqual(self.row_in(line).match_state, "ignored")
        self.assertFalse(self.journal.settlement_is_matched)
        self.journal.action_settlement_match()
        self.assertEqual(self.row_in(line).match_state, "open")
        self.assertEqual(len(self.wallets()), 2)

    def test_the_card_of_the_journal_counts_the_lines_of_both(self):
        self.branch_line(100)
        self.line(50)
        self.run_all()
        self.journal.invalidate_recordset()
        self.assertEqual(self.journal.settlement_open_count, 2)

    def test_a_journal_that_nobody_matches_stays_so(self):
        other = self.new_journal("Other Bank", "OTH1")
        self.in_branch["account.bank.statement.line"].create(
            {
                "journal_id": other.id,
                "date": "2026-01-12",
                "amount": 5,
                "payment_ref": "Nobody",
            }
        )
        self.assertFalse(other._ledger_wallets(active_test=False))

    def test_a_bookkeeper_of_the_branch_without_our_roles_enters_lines(self):
        user = new_test_user(
            self.env,
            login="branch-bookkeeper",
            groups="account.group_account_user",
            company_id=self.branch.id,
            company_ids=[Command.set(self.branch.ids)],
        )
        line = (
            self.env["account.bank.statement.line"]
            .with_user(user)
            .with_company(self.branch)
            .create(
                {
                    "journal_id": self.journal.id,
                    "date": "2026-01-12",
                    "amount": 5,
                    "payment_ref": "By hand",
                }
            )
        )
        self.run_all()
        self.assertEqual(self.row_in(line).company_id, self.branch)

    def test_an_accountant_of_the_branch_sees_its_lines_only(self):
        of_parent, of_branch = self.line(50), self.branch_line(100)
        self.run_all()
        user = self.new_user("group_accountant", self.branch)
        rows = self.env["settlement.transaction"].with_user(user).search([])
        self.assertIn(self.row_in(of_branch), rows)
        self.assertNotIn(self.row_in(of_parent), rows)
