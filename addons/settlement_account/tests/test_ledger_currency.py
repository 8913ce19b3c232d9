from odoo.fields import Command
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerCurrency(LedgerCase):
    """Lines in a foreign currency, journals in one, cash journals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])

    def foreign_line(self, amount, foreign, label="Payment", **values):
        return self.line(
            amount,
            label,
            foreign_currency_id=self.euro.id,
            amount_currency=foreign,
            **values,
        )

    def euro_invoice(self, amount, move_type="out_invoice", **values):
        return self.invoice(amount, move_type, currency_id=self.euro.id, **values)

    def test_a_foreign_line_settles_the_document_in_its_currency(self):
        invoice = self.euro_invoice(100)
        line = self.foreign_line(210, 100, invoice.name)
        self.run_ledger()
        row = self.row_of(line)
        self.assertEqual((row.gross_amount, row.presentment_amount), (210.0, 100.0))
        self.assertEqual(row.presentment_currency_id, self.euro)
        self.assertEqual(row.exchange_rate, 2.1)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assert_clean()

    def test_undo_of_a_foreign_line_restores_it(self):
        invoice = self.euro_invoice(100)
        line = self.foreign_line(210, 100, invoice.name)
        self.run_ledger()
        self.row_of(line).match_line_ids.match_id.action_undo("wrong")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.amount_residual, -100.0)
        self.assertEqual(self.waiting(line).amount_residual, -210.0)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assert_clean()

    def test_a_foreign_line_pays_a_document_of_the_company(self):
        invoice = self.invoice(210)
        line = self.foreign_line(210, 100, invoice.name)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_a_foreign_line_for_two_documents(self):
        invoices = self.euro_invoice(30) + self.euro_invoice(70)
        line = self.foreign_line(210, 100, " ".join(invoices.mapped("name")))
        self.run_ledger("parse")
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose(
                [self.row_of(line)], [self.open_item(invoice) for invoice in invoices]
            )
        )
        match._confirm()
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assert_clean()
        match.action_undo("wrong")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoices.mapped("amount_residual"), [30.0, 70.0])
        self.assertEqual(line.amount_residual, -100.0)
        self.assert_clean()

    def test_a_foreign_supplier_line(self):
        bill = self.euro_invoice(50, "in_invoice", ref="SUP-2026-9")
        line = self.foreign_line(-105, -50, "SUP-2026-9")
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(bill.payment_state, "paid")
        self.assert_clean()

    def test_a_journal_in_a_foreign_currency(self):
        journal = self.new_journal("Euro Bank", "EUB1", currency_id=self.euro.id)
        journal.action_settlement_match()
        wallet = journal._ledger_wallets()
        self.assertEqual(wallet.currency_id, self.euro)
        self.assertEqual(wallet.backend_id, self.ledger_backend, "one for a company")
        invoice = self.euro_invoice(100)
        line = self.line(100, invoice.name, journal_id=journal.id)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_a_euro_journal_with_a_line_in_dollars(self):
        journal = self.new_journal("Euro Bank", "EUB1", currency_id=self.euro.id)
        journal.action_settlement_match()
        invoice = self.invoice(200)
        line = self.line(
            100,
            invoice.name,
            journal_id=journal.id,
            foreign_currency_id=self.currency.id,
            amount_currency=200,
        )
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_a_cash_journal(self):
        journal = self.new_journal("Till", "TILL1", type="cash")
        journal.action_settlement_match()
        invoice = self.invoice(25)
        line = self.line(25, invoice.name, journal_id=journal.id)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_the_number_of_the_account_names_the_wallet_where_there_is_one(self):
        partner_bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE89 3704 0044 0532 0130 00",
                "partner_id": self.company.partner_id.id,
            }
        )
        journals = self.new_journal(
            "With Number", "NUM1", bank_account_id=partner_bank.id
        )
        self.assertEqual(self.ledger.account_identifier, "SAV1")
        journals.action_settlement_match()
        wallet = journals._ledger_wallets()
        self.assertEqual(wallet.account_identifier, "DE89370400440532013000")
        self.assertTrue(wallet.is_bank and wallet.is_ledger)

    def test_an_amount_finer_than_its_currency_is_put_aside_once(self):
        """Odoo lets a currency be rounded otherwise; ISO 4217 does not."""
        line = self.line(100)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET amount = 100.001 WHERE id = %s",
            [line.id],
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_currency = amount_currency * 1.00001 "
            "WHERE move_id = %s",
            [line.move_id.id],
        )
        self.env.invalidate_all()
        self.run_ledger("parse")
        rows = self.env["settlement.message.row"].search(
            [("external_id", "=", f"line:{line.id}")]
        )
        self.assertEqual(len(rows), 1)
        self.assertIn("more decimals", rows.reason)
        self.run_ledger("parse")
        self.assertEqual(
            rows.search_count([("external_id", "=", f"line:{line.id}")]), 1
        )

    def test_what_modules_keep_of_the_bank_s_words_is_read(self):
        line = self.line(
            100,
            transaction_details={
                "NtryDtls": [{"Refs": {"EndToEndId": "E2E-77", "MndtId": "M-1"}}]
            },
        )
        self.run_ledger("parse")
        row = self.row_of(line)
        self.assertEqual(row.end_to_end_reference, "E2E-77")
        self.assertEqual(row.mandate_reference, "M-1")

    def test_several_lines_in_one_entry_of_a_statement(self):
        """A statement of Odoo groups lines; each is matched for itself."""
        invoices = self.invoice(10) + self.invoice(20)
        statement = self.env["account.bank.statement"].create(
            {
                "name": "January",
                "journal_id": self.journal.id,
                "line_ids": [
                    Command.create(
                        {
                            "journal_id": self.journal.id,
                            "date": "2026-01-15",
                            "amount": invoice.amount_total,
                            "payment_ref": invoice.name,
                        }
                    )
                    for invoice in invoices
                ],
            }
        )
        self.run_ledger()
        self.assertEqual(statement.line_ids.mapped("is_reconciled"), [True, True])
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assert_clean()
