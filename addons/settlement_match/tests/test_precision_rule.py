from odoo import fields
from odoo.tests import tagged

from .rule_case import RuleCase

KIND = "memory/payer"


@tagged("post_install", "-at_install")
class TestPrecisionOfRules(RuleCase):
    """A rule has to prove itself; a rule that was changed has to do so again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.precision = cls.env["settlement.precision"]
        cls.company.settlement_precision_limit = 50

    def setUp(self):
        super().setUp()
        self.precision._forget()
        self.first = self.approved(text_pattern="stripe", limits=[(self.currency, 5)])

    def evidence(self, version, count=1, **values):
        return self.matches.create(
            [
                {
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "method": "memory",
                    "kind": KIND,
                    "rule_version_id": version.id,
                    "evidence": {"contributions": []},
                    "amount_minor": 100,
                    "state": "confirmed",
                    "decided_at": fields.Datetime.now(),
                    **values,
                }
                for _number in range(count)
            ]
        )

    def changed(self, **values):
        """Return a new version of the rule that holds in place of the first."""
        draft = self.first.with_user(self.accountant)._new_version()
        draft.write(values)
        version = self.approve(draft)
        self.assertEqual(self.first.rule_id.current_version_id, version)
        return version

    def is_proved(self, rule=None, **values):
        rule = rule or self.first.rule_id
        return self.precision._is_proved(self.company, KIND, rule.id, **values)

    def test_a_rule_without_matches_is_not_proved(self):
        self.assertFalse(self.is_proved())

    def test_its_own_matches_prove_it(self):
        self.evidence(self.first, 5)
        self.assertTrue(self.is_proved())
        self.assertFalse(self.precision._is_proved(self.company, KIND))
        self.assertEqual(
            self.precision._measured(self.company)[KIND, self.first.rule_id.id][:2],
            (5, 0),
        )

    def test_another_rule_has_no_part_in_it(self):
        self.evidence(self.first, 5)
        other = self.approved("Other", limits=[(self.currency, 5)])
        self.assertFalse(self.is_proved(other.rule_id))

    def test_a_changed_rule_begins_anew(self):
        self.evidence(self.first, 5)
        second = self.changed(text_pattern="strip*")
        self.assertFalse(self.is_proved())
        self.evidence(second, 5)
        self.assertTrue(self.is_proved())

    def test_a_larger_tolerance_begins_anew(self):
        self.evidence(self.first, 5)
        draft = self.first.with_user(self.accountant)._new_version()
        draft.tolerance_ids.write({"amount": 50})
        self.approve(draft)
        self.assertFalse(self.is_proved())

    def test_the_mode_alone_takes_nothing_away(self):
        self.evidence(self.first, 5)
        second = self.changed(mode="automatic")
        self.assertTrue(self.is_proved())
        self.evidence(second, 2, state="undone", is_refused=True)
        self.assertEqual(
            tuple(self.precision._tally_of(self.company, KIND, self.first.id)),
            (5, 2, 0, 0),
        )

    def test_a_version_of_another_day_is_asked_for_itself(self):
        self.evidence(self.first, 5)
        second = self.changed(text_pattern="strip*")
        self.assertTrue(self.is_proved(version_id=self.first.id))
        self.assertFalse(self.is_proved(version_id=second.id))

    def test_a_match_shows_the_record_of_its_rule(self):
        match = self.evidence(self.first, 3)[0]
        self.evidence(self.approved("Other", limits=[(self.currency, 5)]), 7)
        self.assertEqual(match.checked_count, 3)

    def test_the_report_has_a_row_for_each_version(self):
        self.evidence(self.first, 5)
        second = self.changed(mode="automatic")
        self.evidence(second, 1)
        rows = self.env["settlement.precision.report"].search([("kind", "=", KIND)])
        self.assertEqual(rows.rule_version_id, self.first | second)
        self.assertEqual(sorted(rows.mapped("right_count")), [1, 5])
        # What proves the one proves the other: they say the same.
        self.assertEqual(set(rows.mapped("is_proved")), {True})
        row = rows.filtered(lambda each: each.rule_version_id == second)
        action = row.action_open_right()
        behind = self.matches.search(action["domain"])
        self.assertEqual(behind.rule_version_id, second)
        self.assertIn("Of 6 matches", row.sentence)
