from odoo.tests import tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestReference(MatchCase):
    def charge(self, external_id, gross, invoice=None, **values):
        if invoice:
            values["invoice_reference"] = invoice.name
        (row,) = self.store(self.fact(external_id, gross, **values))
        return row

    def test_invoice_number_and_amount(self):
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "100.00", invoice)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual((match.method, match.stage), ("reference", 2))
        self.assertEqual(match.score, 95)

    def test_spelling_does_not_matter(self):
        invoice = self.new_invoice(100.0)
        spelt = invoice.name.lower().replace("/", " - ")
        row = self.charge("txn_1", "100.00", invoice_reference=spelt)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_order_number(self):
        invoice = self.new_invoice(100.0, invoice_origin="S00042")
        row = self.charge("txn_1", "100.00", order_reference="S00042")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_structured_reference(self):
        invoice = self.new_invoice(100.0, payment_reference="RF18539007547034")
        row = self.charge("txn_1", "100.00", structured_reference="RF18 5390 0754 7034")
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(match.method, "structured")

    def test_several_references_to_one_document_are_one_candidate(self):
        invoice = self.new_invoice(
            100.0, payment_reference="RF18539007547034", invoice_origin="S00042"
        )
        row = self.charge(
            "txn_1",
            "100.00",
            invoice,
            order_reference="S00042",
            structured_reference="RF18539007547034",
        )
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual(match.method, "structured")

    def test_part_payment(self):
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "40.00", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 4000)
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.assertIn("60.00", self.open_exceptions(row).cause)

    def test_rest_of_a_part_payment_closes_the_exception(self):
        invoice = self.new_invoice(100.0)
        first = self.charge("txn_1", "40.00", invoice)
        self.run_match()
        second = self.charge("txn_2", "60.00", invoice)
        self.run_match()
        self.assertMatched(second, self.open_line(invoice), 6000)
        self.assertFalse(self.reasons(first))
        self.assertFalse(self.reasons(second))
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))

    def test_part_payments_that_arrive_together(self):
        invoice = self.new_invoice(100.0)
        first = self.charge("txn_1", "40.00", invoice)
        second = self.charge("txn_2", "60.00", invoice)
        self.run_match()
        self.assertMatched(first, self.open_line(invoice), 4000)
        self.assertMatched(second, self.open_line(invoice), 6000)
        self.assertFalse(self.reasons(first | second))

    def test_payments_that_exceed_the_invoice_together(self):
        invoice = self.new_invoice(100.0)
        first = self.charge("txn_1", "60.00", invoice)
        second = self.charge("txn_2", "60.00", invoice)
        self.run_match()
        self.assertOpen(first, "ambiguous")
        self.assertOpen(second, "ambiguous")
        cause = self.open_exceptions(first).cause
        for text in ("txn_1", "txn_2", "60.00", "100.00", "120.00"):
            self.assertIn(text, cause)

    def test_overpayment(self):
        invoice = self.new_invoice(100.0)
        row = self.charge("txn_1", "130.00", invoice)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertTrue(match.rest_to_credit)
        self.assertEqual(match.amount, 100.0)
        self.assertEqual(self.claim_of(row), (10000, 13000))
        self.assertEqual(self.reasons(row), ["amount_over"])
        self.assertIn("30.00", self.open_exceptions(row).cause)

    def test_second_payment_of_a_settled_invoice(self):
        invoice = self.new_invoice(100.0)
        self.charge("txn_1", "100.00", invoice)
        self.run_match()
        second = self.charge("txn_2", "100.00", invoice)
        self.run_match()
        self.assertOpen(second, "duplicate")
        self.assertIn("nothing is open", self.open_exceptions(second).cause)

    def test_other_payment_of_a_settled_invoice(self):
        invoice = self.new_invoice(100.0)
        self.charge("txn_1", "100.00", invoice)
        self.run_match()
        second = self.charge("txn_2", "50.00", invoice)
        self.run_match()
        self.assertOpen(second, "amount_over")
        self.assertIn("nothing is open", self.open_exceptions(second).cause)

    def test_references_to_different_documents_are_ambiguous(self):
        first, second = self.new_invoice(100.0), self.new_invoice(100.0)
        row = self.charge(
            "txn_1", "100.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_match()
        self.assertOpen(row, "ambiguous")
        cause = self.open_exceptions(row).cause
        for text in (first.name, second.name, "200.00"):
            self.assertIn(text, cause)

    def test_contradicting_kinds_of_references_are_ambiguous(self):
        first = self.new_invoice(100.0)
        self.new_invoice(70.0, invoice_origin="S00042")
        row = self.charge("txn_1", "100.00", first, order_reference="S00042")
        self.run_match()
        # The amount decides: one fits exactly, the other does not.
        self.assertOpen(row, "ambiguous")

    def test_invoice_number_decides_between_invoices_of_an_order(self):
        first = self.new_invoice(100.0, invoice_origin="S00042")
        self.new_invoice(100.0, invoice_origin="S00042")
        row = self.charge("txn_1", "100.00", first, order_reference="S00042")
        self.run_match()
        self.assertMatched(row, self.open_line(first), 10000)

    def test_order_with_two_invoices_and_the_amount_of_one(self):
        self.new_invoice(100.0, invoice_origin="S00042")
        self.new_invoice(70.0, invoice_origin="S00042")
        row = self.charge("txn_1", "70.00", order_reference="S00042")
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_several_invoices_whose_sum_is_exact(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.charge(
            "txn_1", "170.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_match()
        lines = self.open_line(first) | self.open_line(second)
        match = self.assertMatched(row, lines, 17000)
        self.assertEqual(len(match.line_ids), 3)

    def test_invoice_less_its_credit_note(self):
        invoice = self.new_invoice(100.0)
        note = self.new_invoice(20.0, "out_refund")
        row = self.charge(
            "txn_1", "80.00", invoice, extra_references=(("invoice", note.name),)
        )
        self.run_match()
        match = self.assertMatched(
            row, self.open_line(invoice) | self.open_line(note), 8000
        )
        amounts = match.line_ids.filtered(lambda line: line.side == "target")
        self.assertEqual(sorted(amounts.mapped("amount_minor")), [-2000, 10000])

    def test_sum_of_invoices_with_a_rival(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        rival = self.charge("txn_2", "70.00", second)
        row = self.charge(
            "txn_1", "170.00", first, extra_references=(("invoice", second.name),)
        )
        self.run_match()
        self.assertOpen(row, "ambiguous")
        self.assertOpen(rival, "ambiguous")

    def test_refund_finds_the_credit_note(self):
        note = self.new_invoice(30.0, "out_refund")
        row = self.charge("txn_1", "-30.00", note)
        self.run_match()
        self.assertMatched(row, self.open_line(note), -3000)

    def test_refund_does_not_settle_an_invoice(self):
        invoice = self.new_invoice(30.0)
        row = self.charge("txn_1", "-30.00", invoice)
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_bank_debit_finds_the_bill(self):
        bill = self.new_invoice(55.0, "in_invoice", ref="RE778899")
        (row,) = self.store(
            self.bank_fact("b1", "-55.00", invoice_reference="RE-778899"),
            backend=self.bank,
        )
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -5500)

    def test_instalments_are_paid_in_order_of_their_due_dates(self):
        invoice = self.new_invoice(100.0, invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self.open_line(invoice).sorted("date_maturity")
        row = self.charge("txn_1", "50.00", invoice)
        self.run_match()
        match = self.match_of(row)
        targets = match.line_ids.filtered(lambda line: line.side == "target")
        amounts = {line.move_line_id: line.amount_minor for line in targets}
        self.assertEqual(amounts, {first: 3000, second: 2000})
        rest = self.charge("txn_2", "50.00", invoice)
        self.run_match()
        self.assertMatched(rest, second, 5000)

    def test_two_part_payments_share_instalments(self):
        invoice = self.new_invoice(100.0, invoice_payment_term_id=self.pay_terms_b.id)
        rows = self.charge("txn_1", "50.00", invoice)
        rows |= self.charge("txn_2", "50.00", invoice)
        self.run_match()
        first, second = self.open_line(invoice).sorted("date_maturity")
        self.assertEqual(self.claim_of(first), (3000, 3000))
        self.assertEqual(self.claim_of(second), (7000, 7000))
        for row in rows:
            targets = self.match_of(row).line_ids.filtered("move_line_id")
            self.assertEqual(sum(targets.mapped("amount_minor")), 5000)

    def test_credit_note_names_the_invoice_it_reverses(self):
        invoice = self.new_invoice(30.0)
        self._register_payment(invoice)
        note = self.new_invoice(30.0, "out_refund", reversed_entry_id=invoice.id)
        row = self.charge("txn_1", "-30.00", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(note), -3000)
