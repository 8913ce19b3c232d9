from odoo.exceptions import UserError
from odoo.tests import tagged

from . import stripe_shop as shop
from .common import StripeCase


@tagged("post_install", "-at_install")
class TestStripeConnection(StripeCase):
    def test_connection_tells_who_we_are(self):
        answer = self.backend.check_connection()
        balances = answer.pop("balances")
        self.assertEqual(
            answer,
            {
                "account_identifier": "acct_1Shop",
                "name": "Shop",
                "country": "DE",
                "currencies": ["EUR"],
            },
        )
        held = sum(row["net"] for row in self.world.balance_transactions)
        self.assertEqual(balances, {"EUR": f"{held / 100:.2f}"})
        self.assertEqual(self.backend.state, "connected")

    def test_currencies_come_from_the_balance(self):
        charge = dict(self.world.balance_transactions[0])
        self.world.add_transaction({**charge, "id": "txn_usd", "currency": "usd"})
        answer = self.backend.check_connection()
        self.assertEqual(answer["currencies"], ["EUR", "USD"])

    def test_wrong_key_is_refused_in_stripes_words(self):
        wrong = shop.KEY.replace("0001", "9999")
        self.backend.set_credential("api_key", wrong)
        with self.assertRaisesRegex(UserError, "Invalid API Key provided") as caught:
            self.backend.check_connection()
        self.assertNotIn(wrong, str(caught.exception))

    def test_a_key_that_may_not_read_all_is_refused_by_name(self):
        self.backend.set_credential("api_key", shop.RESTRICTED_KEY)
        with self.assertRaisesRegex(UserError, "may not read Balance trans") as caught:
            self.backend.check_connection()
        self.assertIn("rak_balance_transaction_source_read", str(caught.exception))
        self.assertIn("Payouts, Disputes", str(caught.exception))
        self.assertNotEqual(self.backend.state, "connected")

    def test_a_permission_that_is_taken_away_later_is_an_exception(self):
        self.backend.check_connection()
        self.backend.set_credential("api_key", shop.RESTRICTED_KEY)
        self.backend.pull(since="2026-03-01")
        self.assertEqual(self.backend.state, "failing")
        self.assertIn(
            "rak_balance_transaction_source_read", self.exceptions()[:1].cause
        )

    def test_key_that_may_not_read_the_account_is_enough(self):
        self.backend.set_credential("api_key", shop.NAMELESS_KEY)
        answer = self.backend.check_connection()
        self.assertEqual(answer["account_identifier"], "acct_1Shop")
        self.assertEqual(answer["currencies"], ["EUR"])
        self.assertTrue(self.backend.pull(since="2026-03-01"))
        self.assertEqual(self.backend.state, "connected")

    def test_key_of_the_other_mode_is_refused(self):
        self.world.account["livemode"] = True
        with self.assertRaisesRegex(UserError, "Stripe's live mode"):
            self.backend.check_connection()

    def test_no_key_is_said_plainly(self):
        backend = self.backend.copy({"name": "Without key", "api_url": False})
        with self.assertRaisesRegex(UserError, "api_key"):
            backend.check_connection()

    def test_old_and_new_key_side_by_side(self):
        self.backend.set_credential("api_key", [shop.OLD_KEY, shop.KEY])
        self.assertEqual(
            self.backend.check_connection()["account_identifier"], "acct_1Shop"
        )

    def test_capabilities_are_what_is_implemented(self):
        handler = self.backend._handler()
        self.assertEqual(
            handler._capabilities(),
            {"pull", "balances", "disputes", "webhook", "file"},
        )
        self.assertEqual(handler._credential_names(), ["api_key", "webhook_secret"])

    def test_backends_stay_archived_when_the_addon_goes(self):
        field = self.env["settlement.backend"]._fields["connector"]
        field.ondelete["stripe"](self.backend)
        self.assertFalse(self.backend.active)
        self.assertEqual(self.backend.state, "paused")
