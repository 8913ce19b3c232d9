from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ROLES, SettlementCase


@tagged("post_install", "-at_install")
class TestExceptionDemand(SettlementCase):
    """What a company asks for with a way out is asked for by the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.demands = cls.env["settlement.exception.demand"].with_user(cls.approver)
        cls.exceptions = cls.env["settlement.exception"]

    def opened(self, number=1, reason="missing_data", user=None):
        message = self.receive(b"%d" % number)
        raised = self.exceptions.sudo()._raise_for(message, reason, "It is missing.")
        return raised.with_user(user or self.accountant).sudo(False)

    def asks(self, verb="assign", **values):
        return self.demands.create(
            {"company_id": self.company.id, "verb": verb, **values}
        )

    def file(self, user=None):
        files = self.env["ir.attachment"].with_user(user or self.accountant)
        return files.create({"name": "seen.txt", "raw": b"seen"})

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def test_nothing_is_asked_for_by_default(self):
        exception = self.opened()
        exception.action_resolve("assign")
        self.assertEqual(exception.user_id, self.accountant)

    def test_a_comment(self):
        self.asks(comment=True)
        exception = self.opened()
        for values in ({}, {"why": ""}, {"why": "  "}):
            with self.assertRaisesRegex(UserError, "Acme wants a comment"):
                exception.action_resolve("assign", **values)
        self.assertFalse(exception.user_id)
        exception.action_resolve("assign", why="She knows the bank.")
        self.assertEqual(exception.user_id, self.accountant)
        self.assertIn("She knows the bank.", exception.message_ids.mapped("body")[0])

    def test_a_verb_s_own_comment_answers_it(self):
        self.asks("ignore", comment=True, code=True)
        exception = self.opened()
        exception.action_resolve("ignore", reason="Agreed by mail.", code="agreed")
        self.assertEqual(exception.state, "ignored")

    def test_evidence(self):
        self.asks("ignore", attachment=True)
        exception = self.opened()
        values = {"reason": "Agreed by mail.", "code": "agreed"}
        with self.assertRaisesRegex(UserError, "wants evidence"):
            exception.action_resolve("ignore", **values)
        evidence = self.file()
        exception.action_resolve("ignore", evidence_ids=evidence.ids, **values)
        self.assertEqual(exception.state, "ignored")
        self.assertEqual((evidence.res_model, evidence.res_id), exception_of(exception))
        self.assertIn(evidence, exception.message_ids.attachment_ids)

    def test_evidence_of_somebody_else_is_none(self):
        self.asks("ignore", attachment=True)
        foreign = self.env["ir.attachment"].create(
            {
                "name": "secret",
                "raw": b"secret",
                "res_model": "res.company",
                "res_id": self.env.ref("base.main_company").id,
            }
        )
        exception = self.opened()
        values = {"reason": "Agreed by mail.", "code": "agreed"}
        with self.assertRaises(AccessError):
            exception.action_resolve("ignore", evidence_ids=foreign.ids, **values)
        gone = self.file()
        gone_ids = gone.ids
        gone.unlink()
        with self.assertRaisesRegex(UserError, "Attach the evidence"):
            exception.action_resolve("ignore", evidence_ids=gone_ids, **values)
        self.assertEqual(exception.state, "open")

    def test_a_code_of_the_list(self):
        self.asks(code=True, codes="moved, absent")
        exception = self.opened()
        with self.assertRaisesRegex(UserError, "wants a reason code"):
            exception.action_resolve("assign")
        with self.assertRaisesRegex(UserError, "choose one of moved, absent"):
            exception.action_resolve("assign", reason_code="because")
        exception.action_resolve("assign", reason_code="absent")
        self.assertEqual(exception.user_id, self.accountant)

    def test_the_trail_keeps_what_was_given(self):
        self.asks(comment=True, code=True)
        exception = self.opened()
        exception.action_resolve("assign", why="Holiday.", reason_code="absent")
        event = self.env["settlement.event"].search(
            [("action", "=", "exception.assign"), ("res_id", "=", exception.id)]
        )
        given = event.after["values"]
        self.assertEqual((given["why"], given["reason_code"]), ("Holiday.", "absent"))

    def test_what_nobody_asked_for_may_be_given_all_the_same(self):
        exception = self.opened()
        exception.action_resolve("assign", why="Just so.")
        self.assertEqual(exception.user_id, self.accountant)

    # ------------------------------------------------------------------
    # Many, and another person
    # ------------------------------------------------------------------

    def test_many_at_once(self):
        self.asks(comment=True)
        both = self.opened(1) + self.opened(2)
        with self.assertRaisesRegex(UserError, "wants a comment"):
            both.action_resolve("assign")
        outcomes = both.action_resolve("assign", why="Hers from now on.")
        self.assertEqual({each["outcome"] for each in outcomes}, {"done"})

    def test_those_that_run_together(self):
        self.asks("retry", comment=True)
        both = self.opened(1, "malformed_input") + self.opened(2, "malformed_input")
        with self.assertRaisesRegex(UserError, "wants a comment"):
            both.action_resolve("retry")

    def test_an_approver_agrees_to_what_was_asked_for(self):
        exception = self.opened(reason="signature_invalid")
        values = {"comment": "Looked.", "attachment_ids": self.file().ids}
        exception.action_resolve("acknowledge", **values)
        self.assertEqual(exception.state, "waiting_approval")
        self.asks("acknowledge", code=True)
        request = exception.sudo().approval_id
        request.with_user(self.approver).sudo(False).action_approve()
        self.assertEqual(exception.state, "resolved")

    def test_it_is_kept_until_the_approval(self):
        self.asks("acknowledge", code=True)
        exception = self.opened(reason="signature_invalid")
        values = {"comment": "Looked.", "attachment_ids": self.file().ids}
        with self.assertRaisesRegex(UserError, "wants a reason code"):
            exception.action_resolve("acknowledge", **values)
        exception.action_resolve("acknowledge", reason_code="drill", **values)
        self.assertEqual(exception.state, "waiting_approval")
        request = exception.sudo().approval_id
        self.assertEqual(request.content["values"]["reason_code"], "drill")
        request.with_user(self.approver).sudo(False).action_approve()
        self.assertEqual(exception.state, "resolved")
        self.assertIn("drill", exception.message_ids.mapped("body")[0])

    # ------------------------------------------------------------------
    # The dialogue
    # ------------------------------------------------------------------

    def test_the_dialogue_asks_for_it(self):
        self.asks(comment=True, code=True)
        exception = self.opened()
        wizard = self.env["settlement.exception.resolve"].with_user(self.accountant)
        opened = wizard.create({"exception_ids": exception.ids, "verb": "assign"})
        for name in ("comment", "reason_code"):
            self.assertIn(f" {name} ", opened.takes)
        with Form(opened) as form:
            form.comment, form.reason_code = "Holiday.", "absent"
        opened.action_apply()
        self.assertTrue(exception.user_id)

    # ------------------------------------------------------------------
    # Who says what is asked for
    # ------------------------------------------------------------------

    def test_only_approvers_say_it(self):
        demand = self.asks(comment=True)
        for role in ROLES:
            user = self.new_user(role, login=f"demand-{role}")
            own = demand.with_user(user)
            self.assertTrue(own.comment, role)
            if role == "group_approver":
                own.code = True
                continue
            with self.subTest(role), self.assertRaises(AccessError):
                own.comment = False
            with self.subTest(role), self.assertRaises(AccessError):
                own.unlink()
            with self.subTest(role), self.assertRaises(AccessError):
                own.create({"company_id": self.company.id, "verb": "ask"})

    def test_another_company_asks_for_itself(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.demands.sudo().create(
            {"company_id": other.id, "verb": "assign", "comment": True}
        )
        self.opened().action_resolve("assign")
        self.assertFalse(self.demands.search([("company_id", "=", other.id)]))

    def test_a_line_asks_for_something(self):
        with self.assertRaisesRegex(ValidationError, "what is asked for"):
            self.asks()
        with self.assertRaisesRegex(ValidationError, "where a code is asked for"):
            self.asks("ask", comment=True, codes="a, b")

    def test_changes_hold_at_once_and_leave_a_trace(self):
        demand = self.asks(comment=True)
        with self.assertRaises(UserError):
            self.opened().action_resolve("assign")
        demand.unlink()
        self.opened().action_resolve("assign")
        actions = self.env["settlement.event"].search(
            [("model", "=", "settlement.exception.demand")]
        )
        self.assertEqual(
            set(actions.mapped("action")),
            {"exception_demand.created", "exception_demand.deleted"},
        )


def exception_of(record):
    """Return how an attachment names its record."""
    return record._name, record.id
