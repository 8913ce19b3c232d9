from odoo.tests import tagged

from . import stripe_shop as shop
from .common import FIRST, StripeCase
from .test_stripe_webhook import StripeWebhookCase

DAY = shop.DAY
OPENED = shop.START + 2 * DAY


@tagged("post_install", "-at_install")
class TestStripeDisputes(StripeCase):
    """A dispute over real HTTP, from its opening to its outcome."""

    def setUp(self):
        super().setUp()
        shop.add_dispute(self.world, 1, created=OPENED)
        shop.add_dispute_row(self.world, 1, created=OPENED)
        self.world.now = OPENED + DAY

    def pull(self):
        """Pull and parse; later data come a day later."""
        self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="parse")
        self.assertFalse(self.windows("failed"))

    def windows(self, state):
        return self.env["settlement.window"].search(
            [("backend_id", "=", self.backend.id), ("state", "=", state)]
        )

    @property
    def dispute(self):
        return self.env["settlement.dispute"].search(
            [("backend_id", "=", self.backend.id)]
        )

    def opened(self):
        return self.env["settlement.exception"].search(
            [("dispute_id", "=", self.dispute.id)]
        )

    def test_rows_and_object_are_one_dispute(self):
        self.pull()
        self.assertRecordValues(
            self.dispute,
            [
                {
                    "external_id": "dp_0001",
                    "status": "evidence_due",
                    "provider_status": "needs_response",
                    "reason_code": "10.4",
                    "amount": 100.0,
                    "open_amount": 100.0,
                    "fee_amount": 15.0,
                    "charge_external_id": "ch_0001",
                }
            ],
        )
        self.assertEqual(
            self.dispute.charge_transaction_id, self.transactions(kind="charge")[:1]
        )
        self.assertEqual(self.opened().deadline, self.dispute.evidence_due_at)

    def test_how_it_ended_is_heard_although_its_rows_never_change(self):
        self.pull()
        self.world.change("dp_0001", OPENED + 20 * DAY, status="lost")
        self.world.now = OPENED + 21 * DAY
        self.pull()
        self.assertEqual((self.dispute.status, self.dispute.lost_amount), ("lost", 100))
        self.assertEqual(self.opened().state, "resolved")
        self.assertEqual(len(self.dispute.version_ids), 2)

    def test_won_with_its_money_and_fee(self):
        self.pull()
        self.world.change("dp_0001", OPENED + 20 * DAY, status="won")
        shop.add_dispute_row(
            self.world, 1, created=OPENED + 20 * DAY, amount=10_000, fee=-1_500
        )
        self.world.now = OPENED + 21 * DAY
        self.pull()
        self.assertRecordValues(
            self.dispute,
            [{"status": "won", "open_amount": 0.0, "fee_amount": 0.0}],
        )

    def test_an_inquiry_that_becomes_a_dispute(self):
        inquiry = OPENED + 2 * DAY
        shop.add_dispute(
            self.world, 2, created=inquiry, status="warning_needs_response"
        )
        self.world.now = inquiry + DAY
        self.pull()
        second = self.dispute.filtered(lambda one: one.external_id == "dp_0002")
        self.assertEqual((second.status, second.amount), ("warning", 0.0))
        self.assertEqual(second.disputed_amount, 100.0)
        self.world.change("dp_0002", inquiry + 3 * DAY, status="needs_response")
        shop.add_dispute_row(self.world, 2, created=inquiry + 3 * DAY)
        self.world.now = inquiry + 4 * DAY
        self.pull()
        self.assertEqual((second.status, second.amount), ("evidence_due", 100.0))

    def test_pulled_again_nothing_is_new(self):
        self.pull()
        messages = self.env["settlement.message"].search_count(
            [("backend_id", "=", self.backend.id), ("stream", "=", "disputes")]
        )
        self.pull()
        self.assertEqual(messages, 1)
        self.assertEqual(len(self.dispute.version_ids), 1)
        self.assertEqual(len(self.opened()), 1)

    def test_a_key_that_may_not_read_disputes_still_brings_the_rest(self):
        self.world.keys[shop.KEY] = frozenset(
            {"account", "balance", "balance_transactions", "payouts"}
        )
        self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="parse")
        self.assertEqual(self.windows("failed").stream, "disputes")
        self.assertTrue(self.transactions(kind="charge"))
        # The rows alone make the dispute.
        self.assertEqual(self.dispute.open_amount, 100.0)
        failed = self.exceptions().filtered(
            lambda one: one.reason == "connector_failed"
        )
        self.assertIn("Disputes: Read", failed.cause)
        self.world.keys[shop.KEY] = None
        self.pull_without_failures()
        self.assertEqual(failed.state, "resolved")

    def pull_without_failures(self):
        self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="parse")


@tagged("post_install", "-at_install")
class TestStripeDisputeWebhook(StripeWebhookCase):
    """A change of a dispute is fetched when Stripe tells of it."""

    def test_the_object_is_fetched_as_it_stands(self):
        shop.add_dispute(self.world, 1, created=OPENED)
        shop.add_dispute_row(self.world, 1, created=OPENED)
        self.world.change("dp_0001", OPENED, status="under_review")
        subject = {"object": "dispute", "id": "dp_0001", "status": "won"}
        event = self.stripe.event("charge.dispute.updated", subject)
        self.assertEqual(self.send(event), 200)
        self.work()
        dispute = self.env["settlement.dispute"].search(
            [("backend_id", "=", self.backend.id)]
        )
        # What the event says is not believed; the API is asked.
        self.assertEqual((dispute.status, dispute.amount), ("under_review", 100.0))
        self.assertEqual(len(dispute.transaction_ids), 1)
