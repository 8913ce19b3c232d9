from decimal import Decimal

from odoo.tests import tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestCurrency(MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yen = cls.setup_other_currency(
            "JPY", rounding=1, rates=[("2020-01-01", 150)]
        )
        cls.dinar = cls.setup_other_currency(
            "KWD", rounding=0.001, rates=[("2020-01-01", 0.3)]
        )
        cls.pound = cls.setup_other_currency("GBP", rates=[("2020-01-01", 0.8)])
        for currency in cls.yen | cls.dinar:
            cls.new_wallet(cls.backend, "acct_1", currency)

    def paid(self, external_id, gross, currency=None, **values):
        if currency:
            values["currency"] = currency.name
        (row,) = self.store(self.fact(external_id, gross, **values))
        return row

    def test_currency_without_decimals(self):
        invoice = self.new_invoice(12345, currency_id=self.yen.id)
        row = self.paid("t1", "12345", self.yen, invoice_reference=invoice.name)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 12345)
        self.assertEqual(match.amount, 12345)
        self.assertEqual(self.claim_of(row), (12345, 12345))

    def test_currency_with_three_decimals(self):
        invoice = self.new_invoice(10.125, currency_id=self.dinar.id)
        self.assertEqual(invoice.amount_total, 10.125)
        row = self.paid("t1", "10.125", self.dinar, invoice_reference=invoice.name)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10125)

    def test_one_thousandth_short(self):
        invoice = self.new_invoice(10.125, currency_id=self.dinar.id)
        row = self.paid("t1", "10.124", self.dinar, invoice_reference=invoice.name)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10124)
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.assertIn("0.001", self.open_exceptions(row).cause)

    def test_large_amounts_are_exact(self):
        invoice = self.new_invoice(90071992547.29)
        row = self.paid("t1", "90071992547.29", invoice_reference=invoice.name)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 9007199254729)

    def test_equal_number_in_another_currency_is_no_match(self):
        invoice = self.new_invoice(100.0, currency_id=self.pound.id)
        row = self.paid("t1", "100.00", invoice_reference=invoice.name)
        self.run_match()
        self.assertOpen(row, "currency_mismatch")

    def presented(self, external_id, gross, amount, invoice):
        return self.paid(
            external_id,
            gross,
            invoice_reference=invoice.name,
            presentment_amount=Decimal(amount),
            presentment_currency="GBP",
        )

    def test_customer_paid_in_the_currency_of_the_invoice(self):
        invoice = self.new_invoice(100.0, currency_id=self.pound.id)
        row = self.presented("t1", "124.60", "100.00", invoice)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(match.amount, 124.60)
        self.assertEqual(self.claim_of(row), (12460, 12460))
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))
        self.assertIn("the currency in which the customer paid", match.sentence)

    def test_customer_paid_a_part_in_the_currency_of_the_invoice(self):
        invoice = self.new_invoice(100.0, currency_id=self.pound.id)
        row = self.presented("t1", "49.90", "40.00", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 4000)
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.assertIn("60.00", self.open_exceptions(row).cause)

    def test_customer_paid_too_much_in_the_currency_of_the_invoice(self):
        invoice = self.new_invoice(100.0, currency_id=self.pound.id)
        row = self.presented("t1", "149.00", "120.00", invoice)
        self.run_match()
        self.assertOpen(row, "currency_mismatch")

    def test_presentment_does_not_matter_in_the_own_currency(self):
        invoice = self.new_invoice(100.0)
        row = self.presented("t1", "100.00", "80.12", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_rivals_in_two_currencies(self):
        invoice = self.new_invoice(100.0, currency_id=self.pound.id)
        first = self.presented("t1", "124.60", "100.00", invoice)
        second = self.paid("t2", "124.60", invoice_reference=invoice.name)
        self.run_match()
        self.assertOpen(first, "ambiguous")
        self.assertOpen(second, "ambiguous")
