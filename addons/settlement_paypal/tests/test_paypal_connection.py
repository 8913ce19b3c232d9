from odoo.exceptions import UserError
from odoo.tests import tagged

from ..stand_in import paypal_server as pp
from .common import PaypalApiCase


@tagged("post_install", "-at_install")
class TestPaypalConnection(PaypalApiCase):
    def test_connection_tells_who_we_are(self):
        self.server.balances = {"USD": ("120.50", "100.00"), "JPY": ("900", "900")}
        self.assertEqual(
            self.backend.check_connection(),
            {
                "account_identifier": pp.ACCOUNT,
                "currencies": ["JPY", "USD"],
                "balances": {"JPY": "900", "USD": "120.50"},
            },
        )
        self.assertEqual(self.backend.state, "connected")

    def test_wrong_keys_are_refused_in_paypals_words(self):
        wrong = pp.CLIENT_SECRET + "-not"
        self.backend.set_credential("client_secret", wrong)
        with self.assertRaisesRegex(
            UserError, "Client Authentication failed"
        ) as caught:
            self.backend.check_connection()
        self.assertNotIn(wrong, str(caught.exception))
        self.assertNotIn(pp.CLIENT_ID, str(caught.exception))

    def test_an_app_without_the_feature_is_told_so(self):
        self.server.may_search = False
        with self.assertRaisesRegex(UserError, "Transaction search"):
            self.backend.check_connection()

    def test_two_secrets_while_one_replaces_the_other(self):
        self.backend.set_credential("client_secret", [pp.OLD_SECRET, pp.CLIENT_SECRET])
        self.assertTrue(self.backend.check_connection())

    def test_a_token_is_used_again(self):
        self.backend.check_connection()
        self.backend.check_connection()
        self.assertEqual(self.server.tokens_given, 1)

    def test_a_token_that_is_taken_back_is_renewed_once(self):
        self.backend.check_connection()
        self.server.tokens.clear()
        self.backend.check_connection()
        self.assertEqual(self.server.tokens_given, 2)

    def test_other_keys_use_no_old_token(self):
        self.backend.check_connection()
        self.backend.set_credential("client_secret", pp.OLD_SECRET)
        with self.assertRaises(UserError):
            self.backend.check_connection()

    def test_each_environment_has_its_hosts(self):
        handler = self.backend._handler()
        live = self.env["settlement.backend"].new(
            {"connector": "paypal", "environment": "live"}
        )
        self.assertNotIn("sandbox", handler._default_api_url(live))
        self.assertFalse([h for h in handler._allowed_hosts(live) if "sandbox" in h])
        self.assertIn("sandbox", handler._default_api_url(self.backend))
