from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import config, mute_logger

from ..world.companies import PLANS
from .common import WorldCase


@tagged("post_install", "-at_install")
class TestTraining(WorldCase):
    """A training company is made piece by piece, beside what is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.training = cls.env["settlement.training"].create(
            {"name": "Practice GmbH", "seed": 7, "orders": 1}
        )
        cls.companies_before = cls.env["res.company"].search_count([])
        cls.training.action_start()
        cls.state_at_start = cls.training.state
        cls.training._advance()
        cls.gather_statistics()
        cls.after_documents = (cls.training.state, cls.training.progress)
        cls.env["settlement.training"]._cron_advance_once()
        cls.training._advance()

    def test_it_waits_for_the_scheduled_action(self):
        self.assertEqual(self.state_at_start, "waiting")

    def test_documents_come_first(self):
        self.assertEqual(self.after_documents, ("running", 0.0))
        company = self.training.company_id
        self.assertEqual(company.name, "Practice GmbH")
        self.assertEqual(
            self.env["res.company"].search_count([]), self.companies_before + 1
        )
        world, _truth = self.training._world()
        moves = self.env["account.move"].search_count(
            [("company_id", "=", company.id), ("move_type", "!=", "entry")]
        )
        self.assertEqual(moves, len(world.companies[0].documents))

    def test_each_piece_is_one_visit(self):
        self.assertEqual(self.training.steps_done, 2)
        self.assertGreater(self.training.steps_total, 5)
        share = 2 / self.training.steps_total
        self.assertAlmostEqual(self.training.progress, 100 * share)
        self.assertEqual(self.training.state, "running")
        self.assertIn("2026-03-08", self.training.note)

    def test_what_was_visited_is_worked_on(self):
        rows = self.env["settlement.transaction"].search(
            [("company_id", "=", self.training.company_id.id)]
        )
        self.assertTrue(rows.filtered(lambda row: row.match_state == "matched"))
        self.assertTrue(rows.filtered(lambda row: row.posting_state != "none"))

    def test_it_has_the_stories_of_the_first_company_under_its_own_name(self):
        (plan,) = self.training._plans()
        self.assertEqual((plan.name, plan.planted), ("Practice GmbH", PLANS[0].code))
        self.assertNotEqual(plan.code, PLANS[0].code)

    def test_comparison_waits_until_all_has_happened(self):
        with self.assertRaisesRegex(UserError, "not done"):
            self.training.action_compare()

    def test_comparison_says_what_differs(self):
        self.training.state = "done"
        self.training.action_compare()
        # Most of the months has not been visited.
        self.assertIn("is missing", self.training.result)
        self.training.state = "running"

    def test_name_and_size_are_checked(self):
        for values in ({"name": "Practice GmbH"}, {"months": 13}, {"orders": 0}):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env["settlement.training"].create({"name": "Other", **values})

    def test_server_must_allow_the_stand_in(self):
        training = self.env["settlement.training"].create({"name": "No"})
        with patch.dict(config.options, {"settlement_allow_loopback": ""}):
            with self.assertRaisesRegex(UserError, "settlement_allow_loopback = True"):
                training.action_start()
        self.assertEqual(training.state, "draft")

    def test_what_fails_says_why_and_can_be_started_again(self):
        training = self.env["settlement.training"].create({"name": "Broken"})
        training.action_start()
        refuse = patch.object(
            type(self.env["settlement.simulation"]),
            "_build",
            side_effect=UserError("no chart"),
        )
        with refuse:
            training._advance()
        self.assertEqual((training.state, training.note), ("failed", "no chart"))
        training.action_start()
        self.assertEqual(training.state, "waiting")

    def test_only_administrators(self):
        groups = "settlement.group_accountant,settlement.group_integration_admin"
        user = new_test_user(self.env, "training_accountant", groups=groups)
        trainings = self.env["settlement.training"].with_user(user)
        with self.assertRaises(AccessError):
            trainings.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.training.with_user(user).action_start()
        with self.assertRaises(AccessError):
            self.training.with_user(user).action_compare()

    def test_companies_see_their_own(self):
        user = new_test_user(self.env, "training_admin", groups="base.group_system")
        mine = self.env["settlement.training"].create({"name": "Unbuilt"})
        seen = self.env["settlement.training"].with_user(user).search([])
        self.assertIn(mine, seen)
        self.assertNotIn(self.training, seen)
        user.company_ids |= self.training.company_id
        context = {"allowed_company_ids": user.company_ids.ids}
        seen = self.env["settlement.training"].with_user(user).with_context(**context)
        self.assertIn(self.training, seen.search([]))
