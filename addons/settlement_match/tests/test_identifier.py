from odoo.tests import tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestIdentifier(MatchCase):
    def test_charge_finds_the_outstanding_item_of_its_payment(self):
        payment = self.online_payment(120.0, "pi_1")
        (row,) = self.store(self.fact("txn_1", "120.00", payment_reference="pi_1"))
        self.run_match()
        match = self.assertMatched(row, self.outstanding_line(payment), 12000)
        self.assertEqual(match.method, "identifier")
        self.assertEqual(match.stage, 1)
        self.assertEqual(match.score, 100)
        self.assertIn("pi_1", match.sentence)
        self.assertEqual(self.claim_of(row), (12000, 12000))

    def test_refund_finds_the_payment_of_its_refund(self):
        payment = self.online_payment(-30.0, "re_1")
        (row,) = self.store(self.fact("txn_2", "-30.00", source_external_id="re_1"))
        self.run_match()
        line = self.outstanding_line(payment)
        self.assertLess(line.amount_residual_currency, 0)
        self.assertMatched(row, line, -3000)

    def test_paid_invoice_is_not_the_target(self):
        invoice = self.new_invoice(120.0)
        payment = self.online_payment(120.0, "pi_1", invoice)
        self.assertEqual(invoice.payment_state, "paid")
        (row,) = self.store(
            self.fact(
                "txn_1",
                "120.00",
                payment_reference="pi_1",
                invoice_reference=invoice.name,
            )
        )
        self.run_match()
        self.assertMatched(row, self.outstanding_line(payment), 12000)

    def test_payment_that_odoo_never_booked(self):
        invoice = self.new_invoice(120.0)
        self.online_payment(120.0, "pi_1", invoice, booked=False)
        (row,) = self.store(
            self.fact(
                "txn_1",
                "120.00",
                payment_reference="pi_1",
                invoice_reference=invoice.name,
                description=f"For {invoice.name}",
            )
        )
        self.run_match()
        self.assertOpen(row, "paid_not_in_ledger")
        self.assertIn("ref pi_1", self.open_exceptions(row).cause)

    def test_exception_ends_when_the_payment_is_booked(self):
        payment = self.online_payment(120.0, "pi_1", booked=False)
        (row,) = self.store(self.fact("txn_1", "120.00", payment_reference="pi_1"))
        self.run_match()
        payment._create_payment()
        self.run_match()
        self.assertMatched(row, self.outstanding_line(payment), 12000)
        self.assertFalse(self.reasons(row))

    def test_less_than_the_payment_says(self):
        payment = self.online_payment(120.0, "pi_1")
        (row,) = self.store(self.fact("txn_1", "119.00", payment_reference="pi_1"))
        self.run_match()
        self.assertMatched(row, self.outstanding_line(payment), 11900)
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.assertIn("1.00", self.open_exceptions(row).cause)
        self.assertEqual(self.claim_of(self.outstanding_line(payment)), (11900, 12000))

    def test_more_than_the_payment_says(self):
        payment = self.online_payment(120.0, "pi_1")
        (row,) = self.store(self.fact("txn_1", "125.00", payment_reference="pi_1"))
        self.run_match()
        match = self.assertMatched(row, self.outstanding_line(payment), 12000)
        self.assertTrue(match.rest_to_credit)
        self.assertEqual(self.claim_of(row), (12000, 12500))
        self.assertEqual(self.reasons(row), ["amount_over"])

    def test_two_rows_with_the_same_payment_are_ambiguous(self):
        self.online_payment(120.0, "pi_1")
        rows = self.store(
            self.fact("txn_1", "120.00", payment_reference="pi_1"),
            self.fact("txn_2", "120.00", payment_reference="pi_1"),
        )
        counters = self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")
        self.assertEqual(counters["identifier"]["ambiguous"], 2)
        self.assertEqual(counters["identifier"]["matched"], 0)

    def test_unknown_payment_stays_open(self):
        (row,) = self.store(self.fact("txn_1", "120.00", payment_reference="pi_9"))
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_second_run_changes_nothing(self):
        payment = self.online_payment(120.0, "pi_1")
        (row,) = self.store(self.fact("txn_1", "120.00", payment_reference="pi_1"))
        self.run_match()
        match = self.match_of(row)
        counters = self.run_match()
        self.assertEqual(counters["identifier"]["candidates"], 0)
        self.assertEqual(self.match_of(row), match)
        self.assertEqual(self.claim_of(self.outstanding_line(payment)), (12000, 12000))
