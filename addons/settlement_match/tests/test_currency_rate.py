from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged

from .common import DAY, MatchCase


@tagged("post_install", "-at_install")
class TestCurrencyRate(MatchCase):
    """Documents in another currency than the money, compared by a rate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pound = cls.setup_other_currency("GBP", rates=[("2020-01-01", 0.8)])
        cls.yen = cls.setup_other_currency(
            "JPY", rounding=1, rates=[("2020-01-01", 150)]
        )
        cls.dinar = cls.setup_other_currency(
            "KWD", rounding=0.001, rates=[("2020-01-01", 0.3)]
        )
        for currency in cls.pound | cls.yen:
            cls.new_wallet(cls.backend, "acct_1", currency)

    def paid(self, external_id, gross, invoice=None, **values):
        if invoice:
            values.setdefault("invoice_reference", invoice.name)
        (row,) = self.store(self.fact(external_id, gross, **values))
        return row

    def foreign_invoice(self, amount=100.0, currency=None, **values):
        currency = currency or self.pound
        return self.new_invoice(amount, currency_id=currency.id, **values)

    # ------------------------------------------------------------------
    # Within the tolerance
    # ------------------------------------------------------------------

    def test_worth_of_the_document_by_the_rate_of_the_day(self):
        invoice = self.foreign_invoice()
        row = self.paid("t1", "125.00", invoice)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(match.kind, "reference/exact:rate")
        self.assertIn("the rate of the day, from which it is 0.0 % off", match.sentence)
        self.assertEqual(match.amount, 125.0)
        self.assertFalse(match.difference_kind)
        self.assertEqual(self.claim_of(row), (12500, 12500))
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))

    def test_a_little_less_and_a_little_more_is_within_the_tolerance(self):
        first, second = self.foreign_invoice(), self.foreign_invoice()
        less = self.paid("t1", "121.25", first)
        more = self.paid("t2", "128.75", second)
        self.run_match()
        self.assertMatched(less, self.open_line(first), 10000)
        match = self.assertMatched(more, self.open_line(second), 10000)
        self.assertIn("3.0 % off", match.sentence)
        self.assertFalse(match.rest_to_credit)

    def test_one_cent_beyond_the_tolerance(self):
        invoice = self.foreign_invoice()
        row = self.paid("t1", "128.76", invoice)
        self.run_match()
        self.assertOpen(row, "currency_mismatch")
        cause = self.open_exceptions(row).cause
        for word in ("1 GBP = 1.25", "125.00", "3.1 % off", "3 % are tolerated"):
            self.assertIn(word, cause)

    def test_tolerance_is_asked_for_the_backend(self):
        invoice = self.foreign_invoice()
        row = self.paid("t1", "126.00", invoice)
        asked = []

        def tolerance(matcher, company, backend=None):
            asked.append((company, backend))
            return Decimal("0.5")

        with patch.object(type(self.matcher), "_rate_tolerance_percent", tolerance):
            self.run_match()
        self.assertIn((self.company, self.backend), asked)
        self.assertOpen(row, "currency_mismatch")
        self.assertIn("0.8 % off, and 0.5 % are", self.open_exceptions(row).cause)

    def test_without_tolerance_only_the_rate_itself_will_do(self):
        first, second = self.foreign_invoice(33.33), self.foreign_invoice(33.33)
        right = self.paid("t1", "41.66", first)
        wrong = self.paid("t2", "41.67", second)
        with patch.object(
            type(self.matcher), "_rate_tolerance_percent", lambda *args: Decimal(0)
        ):
            self.run_match()
        self.assertMatched(right, self.open_line(first), 3333)
        self.assertOpen(wrong, "currency_mismatch")

    def test_rate_that_the_source_states(self):
        invoice = self.foreign_invoice()
        row = self.paid(
            "t1",
            "140.00",
            invoice,
            presentment_currency="GBP",
            exchange_rate=Decimal("1.4"),
        )
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertIn("the rate that its source states", match.sentence)

    def test_rate_that_the_source_states_and_is_far_from(self):
        invoice = self.foreign_invoice()
        row = self.paid(
            "t1",
            "125.00",
            invoice,
            presentment_currency="GBP",
            exchange_rate=Decimal("1.4"),
        )
        self.run_match()
        self.assertOpen(row, "currency_mismatch")
        self.assertIn("stated with the payment", self.open_exceptions(row).cause)

    def test_currencies_with_other_decimals(self):
        dinars = self.foreign_invoice(30.125, self.dinar)
        yen = self.foreign_invoice(15000, self.yen)
        first = self.paid("t1", "100.42", dinars)
        second = self.paid("t2", "100.00", yen)
        self.run_match()
        self.assertMatched(first, self.open_line(dinars), 30125)
        self.assertMatched(second, self.open_line(yen), 15000)

    def test_money_in_a_foreign_currency_for_a_document_in_ours(self):
        invoice = self.new_invoice(125.0)
        row = self.paid("t1", "100.00", invoice, currency="GBP")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 12500)

    def test_neither_is_in_the_currency_of_the_company(self):
        invoice = self.foreign_invoice(100.0)
        row = self.paid("t1", "18750", invoice, currency="JPY")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_rate_is_that_of_the_day_of_the_payment(self):
        self.env["res.currency.rate"].create(
            [
                {"currency_id": self.pound.id, "name": name, "rate": rate}
                for name, rate in ((DAY, 0.5), ("2026-01-11", 0.9))
            ]
        )
        invoice = self.foreign_invoice()
        row = self.paid("t1", "200.00", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_what_we_pay(self):
        bill = self.foreign_invoice(move_type="in_invoice")
        (row,) = self.store(
            self.bank_fact("b1", "-125.40", description=f"Bill {bill.name}"),
            backend=self.bank,
        )
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -10000)

    def test_number_in_a_text(self):
        invoice = self.foreign_invoice()
        (row,) = self.store(
            self.bank_fact("b1", "125.40", description=f"Invoice {invoice.name}"),
            backend=self.bank,
        )
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(match.stage, 3)

    def test_all_instalments_of_a_document(self):
        half = [
            (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
            for days in (0, 30)
        ]
        term = self.env["account.payment.term"].create(
            {"name": "Halves", "line_ids": half}
        )
        invoice = self.foreign_invoice(invoice_payment_term_id=term.id)
        self.assertEqual(len(self.open_line(invoice)), 2)
        row = self.paid("t1", "125.00", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    # ------------------------------------------------------------------
    # What no rate decides
    # ------------------------------------------------------------------

    def test_part_of_a_foreign_document(self):
        invoice = self.foreign_invoice()
        row = self.paid("t1", "50.00", invoice)
        self.run_match()
        self.assertOpen(row, "currency_mismatch")
        self.assertIn("60.0 % off", self.open_exceptions(row).cause)

    def test_no_rate(self):
        peso = self.setup_other_currency("MXN", rates=[("2026-03-01", 20)])
        invoice = self.foreign_invoice(currency=peso)
        row = self.paid("t1", "5.00", invoice)
        self.run_match()
        self.assertOpen(row, "currency_mismatch")
        self.assertIn("there is no rate", self.open_exceptions(row).cause)

    def test_rate_that_is_entered_later(self):
        peso = self.setup_other_currency("MXN", rates=[("2026-03-01", 20)])
        invoice = self.foreign_invoice(currency=peso)
        row = self.paid("t1", "5.00", invoice)
        self.run_match()
        self.env["res.currency.rate"].create(
            {"currency_id": peso.id, "name": "2026-01-02", "rate": 20}
        )
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(self.reasons(row), [])

    def test_two_payments_of_one_foreign_document(self):
        invoice = self.foreign_invoice()
        first = self.paid("t1", "125.00", invoice)
        second = self.paid("t2", "125.10", invoice)
        self.run_match()
        self.assertOpen(first, "ambiguous")
        self.assertOpen(second, "ambiguous")

    def test_two_foreign_documents(self):
        first, second = self.foreign_invoice(60.0), self.foreign_invoice(40.0)
        (row,) = self.store(
            self.bank_fact("b1", "125.00", description=f"{first.name} {second.name}"),
            backend=self.bank,
        )
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_foreign_document_beside_one_of_the_same_amount(self):
        foreign, own = self.foreign_invoice(), self.new_invoice(125.0)
        (row,) = self.store(
            self.bank_fact("b1", "125.00", description=f"{foreign.name} {own.name}"),
            backend=self.bank,
        )
        self.run_match()
        self.assertMatched(row, self.open_line(own), 12500)

    def test_money_that_goes_the_other_way(self):
        invoice = self.foreign_invoice()
        row = self.paid("t1", "-125.00", invoice)
        self.run_match()
        self.assertFalse(self.match_of(row))

    # ------------------------------------------------------------------
    # What is only like a reference
    # ------------------------------------------------------------------

    def test_weak_reference_is_no_document_in_another_currency(self):
        self.foreign_invoice(ref="4711000")
        (row,) = self.store(
            self.bank_fact("b1", "125.00", description="our number 4711000"),
            backend=self.bank,
        )
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertIn("in another currency", self.open_exceptions(row).cause)

    def test_hostile_text_that_reads_like_a_number(self):
        """Without separators and zeros this is INV/2026/02026."""
        self.foreign_invoice(name="INV/2026/02026")
        (row,) = self.store(
            self.bank_fact("b1", "9.99", description="INV/2026/ /2026/ INV//"),
            backend=self.bank,
        )
        self.run_match()
        self.assertOpen(row, "unmatched")
