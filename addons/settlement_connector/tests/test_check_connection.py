from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    TransientError,
)

from .. import secrets_store
from .common import SECRET, ConnectorCase

WORDS = {
    "account_identifier": "acct_1",
    "name": "Acme GmbH",
    "currencies": ["EUR", "USD"],
}


@tagged("post_install", "-at_install")
class TestCheckConnection(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.teach("_check_connection", lambda handler, backend: dict(WORDS))

    def test_the_words_of_the_provider_come_back(self):
        self.assertEqual(self.backend.check_connection(), WORDS)
        self.assertEqual(self.backend.state, "connected")

    def test_the_button_shows_them(self):
        shown = self.backend.action_check_connection()
        self.assertEqual(shown["tag"], "display_notification")
        for word in ("acct_1", "Acme GmbH", "EUR, USD"):
            self.assertIn(word, shown["params"]["message"])

    def test_a_refusal_is_shown_in_the_words_of_the_provider(self):
        for error in (AuthenticationError("Invalid API Key"), TransientError("503")):

            def refuse(handler, backend, error=error):
                raise error

            self.teach("_check_connection", refuse)
            with self.assertRaisesRegex(UserError, str(error)) as caught:
                self.backend.check_connection()
            self.assertTrue(caught.exception.__suppress_context__)
            self.assertEqual(self.backend.state, "draft")

    def test_a_paused_backend_stays_paused(self):
        self.backend._set_state("paused")
        self.backend.check_connection()
        self.assertEqual(self.backend.state, "paused")

    def test_a_failing_backend_is_connected_again(self):
        self.backend._set_state("failing", "Invalid API Key")
        self.backend.check_connection()
        self.assertEqual(
            (self.backend.state, self.backend.last_error), ("connected", False)
        )

    def test_the_connector_can_reveal_the_credential(self):
        seen = []

        def check(handler, backend):
            seen.extend(secrets_store.reveal(handler.env, backend, "api_key"))
            return {}

        self.teach("_check_connection", check)
        self.backend.set_credential("api_key", SECRET)
        admin = self.new_user("group_integration_admin")
        self.backend.with_user(admin).check_connection()
        self.assertEqual(seen, [SECRET])

    def test_roles(self):
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            user = self.new_user(role)
            for method in ("check_connection", "action_check_connection"):
                with self.assertRaises(AccessError):
                    getattr(self.backend.with_user(user), method)()

    def test_other_companies(self):
        stranger = self.env["res.company"].create({"name": "Stranger"})
        user = self.new_user("group_integration_admin", company=stranger)
        with self.assertRaises(AccessError):
            self.backend.with_user(user).check_connection()
