import json
from datetime import datetime, timedelta, timezone

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_connector.models import backend_webhook
from odoo.addons.settlement_connector.webhooks.refusal_meter import RefusalMeter

from ..client.certificates import CertificateCache
from ..models import webhook_keys
from ..stand_in import paypal_server as pp
from .common import PaypalApiCase

CAPTURE = {"id": "00001AB12345CD678", "amount": {"value": "999999.00"}}


@tagged("post_install", "-at_install")
class TestPaypalWebhook(PaypalApiCase, HttpCase):
    """A backend to which a stand-in of PayPal sends events."""

    def setUp(self):
        super().setUp()
        self.patch(backend_webhook, "_refusals", RefusalMeter())
        self.patch(webhook_keys, "_cache", CertificateCache())
        self.patch(webhook_keys, "trusted_roots", lambda: [self.signer.root])
        self.backend.set_credential("webhook_id", pp.WEBHOOK_ID)
        self.backend.action_renew_webhook()
        self.backend._set_state("connected")

    def body(self, kind="PAYMENT.CAPTURE.COMPLETED", resource=None, number=1):
        event = self.server.event(kind, resource or CAPTURE, number)
        return json.dumps(event).encode()

    def send(self, body=None, **headers):
        """Send an event as PayPal does and return the status of the answer."""
        body = self.body() if body is None else body
        sent = {**self.server.headers(body, sent_at=self.now()), **headers}
        sent["Content-Type"] = "application/json"
        path = f"/settlement/webhook/{self.backend.webhook_token}"
        answer = self.url_open(path, data=body, headers=sent, method="POST")
        return answer.status_code

    def now(self):
        return datetime.now(timezone.utc)

    def work(self):
        """Do what the scheduled actions do: parse, fetch, parse what was fetched."""
        self.backend.run_pipeline(until="parse")
        self.env["settlement.backend"]._pull_all_announced(lambda: None)
        self.backend.run_pipeline(until="parse")

    def messages(self):
        domain = [("backend_id", "=", self.backend.id), ("channel", "=", "webhook")]
        return self.env["settlement.message"].search(domain, order="id")

    def test_a_capture_is_fetched_and_its_event_not_believed(self):
        self.server.rows = [pp.transaction(1, fee="-3.20")]
        self.assertEqual(self.send(), 200)
        self.assertEqual(self.messages().external_id, f"WH-{1:017}-EVENT")
        self.work()
        self.assertEqual(self.transactions().gross_amount, 100.0)
        self.assertEqual(self.messages().state, "parsed")

    def test_a_row_that_is_not_listed_yet_is_late_and_not_lost(self):
        self.assertEqual(self.send(), 200)
        self.work()
        self.assertFalse(self.transactions())
        self.assertFalse(self.exceptions())
        self.server.rows = [pp.transaction(1)]
        self.pull()
        self.assertEqual(len(self.transactions()), 1)

    def test_a_dispute_is_fetched(self):
        self.server.disputes = [pp.dispute(1, "WAITING_FOR_SELLER_RESPONSE")]
        resource = {"dispute_id": "PP-D-1"}
        self.assertEqual(
            self.send(self.body("CUSTOMER.DISPUTE.CREATED", resource)), 200
        )
        self.work()
        dispute = self.env["settlement.dispute"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(
            (dispute.external_id, dispute.status), ("PP-D-1", "evidence_due")
        )

    def test_other_events_are_kept_and_not_used(self):
        self.assertEqual(self.send(self.body("CHECKOUT.ORDER.APPROVED")), 200)
        self.work()
        self.assertEqual(self.messages().state, "ignored")
        self.assertIn("CHECKOUT.ORDER.APPROVED", self.messages().error)

    def test_the_same_event_again_is_one(self):
        body = self.body()
        self.assertEqual([self.send(body) for _ in range(3)], [200] * 3)
        self.assertEqual(len(self.messages()), 1)

    def test_the_certificate_is_fetched_once(self):
        for number in range(3):
            self.send(self.body(number=number))
        self.assertEqual(self.server.log.paths(), [pp.CERTIFICATE])

    def test_what_is_never_accepted(self):
        body = self.body()
        good = self.server.headers(body, sent_at=self.now())
        other = self.server.headers(body, "ANOTHERWEBHOOKID", self.now())
        url = "PAYPAL-CERT-URL"
        for name, content, headers in (
            ("tampered", body.replace(b"999999", b"111111"), good),
            ("another webhook", body, other),
            ("no signature", body, {"PAYPAL-TRANSMISSION-SIG": ""}),
            ("no base64", body, {"PAYPAL-TRANSMISSION-SIG": "***"}),
            ("weak algorithm", body, {"PAYPAL-AUTH-ALGO": "SHA1withRSA"}),
            ("stranger", body, {url: "https://paypal.com.example.org/x.pem"}),
            ("other path", body, {url: f"{self.server.url}/evil.pem"}),
            ("no time", body, {"PAYPAL-TRANSMISSION-TIME": "yesterday"}),
            (
                "too old",
                body,
                self.server.headers(body, sent_at=self.now() - timedelta(days=5)),
            ),
        ):
            with self.subTest(name):
                self.assertEqual(self.send(content, **headers), 400)
        self.assertFalse(self.messages())
        self.assertEqual(self.exceptions().reason, "signature_invalid")

    def test_a_certificate_of_nobody_whom_we_trust(self):
        self.patch(webhook_keys, "trusted_roots", lambda: [pp.Signer().root])
        self.assertEqual(self.send(), 400)
        self.assertFalse(self.messages())

    def test_paypal_is_asked_about_an_event(self):
        self.backend.paypal_webhook_check = "call"
        body = self.body()
        self.assertEqual([self.send(body) for _ in range(2)], [200, 200])
        self.assertEqual(len(self.messages()), 1)
        self.assertNotIn(pp.CERTIFICATE, self.server.log.paths())
        self.assertEqual(self.server.log.paths().count(pp.VERIFY), 2)

    def test_what_paypal_does_not_confirm_is_not_accepted(self):
        self.backend.paypal_webhook_check = "call"
        body = self.body()
        good = self.server.headers(body, sent_at=self.now())
        other = self.server.headers(body, "ANOTHERWEBHOOKID", self.now())
        old = self.server.headers(body, sent_at=self.now() - timedelta(days=5))
        inside = body + b', "webhook_id": "ANOTHERWEBHOOKID"'
        for name, content, headers in (
            ("tampered", body.replace(b"999999", b"111111"), good),
            ("another webhook", body, other),
            ("too old", body, old),
            ("no event alone", inside, self.server.headers(inside, sent_at=self.now())),
            ("no signature", body, {"PAYPAL-TRANSMISSION-SIG": ""}),
        ):
            with self.subTest(name):
                self.assertEqual(self.send(content, **headers), 400)
        self.assertFalse(self.messages())
        self.assertEqual(self.server.log.paths().count(pp.VERIFY), 2)

    def test_a_confirmation_that_cannot_be_had_now(self):
        self.backend.paypal_webhook_check = "call"
        self.server.faults.add("status", status=503, path=pp.VERIFY)
        self.assertEqual(self.send(), 503)
        self.assertEqual(self.send(), 200)

    def test_no_webhook_id(self):
        self.backend.credential_ids.filtered(
            lambda one: one.name == "webhook_id"
        ).unlink()
        self.assertEqual(self.send(), 503)

    def test_a_certificate_that_cannot_be_had_now(self):
        self.server.faults.add("status", status=503, path=pp.CERTIFICATE)
        self.assertEqual(self.send(), 503)
        self.assertEqual(self.send(), 200)
