from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .reconcile_case import ReconcileCase


@tagged("post_install", "-at_install")
class TestReconcileReported(ReconcileCase):
    """Lines that a bank reported to us: they are matched, and never rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend, account="DE89370400440532013000", is_bank=True
        )

    def reported(self, *amounts, **values):
        """Return the one statement line of a statement with these bookings."""
        rows = [
            self.row(
                "bank_credit",
                amount,
                day=12,
                batch_kind="statement",
                batch_external_id="st_1",
                **values,
            )
            for amount in amounts
        ]
        total = sum(row.net_amount for row in rows)
        batch = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id="st_1",
            date=date(2026, 1, 12),
            total=total,
            opening_balance=Decimal(0),
            closing_balance=total,
        )
        self.store(*rows, batch, backend=self.bank_backend)
        self.post(self.bank_backend)
        return self.env["account.bank.statement.line"].search(
            [("settlement_wallet_id", "=", self.bank.id)]
        )

    def test_open_items_become_a_match(self):
        invoice = self.invoice(100.0)
        line = self.reported("100")
        self.reconcile(line, self.open_item(invoice))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        match = line.settlement_state_ids.transaction_id.match_line_ids.match_id
        self.assertEqual(match.state, "posted")
        self.assert_clean()
        self.unreconcile(line)
        self.assertEqual(match.state, "undone")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assert_clean()
        # The line waits again, for another document.
        other = self.invoice(100.0)
        self.reconcile(line, self.open_item(other))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(other.payment_state, "paid")
        self.assert_clean()

    def test_more_than_open_items_is_refused(self):
        model = self.env["account.reconcile.model"].create(
            {
                "name": "Bank charges",
                "trigger": "manual",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {"account_id": self.company_data["default_account_expense"].id}
                    )
                ],
            }
        )
        line = self.reported("100")
        entry = line.line_ids.ids
        with self.form(line) as form:
            form.manual_model_id = model
        with self.assertRaisesRegex(UserError, "open items only"):
            line.with_user(self.accountant).reconcile_bank_line()
        self.assertEqual(line.line_ids.ids, entry)
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_several_payments_in_one_line_are_refused(self):
        line = self.reported("60", "40", entry_reference="sum-1")
        self.assertEqual(len(line), 1)
        self.assertEqual(len(line.settlement_state_ids), 2)
        with self.assertRaisesRegex(UserError, "2 payments"):
            self.reconcile(line, self.open_item(self.invoice(100.0)))
        self.assertFalse(line.is_reconciled)

    def test_oca_neither_reconciles_nor_names_them_by_itself(self):
        invoice = self.invoice(100.0)
        line = self.reported(
            "100", payment_reference=invoice.name, counterparty_name="Customer"
        )
        line._auto_reconcile()
        self.assertFalse(line.is_reconciled)
        line.partner_id = False
        line._retrieve_partner()
        self.assertFalse(line.partner_id)
        self.assert_clean()

    def test_a_line_of_ours_keeps_what_the_match_settled(self):
        invoice = self.invoice(100.0)
        line = self.reported("100")
        self.reconcile(line, self.open_item(invoice))
        shown = line.reconcile_data_info["data"]
        self.assertEqual(
            sum(round(each["amount"], 2) for each in shown), 0, "debit equals credit"
        )
