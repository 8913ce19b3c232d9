from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestExceptionReconfirm(SettlementCase):
    """What was approved is another thing now: somebody agrees to it anew."""

    def setUp(self):
        super().setUp()
        self.accountant = self.new_user("group_accountant")
        self.approver = self.new_user("group_approver")
        exceptions = self.env["settlement.exception"].sudo()
        raised = exceptions._raise_for(
            self.backend, "bank_details_changed", "The IBAN is another one."
        )
        self.exception = raised.with_user(self.accountant).sudo(False)

    def test_it_needs_words_and_another_person(self):
        with self.assertRaisesRegex(UserError, "comment"):
            self.exception.action_resolve("reconfirm")
        self.exception.action_resolve("reconfirm", comment="Called them.")
        self.assertEqual(self.exception.state, "waiting_approval")
        approval = self.exception.sudo().approval_id
        self.assertIn("another one", approval.content["cause"])
        with self.assertRaises(UserError):
            approval.with_user(self.accountant).sudo()._decide("approved", "")
        approval.with_user(self.approver).sudo(False).action_approve()
        self.assertEqual(self.exception.state, "resolved")
        self.assertIn("Called them.", self.exception.resolution)

    def test_it_fits_nothing_else(self):
        other = self.exception.sudo()._raise_for(self.backend, "stale_feed", "x")
        mine = other.with_user(self.accountant).sudo(False)
        with self.assertRaisesRegex(UserError, "no way out"):
            mine.action_resolve("reconfirm", comment="x")

    def test_a_verb_says_why_it_cannot_be_used(self):
        self.assertEqual(self.exception._why_not("reconfirm"), "")
        viewer = self.exception.with_user(self.new_user("group_viewer"))
        self.assertIn("role", viewer._why_not("reconfirm"))
        self.exception.action_ignore("Known.", "agreed")
        self.assertIn("closed already", self.exception._why_not("reconfirm"))
