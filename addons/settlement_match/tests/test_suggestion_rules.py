from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .rule_case import RuleCase


@tagged("post_install", "-at_install")
class TestSuggestionRules(RuleCase):
    """What approved rules, mandates and differences say in a suggestion."""

    def suggested(self, record, document=None):
        """Return the candidates of a record, or the one that is this document."""
        found = record._suggestions()
        if document is None:
            return found
        items = self.open_line(document)
        return next(each for each in found if each["id"] in items.ids)

    def weights(self, candidate):
        return {piece["what"]: piece["weight"] for piece in candidate["contributions"]}

    def credit(self, external_id, gross, **values):
        (row,) = self.store(
            self.bank_fact(external_id, gross, **values), backend=self.bank
        )
        return row

    def payer_rule(self, **values):
        return self.approved(
            purpose="payer",
            difference_kind=False,
            text_pattern="*ADA*",
            partner_ids=[Command.set(self.customer.ids)],
            **values,
        )

    def test_payer_that_a_rule_knows(self):
        invoice = self.new_invoice(81.0)
        row = self.credit("b1", "33.00", description="ADA says thanks")
        self.assertFalse(
            [each for each in self.suggested(row) if each["model"] != row._name]
        )
        version = self.payer_rule()
        found = self.suggested(row, invoice)
        self.assertGreater(self.weights(found)["rule"], 0)
        words = [piece["words"] for piece in found["contributions"]]
        self.assertTrue([each for each in words if version.display_name in each])
        total = sum(self.weights(found).values())
        self.assertEqual(found["score"], total)

    def test_rule_of_another_day_says_nothing(self):
        self.new_invoice(81.0)
        row = self.credit("b1", "33.00", description="ADA says thanks")
        self.payer_rule(effective_from=date(2026, 6, 1))
        for each in self.suggested(row):
            self.assertNotIn("rule", self.weights(each))

    def test_draft_says_nothing(self):
        invoice = self.new_invoice(33.0)
        row = self.credit("b1", "33.00", description="ADA says thanks")
        self.draft(
            purpose="payer",
            difference_kind=False,
            text_pattern="*ADA*",
            partner_ids=[Command.set(self.customer.ids)],
        )
        for each in self.suggested(row):
            self.assertNotIn("rule", self.weights(each), invoice.name)

    def test_mandate_under_which_the_partner_paid_before(self):
        before, invoice = self.new_invoice(20.0), self.new_invoice(81.0)
        paid = self.credit("b1", "20.00", mandate_reference="MND-77")
        self.matches._propose([paid], self.open_line(before))._confirm()
        row = self.credit("b2", "33.00", mandate_reference="MND-77")
        found = self.suggested(row, invoice)
        self.assertGreater(self.weights(found)["payer_mandate"], 0)
        other = self.credit("b3", "33.00", mandate_reference="MND-78")
        for each in self.suggested(other):
            self.assertNotIn("payer_mandate", self.weights(each))

    def test_rule_by_which_it_needs_no_document_speaks_against(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", description=f"charge {invoice.name}")
        before = self.suggested(row, invoice)["score"]
        self.approved(
            purpose="account",
            difference_kind=False,
            text_pattern="*charge*",
            account_id=self.company_data["default_account_expense"].id,
        )
        found = self.suggested(row, invoice)
        self.assertLess(self.weights(found)["needs_none"], 0)
        self.assertLess(found["score"], before)

    def difference(self, gross, invoice, **values):
        row = self.credit(f"b{gross}", gross, description=invoice.name, **values)
        found = self.suggested(row, invoice)
        return found["difference_kind"], found["difference_minor"], found["difference"]

    def test_difference_that_a_candidate_would_have(self):
        invoice = self.new_invoice(100.0)
        self.assertEqual(self.difference("100.00", invoice), ("", 0, ""))
        self.assertEqual(self.difference("99.99", invoice)[:2], ("rounding", 1))
        self.assertEqual(self.difference("99.20", invoice)[:2], ("write_off", 80))
        kind, minor, words = self.difference("40.00", invoice)
        self.assertEqual((kind, minor), ("part", 6000))
        self.assertIn("60.00", words)
        self.assertIn("a part payment", words)
        self.assertEqual(self.difference("150.00", invoice)[:2], ("credit", -5000))

    def test_difference_that_a_rule_allows(self):
        invoice = self.new_invoice(100.0)
        self.assertEqual(self.difference("97.00", invoice)[0], "part")
        self.approved(limits=[(self.currency, 5.0)])
        self.assertEqual(self.difference("96.00", invoice)[0], "fee")
        row = self.current_row("b96.00", backend=self.bank)
        found = self.suggested(row, invoice)
        self.assertGreater(self.weights(found)["rule_difference"], 0)

    def test_difference_of_currencies(self):
        pound = self.setup_other_currency("GBP", rates=[("2020-01-01", 0.8)])
        invoice = self.new_invoice(80.0, currency_id=pound.id)
        self.assertEqual(self.difference("100.00", invoice)[:2], ("exchange", 0))

    def test_discount_of_the_terms(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 14 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 14,
            }
        )
        invoice = self.new_invoice(100.0, invoice_payment_term_id=term.id)
        self.assertEqual(self.difference("98.00", invoice)[:2], ("discount", 200))
        row = self.credit(
            "late", "98.00", description=invoice.name, booked_on=date(2026, 3, 1)
        )
        self.assertEqual(self.suggested(row, invoice)["difference_kind"], "part")

    def test_what_could_have_paid_an_invoice_says_it_too(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "40.00", invoice_reference=invoice.name)
        (found,) = [
            each for each in invoice._payment_suggestions() if each["id"] == row.id
        ]
        self.assertEqual(found["difference_kind"], "part")
        self.assertEqual(found["difference_minor"], 6000)
