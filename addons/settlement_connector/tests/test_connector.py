from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.settlement.canonical.errors import BusinessError

from ..models.connector import LOOPBACK_SWITCH
from .common import NOW, ConnectorCase
from .stand_in import StandIn


@tagged("post_install", "-at_install")
class TestConnector(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.teach("_default_api_url", lambda handler, backend: "https://api.x.com")
        self.teach("_allowed_hosts", lambda handler, backend: ["api.x.com"])

    def switch(self, value):
        """Set the switch of the server's configuration file."""
        patcher = patch.dict(config.options, {LOOPBACK_SWITCH: value})
        patcher.start()
        self.addCleanup(patcher.stop)

    def client(self, **options):
        return self.backend._handler()._client_for(self.backend, **options)

    def test_the_contract_has_empty_defaults(self):
        contract = self.env["settlement.connector"]
        self.assertEqual(contract._credential_names(), [])
        self.assertEqual(contract._streams(self.backend), [])
        self.assertEqual(contract._allowed_hosts(self.backend), [])
        self.assertEqual(contract._default_api_url(self.backend), "")
        for call in (
            lambda: contract._check_connection(self.backend),
            lambda: contract._pull(self.backend, "x", NOW, NOW, None, 1),
            lambda: contract._verify_webhook(self.backend, {}, b""),
            lambda: contract._pull_announced(self.backend, "x"),
        ):
            self.assertRaises(NotImplementedError, call)

    def test_the_address_of_the_provider_is_the_default(self):
        self.client()
        with self.assertRaises(BusinessError):
            self.client().get("https://evil.com/")

    def test_this_machine_needs_the_switch_and_the_test_environment(self):
        with StandIn() as server:
            server.answer(body=b'{"id": "acct_1"}')
            for environment, value, allowed in (
                ("test", "True", True),
                ("test", "1", True),
                ("test", "False", False),
                ("test", "", False),
                ("live", "True", False),
            ):
                self.switch(value)
                self.backend.environment = environment
                if allowed:
                    self.backend.api_url = server.url
                    answer = self.client().get("v1/account")
                    self.assertEqual(answer.json(), {"id": "acct_1"})
                    self.backend.api_url = False
                else:
                    with self.assertRaises(ValidationError):
                        self.backend.api_url = server.url

    def test_a_live_backend_cannot_keep_the_address_of_a_stand_in(self):
        self.switch("True")
        self.backend.api_url = "http://127.0.0.1:8069"
        with self.assertRaises(ValidationError):
            self.backend.environment = "live"

    def test_the_switch_is_asked_again_at_each_use(self):
        self.switch("True")
        self.backend.api_url = "http://127.0.0.1:8069"
        self.switch("False")
        with self.assertRaises(BusinessError):
            self.client()

    def test_foreign_addresses_are_refused_with_a_sentence(self):
        for url in (
            "https://evil.com",
            "http://api.x.com",
            "https://api.x.com@evil.com",
            "file:///etc/passwd",
            "nonsense",
        ):
            with self.assertRaisesRegex(ValidationError, "cannot be used"):
                self.backend.api_url = url

    def test_each_attempt_counts_as_a_call(self):
        self.switch("True")
        with StandIn() as server:
            server.answer(500)
            server.answer()
            self.backend.api_url = server.url
            self.client(sleep=lambda seconds: None).get("a")
        self.assertEqual(self.backend._status_of()["calls_today"], 2)
