from datetime import date

from odoo.tests import tagged

from .test_counterparty import IBAN, CounterpartyCase


@tagged("post_install", "-at_install")
class TestExpected(CounterpartyCase):
    """Money was announced without a reference, and then it comes."""

    def expect(self, amount=120.5, **values):
        return self.env["settlement.expected.payment"].create(
            {
                "name": "Deposit of Ada",
                "company_id": self.company.id,
                "currency_id": self.currency.id,
                "amount": amount,
                "due_on": date(2026, 1, 20),
                "partner_id": self.customer.id,
                **values,
            }
        )

    def come(self, external_id="b1", gross="120.50", **values):
        return self.bank_row(
            external_id, gross, **{"counterparty_account": IBAN, **values}
        )

    def assertExpected(self, row, expected):
        match = self.match_of(row)
        self.assertEqual(match.mapped("state"), ["proposed"], self.reasons(row))
        self.assertEqual(match.line_ids.expected_payment_id, expected)
        self.assertEqual(match.line_ids.mapped("amount_minor"), [12050, 12050])
        self.assertEqual(match.kind, "amount_date/iban:expected")
        return match

    def test_it_is_proposed_and_received_once_confirmed(self):
        self.prove()
        expected = self.expect()
        row = self.come()
        self.run_match()
        match = self.assertExpected(row, expected)
        self.assertEqual(expected.state, "open")
        self.assertIn("Deposit of Ada", self.open_exceptions(row).cause)
        match.action_confirm()
        self.assertEqual(expected.state, "received")
        self.assertEqual(expected.transaction_id, row)
        self.assertEqual(row.match_state, "matched")
        self.assertFalse(self.reasons(row))
        match._undo("another deposit")
        self.assertEqual(expected.state, "open")
        self.assertFalse(expected.transaction_id)

    def test_a_document_goes_first(self):
        self.expect()
        line = self.open_line(self.new_invoice(120.5))
        row = self.come()
        self.run_match()
        self.assertProposed(row, line)

    def test_known_by_name(self):
        self.expect(partner_id=False, counterparty_name="Order of Odd Fellows")
        row = self.come(counterparty_account="", counterparty_name="ODD FELLOWS ORDER")
        self.run_match()
        self.assertEqual(row.match_state, "open")
        other = self.come(
            "b2", counterparty_account="", counterparty_name="FELLOWS, ODD ORDER OF"
        )
        self.run_match()
        self.assertEqual(self.match_of(other).kind, "amount_date/name:expected")

    def test_two_of_the_same_amount_are_ambiguous(self):
        self.expect()
        self.expect()
        row = self.come()
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_other_amounts_days_currencies_and_payers(self):
        self.setup_other_currency("GBP", rates=[("2020-01-01", 0.8)])
        self.expect(120.49)
        self.expect(due_on=date(2026, 6, 1))
        self.expect(currency_id=self.env.ref("base.GBP").id)
        self.expect(partner_id=self.other.id)
        self.expect(-120.5, kind="outgoing")
        row = self.come()
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_the_same_proposal_is_kept_until_it_is_cancelled(self):
        expected = self.expect()
        row = self.come()
        self.run_match()
        match = self.assertExpected(row, expected)
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        expected._set_state("cancelled")
        self.run_match()
        self.assertEqual(match.state, "undone")
        self.assertOpen(row, "unmatched")

    def test_nothing_breaks_a_law(self):
        self.expect()
        row = self.come()
        self.run_match()
        self.match_of(row).action_confirm()
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])
