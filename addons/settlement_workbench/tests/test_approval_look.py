from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .bulk_case import BulkCase


@tagged("post_install", "-at_install")
class TestApprovalLook(BulkCase):
    """Who decides sees before, after and the evidence, on what was asked for."""

    def short(self, code="rounding"):
        """Return an exception over a write-off above the limit, and its approval."""
        charge = self.row(gross="60", fee="0")
        self.store(*self.payout(charge))
        self.paid = self.invoice(100)
        self.match(charge, self.paid)
        self.post()
        exception = self.env["settlement.exception"]._raise_for(
            self.stored(charge),
            "amount_short",
            "40.00 short.",
            amount_minor=40_00,
            currency=self.currency,
        )
        exception.with_user(self.accountant).action_resolve("write_off", code=code)
        self.assertEqual(exception.state, "waiting_approval")
        approvals = self.env["settlement.approval"].with_user(self.approver)
        return exception, approvals.browse(exception.sudo().approval_id.id)

    def test_before_after_evidence_and_score(self):
        exception, approval = self.short()
        looked = approval.action_look()
        self.assertEqual(looked["why_not"], "")
        after = looked["after"]
        self.assertEqual(len(after), 1)
        self.assertTrue(any("40.00" in line["debit"] for line in after[0]["lines"]))
        self.assertTrue(looked["before"])
        self.assertIn(self.paid.name, looked["evidence"])
        self.assertIsNotNone(looked["score"])
        self.assertEqual(exception.state, "waiting_approval", "A look changed it.")
        self.assertEqual(self.paid.amount_residual, 40.0)

    def test_what_would_not_work_is_said_before_the_click(self):
        _exception, approval = self.short()
        self.policy.sudo().difference_account_id = False
        looked = approval.action_look()
        self.assertIn("Difference", looked["why_not"])
        self.assertNotIn("after", looked)

    def test_approving_with_a_comment(self):
        exception, approval = self.short()
        action = approval.action_ask_comment()
        wizard = self.env[action["res_model"]].with_user(self.approver)
        wizard = wizard.browse(action["res_id"])
        wizard.comment = "Agreed on the phone."
        wizard.action_approve()
        self.assertEqual(approval.decision_reason, "Agreed on the phone.")
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.paid.amount_residual, 0.0)

    def test_refusing_needs_a_comment_that_goes_back(self):
        exception, approval = self.short()
        action = approval.action_ask_comment()
        wizard = self.env[action["res_model"]].with_user(self.approver)
        wizard = wizard.browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_refuse()
        wizard.comment = "Remind the customer first."
        wizard.action_refuse()
        self.assertEqual(exception.state, "in_progress")
        self.assertEqual(exception.user_id, self.accountant)
        self.assertIn("Remind", exception.message_ids[0].body)

    def test_the_queue_of_who_decides(self):
        _exception, approval = self.short()
        approvals = self.env["settlement.approval"]

        def mine(user):
            return approvals.with_user(user).search([("is_for_me", "=", True)])

        self.assertIn(approval, mine(self.approver))
        self.assertFalse(mine(self.accountant))
        self.assertTrue(approval.is_for_me)
        self.assertFalse(approval.with_user(self.accountant).is_for_me)
        self.assertIn("40.00", approval.amount_text)
        self.assertIn("short", approval.subject_name)

    def test_a_set_shows_its_preview(self):
        bulk = self.ignoring(self.opened(6, 100_00))
        bulk.action_start()
        approval = bulk.sudo().approval_id.with_user(self.approver)
        looked = approval.action_look()
        self.assertEqual(looked["preview"]["count"], 6)
        self.assertIn("600.00", approval.amount_text)

    def test_another_company_sees_nothing_of_it(self):
        _exception, approval = self.short()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_approver", other)
        with self.assertRaises(AccessError):
            approval.with_user(stranger).action_look()
        viewer = approval.with_user(self.users["group_viewer"])
        with self.assertRaises(AccessError):
            viewer.action_look()
