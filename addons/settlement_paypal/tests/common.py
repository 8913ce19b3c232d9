import base64
import os
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import TransactionCase
from odoo.tools import config

from odoo.addons.settlement.tests.common import MATCHING_REASONS
from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
)

from ..client.pace import Pace
from ..models import connector_paypal
from ..stand_in import paypal_server as pp

NOW = "2026-01-31 09:00:00"
FIRST = "2026-01-01 00:00:00"
CURRENCIES = ("USD", "EUR", "BRL")
_KEY_OF_CREDENTIALS = "test:" + base64.b64encode(b"k" * 32).decode()


class PaypalCase(TransactionCase):
    """A backend with wallets of one account of PayPal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEY_OF_CREDENTIALS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        no_wait = patch.object(connector_paypal, "_pace_of", lambda who: Pace(10_000))
        cls.startClassPatcher(no_wait)
        for name in CURRENCIES:
            cls.env.ref(f"base.{name}").active = True

    def new_backend(self, **values):
        """Return a backend with one wallet per currency."""
        wallets = [
            (
                0,
                0,
                {
                    "account_identifier": pp.ACCOUNT,
                    "currency_id": self.env.ref(f"base.{name}").id,
                },
            )
            for name in CURRENCIES
        ]
        return self.env["settlement.backend"].create(
            {
                "name": "PayPal",
                "connector": "paypal",
                "environment": "test",
                "timezone": "America/Los_Angeles",
                "wallet_ids": wallets,
                **values,
            }
        )

    def transactions(self, **values):
        """Return the backend's current transactions with these values."""
        domain = [("backend_id", "=", self.backend.id), ("is_current", "=", True)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.transaction"].search(domain, order="external_id")

    def batches(self, kind="settlement"):
        """Return the backend's batches of a kind, by identity."""
        domain = [("backend_id", "=", self.backend.id), ("kind", "=", kind)]
        return self.env["settlement.batch"].search(domain, order="external_id")

    def exceptions(self):
        """Return what is open about the rows as PayPal delivered them."""
        domain = [
            ("backend_id", "=", self.backend.id),
            ("state", "=", "open"),
            ("reason", "not in", MATCHING_REASONS),
        ]
        return self.env["settlement.exception"].search(domain)


class PaypalFileCase(PaypalCase):
    """A backend that reads PayPal's files."""

    def setUp(self):
        super().setUp()
        self.backend = self.new_backend()

    def take(self, content, name="STL-20260106.01.009.CSV"):
        """Import a file and read it."""
        message = self.backend.import_file(name, content)
        self.backend.run_pipeline(until="validate")
        self.assertEqual(message.state, "parsed", message.error)
        return message


class PaypalApiCase(PaypalCase):
    """A backend that talks to a stand-in of PayPal on this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.signer = pp.Signer()

    def setUp(self):
        super().setUp()
        self.server = pp.PaypalStandIn(self.signer)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.backend = self.new_backend(api_url=self.server.url)
        self.backend.set_credential("client_id", pp.CLIENT_ID)
        self.backend.set_credential("client_secret", pp.CLIENT_SECRET)

    def pull(self, since=FIRST):
        """Pull, and read what came."""
        messages = self.backend.pull(since=since)
        self.backend.run_pipeline(until="validate")
        return messages

    def windows(self, state):
        """Return the windows of the backend in a state."""
        domain = [("backend_id", "=", self.backend.id), ("state", "=", state)]
        return self.env["settlement.window"].search(domain, order="id")
