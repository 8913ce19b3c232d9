from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config

from odoo.addons.settlement_connector.models.connector import LOOPBACK_SWITCH

from ..comparison import PracticeComparison
from ..practice import EXCEPTIONS
from .practice_answers import Answers

SEED = 11


@tagged("post_install", "-at_install")
class TestPractice(TransactionCase):
    """A desk that people practise at, answered over RPC, right and wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            role: new_test_user(
                cls.env,
                login=f"practice-{role}",
                groups=f"base.group_user,settlement.group_{role}",
            )
            for role in ("accountant", "approver")
        }
        cls.training = cls.env["settlement.training"].create(
            {
                "name": "Practice Desk",
                "kind": "desk",
                "seed": SEED,
                "person_ids": [Command.set([each.id for each in cls.people.values()])],
            }
        )
        cls.training.action_start()
        cls.waiting = cls.training.state
        cls.training._advance()
        cls.company = cls.training.company_id
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})
        cls.comparison = PracticeComparison(cls.env, cls.company, cls.training._desk())
        cls.answers = Answers(cls.comparison)
        cls.tasks = [each for each in cls.training._desk().tasks if each.verb]

    def exception(self, task, role="accountant"):
        found = self.comparison.exceptions(task)[:1]
        return found.with_user(self.people[role]).with_context(
            allowed_company_ids=self.company.ids
        )

    def answer(self, task, **values):
        """Answer as is right, but for some values; the second person agrees."""
        exception = self.exception(task)
        exception.invalidate_recordset()
        if exception.state != "open":
            return
        given = {**self.answers.values(task, exception), **values}
        exception.action_resolve(task.verb, **given)
        own = exception.sudo()
        request = own.approval_id or own.mapping_id._approvals("waiting")
        if exception.state == "waiting_approval":
            request.with_user(self.people["approver"]).action_approve()

    def first(self, verb):
        return next(task for task in self.tasks if task.verb == verb)

    def test_it_is_there_in_one_piece(self):
        self.assertEqual(self.waiting, "waiting")
        self.assertEqual((self.training.state, self.training.progress), ("done", 100))
        for person in self.people.values():
            self.assertIn(self.company, person.company_ids)
        opened = self.env["settlement.exception"].search_count(
            [("company_id", "=", self.company.id), ("state", "=", "open")]
        )
        self.assertEqual(opened, EXCEPTIONS)

    def test_nothing_done_is_nothing_right(self):
        self.training.action_compare()
        self.assertIn(f"{EXCEPTIONS} exceptions are open", self.training.result)

    def test_all_answered_right(self):
        for task in self.tasks:
            self.answer(task)
        self.env["settlement.backend"].search(
            [("company_id", "=", self.company.id)]
        ).run_pipeline()
        self.training.action_compare()
        self.assertEqual(self.training.result, "No differences.")

    def test_a_wrong_document_is_named(self):
        """Of two invoices of one amount the other one was meant."""
        task = self.first("match")
        exception = self.exception(task)
        wrong = [
            each
            for each in exception.pane_data()["candidates"]
            if task.chosen not in each["name"]
        ][0]
        key = [wrong["model"], wrong["id"], wrong["amount_minor"]]
        self.answer(task, chosen=[key])
        said = "\n".join(self.comparison.document_differences())
        self.assertIn(f"{task.chosen}: ", said)
        self.assertIn(wrong["name"].split()[0].strip(","), said)

    def test_another_account_is_named(self):
        """What a bank kept is no rounding."""
        task = self.first("post_fee_variance")
        self.exception(task).action_resolve("write_off", code="rounding")
        said = "\n".join(self.comparison.total_differences())
        self.assertIn("differences EUR", said)

    def test_ignoring_is_not_solving(self):
        task = self.first("mark_duplicate")
        self.exception(task).action_resolve("ignore", reason="Later.", code="other")
        said = "\n".join(self.comparison.exception_differences())
        self.assertIn(f"{task.key} is ignored, not resolved", said)

    def test_one_person_alone_is_named(self):
        """What the policy lets one person do alone was meant for two."""
        task = next(each for each in self.tasks if each.needs_another)
        policy = self.env["settlement.posting.policy"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        policy.write_off_limit = 10_000
        self.answer(task)
        said = "\n".join(self.comparison.exception_differences())
        self.assertIn(f"{task.key} was done by one person alone", said)

    def test_what_was_decided_is_not_asked_again(self):
        decided = [self.first("allocate"), self.first("mark_duplicate")]
        for task in decided:
            self.answer(task)
        self.env["settlement.backend"].search(
            [("company_id", "=", self.company.id)]
        ).run_pipeline()
        for task in decided:
            found = self.comparison.exceptions(task)
            self.assertEqual(found.mapped("state"), ["resolved"], task)

    def test_only_administrators_make_one(self):
        training = self.training.with_user(self.people["accountant"])
        with self.assertRaises(AccessError):
            training.action_start()
        with self.assertRaises(AccessError):
            training.action_compare()

    def test_it_needs_no_stand_in(self):
        fresh = self.training.create({"name": "Another Desk", "kind": "desk"})
        with patch.dict(config.options, {LOOPBACK_SWITCH: ""}):
            fresh.action_start()
        self.assertEqual(fresh.state, "waiting")
        without = patch.dict(config.options, {LOOPBACK_SWITCH: ""})
        with without, self.assertRaisesRegex(UserError, "stand-in"):
            fresh.create({"name": "Months"}).action_start()
