import hashlib
import hmac
import json
import logging
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
)

from .. import secrets_store
from ..controllers.webhook import MAX_BYTES
from ..models import backend_webhook
from ..webhooks.refusal_meter import RefusalMeter
from .common import NOW, ConnectorCase

SECRET = b"signing secret of the tests"
BODY = json.dumps({"id": "evt_1", "says": "Änne"}).encode()


def sign(body, secret=SECRET):
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def verify(handler, backend, headers, body):
    """Stand in for a connector: one signature, the id in the body."""
    if not hmac.compare_digest(headers.get("X-Signature", ""), sign(body)):
        raise AuthenticationError("The signature of the webhook is wrong.")
    try:
        return json.loads(body)["id"]
    except (ValueError, KeyError):
        raise MalformedInput("The event has no id.") from None


class Recorder(logging.Handler):
    """Keeps the lines that were logged."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


class WebhookCase(ConnectorCase, HttpCase):
    """A backend whose connector takes webhooks at ``self.path``."""

    def setUp(self):
        super().setUp()
        self.teach("_capabilities", lambda handler: {"pull", "webhook"})
        self.teach("_verify_webhook", verify)
        self.patch(backend_webhook, "_refusals", RefusalMeter())
        self.backend.action_renew_webhook()
        self.backend._set_state("connected")

    @property
    def path(self):
        return f"/settlement/webhook/{self.backend.webhook_token}"

    def send(self, body=BODY, signature=None, path=None, **headers):
        """Send a body and return the answer."""
        headers = {
            "Content-Type": "application/json",
            "X-Signature": sign(body) if signature is None else signature,
            **headers,
        }
        return self.url_open(
            path or self.path, data=body, headers=headers, method="POST"
        )

    def messages(self):
        domain = [("backend_id", "=", self.backend.id), ("channel", "=", "webhook")]
        return self.env["settlement.message"].search(domain)

    def refusals(self):
        return self.env["settlement.exception"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("reason", "=", "signature_invalid"),
            ]
        )


@tagged("post_install", "-at_install")
class TestWebhook(WebhookCase):
    def test_an_event_is_kept_as_it_was_sent(self):
        answer = self.send()
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertNotIn("Set-Cookie", answer.headers)
        message = self.messages()
        self.assertRecordValues(
            message,
            [
                {
                    "external_id": "evt_1",
                    "dedupe_key": "webhook:evt_1",
                    "sha256": hashlib.sha256(BODY).hexdigest(),
                    "size": len(BODY),
                    "state": "received",
                    "company_id": self.company.id,
                    "create_uid": self.env.ref("base.user_root").id,
                }
            ],
        )
        with message._open_content() as content:
            self.assertEqual(content.read(), BODY)
        self.assertTrue(message.row_hash)
        self.assertEqual(self.events("message.received")[:1].count, 1)

    def test_a_provider_reads_its_own_words_for_what_is_kept_alone(self):
        self.assertEqual(self.send().text, "")
        self.teach("_acknowledgement", lambda handler: "[accepted]")
        self.assertEqual(self.send().text, "[accepted]")
        self.assertEqual(self.send(signature="forged").text, "")

    def test_an_event_wakes_the_pipeline(self):
        cron = self.env.ref("settlement.cron_run")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.send()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    def test_a_repeated_event_is_answered_alike_and_kept_once(self):
        answers = [self.send().status_code for _ in range(3)]
        self.assertEqual(answers, [200, 200, 200])
        self.assertEqual(len(self.messages()), 1)

    def test_other_bytes_under_a_known_id_change_nothing(self):
        self.send()
        again = json.dumps({"id": "evt_1", "says": "something else"}).encode()
        self.assertEqual(self.send(again).status_code, 200)
        with self.messages()._open_content() as content:
            self.assertEqual(content.read(), BODY)

    def test_forms_are_verified_on_their_bytes(self):
        body = b'{"id": "evt_form"}'
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
            answer = self.send(body, **{"Content-Type": kind})
            self.assertEqual(answer.status_code, 200, kind)
        self.assertEqual(self.messages().external_id, "evt_form")

    def test_what_stands_in_the_query_is_not_looked_at(self):
        answer = self.send(path=f"{self.path}?token=other&id=evt_2")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.messages().external_id, "evt_1")

    def test_a_forged_request_is_refused_without_a_word(self):
        for signature in ("", "0" * 64, sign(BODY + b" "), sign(BODY, b"other")):
            answer = self.send(signature=signature)
            self.assertEqual((answer.status_code, answer.content), (400, b""))
        self.assertFalse(self.messages())

    def test_a_signed_body_without_id_is_refused(self):
        for body in (b"{}", b"", b'{"id": ""}', json.dumps({"id": "x" * 256}).encode()):
            self.assertEqual(self.send(body).status_code, 400)
        self.assertFalse(self.messages())

    def test_an_unknown_address(self):
        for token in ("x", "A" * 43, self.backend.webhook_token[:-1], "%00", "ä"):
            answer = self.send(path=f"/settlement/webhook/{token}")
            self.assertEqual((answer.status_code, answer.content), (404, b""))
        self.assertFalse(self.messages())
        self.assertFalse(self.refusals())

    def test_an_address_ends_with_its_backend(self):
        self.backend.active = False
        self.assertEqual(self.send().status_code, 404)

    def test_a_connector_without_webhooks_is_as_unknown(self):
        self.teach("_capabilities", lambda handler: {"pull"})
        self.assertEqual(self.send().status_code, 404)

    def test_too_large(self):
        body = b"x" * (MAX_BYTES + 1)
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            answer = self.send(body, **{"Content-Type": kind})
            self.assertEqual(answer.status_code, 413, kind)
        self.assertFalse(self.messages())
        self.assertFalse(self.refusals())

    def test_just_not_too_large(self):
        body = json.dumps({"id": "evt_1", "fill": "x" * MAX_BYTES}).encode()[:MAX_BYTES]
        body = body[:-2] + b'"}'
        self.assertEqual(self.send(body).status_code, 200)
        self.assertEqual(self.messages().size, MAX_BYTES)

    def test_only_post(self):
        self.assertEqual(self.url_open(self.path).status_code, 405)

    def test_a_paused_backend_lets_the_provider_wait(self):
        self.backend.action_pause()
        answer = self.send()
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.headers["Retry-After"], "3600")
        self.assertFalse(self.messages())
        self.assertEqual(self.send(signature="").status_code, 400)
        self.backend.action_resume()
        self.assertEqual(self.send().status_code, 200)

    def test_events_are_kept_while_the_key_for_pulls_is_refused(self):
        self.backend._set_state("failing")
        self.assertEqual(self.send().status_code, 200)

    def test_without_a_secret_nothing_is_accepted(self):
        def reveal(handler, backend, headers, body):
            return secrets_store.reveal(handler.env, backend, "webhook_secret")[0]

        self.teach(
            "_verify_webhook",
            lambda handler, *arguments: reveal(self.backend._handler(), *arguments),
        )
        self.assertEqual(self.send().status_code, 503)
        self.assertIn("webhook_secret", self.refusals().cause)

    def test_a_key_that_the_server_lacks_is_no_refusal(self):
        def fail(*arguments):
            raise BusinessError("The server lacks its key.")

        self.teach("_verify_webhook", fail)
        self.assertEqual(self.send().status_code, 503)
        self.assertIn("lacks its key", self.refusals().cause)


@tagged("post_install", "-at_install")
class TestWebhookRefusals(WebhookCase):
    def test_one_exception_an_hour_that_counts(self):
        for _ in range(5):
            self.send(signature="forged")
        self.assertRecordValues(
            self.refusals(),
            [{"state": "open", "team": "it", "backend_id": self.backend.id}],
        )
        self.assertIn("5 requests", self.refusals().cause)
        self.assertIn("2026-03-10 12:00:00", self.refusals().cause)
        self.travel(NOW.replace(hour=13))
        self.send(signature="forged")
        self.assertEqual(len(self.refusals()), 2)
        counts = self.env["settlement.webhook.refusal"].search(
            [("backend_id", "=", self.backend.id)]
        )
        self.assertEqual(counts.mapped("requests"), [1, 5])

    def test_a_flood_writes_little(self):
        self.patch(backend_webhook, "_refusals", RefusalMeter(3, 0))
        added = []
        original = type(self.env["settlement.webhook.refusal"])._add

        def add(model, *arguments):
            added.append(arguments)
            return original(model, *arguments)

        self.patch(type(self.env["settlement.webhook.refusal"]), "_add", add)
        for _ in range(10):
            self.assertEqual(self.send(signature="forged").status_code, 400)
        self.assertEqual(len(added), 3)

    def test_nothing_of_the_request_is_kept(self):
        self.send(b'{"id": "evt_secretive"}', signature="forged-by-me")
        cause = self.refusals().cause
        self.assertNotIn("secretive", cause)
        self.assertNotIn("forged-by-me", cause)
        self.assertNotIn(self.backend.webhook_token, cause)

    def test_what_cannot_be_counted_now_is_counted_later(self):
        refusals = type(self.env["settlement.webhook.refusal"])
        with patch.object(refusals, "_add", lambda *arguments: False):
            self.assertEqual(self.send(signature="forged").status_code, 400)
        self.send(signature="forged")
        self.assertIn("2 requests", self.refusals().cause)


@tagged("post_install", "-at_install")
class TestWebhookLog(WebhookCase):
    def setUp(self):
        super().setUp()
        self.recorder = Recorder()
        for name in ("", "werkzeug"):
            logger = logging.getLogger(name)
            logger.addHandler(self.recorder)
            self.addCleanup(logger.removeHandler, self.recorder)

    def test_no_line_names_the_token(self):
        for signature in (None, "forged"):
            self.send(signature=signature)
        self.send(path=f"{self.path}?a=1")
        self.url_open(self.path)
        text = "\n".join(self.recorder.lines)
        self.assertIn("/settlement/webhook/***", text)
        self.assertNotIn(self.backend.webhook_token, text)

    def test_an_error_of_ours_does_not_name_it_either(self):
        def crash(*arguments):
            raise ZeroDivisionError

        self.teach("_verify_webhook", crash)
        with self.assertLogs("odoo.http", "ERROR"):
            self.assertEqual(self.send().status_code, 500)
        self.assertNotIn(self.backend.webhook_token, "\n".join(self.recorder.lines))

    def test_other_lines_are_left_alone(self):
        logging.getLogger("werkzeug").info("%s of %s", 1, "settlement")
        self.assertIn("1 of settlement", self.recorder.lines)
