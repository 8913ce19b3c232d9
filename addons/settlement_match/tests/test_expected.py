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

    def send(self, amount=-80.25, **values):
        """Announce a payment that was sent to the bank."""
        return self.expect(
            amount, **{"kind": "outgoing", "name": "Rent of Ada", **values}
        )

    def test_what_we_sent_is_proposed_and_gone_once_confirmed(self):
        self.prove()
        sent = self.send()
        row = self.come("b1", "-80.25")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.mapped("state"), ["proposed"], self.reasons(row))
        self.assertEqual(match.line_ids.expected_payment_id, sent)
        self.assertEqual(match.line_ids.mapped("amount_minor"), [-8025, -8025])
        self.assertEqual(match.kind, "amount_date/iban:expected")
        self.assertIn("Rent of Ada", self.open_exceptions(row).cause)
        match.action_confirm()
        self.assertEqual((sent.state, sent.transaction_id), ("received", row))
        self.assertEqual(row.match_state, "matched")
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])
        match._undo("another rent")
        self.assertEqual(sent.state, "open")

    def test_bill_goes_before_what_we_sent(self):
        self.send()
        line = self.open_line(self.new_invoice(80.25, "in_invoice"))
        row = self.come("b1", "-80.25")
        self.run_match()
        self.assertProposed(row, line)

    def test_what_we_sent_to_a_payee_known_by_name(self):
        self.send(partner_id=False, counterparty_name="Odd Fellows")
        row = self.come(
            "b1", "-80.25", counterparty_account="", counterparty_name="Fellows, Odd"
        )
        self.run_match()
        self.assertEqual(self.match_of(row).kind, "amount_date/name:expected")

    def test_money_that_comes_is_nothing_that_we_sent(self):
        self.send()
        # Somebody forgot the sign.
        self.send(80.25)
        came = self.come("b1", "80.25")
        charged_back = self.store(self.fact("t1", "-80.25", counterparty_account=IBAN))
        self.run_match()
        self.assertOpen(came, "unmatched")
        self.assertFalse(self.match_of(charged_back))

    def test_two_sent_payments_of_one_amount_are_ambiguous(self):
        self.send()
        self.send()
        row = self.come("b1", "-80.25")
        self.run_match()
        self.assertOpen(row, "ambiguous")

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
