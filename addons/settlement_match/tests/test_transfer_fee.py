from unittest.mock import patch

from odoo.tests import tagged

from .rule_case import RuleCase
from .test_transfer import DAY, MAIN, SAVINGS


@tagged("post_install", "-at_install")
class TestTransferFee(RuleCase):
    """Of money between our own accounts a bank on the way kept a fee."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_wallet(cls.bank, SAVINGS)

    def prove(self, *kinds):
        """Let matches of these kinds count as proved; of none: of all kinds."""

        def is_proved(_precision, _company, kind, *_args, **_values):
            return not kinds or kind in kinds

        precision = type(self.env["settlement.precision"])
        self.startPatcher(patch.object(precision, "_is_proved", is_proved))

    def end(self, external_id, gross, account=MAIN, towards="", **values):
        fact = self.bank_fact(
            external_id,
            gross,
            account_identifier=account,
            counterparty_account=towards,
            **{"booked_on": DAY, **values},
        )
        (row,) = self.store(fact, backend=self.bank)
        return row

    def ends(self, came="995.00", went="-1000.00"):
        """Return the two rows of a transfer, each of which names the other account."""
        return (
            self.end("b1", went, towards=SAVINGS),
            self.end("b2", came, SAVINGS, MAIN),
        )

    def assertSettled(self, went, came, state="proposed"):
        match = self.match_of(went | came)
        self.assertEqual(match.mapped("state"), [state], self.reasons(went | came))
        self.assertEqual(match.line_ids.transaction_id, went | came)
        self.assertEqual(match.kind, "amount_date/own_accounts:fee")
        self.assertEqual((match.amount_minor, match.difference_minor), (-500, 500))
        self.assertEqual(match.difference_kind, "fee")
        return match

    def test_it_is_proposed_with_its_fee(self):
        went, came = self.ends()
        self.run_match()
        match = self.assertSettled(went, came)
        self.assertIn("0.5 %", match.sentence)
        self.assertIn("The difference of", match.sentence)
        self.assertIn("is a fee", match.sentence)
        weights = [piece["weight"] for piece in match.evidence["contributions"]]
        self.assertEqual(match.score, sum(weights))
        for row in went | came:
            self.assertIn("Proposed", self.open_exceptions(row).cause)
            self.assertEqual(row.match_state, "proposed")

    def test_a_person_confirms_it(self):
        went, came = self.ends()
        self.run_match()
        match = self.match_of(went)
        match.action_confirm()
        self.assertEqual((went | came).mapped("match_state"), ["matched"] * 2)
        self.assertEqual(self.claim_of(went), (100000, 100000))
        self.assertEqual(self.claim_of(came), (99500, 99500))
        self.assertFalse(self.reasons(went | came))
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])

    def test_it_is_kept_by_the_next_run(self):
        went, came = self.ends()
        self.run_match()
        match = self.assertSettled(went, came)
        self.run_match()
        self.assertEqual(self.match_of(went), match)

    def test_approved_rule_about_fees(self):
        self.prove("amount_date/own_accounts:fee")
        version = self.approved(limits=[(self.currency, 5.0)], mode="automatic")
        went, came = self.ends()
        self.run_match()
        match = self.assertSettled(went, came, "confirmed")
        self.assertTrue(match.is_automatic)
        self.assertEqual(match.rule_version_id.id, version.id)
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])

    def test_rule_that_does_not_allow_it(self):
        self.prove("amount_date/own_accounts:fee")
        self.approved(limits=[(self.currency, 4.99)], mode="automatic")
        self.approved(
            "Gifts", limits=[(self.currency, 9.0)], difference_kind="write_off"
        )
        went, came = self.ends()
        self.run_match()
        self.assertFalse(self.assertSettled(went, came).rule_version_id)

    def test_rule_that_proposes(self):
        self.prove("amount_date/own_accounts:fee")
        version = self.approved(limits=[(self.currency, 5.0)])
        went, came = self.ends()
        self.run_match()
        match = self.assertSettled(went, came)
        self.assertEqual(match.rule_version_id.id, version.id)

    def test_nothing_is_automatic_without_a_rule_however_proved(self):
        self.prove()
        went, came = self.ends()
        self.run_match()
        self.assertSettled(went, came)

    def test_same_number_on_both_rows(self):
        went = self.end("b1", "-1000.00", end_to_end_reference="TRANSFER1")
        came = self.end("b2", "995.00", SAVINGS, end_to_end_reference="TRANSFER1")
        self.run_match()
        match = self.match_of(went | came)
        self.assertEqual(match.kind, "amount_date/own_reference:fee")

    def test_too_much_is_no_fee(self):
        went, came = self.ends("949.99")
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_more_than_went_is_no_fee(self):
        went, came = self.ends("1000.01")
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_one_row_alone_does_not_say_enough(self):
        went = self.end("b1", "-1000.00", towards=SAVINGS)
        came = self.end("b2", "995.00", SAVINGS)
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_equal_amounts_go_first(self):
        went, less = self.ends()
        came = self.end("b3", "1000.00", SAVINGS, MAIN)
        self.run_match()
        match = self.assertMatchedEnds(went, came)
        self.assertFalse(match.difference_minor)
        self.assertOpen(less, "missing_reference")

    def assertMatchedEnds(self, went, came):
        match = self.match_of(went)
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(match.line_ids.transaction_id, went | came)
        return match

    def test_two_of_them_are_ambiguous(self):
        went, came = self.ends()
        other = self.end("b3", "994.00", SAVINGS, MAIN)
        self.run_match()
        for row in went | came | other:
            self.assertOpen(row, "ambiguous")
