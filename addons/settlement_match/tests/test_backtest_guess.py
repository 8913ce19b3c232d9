from unittest.mock import patch

from odoo.tests import tagged

from .backtest_case import BacktestCase

IBAN = "DE89370400440532013000"


@tagged("post_install", "-at_install")
class TestBacktestGuess(BacktestCase):
    """A rule takes documents and rivals away from payments that it is not about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner.bank"].create(
            {"partner_id": cls.customer.id, "acc_number": IBAN}
        )

    def setUp(self):
        super().setUp()
        patcher = patch.object(
            type(self.matcher), "_is_proved", lambda *_args, **_values: True
        )
        self.startPatcher(patcher)

    def known_payer(self, external_id, gross, **values):
        """Return a payment that says who paid, and nothing else."""
        return self.pay(external_id, gross, counterparty_account=IBAN, **values)

    def ada_rule(self, **values):
        return self.draft(
            purpose="payer",
            difference_kind=False,
            text_pattern="*ADA*",
            partner_ids=[(6, 0, self.customer.ids)],
            **values,
        )

    def test_rival_that_needs_no_document_any_more(self):
        """Two payments of one amount; a rule has an account for one of them."""
        invoice = self.new_invoice(50.0)
        charge = self.known_payer("txn_1", "50.00", description="charge")
        other = self.known_payer("txn_2", "50.00")
        self.run_match()
        self.assertEqual(self.reasons(other), ["ambiguous"])
        result = self.tried(self.account_rule())
        self.assertOutcomes(result, gained=charge | other)
        line = result.line_ids.filtered(lambda line: line.transaction_id == other)
        self.assertEqual(line.would_move_id, invoice)
        self.assertIn(invoice.name, line.sentence)
        self.assertIn("50.00", line.sentence)

    def test_document_that_the_rule_takes_from_another(self):
        """The fee rule settles in full what a second payment pays today."""
        invoice = self.new_invoice(100.0)
        rival = self.new_invoice(102.0)
        short = self.pay("txn_1", "98.00", invoice)
        exact = self.known_payer("txn_2", "2.00")
        self.run_match()
        self.assertMatched(short, self.open_line(invoice), 9800)
        self.assertEqual(exact.match_state, "matched")
        self.assertNotIn(self.open_line(rival), exact.match_line_ids.move_line_id)
        result = self.tried(self.fee_rule())
        lost = result.line_ids.filtered(lambda line: line.outcome == "lost")
        self.assertEqual(lost.transaction_id, exact)
        self.assertIn("would stay open", lost.sentence)

    def test_without_the_rule_payer_and_amount_lead_to_the_same(self):
        invoice = self.new_invoice(77.0)
        old = self.approve(self.ada_rule())
        row = self.known_payer("txn_1", "77.00", description="ADA")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.rule_version_id.rule_id, old.rule_id)
        self.assertEqual(match.line_ids.move_line_id.move_id, invoice)
        match._confirm()
        result = self.backtests._of_retirement(old.rule_id, self.since, self.until)
        self.assertOutcomes(result)
        self.assertEqual(result.same_count, 1)

    def test_payments_of_other_partners_are_not_asked_about(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.new_invoice(50.0, partner_id=stranger.id)
        self.pay("txn_1", "12.00", description="charge")
        self.pay("txn_2", "50.00", counterparty_name="Stranger")
        with patch.object(type(self.replay), "_guess") as guess:
            result = self.tried(self.account_rule())
        guess.assert_not_called()
        self.assertEqual(result.gained_count, 1)

    def test_payments_of_other_days_are_not_asked_about(self):
        invoice = self.new_invoice(50.0)
        charge = self.known_payer("txn_1", "50.00", description="charge")
        later = self.known_payer("txn_2", "50.00", day=3)
        self.matched(later, self.open_line(invoice))
        self.assertOutcomes(self.tried(self.account_rule()), gained=charge)

    def test_a_person_has_matched_the_rival_otherwise(self):
        invoice, other = self.new_invoice(50.0), self.new_invoice(51.0)
        charge = self.known_payer("txn_1", "50.00", description="charge")
        row = self.known_payer("txn_2", "50.00")
        self.matched(row, self.open_line(other))
        self.assertTrue(invoice)
        result = self.tried(self.account_rule())
        self.assertOutcomes(result, gained=charge, wrong=row)

    def test_nothing_is_written(self):
        self.new_invoice(50.0)
        self.known_payer("txn_1", "50.00", description="charge")
        self.known_payer("txn_2", "50.00")
        self.run_match()
        version = self.account_rule()
        query = "SELECT sum(hashtextextended(match::text, 0)) FROM %s match"
        tables = ("settlement_match", "settlement_match_line", "settlement_claim")
        self.env.flush_all()

        def sums():
            found = []
            for table in (*tables, "settlement_transaction_state"):
                self.env.cr.execute(query % table)
                found.append(self.env.cr.fetchone())
            return found

        before = sums()
        self.tried(version)
        self.env.flush_all()
        self.assertEqual(sums(), before)
