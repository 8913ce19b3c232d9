from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement.tests.common import ROLES

from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestWebhookAddress(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.teach("_capabilities", lambda handler: {"pull", "webhook"})

    def test_there_is_none_until_it_is_asked_for(self):
        self.assertFalse(self.backend.webhook_token)
        self.assertFalse(self.backend.webhook_url)
        self.assertTrue(self.backend.has_webhook)

    def test_the_address_is_whole(self):
        self.backend.action_renew_webhook()
        url = f"{self.backend.get_base_url()}/settlement/webhook/"
        self.assertEqual(self.backend.webhook_url, url + self.backend.webhook_token)
        self.assertRegex(self.backend.webhook_token, r"^[A-Za-z0-9_-]{43}$")

    def test_renewing_ends_the_former_address(self):
        self.backend.action_renew_webhook()
        former = self.backend.webhook_token
        self.backend.action_renew_webhook()
        find = self.env["settlement.backend"]._backend_of_webhook
        self.assertFalse(find(former))
        self.assertEqual(find(self.backend.webhook_token), self.backend)
        self.assertTrue(self.events("webhook.address_made"))
        events = self.events("webhook.address_renewed")
        self.assertTrue(events)
        self.assertNotIn(former, str(events.read()))

    def test_only_the_integration_administrator_sees_and_makes_it(self):
        self.backend.action_renew_webhook()
        token = self.backend.webhook_token
        for role in ROLES:
            mine = self.backend.with_user(self.new_user(role))
            with self.subTest(role=role):
                if role == "group_integration_admin":
                    self.assertEqual(mine.webhook_token, token)
                    self.assertIn(token, mine.webhook_url)
                    mine.action_renew_webhook()
                    token = mine.webhook_token
                    continue
                for name in ("webhook_token", "webhook_url"):
                    self.assertRaises(AccessError, mine.read, [name])
                    self.assertNotIn(name, mine.fields_get())
                    search = [(name, "!=", False)]
                    self.assertRaises(AccessError, mine.search, search)
                self.assertRaises(AccessError, mine.action_renew_webhook)
                self.assertNotIn(token, str(mine.read()))

    def test_other_companies_cannot_make_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        admin = self.new_user("group_integration_admin", company=other, login="other")
        with self.assertRaises(AccessError):
            self.backend.with_user(admin).action_renew_webhook()

    def test_nobody_chooses_it(self):
        admin = self.new_user("group_integration_admin")
        with self.assertRaises(AccessError):
            self.backend.with_user(admin).webhook_token = "A" * 43
        for guessable in ("", "secret", "A" * 42, "A" * 42 + "/"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.cr.execute(
                    "UPDATE settlement_backend SET webhook_token = %s WHERE id = %s",
                    [guessable, self.backend.id],
                )

    def test_copies_have_none(self):
        self.backend.action_renew_webhook()
        self.assertFalse(self.backend.copy({"name": "Copy"}).webhook_token)

    def test_connectors_without_webhooks_have_none(self):
        self.teach("_capabilities", lambda handler: {"pull"})
        self.backend.invalidate_recordset(["has_webhook"])
        self.assertFalse(self.backend.has_webhook)
        self.assertRaises(UserError, self.backend.action_renew_webhook)
