from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError, errors

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..chain.document import Personal
from .common import AuditCase

CONTENT = {"amount": Decimal("12.50"), "on": date(2026, 1, 31), "lines": [1, 2]}


@tagged("post_install", "-at_install")
class TestApproval(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approvals = cls.env["settlement.approval"]
        cls.grant("settlement.approval", cls.decider, read=True, write=True)
        cls.grant("settlement.approval", cls.asker, read=True, write=True)

    def request(self, content=None, user=None, record=None):
        """Ask for an approval, as ``asker``, and return it as superuser."""
        user = user or self.asker
        record = (record or self.partner).with_user(user)
        approval = self.approvals.with_user(user)._request(
            record, CONTENT if content is None else content, "Above the limit"
        )
        return approval.sudo()

    def actions(self, approval):
        """Return the actions logged for an approval, in order."""
        domain = [("model", "=", approval._name), ("res_id", "=", approval.id)]
        return self.events.search(domain, order="id").mapped("action")

    # -- asking ------------------------------------------------------------------

    def test_request_freezes_the_content(self):
        approval = self.request()
        self.assertRecordValues(
            approval,
            [
                {
                    "requester_id": self.asker.id,
                    "decider_id": False,
                    "state": "waiting",
                    "subject_model": "res.partner",
                    "subject_id": self.partner.id,
                    "content": {"amount": "12.50", "on": "2026-01-31", "lines": [1, 2]},
                    "reason": "Above the limit",
                }
            ],
        )
        self.assertEqual(self.actions(approval), ["approval.requested"])

    def test_requester_need_not_have_rights_on_approvals(self):
        nobody = self.env["res.users"].create({"name": "Nobody", "login": "nobody"})
        self.assertEqual(self.request(user=nobody).requester_id, nobody)

    def test_requester_must_be_able_to_read_the_record(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.partner.company_id = company
        with self.assertRaises(AccessError):
            self.request()

    def test_company_is_that_of_the_record(self):
        self.partner.company_id = self.env.company
        self.assertEqual(self.request().company_id, self.env.company)

    def test_same_request_twice_is_one(self):
        self.assertEqual(self.request(), self.request())

    def test_other_content_replaces_the_waiting_request(self):
        first = self.request()
        second = self.request({"amount": "13.00"})
        self.assertEqual(first.state, "withdrawn")
        self.assertFalse(first.decider_id)
        self.assertEqual(second.state, "waiting")
        self.assertEqual(self.actions(first)[-1], "approval.withdrawn")

    def test_personal_data_cannot_be_frozen(self):
        with self.assertRaises(TypeError):
            self.request({"name": Personal("Jane")})

    def test_content_in_words(self):
        self.assertEqual(
            self.request().content_text,
            "amount: 12.50\nlines[1]: 1\nlines[2]: 2\non: 2026-01-31",
        )

    # -- deciding ----------------------------------------------------------------

    def test_approve(self):
        approval = self.request()
        approval.with_user(self.decider).action_approve()
        self.assertEqual(approval.state, "approved")
        self.assertEqual(approval.decider_id, self.decider)
        self.assertTrue(approval.decided_at)
        self.assertEqual(
            self.actions(approval), ["approval.requested", "approval.approved"]
        )
        event = self.events.search([("action", "=", "approval.approved")], limit=1)
        self.assertEqual(event.user_id, self.decider)
        self.assertEqual(event.rows_model, approval._name)

    def test_refuse(self):
        approval = self.request()
        approval.with_user(self.decider).action_refuse("Wrong account")
        self.assertEqual(approval.state, "refused")
        self.assertEqual(approval.decision_reason, "Wrong account")

    def test_refuse_by_dialogue(self):
        approval = self.request().with_user(self.decider)
        action = approval.action_ask_refusal_reason()
        refusal = (
            self.env[action["res_model"]]
            .with_user(self.decider)
            .with_context(**action["context"])
            .create({"reason": "Wrong account"})
        )
        refusal.action_refuse()
        self.assertEqual(approval.sudo().state, "refused")

    def test_refuse_needs_a_reason(self):
        approval = self.request().with_user(self.decider)
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                approval.action_refuse(reason)

    def test_nobody_decides_on_their_own_request(self):
        approval = self.request().with_user(self.asker)
        with self.assertRaisesRegex(UserError, "yourself"):
            approval.action_approve()
        with self.assertRaisesRegex(UserError, "yourself"):
            approval.action_refuse("no")
        self.assertEqual(approval.sudo().state, "waiting")

    def test_superuser_rights_do_not_help(self):
        with self.assertRaisesRegex(UserError, "yourself"):
            self.request().with_user(self.asker).sudo().action_approve()
        with self.assertRaisesRegex(UserError, "person"):
            self.request().with_user(SUPERUSER_ID).action_approve()

    def test_deciding_needs_the_right(self):
        outsider = self.env["res.users"].create({"name": "Out", "login": "outsider"})
        with self.assertRaises(AccessError):
            self.request().with_user(outsider).action_approve()
        self.grant("settlement.approval", outsider, read=True)
        with self.assertRaises(AccessError):
            self.request().with_user(outsider).action_approve()

    def test_a_decision_is_final(self):
        approval = self.request().with_user(self.decider)
        approval.action_approve()
        with self.assertRaisesRegex(UserError, "closed"):
            approval.action_refuse("no")
        with self.assertRaisesRegex(UserError, "closed"):
            approval.action_approve()
        with self.assertRaisesRegex(UserError, "closed"):
            approval._withdraw("")

    def test_only_one_decides_at_a_time(self):
        approval = self.request().with_user(self.decider)
        self.patch(
            type(self.approvals), "try_lock_for_update", lambda self: self.browse()
        )
        with self.assertRaisesRegex(UserError, "right now"):
            approval.action_approve()

    def test_users_cannot_write(self):
        approval = self.request().with_user(self.decider)
        with self.assertRaisesRegex(UserError, "cannot be edited"):
            approval.write({"state": "approved", "decider_id": self.asker.id})
        with self.assertRaises(UserError):
            approval.sudo().unlink()

    def test_subject_hears_of_the_decision(self):
        heard = []
        partner = type(self.partner)
        partner._approval_decided = lambda self, approval: heard.append(
            (self.id, self.env.uid, approval.sudo().state)
        )
        self.addCleanup(delattr, partner, "_approval_decided")
        self.request().with_user(self.decider).action_approve()
        self.request().with_user(self.decider).action_refuse("no")
        self.request({"other": 1})._withdraw("")
        expected = [
            (self.partner.id, self.decider.id, "approved"),
            (self.partner.id, self.decider.id, "refused"),
        ]
        self.assertEqual(heard, expected)

    # -- what an approval is worth -----------------------------------------------

    def test_approved_content_only(self):
        approval = self.request()
        self.assertFalse(self.approvals._approved(self.partner, CONTENT))
        approval.with_user(self.decider).action_approve()
        self.assertEqual(self.approvals._approved(self.partner, CONTENT), approval)
        changed = {**CONTENT, "amount": Decimal("12.51")}
        self.assertFalse(self.approvals._approved(self.partner, changed))
        other = self.env.user.partner_id
        self.assertFalse(self.approvals._approved(other, CONTENT))

    def test_refused_is_not_approved(self):
        self.request().with_user(self.decider).action_refuse("no")
        self.assertFalse(self.approvals._approved(self.partner, CONTENT))

    def test_order_of_keys_does_not_matter(self):
        self.request().with_user(self.decider).action_approve()
        turned = dict(reversed(CONTENT.items()))
        self.assertTrue(self.approvals._approved(self.partner, turned))

    def test_whoever_acts_on_it_need_not_read_it(self):
        self.request().with_user(self.decider).action_approve()
        nobody = self.env["res.users"].create({"name": "Nobody", "login": "nobody"})
        approvals = self.approvals.with_user(nobody)
        self.assertTrue(approvals._approved(self.partner.with_user(nobody), CONTENT))

    def test_empty_content(self):
        approval = self.request({})
        self.assertEqual(approval, self.request({}))
        approval.with_user(self.decider).action_approve()
        self.assertTrue(self.approvals._approved(self.partner, {}))

    # -- the database ------------------------------------------------------------

    def assert_database_refuses(self, error, query, *params):
        """Assert that the database itself raises ``error``."""
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(error),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(query, params)

    def test_database_wants_two_persons(self):
        approval = self.request()
        self.assert_database_refuses(
            IntegrityError,
            "UPDATE settlement_approval SET state = 'approved', decider_id ="
            " requester_id WHERE id = %s",
            approval.id,
        )

    def test_database_wants_a_decider(self):
        approval = self.request()
        self.assert_database_refuses(
            IntegrityError,
            "UPDATE settlement_approval SET state = 'approved' WHERE id = %s",
            approval.id,
        )

    def test_database_wants_one_waiting_request(self):
        approval = self.request()
        self.assert_database_refuses(
            IntegrityError,
            """
            INSERT INTO settlement_approval (requester_id, requested_at, subject_model,
                                             subject_id, content_hash, state)
            SELECT requester_id, requested_at, subject_model, subject_id,
                   content_hash, state
              FROM settlement_approval WHERE id = %s
            """,
            approval.id,
        )

    def test_database_freezes_content_and_decision(self):
        approval = self.request()
        update = "UPDATE settlement_approval SET {} WHERE id = %s"
        for change in (
            "content = '{}'",
            "requester_id = 1",
            "subject_id = 0",
            "reason = 'x'",
            "company_id = NULL, content_hash = ''",
        ):
            self.assert_database_refuses(
                errors.RaiseException, update.format(change), approval.id
            )
        approval.with_user(self.decider).action_refuse("no")
        for change in (
            "state = 'approved'",
            "state = 'waiting', decider_id = NULL",
            "decider_id = 1",
            "decision_reason = 'yes'",
        ):
            self.assert_database_refuses(
                errors.RaiseException, update.format(change), approval.id
            )

    def test_database_keeps_approvals(self):
        approval = self.request()
        self.assert_database_refuses(
            errors.RaiseException,
            "DELETE FROM settlement_approval WHERE id = %s",
            approval.id,
        )
        self.assert_database_refuses(
            errors.RaiseException, "TRUNCATE settlement_approval CASCADE"
        )

    def test_altered_approval_is_found(self):
        approval = self.request()
        approval.with_user(self.decider).action_refuse("no")
        verification = self.env["settlement.verification"]
        self.assertTrue(verification.run()["ok"])
        self.tamper(approval, state="approved")
        named = [(approval._name, approval.id)]
        self.assertEqual(self.found(verification.run()["findings"]), named)
        self.rehash(approval)
        self.assertEqual(self.found(verification.run()["findings"]), named)
