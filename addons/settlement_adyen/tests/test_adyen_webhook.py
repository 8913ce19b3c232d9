import json

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_connector.models import backend_webhook
from odoo.addons.settlement_connector.webhooks.refusal_meter import RefusalMeter

from . import adyen_paper as paper
from . import adyen_report as rows
from . import adyen_stand_in as ay
from .common import AdyenCase

KEPT, REFUSED, UNAVAILABLE = 200, 400, 503
NAME = ay.report_name(1)
OTHER = "ExampleShopUS"


class WebhookCase(AdyenCase):
    def setUp(self):
        super().setUp()
        self.patch(backend_webhook, "_refusals", RefusalMeter())
        self.server.issue(1, paper.report(1, 1000))

    def events(self, **values):
        return self.messages(channel="webhook", **values)

    def notes(self):
        """Return what is said about events that were not used."""
        return self.events(state="ignored").mapped("error")

    def targets(self):
        domain = [("backend_id", "=", self.backend.id)]
        return self.env["settlement.pull.target"].search(domain).mapped("target")

    def tell(self, *items, **values):
        """Send a notification and read it; nothing is fetched yet."""
        self.assertEqual(self.send(ay.notification(*items, **values)), KEPT)
        self.backend.run_pipeline(until="parse")


@tagged("post_install", "-at_install")
class TestAdyenReportEvents(WebhookCase):
    """A report that is announced is fetched; nothing else of its event is believed."""

    def test_an_announced_report_is_fetched(self):
        self.assertEqual(self.send(ay.notification(ay.available(NAME))), KEPT)
        self.assertFalse(self.server.log, "Nobody is asked inside the request.")
        self.work()
        self.assertEqual(self.transactions(kind="charge").net_amount, 10.0)
        self.assertEqual(self.events().state, "parsed")
        self.assertFalse(self.targets())
        self.pull()
        self.assertEqual(len(self.messages(channel="poll")), 1, "One report, once.")

    def test_a_report_that_is_announced_again_is_fetched_again(self):
        for day, amount in ((30, 1000), (31, 1500)):
            self.server.issue(1, paper.report(1, amount))
            moment = f"2026-03-{day}T10:00:00+02:00"
            self.send(ay.notification(ay.available(NAME, eventDate=moment)))
            self.clock.move_to(f"2026-04-{day - 29:02} 09:00:00")
            self.work()
        self.assertEqual(len(self.events()), 2)
        self.assertEqual(self.transactions(kind="charge").net_amount, 15.0)

    def test_the_same_announcement_again_is_kept_once(self):
        for _delivery in range(3):
            self.tell(ay.available(NAME))
        self.assertEqual(len(self.events()), 1)
        self.assertEqual(self.targets(), [f"MerchantAccount|{ay.ACCOUNT}|{NAME}"])

    def test_it_is_fetched_where_adyen_is_not_where_the_event_says(self):
        """The address is no signed field: it is compared, and nothing else."""
        for number, url in enumerate(
            (
                f"https://evil.example/reports/download/MerchantAccount/{NAME}",
                f"{self.server.url}{ay.DOWNLOADS}/MerchantAccount/{ay.ACCOUNT}/{NAME}",
                f"http://ca-test.adyen.com{ay.DOWNLOADS}/MerchantAccount/x/{NAME}",
            )
        ):
            date = f"2026-03-30T10:00:0{number}Z"
            self.tell(ay.available(NAME, reason=url, eventDate=date))
        self.assertFalse(self.targets())
        self.assertEqual(len(self.notes()), 3)
        self.assertIn("none of Adyen's reports", self.notes()[0])

    def test_a_report_that_is_not_there_yet_comes_with_a_later_pull(self):
        self.tell(ay.available(ay.report_name(2)))
        self.work()
        self.assertFalse(self.targets())
        told = self.env["settlement.event"].search(
            [("action", "=", "webhook.object_not_fetched")], limit=1
        )
        self.assertIn("Report not found", told.reason)
        self.server.issue(2, paper.report(2, 500))
        self.pull()
        self.assertEqual(len(self.transactions(kind="charge")), 2)

    def test_a_failure_that_passes_keeps_the_report_waiting(self):
        self.tell(ay.available(NAME))
        self.server.faults.add("status", status=503, times=99)
        self.work()
        self.assertEqual(len(self.targets()), 1)
        self.server.faults.clear()
        self.clock.move_to("2026-03-31 10:00:00")
        self.work()
        self.assertFalse(self.targets())
        self.assertEqual(len(self.transactions(kind="charge")), 1)

    def test_a_report_that_is_not_read_here(self):
        self.tell(ay.available("received_payments_report_2026_03_30.csv"))
        self.assertIn("none that is read here", self.notes()[0])

    def test_a_report_without_an_address_waits_for_a_person(self):
        self.tell(ay.available(NAME, reason=None))
        self.assertEqual(self.exceptions().mapped("reason"), ["malformed_input"])
        self.assertFalse(self.targets())

    def test_a_name_that_leads_elsewhere(self):
        name = f"settlement_detail_report/../../{NAME}"
        self.tell(ay.available(name))
        self.assertFalse(self.targets())
        self.assertIn("no name of a report", self.notes()[0])

    def test_a_payments_accounting_report_and_the_settlement_are_one_row(self):
        name = "payments_accounting_report_2026_01_07.csv"
        told = rows.accounting_of(rows.record(Merchant_Account=ay.ACCOUNT))
        self.server.reports[ay.ACCOUNT, name] = told
        self.tell(ay.available(name))
        self.work()
        before = self.transactions(kind="charge")
        self.assertEqual(
            (before.provider_state, before.net_amount), ("acknowledged", 97.5)
        )
        self.clock.move_to("2026-04-01 09:00:00")
        made = rows.file_of(
            rows.sale(Merchant_Account=ay.ACCOUNT),
            rows.payout("97.50", Merchant_Account=ay.ACCOUNT),
        )
        self.server.issue(237, made)
        self.tell(ay.available(ay.report_name(237)))
        self.work()
        after = self.transactions(kind="charge")
        self.assertEqual(after.external_id, before.external_id)
        self.assertEqual((after.provider_state, after.net_amount), ("settled", 97.5))
        self.assertEqual(after.batch_id.external_id, "237")

    def test_the_walk_goes_on_behind_an_announced_report(self):
        self.server.issue(480, paper.report(480, 1000))
        self.tell(ay.available(ay.report_name(480)))
        self.work()
        self.server.log.clear()
        self.pull()
        self.assertEqual(self.asked(), [480, 481, 482, 483])


