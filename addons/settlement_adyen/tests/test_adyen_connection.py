from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from . import adyen_paper as paper
from . import adyen_stand_in as ay
from .common import AdyenCase


@tagged("post_install", "-at_install")
class TestAdyenConnection(AdyenCase):
    """Who we are to Adyen, and where it is."""

    def assert_refused(self, words, backend=None):
        with self.assertRaisesRegex(UserError, words) as caught:
            (backend or self.backend).check_connection()
        self.assertNotEqual((backend or self.backend).state, "connected")
        for secret in (ay.API_KEY, ay.PASSWORD):
            self.assertNotIn(secret, str(caught.exception))

    def with_login(self):
        """Return a backend with user and password instead of a key."""
        backend = self.new_backend(credentials=False)
        backend.set_credential("report_user", ay.USER)
        backend.set_credential("report_password", ay.PASSWORD)
        return backend

    def test_with_a_key(self):
        answer = self.backend.check_connection()
        self.assertEqual(answer, {"merchant_accounts": [ay.ACCOUNT]})
        self.assertEqual(self.backend.state, "connected")
        self.assertEqual(self.asked(), [1], "A report that is not there costs nothing.")

    def test_with_a_login(self):
        backend = self.with_login()
        backend.check_connection()
        self.assertEqual(backend.state, "connected")

    def test_the_button_names_the_accounts(self):
        self.assertIn(
            ay.ACCOUNT,
            self.backend.action_check_connection()["params"]["message"],
        )

    def test_a_key_that_adyen_does_not_know(self):
        self.server.api_keys = []
        self.assert_refused("of the test environment.*HTTP Status Response")

    def test_a_login_that_adyen_does_not_know(self):
        self.server.logins = {ay.USER: "another password"}
        self.assert_refused("refuses the API key or the report user", self.with_login())

    def test_an_account_that_the_key_does_not_open(self):
        self.server.accounts = {"Another"}
        self.assert_refused(
            f"may not download the reports of {ay.ACCOUNT}.*Not allowed"
        )

    def test_each_account_is_asked_for(self):
        self.server.accounts.add("ExampleShopUS")
        backend = self.new_backend(accounts=("ExampleShopUS", ay.ACCOUNT, "Another"))
        self.assert_refused("reports of Another", backend)

    def test_without_any_key(self):
        self.assert_refused("no key", self.new_backend(credentials=False))
        self.assertFalse(self.server.log)

    def test_before_there_is_any_account(self):
        """The set-up asks who we are before it asks for the wallets."""
        backend = self.new_backend(accounts=())
        self.assertIn("known to Adyen", backend.check_connection()["keys"])
        self.server.api_keys = []
        with self.assertRaisesRegex(UserError, "refuses the API key"):
            backend.check_connection()

    def test_an_account_that_is_none(self):
        self.assert_refused(
            "no name of a merchant", self.new_backend(accounts=("a/b",))
        )

    def test_a_key_that_is_void_is_not_passed_over(self):
        """A login beside it does not hide that somebody changed the address."""
        backend = self.with_login()
        backend.set_credential("api_key", ay.API_KEY)
        backend.api_url = f"{self.server.url}/"
        self.assert_refused("api_key", backend)
        self.assertFalse(self.server.log)

    def test_the_form_of_a_wallet_asks_for_the_first_batch(self):
        wallet = self.backend.wallet_ids[0]
        with Form(wallet) as form:
            form.adyen_first_batch = 480
        self.assertEqual(self.backend._adyen_walk(ay.ACCOUNT).start, 480)
        form = self.env["settlement.wallet"].get_view(view_type="form")
        self.assertIn("adyen_first_batch", form["arch"])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            wallet.adyen_first_batch = -1
            wallet.flush_recordset()

    def test_a_file_is_previewed_and_leaves_nothing(self):
        content = paper.report(1, 1000)
        preview = self.backend.preview_file(ay.report_name(1), content)
        self.assertTrue(preview)
        self.assertFalse(self.messages())
        self.assertFalse(self.transactions())

    def test_who_retires_the_addon_keeps_what_it_reported(self):
        self.backend._retire()
        self.assertEqual((self.backend.state, self.backend.active), ("paused", False))

    def test_each_environment_has_its_own_host(self):
        handler = self.backend._handler()
        for environment, host in (
            ("live", "ca-live.adyen.com"),
            ("test", "ca-test.adyen.com"),
        ):
            self.backend.write({"environment": environment, "api_url": False})
            self.assertEqual(handler._default_api_url(self.backend), f"https://{host}")
            self.assertEqual(handler._allowed_hosts(self.backend), [host])

    def test_no_other_address_is_allowed(self):
        for url in (
            "https://evil.example",
            "https://ca-test.adyen.com.evil.example",
            "http://ca-test.adyen.com",
            "https://ca-live.adyen.com",
            "https://10.0.0.1",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.backend.api_url = url
        with self.assertRaises(ValidationError):
            self.backend.environment = "live"
