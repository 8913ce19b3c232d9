import time

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_connector.models import backend_webhook
from odoo.addons.settlement_connector.webhooks.refusal_meter import RefusalMeter

from . import stripe_shop as shop
from .common import FIRST, StripeCase

SECRET = "_".join(("whsec", "StandInOfStripe0001"))
OLD_SECRET = "_".join(("whsec", "StandInOfStripe0000"))
CHARGE = {"object": "charge", "id": "ch_0001"}


class StripeWebhookCase(StripeCase, HttpCase):
    """A backend to which a stand-in Stripe sends events."""

    def setUp(self):
        super().setUp()
        self.patch(backend_webhook, "_refusals", RefusalMeter())
        self.backend.set_credential("webhook_secret", SECRET)
        self.backend.action_renew_webhook()
        self.backend._set_state("connected")
        self.stripe = shop.StripeWebhooks("", [SECRET])

    def send(self, event, signature=None):
        """Send an event as Stripe does and return the status of the answer."""
        body = event if isinstance(event, bytes) else self.stripe.content(event)
        header = self.stripe.signature(body) if signature is None else signature
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if header:
            headers["Stripe-Signature"] = header
        path = f"/settlement/webhook/{self.backend.webhook_token}"
        return self.url_open(
            path, data=body, headers=headers, method="POST"
        ).status_code

    def work(self):
        """Do what the scheduled actions do: parse, fetch, parse what was fetched."""
        self.backend.run_pipeline(until="parse")
        self.env["settlement.backend"]._pull_all_announced(lambda: None)
        self.backend.run_pipeline(until="parse")

    def messages(self):
        domain = [("backend_id", "=", self.backend.id), ("channel", "=", "webhook")]
        return self.env["settlement.message"].search(domain, order="id")


@tagged("post_install", "-at_install")
class TestStripeWebhook(StripeWebhookCase):
    # -- signatures --------------------------------------------------------------

    def test_valid(self):
        event = self.stripe.event("charge.succeeded", CHARGE)
        self.assertEqual(self.send(event), 200)
        self.assertEqual(self.messages().external_id, event["id"])
        self.assertFalse(self.exceptions())

    def test_several_signatures_one_of_them_valid(self):
        self.stripe.secrets = [OLD_SECRET, SECRET]
        self.assertEqual(self.send(self.stripe.event("charge.updated", CHARGE)), 200)

    def test_several_secrets_while_one_replaces_the_other(self):
        self.backend.set_credential("webhook_secret", [OLD_SECRET, SECRET])
        for secret in (OLD_SECRET, SECRET):
            self.stripe.secrets = [secret]
            event = self.stripe.event("charge.updated", CHARGE)
            self.assertEqual(self.send(event), 200)
        self.assertEqual(len(self.messages()), 2)

    def test_what_is_never_accepted(self):
        body = self.stripe.content(self.stripe.event("charge.succeeded", CHARGE))
        good = self.stripe.signature(body)
        other = shop.StripeWebhooks("", [OLD_SECRET])
        for name, content, header in (
            ("tampered", body.replace(b"ch_0001", b"ch_0002"), good),
            ("wrong secret", body, other.signature(body)),
            ("too old", body, self.stripe.signature(body, time.time() - 301)),
            ("from the future", body, self.stripe.signature(body, time.time() + 301)),
            ("missing header", body, ""),
            ("no scheme that we trust", body, good.replace("v1=", "v0=")),
        ):
            with self.subTest(name):
                self.assertEqual(self.send(content, header), 400)
        self.assertFalse(self.messages())
        exception = self.exceptions()
        self.assertEqual(exception.reason, "signature_invalid")
        self.assertIn("6 requests", exception.cause)

    def test_replayed(self):
        body = self.stripe.content(self.stripe.event("charge.succeeded", CHARGE))
        header = self.stripe.signature(body)
        self.assertEqual([self.send(body, header) for _ in range(3)], [200] * 3)
        self.assertEqual(len(self.messages()), 1)

    def test_no_secret(self):
        self.backend.credential_ids.filtered(
            lambda one: one.name == "webhook_secret"
        ).unlink()
        self.assertEqual(self.send(self.stripe.event("charge.updated", CHARGE)), 503)
        self.assertFalse(self.messages())

    # -- what becomes of it ------------------------------------------------------

    def test_a_charge_is_fetched_and_its_event_not_believed(self):
        lie = {**CHARGE, "amount": 99_999_999, "currency": "usd"}
        self.send(self.stripe.event("charge.succeeded", lie))
        self.assertFalse(self.server.log, "Stripe is not asked inside its request.")
        self.work()
        self.assertEqual(self.messages().state, "parsed")
        self.assertRecordValues(
            self.transactions(),
            [{"external_id": "txn_0001", "gross_amount": 100.0, "revision": 1}],
        )

    def test_a_payout_comes_with_its_list(self):
        payout = {"object": "payout", "id": "po_00"}
        self.send(self.stripe.event("payout.reconciliation_completed", payout))
        self.work()
        self.backend.run_pipeline(until="validate")
        self.assertRecordValues(
            self.batches(),
            [{"external_id": "po_00", "state": "validated", "transaction_count": 3}],
        )

    def test_a_balance(self):
        self.send(self.stripe.event("balance.available", {"object": "balance"}))
        self.work()
        self.assertTrue(self.backend.wallet_ids.provider_balance_at)

    def test_any_order_and_number_ends_like_the_pull_alone(self):
        for _ in range(2):
            for kind, subject in (
                ("payout.paid", {"object": "payout", "id": "po_01"}),
                ("charge.updated", {"object": "charge", "id": "ch_0004"}),
                ("charge.succeeded", {"object": "charge", "id": "ch_0004"}),
            ):
                self.send(self.stripe.event(kind, subject))
        self.work()
        self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="validate")
        self.assertEqual(len(self.transactions()), 40)
        self.assertEqual(set(self.transactions().mapped("revision")), {1})
        self.assertEqual(len(self.batches()), 10)
        self.assertEqual(set(self.batches().mapped("state")), {"validated"})
        self.assertFalse(self.exceptions())

    def test_events_that_move_no_money_are_kept_and_ignored(self):
        self.send(self.stripe.event("customer.created", {"object": "customer"}))
        self.work()
        self.assertEqual(self.messages().state, "ignored")
        self.assertIn("customer.created", self.messages().error)
        self.assertFalse(self.server.log)

    def test_events_of_the_other_mode_are_ignored(self):
        self.stripe.live = True
        self.send(self.stripe.event("charge.succeeded", CHARGE))
        self.work()
        self.assertEqual(self.messages().state, "ignored")
        self.assertIn("live mode", self.messages().error)
        self.assertFalse(self.server.log)

    def test_events_of_connected_accounts_are_ignored(self):
        for account, state in (("acct_1Other", "ignored"), ("acct_1Shop", "parsed")):
            event = self.stripe.event("charge.succeeded", CHARGE, account=account)
            self.send(event)
            self.work()
            self.assertEqual(self.messages()[-1].state, state)

    def test_an_object_that_stripe_does_not_know(self):
        unknown = {"object": "payout", "id": "po_unknown"}
        self.send(self.stripe.event("payout.paid", unknown))
        self.work()
        self.assertEqual(self.backend.state, "connected")
        self.assertFalse(self.transactions())

    def test_replaying_a_message_fetches_again(self):
        self.send(self.stripe.event("charge.succeeded", CHARGE))
        self.work()
        calls = len(self.server.log)
        self.messages().replay()
        self.work()
        self.assertEqual(len(self.server.log), calls + 1)
        self.assertEqual(set(self.transactions().mapped("revision")), {1})
