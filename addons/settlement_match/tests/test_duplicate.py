from datetime import date

from odoo.tests import tagged

from .test_counterparty import IBAN, CounterpartyCase


@tagged("post_install", "-at_install")
class TestDuplicate(CounterpartyCase):
    """An invoice is paid, and then it is paid once more."""

    def setUp(self):
        super().setUp()
        self.invoice = self.new_invoice(120.5)

    def pay(self, external_id, gross="120.50", **values):
        return self.bank_row(external_id, gross, **values)

    def paid_once(self, **values):
        row = self.pay("b1", **values)
        self.run_match()
        self.assertEqual(row.match_state, "matched", self.reasons(row))
        return row

    def settle(self, invoice):
        """Let the ledger have the money, so that nothing is open of the invoice."""
        self._register_payment(invoice)
        self.assertTrue(self.open_line(invoice).reconciled)

    def assertRepeats(self, row, *others):
        causes = self.open_exceptions(row).mapped("cause")
        self.assertEqual(self.reasons(row), ["duplicate"], causes)
        self.assertOpen(row, "duplicate")
        cause = self.open_exceptions(row).cause
        for each in ("b1 of 2026-01-12", self.invoice.name, *others):
            self.assertIn(each, cause)

    def test_by_reference(self):
        self.paid_once(invoice_reference=self.invoice.name)
        row = self.pay("b2", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertRepeats(row)

    def test_by_text_and_payer(self):
        values = {
            "description": f"Invoice {self.invoice.name}",
            "counterparty_account": IBAN,
        }
        self.paid_once(**values)
        row = self.pay("b2", booked_on=date(2026, 2, 20), **values)
        self.run_match()
        self.assertRepeats(row)

    def test_of_a_provider(self):
        first, second = (
            self.fact(name, "120.50", invoice_reference=self.invoice.name)
            for name in ("t1", "t2")
        )
        self.store(first)
        self.run_match()
        (row,) = self.store(second)
        self.run_match()
        self.assertOpen(row, "duplicate")
        self.assertIn("t1 of 2026-01-10", self.open_exceptions(row).cause)

    def test_once_the_first_is_in_the_ledger(self):
        first = self.paid_once(invoice_reference=self.invoice.name)
        line = self.open_line(self.invoice)
        self.match_of(first)._set_posted()
        line._write({"reconciled": True, "amount_residual_currency": 0.0})
        self.env.invalidate_all()
        row = self.pay("b2", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertRepeats(row)

    def test_both_at_once_are_ambiguous(self):
        rows = self.pay("b1", invoice_reference=self.invoice.name)
        rows |= self.pay("b2", invoice_reference=self.invoice.name)
        self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")

    def test_a_second_refund(self):
        self.invoice = self.new_invoice(30.0, "out_refund")
        self.paid_once(gross="-30.00", invoice_reference=self.invoice.name)
        row = self.pay("b2", "-30.00", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertRepeats(row)

    def test_it_does_not_pay_another_invoice_of_the_same_amount(self):
        self.prove()
        values = {
            "description": f"Invoice {self.invoice.name}",
            "counterparty_account": IBAN,
        }
        self.paid_once(**values)
        other = self.new_invoice(120.5)
        row = self.pay("b2", **values)
        self.run_match()
        self.assertRepeats(row)
        self.assertFalse(self.match_of(self.open_line(other)))

    def test_another_amount_is_none(self):
        self.paid_once(invoice_reference=self.invoice.name)
        row = self.pay("b2", "120.49", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertOpen(row, "amount_over")

    def test_another_reference_is_none(self):
        self.paid_once(invoice_reference=self.invoice.name)
        row = self.pay("b2", invoice_reference="INV/2062/00099")
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_the_same_words_every_month_are_none(self):
        values = {"description": "Rent", "counterparty_account": IBAN}
        self.prove()
        self.paid_once(**values)
        row = self.pay("b2", booked_on=date(2026, 2, 12), **values)
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_a_number_in_the_text_of_another_payer_is_none(self):
        text = f"Invoice {self.invoice.name}"
        self.paid_once(description=text, counterparty_account=IBAN)
        row = self.pay("b2", description=text)
        self.run_match()
        self.assertOpen(row, "amount_over")

    def test_part_payments_are_none(self):
        first = self.pay("b1", "60.25", invoice_reference=self.invoice.name)
        self.run_match()
        second = self.pay("b2", "60.25", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertEqual((first | second).mapped("match_state"), ["matched"] * 2)

    def test_it_is_no_duplicate_once_the_first_is_undone(self):
        first = self.paid_once(invoice_reference=self.invoice.name)
        row = self.pay("b2", invoice_reference=self.invoice.name)
        self.run_match()
        self.assertRepeats(row)
        self.match_of(first)._undo("not this one", is_refused=True)
        self.run_match()
        # Both name it again, and nothing tells which of them pays it.
        self.assertOpen(row, "ambiguous")

    def test_one_transaction_alone(self):
        self.paid_once(invoice_reference=self.invoice.name)
        row = self.pay("b2", invoice_reference=self.invoice.name)
        other = self.pay("b3", invoice_reference=self.invoice.name)
        self.matcher._match_transactions(row)
        self.assertRepeats(row)
        self.assertOpen(other)
