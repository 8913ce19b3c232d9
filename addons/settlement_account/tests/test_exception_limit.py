from odoo.tests import tagged

from odoo.addons.settlement_account.tests.common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestExceptionLimit(SettlementAccountCase):
    """Up to which amount one person decides alone comes from the posting policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"approval_limit": 500.0, "write_off_limit": 20.0})

    def opened(self, minor, reason="amount_short"):
        return self.env["settlement.exception"]._raise_for(
            self.wallet,
            reason,
            "A cause.",
            amount_minor=minor,
            currency=self.currency,
        )

    def test_write_offs_have_a_limit_of_their_own(self):
        exception = self.opened(100)
        self.assertEqual(exception._approval_limit("ignore"), 500_00)
        for verb in ("write_off", "post_fee_variance", "fx_difference"):
            self.assertEqual(exception._approval_limit(verb), 20_00)

    def test_no_approval_limit_is_none_and_no_write_off_limit_is_zero(self):
        self.policy.write({"approval_limit": 0.0, "write_off_limit": 0.0})
        exception = self.opened(100)
        self.assertIsNone(exception._approval_limit("ignore"))
        self.assertEqual(exception._approval_limit("write_off"), 0)

    def test_the_policy_of_the_backend_comes_first(self):
        self.policy.copy({"backend_id": self.backend.id, "approval_limit": 7.0})
        self.assertEqual(self.opened(100)._approval_limit("ignore"), 7_00)

    def test_a_company_without_policy_has_no_limit(self):
        exception = self.opened(100)
        other = self.env["res.company"].create({"name": "Without"})
        exception.sudo().company_id = other
        exception.sudo().backend_id = False
        self.assertIsNone(exception._approval_limit("ignore"))

    def test_ignoring_above_the_limit_waits_for_another_person(self):
        small, large = self.opened(500_00), self.opened(500_01, "amount_over")
        outcomes = (small | large).action_ignore("Agreed by mail.")
        self.assertEqual([each["outcome"] for each in outcomes], ["done", "waiting"])
        self.assertEqual(large.state, "waiting_approval")

    def test_another_currency_counts_in_company_currency(self):
        other = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        exception = self.env["settlement.exception"]._raise_for(
            self.wallet, "amount_short", "x", amount_minor=300_00, currency=other
        )
        self.assertEqual(exception.company_amount, 600.0)
        exception.action_ignore("Agreed by mail.")
        self.assertEqual(exception.state, "waiting_approval")
