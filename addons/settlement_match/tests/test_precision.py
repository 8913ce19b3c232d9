from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..models import precision_counts
from .common import MatchCase

KIND = "subset/iban"


class PrecisionCase(MatchCase):
    """Matches of which it is known how they ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.precision = cls.env["settlement.precision"]

    def setUp(self):
        super().setUp()
        self.precision._forget()

    def evidence(self, count=1, kind=KIND, days_ago=0, company=None, **values):
        """Return matches that ended in some way; confirmed by a person by default."""
        company = company or self.company
        decided_at = fields.Datetime.now() - timedelta(days=days_ago, minutes=1)
        return self.matches.create(
            [
                {
                    "company_id": company.id,
                    "currency_id": company.currency_id.id,
                    "method": kind.partition("/")[0],
                    "kind": kind,
                    "evidence": {"contributions": []},
                    "amount_minor": 100,
                    "state": "confirmed",
                    "decided_at": decided_at,
                    **values,
                }
                for _number in range(count)
            ]
        )

    def many_right(self, count, kind=KIND):
        """Let there be many matches that a person confirmed."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_match (
                       company_id, currency_id, method, kind, stage, score,
                       amount_minor, difference_minor, evidence, state, decided_at)
                SELECT %s, %s, 'subset', %s, 6, 80, 100, 0, '{}', 'posted', now()
                  FROM generate_series(1, %s)
                """,
                self.company.id,
                self.currency.id,
                kind,
                count,
            )
        )
        self.precision._forget()

    def tally(self, kind=KIND, company=None):
        return tuple(self.precision._tally_of(company or self.company, kind))

    def open_domain(self, action):
        return self.env[action["res_model"]].search(action["domain"])


@tagged("post_install", "-at_install")
class TestEvidence(PrecisionCase):
    """What counts as right, as wrong, and what says nothing."""

    def test_nothing_tried_proves_nothing(self):
        self.assertEqual(self.precision._measured(self.company), {})
        self.assertFalse(self.precision._is_proved(self.company, KIND))
        self.company.settlement_precision_limit = 50
        self.assertFalse(self.precision._is_proved(self.company, KIND))

    def test_what_a_person_confirmed_counts_at_once(self):
        match = self.evidence()
        self.assertEqual(match.verdict, "right")
        self.assertEqual(self.tally(), (1, 0, 0, 0))

    def test_what_nobody_looked_at_counts_when_posted_and_old(self):
        cases = [
            ("confirmed", 400, "waiting"),
            ("posted", 29, "waiting"),
            ("posted", 31, "right"),
        ]
        for state, days, verdict in cases:
            with self.subTest(state=state, days=days):
                match = self.evidence(is_automatic=True, state=state, days_ago=days)
                self.assertEqual(match.verdict, verdict)
        self.assertEqual(self.tally(), (1, 0, 2, 0))

    def test_the_company_says_how_long_it_has_to_stand(self):
        match = self.evidence(is_automatic=True, state="posted", days_ago=31)
        self.company.settlement_evidence_days = 60
        self.precision._forget()
        match.invalidate_recordset()
        self.assertEqual(match.verdict, "waiting")
        self.assertEqual(self.tally(), (0, 0, 1, 0))

    def test_what_a_person_undid_is_wrong_however_long_it_stood(self):
        match = self.evidence(is_automatic=True, state="posted", days_ago=400)
        self.assertEqual(self.tally(), (1, 0, 0, 0))
        match.write({"state": "undone", "is_refused": True})
        match.invalidate_recordset()
        self.assertEqual(match.verdict, "wrong")
        self.assertEqual(self.tally(), (0, 1, 0, 0))

    def test_what_changed_data_undid_says_nothing(self):
        match = self.evidence(state="undone")
        self.assertEqual(match.verdict, "void")
        self.assertEqual(self.tally(), (0, 0, 0, 1))

    def test_a_proposal_says_nothing_until_somebody_decides(self):
        match = self.evidence(state="proposed", decided_at=False)
        self.assertEqual(match.verdict, "waiting")
        self.assertEqual(self.tally(), (0, 0, 1, 0))

    def test_kinds_are_counted_apart(self):
        self.evidence(3)
        self.evidence(2, "amount_date/iban")
        self.evidence(1, "amount_date/iban", state="undone", is_refused=True)
        measured = self.precision._measured(self.company)
        self.assertEqual(set(measured), {(KIND, 0), ("amount_date/iban", 0)})
        self.assertEqual(measured[KIND, 0][:2], (3, 0))
        self.assertEqual(measured["amount_date/iban", 0][:2], (2, 1))
        self.assertAlmostEqual(measured[KIND, 0][2], 0.05 ** (1 / 3))

    def test_companies_are_counted_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.evidence(5)
        self.evidence(2, company=other, state="undone", is_refused=True)
        self.assertEqual(self.tally(), (5, 0, 0, 0))
        self.assertEqual(self.tally(company=other), (0, 2, 0, 0))


@tagged("post_install", "-at_install")
class TestPassedOver(PrecisionCase):
    """A proposal is wrong if a person matched its money with something else."""

    def setUp(self):
        super().setUp()
        self.row = self.store(self.fact("ch_1", "100.00"))
        self.meant, self.other = (
            self.open_line(self.new_invoice(100.0)) for _number in range(2)
        )
        self.proposal = self.propose([self.meant])

    def propose(self, targets, method="subset", kind=KIND):
        return self.matches._propose([self.row], targets, method, kind=kind)

    def decide(self, targets):
        """Let a person match the money with something."""
        self.propose(targets, "manual", "manual")._confirm()
        self.proposal.invalidate_recordset()
        self.precision._forget()

    def test_waiting_while_nobody_decides(self):
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_confirmed_it_is_right(self):
        self.proposal._confirm()
        self.assertEqual(self.proposal.verdict, "right")

    def test_passed_over_it_is_wrong(self):
        self.decide([self.other])
        self.assertEqual(self.proposal.verdict, "wrong")
        self.assertEqual(self.tally(), (0, 1, 0, 0))

    def test_the_same_by_hand_is_not_wrong(self):
        self.decide([self.meant])
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_with_one_of_its_items_it_is_not_wrong(self):
        self.decide([(self.meant, 4000), (self.other, 6000)])
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_a_part_of_the_money_elsewhere_says_nothing(self):
        chosen = self.matches._propose([(self.row, 4000)], [(self.other, 4000)])
        chosen._confirm()
        self.proposal.invalidate_recordset()
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_what_the_engine_chose_says_nothing(self):
        chosen = self.matches._propose(
            [self.row], [self.other], "reference", is_automatic=True
        )
        chosen._confirm()
        self.proposal.invalidate_recordset()
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_undone_again_it_waits_again(self):
        self.decide([self.other])
        (self.row.match_line_ids.match_id - self.proposal)._undo("A mistake.")
        self.proposal.invalidate_recordset()
        self.assertEqual(self.proposal.verdict, "waiting")

    def test_refused_by_the_button_it_is_wrong(self):
        self.proposal.action_undo("Not this one.")
        self.assertEqual(self.proposal.verdict, "wrong")


@tagged("post_install", "-at_install")
class TestProof(PrecisionCase):
    """From counts to whether a person is needed."""

    def test_rule_of_three(self):
        self.many_right(2994)
        self.assertFalse(self.precision._is_proved(self.company, KIND))
        self.evidence()
        self.assertTrue(self.precision._is_proved(self.company, KIND))

    def test_one_wrong_one_takes_the_proof_away(self):
        self.many_right(2995)
        self.evidence(state="undone", is_refused=True)
        self.assertFalse(self.precision._is_proved(self.company, KIND))

    def test_the_company_decides_what_is_enough(self):
        self.evidence(10)
        self.assertFalse(self.precision._is_proved(self.company, KIND))
        self.company.settlement_precision_limit = 70
        self.assertTrue(self.precision._is_proved(self.company, KIND))
        self.company.settlement_precision_limit = 100
        self.assertFalse(self.precision._is_proved(self.company, KIND))

    def test_the_proof_of_one_company_is_none_for_another(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.company.settlement_precision_limit = 50
        other.settlement_precision_limit = 50
        self.evidence(10)
        self.assertTrue(self.precision._is_proved(self.company, KIND))
        self.assertFalse(self.precision._is_proved(other, KIND))

    def test_a_rule_needs_a_proof_of_its_own(self):
        self.company.settlement_precision_limit = 50
        self.evidence(10)
        self.assertFalse(self.precision._is_proved(self.company, KIND, 4711))

    def test_it_is_counted_once(self):
        self.evidence(2)
        self.precision._is_proved(self.company, KIND)
        with self.assertQueryCount(0):
            self.precision._is_proved(self.company, KIND)
            self.precision._is_proved(self.company, KIND, 4711)

    def test_a_decision_is_seen_at_once(self):
        match = self.evidence(state="proposed", decided_at=False)
        self.assertEqual(self.tally(), (0, 0, 1, 0))
        match.write({"state": "confirmed", "decided_at": fields.Datetime.now()})
        self.assertEqual(self.tally(), (1, 0, 0, 0))

    def test_a_run_counts_anew(self):
        self.precision._counts(self.company)
        self.many_right(1)
        self.precision._counts(self.company)
        self.env.cr.execute("DELETE FROM settlement_match WHERE kind = %s", (KIND,))
        self.run_match()
        self.assertEqual(self.tally(), (0, 0, 0, 0))

    def test_very_many_are_counted_once_an_hour_for_whoever_only_looks(self):
        self.env.registry.clear_cache()
        with (
            patch.object(precision_counts, "LARGE", 3),
            freeze_time("2026-03-01 10:05"),
        ):
            self.evidence(3)
            self.assertEqual(self.tally(), (3, 0, 0, 0))
            self.evidence(1)
            self.assertEqual(self.tally(), (4, 0, 0, 0))
            self.evidence(1, state="undone", is_refused=True)
            self.assertEqual(self.tally(), (4, 0, 0, 0))
            # The proof never rests on old numbers.
            self.company.settlement_precision_limit = 50
            self.assertFalse(self.precision._is_proved(self.company, KIND))
        with (
            patch.object(precision_counts, "LARGE", 3),
            freeze_time("2026-03-01 11:05"),
        ):
            self.precision._forget()
            self.assertEqual(self.tally(), (4, 1, 0, 0))
        self.env.registry.clear_cache()

    def test_words(self):
        self.assertIn("nothing is known", self.precision._words(self.company, KIND))
        self.evidence(3)
        self.evidence(state="undone", is_refused=True)
        self.assertEqual(
            self.precision._words(self.company, KIND),
            "Of 4 matches of this kind that were checked here, 3 were right: at least "
            "24.86 % are, with 95 % confidence.",
        )


@tagged("post_install", "-at_install")
class TestCalibratedScore(PrecisionCase):
    """What stands beside the score of a match."""

    def test_it_says_how_often_its_kind_was_right(self):
        match = self.evidence(9)[0]
        self.evidence(state="undone", is_refused=True)
        self.assertEqual((match.checked_count, match.right_count), (10, 9))
        self.assertEqual(match.calibrated_percent, 60.58)
        self.assertIn("Of 10 matches", match.calibration_text)

    def test_a_list_asks_once(self):
        matches = self.evidence(40)
        self.env.flush_all()
        self.env.invalidate_all()
        matches.mapped("kind")
        self.company.mapped("settlement_evidence_days")
        with self.assertQueryCount(2):
            matches.mapped("calibration_text")

    def test_search_and_group_by_verdict(self):
        right = self.evidence(3)
        wrong = self.evidence(2, state="undone", is_refused=True)
        domain = [("kind", "=", KIND)]
        found = self.matches.search([*domain, ("verdict", "=", "wrong")])
        self.assertEqual(found, wrong)
        self.assertEqual(found.filtered_domain([("verdict", "!=", "right")]), wrong)
        found = self.matches.search([*domain, ("verdict", "!=", "wrong")])
        self.assertEqual(found, right)
        groups = self.matches.formatted_read_group(domain, ["verdict"], ["__count"])
        counts = {group["verdict"]: group["__count"] for group in groups}
        self.assertEqual(counts, {"right": 3, "wrong": 2})