@tagged("post_install", "-at_install")
class TestAdyenEvents(WebhookCase):
    """Who may send, to whom, and what becomes of what moves no money."""

    def test_items_of_one_request_are_taken_one_by_one(self):
        self.server.accounts.add(OTHER)
        self.tell(
            ay.item("AUTHORISATION", "8800000000000001"),
            ay.available(NAME),
            ay.available(NAME, OTHER),
            ay.item("QUANTUM_SETTLEMENT", "8800000000000002"),
        )
        self.assertEqual(self.events().state, "parsed")
        self.assertEqual(self.targets(), [f"MerchantAccount|{ay.ACCOUNT}|{NAME}"])
        self.assertEqual(self.exceptions().mapped("reason"), ["unknown_mapping"])

    def test_an_event_that_moves_no_money_says_why_it_was_not_used(self):
        self.tell(ay.item("AUTHORISATION", "8800000000000001"))
        self.assertEqual(self.events().state, "ignored")
        self.assertIn("AUTHORISATION: a payment on its way", self.notes()[0])
        self.assertFalse(self.exceptions())

    def test_an_event_that_nobody_knows_waits_for_a_person(self):
        self.tell(ay.item("QUANTUM_SETTLEMENT", "8800000000000002"))
        found = self.exceptions(reason="unknown_mapping")
        self.assertEqual(found.message_id, self.events())
        self.assertIn("QUANTUM_SETTLEMENT", found.cause)
        self.assertFalse(self.transactions())

    def test_an_event_of_another_account_is_left_alone(self):
        self.tell(ay.available(NAME, OTHER))
        self.assertFalse(self.targets())
        self.assertIn(f"{OTHER} is no merchant account", self.notes()[0])

    def test_events_of_the_other_environment_are_refused(self):
        for live in ("true", True, "", None):
            body = ay.notification(ay.available(NAME), live=live)
            self.assertEqual(self.send(body), REFUSED)
        self.assertFalse(self.events())
        self.assertEqual(self.send(ay.notification(ay.available(NAME))), KEPT)

    def test_an_event_of_the_platform(self):
        body = json.dumps(
            {"type": "balancePlatform.report.created", "environment": "test"}
        ).encode()
        self.assertEqual(self.send(body), REFUSED)
        self.assertEqual(self.send(body, HmacSignature=ay.sign(b"x")), REFUSED)
        self.assertEqual(self.send(body, HmacSignature=ay.sign(body)), KEPT)
        self.backend.run_pipeline(until="parse")
        self.assertIn("balancePlatform.report.created", self.notes()[0])

    def test_one_item_that_is_forged_refuses_all(self):
        body = json.loads(ay.notification(ay.available(NAME), ay.item("CAPTURE", "1")))
        items = body["notificationItems"]
        items[1]["NotificationRequestItem"]["pspReference"] = "2"
        self.assertEqual(self.send(json.dumps(body).encode()), REFUSED)
        self.assertFalse(self.events())

    def test_the_name_of_a_report_cannot_be_changed(self):
        body = ay.notification(ay.available(NAME)).replace(b"batch_1.", b"batch_2.")
        self.assertEqual(self.send(body), REFUSED)

    def test_a_user_and_password_that_were_agreed(self):
        self.backend.set_credential("webhook_user", ay.WEBHOOK_USER)
        body = ay.notification(ay.available(NAME))
        self.assertEqual(self.send(body, Authorization=ay.basic()), UNAVAILABLE)
        self.backend.set_credential("webhook_password", ay.WEBHOOK_PASSWORD)
        self.assertEqual(self.send(body), REFUSED)
        wrong = ay.basic(password="a guess")
        self.assertEqual(self.send(body, Authorization=wrong), REFUSED)
        self.assertEqual(self.send(body, Authorization=ay.basic()), KEPT)

    def test_a_key_that_is_none_lets_adyen_wait(self):
        self.backend.set_credential("hmac_key", "not what Adyen showed")
        body = ay.notification(ay.available(NAME))
        self.assertEqual(self.send(body), UNAVAILABLE)

    def test_a_bad_dispute_costs_the_others_nothing(self):
        amount = {"currency": "?", "value": 1}
        bad = ay.item("CHARGEBACK", "8800000000000009", amount=amount)
        self.tell(bad, ay.available(NAME))
        self.assertEqual(len(self.targets()), 1)
        self.assertEqual(self.exceptions().mapped("reason"), ["malformed_input"])


@tagged("post_install", "-at_install")
class TestAdyenAcknowledgement(WebhookCase, HttpCase):
    """What Adyen reads, over HTTP."""

    def setUp(self):
        super().setUp()
        self.backend.action_renew_webhook()
        self.backend._set_state("connected")

    def post(self, body):
        path = f"/settlement/webhook/{self.backend.webhook_token}"
        headers = {"Content-Type": "application/json"}
        return self.url_open(path, data=body, headers=headers, method="POST")

    def test_what_is_kept_is_accepted_in_adyens_words(self):
        body = ay.notification(ay.available(NAME))
        for _delivery in range(2):
            answer = self.post(body)
            self.assertEqual((answer.status_code, answer.text), (KEPT, "[accepted]"))
        self.assertEqual(len(self.events()), 1)

    def test_what_is_forged_is_not(self):
        answer = self.post(ay.notification(ay.available(NAME), key="00" * 32))
        self.assertEqual((answer.status_code, answer.text), (REFUSED, ""))
