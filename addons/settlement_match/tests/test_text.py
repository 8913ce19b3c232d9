from odoo.tests import tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestText(MatchCase):
    def credit(self, external_id, gross, text, **values):
        (row,) = self.store(
            self.bank_fact(external_id, gross, description=text, **values),
            backend=self.bank,
        )
        return row

    def test_invoice_number_inside_a_sentence(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", f"Payment of {invoice.name}, customer Ada")
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual((match.method, match.stage), ("reference", 3))
        self.assertIn("in the payment's text", match.sentence)

    def test_number_broken_by_the_end_of_a_line(self):
        invoice = self.new_invoice(100.0)
        broken = f"{invoice.name[:8]} {invoice.name[8:]}"
        row = self.credit("b1", "100.00", f"Inv. {broken}.")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_retry_suffix_of_an_online_payment(self):
        invoice = self.new_invoice(100.0)
        (row,) = self.store(
            self.fact("txn_1", "100.00", invoice_reference=f"{invoice.name}-1")
        )
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_reference_that_only_looks_like_a_retry(self):
        first = self.new_invoice(100.0, ref="4711000-1")
        self.new_invoice(100.0, ref="4711000")
        row = self.credit("b1", "100.00", "your 4711000-1")
        self.run_match()
        self.assertMatched(row, self.open_line(first), 10000)

    def test_several_invoices_in_one_transfer(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "170.00", f"Invoices {first.name} and {second.name}")
        self.run_match()
        lines = self.open_line(first) | self.open_line(second)
        self.assertMatched(row, lines, 17000)

    def test_several_invoices_that_do_not_add_up(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "160.00", f"Invoices {first.name} and {second.name}")
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_part_payment_with_the_number_of_the_invoice(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "40.00", f"First part of {invoice.name}")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 4000)
        self.assertEqual(self.reasons(row), ["amount_short"])

    def test_overpayment_with_the_number_of_the_invoice(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "120.00", f"Invoice {invoice.name}")
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertTrue(match.rest_to_credit)
        self.assertEqual(self.reasons(row), ["amount_over"])

    def test_other_reference_needs_the_exact_amount(self):
        invoice = self.new_invoice(100.0, ref="4711000")
        short = self.credit("b1", "40.00", "our number 4711000")
        self.run_match()
        self.assertOpen(short, "unmatched")
        self.assertIn("the amounts differ", self.open_exceptions(short).cause)
        exact = self.credit("b2", "100.00", "our number 4711000")
        self.run_match()
        self.assertOpen(exact, "ambiguous")
        short._state_rows()._set_match_state("ignored")
        self.run_match()
        self.assertMatched(exact, self.open_line(invoice), 10000)

    def test_short_words_name_nothing(self):
        self.new_invoice(100.0, ref="2026")
        row = self.credit("b1", "100.00", "for 2026")
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_supplier_bill_in_free_text(self):
        bill = self.new_invoice(55.0, "in_invoice", ref="RE778899")
        row = self.credit("b1", "-55.00", "RE778899")
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -5500)

    def test_ambiguity_of_fields_is_not_resolved_by_text(self):
        first, second = self.new_invoice(100.0), self.new_invoice(100.0)
        (row,) = self.store(
            self.fact(
                "txn_1",
                "100.00",
                invoice_reference=first.name,
                extra_references=(("invoice", second.name),),
                description=f"For {first.name}",
            )
        )
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_payment_of_a_field_rivals_one_of_a_text(self):
        invoice = self.new_invoice(100.0)
        (charge,) = self.store(
            self.fact("txn_1", "60.00", invoice_reference=invoice.name),
            self.fact("txn_2", "60.00", invoice_reference=invoice.name),
        )[:1]
        row = self.credit("b1", "100.00", invoice.name)
        self.run_match()
        self.assertOpen(charge, "ambiguous")
        self.assertOpen(row, "ambiguous")

    def test_bank_fee_and_interest_need_no_target(self):
        fee = self.credit("b1", "-4.50", "Account fee", source_code="ACMT/MDOP/CHRG")
        interest = self.credit("b2", "1.20", "Interest", source_code="NINT")
        other = self.credit("b3", "-4.50", "Fee?", source_code="PMNT/ICDT/ESCT")
        self.run_match()
        self.assertEqual(fee.match_state, "not_needed")
        self.assertEqual(interest.match_state, "not_needed")
        self.assertOpen(other, "missing_reference")

    def test_unknown_payer(self):
        self.new_invoice(100.0)
        row = self.credit(
            "b1", "100.00", "Thank you very much", counterparty_name="Odd Fellows"
        )
        self.run_match()
        self.assertOpen(row, "missing_reference")
        self.assertIn("Odd Fellows", self.open_exceptions(row).cause)

    def test_known_payer_without_reference(self):
        self.env["res.partner.bank"].create(
            {
                "acc_number": "DE75 5121 0800 1245 1261 99",
                "partner_id": self.customer.id,
            }
        )
        row = self.credit(
            "b1", "100.00", "Thanks", counterparty_account="DE75512108001245126199"
        )
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertIn("Ada Ltd", self.open_exceptions(row).cause)

    def test_exception_changes_with_what_is_known(self):
        row = self.credit("b1", "100.00", "Thanks", invoice_reference="INV/1999/1")
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertIn("INV/1999/1", self.open_exceptions(row).cause)
        self.new_invoice(70.0, ref="INV/1999/1")
        self.new_invoice(70.0, ref="INV/1999/1")
        self.run_match()
        self.assertOpen(row, "ambiguous")
