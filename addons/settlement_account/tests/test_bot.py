from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestBot(SettlementAccountCase):
    """What the scheduled action posts, it posts as the technical user."""

    def test_a_payout_is_posted_by_the_scheduled_action(self):
        self.policy.auto_post = True
        charge = self.row("charge", "100.00")
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100.0))
        with self.enter_registry_test_mode():
            self.env.ref("settlement.cron_run").method_direct_trigger()
        self.env.invalidate_all()
        self.assertIn(self.batch().state, ("posted", "reconciled"))
        event = self.env["settlement.event"].search(
            [("action", "=", "posting.posted")], limit=1
        )
        self.assertEqual(event.user_id.login, "settlement_bot")
