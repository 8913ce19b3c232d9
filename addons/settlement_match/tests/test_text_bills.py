from odoo.tests import tagged

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestTextBills(MatchCase):
    """The number that a supplier gave its bill, in the text of what we pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Bolt Inc"})
        cls.other = cls.env["res.partner"].create({"name": "Cog Inc"})
        cls.account = "DE75512108001245126199"

    def bill(self, ref, amount=100.0, partner=None):
        partner = partner or self.supplier
        return self.new_invoice(amount, "in_invoice", ref=ref, partner_id=partner.id)

    def debit(self, external_id, gross, text, **values):
        (row,) = self.store(
            self.bank_fact(external_id, gross, description=text, **values),
            backend=self.bank,
        )
        return row

    def know_account(self):
        self.env["res.partner.bank"].create(
            {"acc_number": self.account, "partner_id": self.supplier.id}
        )

    def test_part_of_a_bill(self):
        bill = self.bill("A1234567")
        row = self.debit("b1", "-40.00", "Advance A1234567")
        self.run_match()
        match = self.assertMatched(row, self.open_line(bill), -4000)
        self.assertEqual(self.reasons(row), ["amount_short"])
        self.assertIn("60.00", self.open_exceptions(row).cause)
        self.assertIn("the supplier's number A1234567", match.sentence)

    def test_the_rest_closes_the_exception(self):
        bill = self.bill("A1234567")
        row = self.debit("b1", "-40.00", "Advance A1234567")
        self.run_match()
        rest = self.debit("b2", "-60.00", "Rest of A1234567")
        self.run_match()
        self.assertMatched(rest, self.open_line(bill), -6000)
        self.assertEqual(self.reasons(row), [])

    def test_more_than_the_bill(self):
        bill = self.bill("A1234567")
        row = self.debit("b1", "-120.00", "A1234567")
        self.run_match()
        match = self.assertMatched(row, self.open_line(bill), -10000)
        self.assertTrue(match.rest_to_credit)
        self.assertEqual(self.reasons(row), ["amount_over"])

    def test_same_number_of_two_suppliers_is_ambiguous(self):
        self.bill("A1234567")
        self.bill("A1234567", 80.0, self.other)
        row = self.debit("b1", "-40.00", "Advance A1234567")
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_account_of_the_payee_tells_whose_number_it_is(self):
        self.know_account()
        bill = self.bill("A1234567")
        self.bill("A1234567", 80.0, self.other)
        row = self.debit(
            "b1", "-40.00", "Advance A1234567", counterparty_account=self.account
        )
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -4000)

    def test_number_of_a_paid_bill_of_another_supplier(self):
        """The payment may be the second one of the bill that is paid."""
        paid = self.bill("A-1234567", 40.0, self.other)
        self.run_match()
        self.debit("b1", "-40.00", paid.name)
        self.run_match()
        self.bill("A1234567")
        row = self.debit("b2", "-40.00", "A1234567")
        self.run_match()
        self.assertFalse(self.match_of(row).filtered("is_automatic"))
        self.assertNotIn("amount_short", self.reasons(row))

    def test_number_of_digits_only_may_be_anything(self):
        self.bill("20260112")
        row = self.debit("b1", "-40.00", "Rent 20260112")
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_number_of_digits_only_of_the_known_payee(self):
        self.know_account()
        bill = self.bill("20260112")
        row = self.debit(
            "b1", "-40.00", "Part of 20260112", counterparty_account=self.account
        )
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -4000)
        self.assertEqual(self.reasons(row), ["amount_short"])

    def test_number_of_another_than_the_known_payee(self):
        self.know_account()
        self.bill("A1234567", partner=self.other)
        row = self.debit(
            "b1", "-40.00", "Part of A1234567", counterparty_account=self.account
        )
        self.run_match()
        self.assertOpen(row, "partner_conflict")

    def test_bill_of_another_company_does_not_matter(self):
        bill = self.bill("A1234567")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", elsewhere, install_demo=False
        )
        self.new_invoice(
            9.0,
            "in_invoice",
            ref="A1234567",
            partner_id=self.other.id,
            company_id=elsewhere.id,
            journal_id=self.env["account.journal"]
            .search(
                [("company_id", "=", elsewhere.id), ("type", "=", "purchase")], limit=1
            )
            .id,
        )
        row = self.debit("b1", "-40.00", "Advance A1234567")
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -4000)

    def test_refund_of_a_supplier(self):
        note = self.new_invoice(
            100.0, "in_refund", ref="GS-77001", partner_id=self.supplier.id
        )
        row = self.debit("b1", "30.00", "part of GS-77001")
        self.run_match()
        self.assertMatched(row, self.open_line(note), 3000)
        self.assertEqual(self.reasons(row), ["amount_short"])
