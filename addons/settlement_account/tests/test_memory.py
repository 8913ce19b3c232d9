from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .ledger_case import LedgerCase

IBAN = "DE89370400440532013000"


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01")
class TestMemoryOfLines(LedgerCase):
    """What somebody did with bank lines in Odoo is learnt as well."""

    def put_to(self, line, account):
        """Replace suspense by an account, as a reconciliation widget does."""
        suspense = self.waiting(line)
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "name": line.payment_ref,
                            "account_id": account.id,
                            "currency_id": suspense.currency_id.id,
                            "amount_currency": suspense.amount_currency,
                            "balance": suspense.balance,
                        }
                    ),
                ]
            }
        )

    def clear_by_entry(self, line, account):
        """Clear suspense by an entry that somebody writes by hand."""
        suspense = self.waiting(line)
        suspense.account_id.reconcile = True
        entry = self.env["account.move"].create(
            {
                "date": date(2026, 1, 20),
                "line_ids": [
                    Command.create(
                        {"account_id": suspense.account_id.id}
                        | {"balance": -suspense.balance}
                    ),
                    Command.create(
                        {"account_id": account.id, "balance": suspense.balance}
                    ),
                ],
            }
        )
        entry.action_post()
        (suspense | entry.line_ids[0]).reconcile()

    def fees(self, put, times=3):
        """Return lines of the bank's fees that people put to an account."""
        lines = self.env["account.bank.statement.line"]
        for number in range(1, times + 1):
            lines |= self.line(-7, f"ACCOUNT MAINTENANCE 0{number}/2026", number)
        self.run_ledger("match")
        for line in lines:
            put(line, self.expense)
        self.run_ledger("match")
        return lines

    @property
    def expense(self):
        return self.company_data["default_account_expense"]

    def learn(self):
        return self.env["settlement.memory"]._learn(self.company)

    def test_lines_that_are_put_to_an_account(self):
        for put in (self.put_to, self.clear_by_entry):
            with self.subTest(put=put.__name__), self.env.cr.savepoint() as savepoint:
                lines = self.fees(put)
                version = self.learn()
                self.assertRecordValues(
                    version,
                    [
                        {
                            "purpose": "account",
                            "text_pattern": "ACCOUNT MAINTENANCE ##/####",
                            "account_id": self.expense.id,
                            "direction": "out",
                        }
                    ],
                )
                action = version.action_open_evidence()
                self.assertEqual(action["res_model"], "account.bank.statement.line")
                behind = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(behind, lines)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_from_habit_to_the_entry(self):
        """Learnt from lines, tried, approved by another, confirmed, and booked."""
        self.fees(self.put_to)
        accountant = self.new_user("group_accountant", name="-b")
        approver = self.new_user("group_approver", name="-b")
        version = self.learn().with_user(accountant)
        version.action_backtest(date(2026, 1, 1), date(2026, 1, 31))
        version.action_submit("Found.")
        version.with_user(approver).action_approve()
        line = self.line(-9, "ACCOUNT MAINTENANCE 04/2026", 25)
        self.run_ledger()
        match = self.row_of(line).match_line_ids.match_id
        self.assertEqual((match.state, match.kind), ("proposed", "memory/account"))
        self.assertFalse(line.is_reconciled)
        match.action_confirm()
        self.run_ledger()
        self.assertEqual(match.state, "posted")
        self.assertTrue(line.is_reconciled)
        booked = self.env["account.move.line"].search(
            [("account_id", "=", self.expense.id), ("balance", "=", 9.0)]
        )
        self.assertTrue(booked)
        self.assert_clean()
        # What was booked by a rule is no habit of people.
        self.assertFalse(self.learn())
        match.action_undo("Not a fee.")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(match.verdict, "wrong")
        self.assert_clean()

    def test_one_of_them_elsewhere_speaks_against_it(self):
        self.fees(self.put_to, 4)
        other = self.line(-7, "ACCOUNT MAINTENANCE 09/2026", 20)
        self.put_to(other, self.company_data["default_account_revenue"])
        self.run_ledger("match")
        self.assertFalse(self.learn())

    def test_a_receivable_is_no_account_for_that(self):
        lines = [self.line(50, f"SOMETHING {number}") for number in (1, 2, 3)]
        self.run_ledger("match")
        for line in lines:
            self.put_to(line, self.company_data["default_account_receivable"])
        self.run_ledger("match")
        self.assertFalse(self.learn())

    def test_invoices_reconciled_in_odoo_tell_the_payer(self):
        for day in (3, 4, 5):
            invoice = self.invoice(50 + day)
            line = self.line(
                50 + day, "THANKS", day, account_number=IBAN, partner_id=False
            )
            self.run_ledger("parse")
            self.reconcile_by_hand(line, self.open_item(invoice))
        self.run_ledger("parse")
        version = self.learn()
        self.assertRecordValues(
            version, [{"purpose": "payer", "counterparty_account": IBAN}]
        )
        self.assertEqual(version.partner_ids, self.customer.commercial_partner_id)

    def test_nothing_of_another_company(self):
        self.fees(self.put_to)
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.env["settlement.memory"]._learn(other))
