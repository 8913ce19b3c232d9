from odoo.tests import tagged

from .common import MatchCase

ADA, EVE = "DE89370400440532013000", "DE02100100100006820101"


@tagged("post_install", "-at_install")
class TestPayerCheck(MatchCase):
    """The account says who paid, the reference says what for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eve = cls.env["res.partner"].create({"name": "Eve AG"})
        for partner, account in ((cls.customer, ADA), (cls.eve, EVE)):
            cls.env["res.partner.bank"].create(
                {"partner_id": partner.id, "acc_number": account}
            )

    def paid(self, gross, account, *invoices, **values):
        text = " ".join(invoice.name for invoice in invoices)
        fact = self.bank_fact(
            f"b{self.next_number()}",
            gross,
            **{"counterparty_account": account, "description": text, **values},
        )
        (row,) = self.store(fact, backend=self.bank)
        return row

    def next_number(self):
        self.number = getattr(self, "number", 0) + 1
        return self.number

    def payer_rule(self, **values):
        """Return an approved rule about a known payer."""
        record = self.env["settlement.rule"].create({"name": "Group treasury"})
        version = self.env["settlement.rule.version"].create(
            {"rule_id": record.id, "purpose": "payer", **values}
        )
        version.flush_recordset()
        # How a rule is approved is tested where that is done.
        self.env.cr.execute(
            "UPDATE settlement_rule_version SET state = 'approved', fingerprint = 'x', "
            "approver_id = (SELECT max(id) FROM res_users WHERE id <> author_id) "
            "WHERE id = %s",
            [version.id],
        )
        version.invalidate_recordset()
        return version

    def test_own_document(self):
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", ADA, invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_unknown_account(self):
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", "DE75512108001245126199", invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_document_of_somebody_else_is_proposed(self):
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", EVE, invoice)
        self.run_match()
        match = self.match_of(row)
        self.assertEqual((match.state, row.match_state), ("proposed", "proposed"))
        self.assertEqual(match.kind, "reference/other_payer")
        self.assertEqual(match.line_ids.move_line_id, self.open_line(invoice))
        self.assertEqual(self.reasons(row), ["partner_conflict"])
        cause = self.open_exceptions(row).cause
        for text in (invoice.name, "Eve AG", "Ada Ltd", "100.00"):
            self.assertIn(text, cause)
        self.assertIn("Eve AG", match.sentence)

    def test_proposal_survives_the_next_run_and_can_be_confirmed(self):
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", EVE, invoice)
        self.run_match()
        match = self.match_of(row)
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        self.assertEqual(self.reasons(row), ["partner_conflict"])
        match.action_confirm()
        self.assertEqual(row.match_state, "matched")
        self.assertFalse(self.reasons(row))
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))

    def test_part_of_a_document_of_somebody_else(self):
        invoice = self.new_invoice(100.0)
        row = self.paid("40.00", EVE, invoice)
        self.run_match()
        self.assertOpen(row, "partner_conflict")

    def test_structured_reference_of_somebody_else(self):
        invoice = self.new_invoice(100.0, payment_reference="RF18539007547034")
        row = self.paid("100.00", EVE, structured_reference="RF18539007547034")
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")
        self.assertEqual(self.reasons(row), ["partner_conflict"])
        self.assertEqual(self.match_of(row).line_ids.move_line_id.move_id, invoice)

    def test_sum_of_documents_of_two_partners(self):
        mine = self.new_invoice(100.0, partner_id=self.eve.id)
        other = self.new_invoice(50.0)
        row = self.paid("150.00", EVE, mine, other)
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "proposed")
        self.assertEqual(len(match.line_ids), 3)
        self.assertEqual(self.reasons(row), ["partner_conflict"])

    def test_contact_of_the_company_pays(self):
        contact = self.env["res.partner"].create(
            {"name": "Ada's branch", "parent_id": self.customer.id, "type": "contact"}
        )
        account = "DE75512108001245126199"
        self.env["res.partner.bank"].create(
            {"partner_id": contact.id, "acc_number": account}
        )
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", account, invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_account_of_two_partners(self):
        self.env["res.partner.bank"].create(
            {"partner_id": self.eve.id, "acc_number": ADA}
        )
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", ADA, invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_two_partners_have_bills_of_one_number(self):
        first = self.new_invoice(100.0, ref="B-778812")
        self.new_invoice(100.0, ref="B-778812", partner_id=self.eve.id)
        row = self.paid("100.00", ADA, description="your order B-778812")
        self.run_match()
        self.assertMatched(row, self.open_line(first), 10000)

    def test_own_and_other_number_are_both_meant(self):
        """Only a namesake is forgotten, never another document that is named."""
        mine = self.new_invoice(100.0)
        other = self.new_invoice(50.0, partner_id=self.eve.id)
        row = self.paid("150.00", ADA, mine, other)
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")
        self.assertEqual(self.reasons(row), ["partner_conflict"])

    def test_several_numbers_of_a_known_payer(self):
        """One of them may be read in more ways than the other: both are named."""
        first, second = self.new_invoice(100.0), self.new_invoice(50.0)
        text = f"Invoices {second.name}, {first.name}"
        row = self.paid("150.00", ADA, description=text)
        self.run_match()
        match = self.match_of(row)
        self.assertEqual((match.kind, match.state), ("reference/sum", "confirmed"))
        self.assertEqual(
            match.line_ids.move_line_id, self.open_line(first) + self.open_line(second)
        )

    def test_several_numbers_of_a_known_payer_and_another_sum(self):
        first, second = self.new_invoice(100.0), self.new_invoice(50.0)
        text = f"Invoices {second.name}, {first.name}"
        row = self.paid("130.00", ADA, description=text)
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_rule_lets_one_pay_for_another(self):
        self.payer_rule(
            partner_ids=self.eve.ids, pays_for_partner_ids=self.customer.ids
        )
        invoice = self.new_invoice(100.0)
        row = self.paid("100.00", EVE, invoice)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_rule_for_a_third_partner_does_not(self):
        third = self.env["res.partner"].create({"name": "Third"})
        self.payer_rule(partner_ids=self.eve.ids, pays_for_partner_ids=third.ids)
        row = self.paid("100.00", EVE, self.new_invoice(100.0))
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")

    def test_rule_of_another_payer_does_not(self):
        third = self.env["res.partner"].create({"name": "Third"})
        self.payer_rule(partner_ids=third.ids, pays_for_partner_ids=self.customer.ids)
        row = self.paid("100.00", EVE, self.new_invoice(100.0))
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")
