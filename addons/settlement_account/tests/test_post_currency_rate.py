from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostCurrencyRate(SettlementAccountCase):
    """Money of one currency for a document in another, from matching to the entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend, account="DE89370400440532013000", is_bank=True
        )
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.euro.id,
                "company_id": cls.company.id,
                "name": "2026-01-01",
                "rate": 0.5,
            }
        )

    def credited(self, gross, text):
        """Store a bank statement of one row and match it; return the transaction."""
        row = self.row(
            "bank_credit",
            gross,
            day=12,
            description=text,
            batch_kind="statement",
            batch_external_id="st_1",
        )
        statement = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id="st_1",
            date=date(2026, 1, 12),
            total=Decimal(gross),
            opening_balance=Decimal(0),
            closing_balance=Decimal(gross),
        )
        self.store(row, statement, backend=self.bank_backend)
        self.run_match()
        return self.stored(row)

    def run_match(self):
        self.env["settlement.matcher"].sudo()._match_company(self.company)
        self.env.invalidate_all()

    def test_the_invoice_is_paid_and_odoo_books_the_difference(self):
        invoice = self.invoice(100, currency_id=self.euro.id)
        row = self.credited("202", invoice.name)
        self.assertEqual(row.match_state, "matched")
        backends = (self.backend + self.bank_backend).sudo()
        backends._step_validate(None)
        backends._step_post(None)
        self.assertEqual(invoice.payment_state, "paid")
        line = self.env["account.bank.statement.line"].search(
            [("settlement_wallet_id", "=", self.bank.id)]
        )
        self.assertTrue(line.is_reconciled)
        receivable = self.open_item(invoice)
        exchange = (
            receivable.matched_credit_ids | receivable.matched_debit_ids
        ).exchange_move_id
        self.assertEqual(sum(exchange.line_ids.mapped("debit")), 2.0)
        self.assert_lawful()

    def test_undo_opens_the_invoice_again(self):
        invoice = self.invoice(100, currency_id=self.euro.id)
        row = self.credited("202", invoice.name)
        backends = (self.backend + self.bank_backend).sudo()
        backends._step_validate(None)
        backends._step_post(None)
        row.sudo().match_line_ids.match_id._undo("a test")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assert_lawful()

    def test_policy_of_the_company_says_what_is_tolerated(self):
        self.policy.currency_tolerance_percent = 0.5
        invoice = self.invoice(100, currency_id=self.euro.id)
        row = self.credited("202", invoice.name)
        self.assertEqual(row.match_state, "open")
        exception = self.exceptions("currency_mismatch", row)
        self.assertIn("1.0 % off, and 0.5 % are tolerated", exception.cause)

    def test_changed_policy_is_heard_at_once(self):
        self.policy.currency_tolerance_percent = 0.5
        row = self.credited("202", self.invoice(100, currency_id=self.euro.id).name)
        self.policy.currency_tolerance_percent = 1
        self.run_match()
        self.assertEqual(row.match_state, "matched")
        self.assertFalse(self.exceptions("currency_mismatch", row))

    def test_policy_of_the_bank_comes_first(self):
        self.policy.copy(
            {
                "backend_id": self.bank_backend.id,
                "currency_tolerance_percent": 0.5,
            }
        )
        matcher = self.env["settlement.matcher"].sudo()
        ours = matcher._rate_tolerance_percent(self.company)
        self.assertEqual(ours, Decimal(2))
        bank = matcher._rate_tolerance_percent(self.company, self.bank_backend)
        self.assertEqual(bank, Decimal("0.5"))

    def test_no_policy_at_all(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        matcher = self.env["settlement.matcher"].sudo()
        self.assertEqual(matcher._rate_tolerance_percent(other), Decimal(3))
