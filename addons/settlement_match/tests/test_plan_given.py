import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MatchCase


@tagged("post_install", "-at_install")
class TestPlanGiven(MatchCase):
    """Plans that were decided in Python are written as the others are."""

    def setUp(self):
        super().setUp()
        self.line = self.open_line(self.new_invoice(100.0))
        (self.row,) = self.store(self.fact("txn_1", "98.00"))

    def plan(self, **values):
        """Return a plan in which a payment pays the invoice but for a fee."""
        source = {
            "side": "source",
            "transaction_id": self.row.id,
            "amount_minor": 9800,
        }
        target = {
            "side": "target",
            "move_line_id": self.line.id,
            "amount_minor": 10000,
        }
        return {
            "currency_id": self.currency.id,
            "amount_minor": 9800,
            "score": 80,
            "kind": "reference/short:fee",
            "evidence": {"contributions": [{"what": "amount", "weight": 30}]},
            "unique_proof": {"method": "counted", "targets": 1, "sources": 1},
            "difference_minor": 200,
            "difference_kind": "fee",
            "lines": [source, target],
            **values,
        }

    def written(self, *plans, state="confirmed"):
        before = self.matches.search([])
        plan = self.matcher._plan_given(list(plans), 2, "reference")
        count = self.matcher._write_plan(self.company, plan, state)
        found = self.matches.search([]) - before
        self.assertEqual(len(found), count)
        return found

    def findings(self):
        return self.env["settlement.verification"].run()["findings"]

    def test_difference_settles_the_document_in_full(self):
        match = self.written(self.plan())
        self.assertEqual(match.state, "confirmed")
        self.assertTrue(match.is_automatic)
        self.assertEqual(match.kind, "reference/short:fee")
        self.assertEqual((match.amount, match.difference), (98.0, 2.0))
        self.assertEqual(self.claim_of(self.line), (10000, 10000))
        self.assertEqual(self.claim_of(self.row), (9800, 9800))
        self.assertEqual(self.row.match_state, "matched")
        # Nothing is wrong with it but that no rule was asked.
        (finding,) = self.findings()
        self.assertEqual(finding["id"], match.id)
        self.assertIn("No approved rule", finding["sentence"])

    def test_sums_that_do_not_fit_are_found(self):
        match = self.written(self.plan(difference_minor=100))
        found = [each["id"] for each in self.findings() if each["law"] == 5]
        self.assertIn(match.id, found)

    def test_a_difference_has_a_meaning(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self.written(self.plan(difference_kind=None))

    def test_a_proposal_claims_nothing_until_it_is_confirmed(self):
        match = self.written(self.plan(), state="proposed")
        self.assertEqual(match.state, "proposed")
        self.assertFalse(match.is_automatic or match.decided_by_id)
        self.assertEqual(self.claim_of(self.line), (0, 0))
        self.assertEqual(self.row.match_state, "proposed")
        self.assertEqual(self.findings(), [])
        match._confirm()
        self.assertEqual(self.claim_of(self.line), (10000, 10000))
        self.assertEqual(self.findings(), [])
        match._undo("It was another one.")
        self.assertEqual(self.claim_of(self.line), (0, 10000))
        self.assertEqual(self.row.match_state, "open")
        self.assertEqual(self.findings(), [])

    def test_by_hand_with_a_difference(self):
        match = self.matches._propose(
            [self.row], [self.line], difference=(200, "rounding")
        )
        match._confirm()
        self.assertEqual(match.kind, "manual")
        self.assertEqual(self.claim_of(self.line), (10000, 10000))
        self.assertEqual(self.findings(), [])

    def test_expected_payments_keep_a_snapshot(self):
        expected = self.env["settlement.expected.payment"].create(
            {
                "name": "Order 7",
                "company_id": self.company.id,
                "currency_id": self.currency.id,
                "amount": 98.0,
            }
        )
        plan = self.plan(difference_minor=0, difference_kind=None)
        plan["lines"][1] = {
            "side": "target",
            "expected_payment_id": expected.id,
            "amount_minor": 9800,
        }
        match = self.written(plan)
        line = match.line_ids.filtered("expected_payment_id")
        self.assertEqual(line.snapshot["model"], "settlement.expected.payment")
        self.assertEqual(line.item_name, "Order 7")
        self.assertEqual(self.claim_of(expected), (9800, 9800))
        self.assertEqual(self.findings(), [])
