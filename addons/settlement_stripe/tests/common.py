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

from ..client.rate_limit import RateLimiter
from ..models import connector_stripe
from . import stripe_shop as shop

NOW = "2026-03-31 09:00:00"
FIRST = "2026-03-01 00:00:00"
_KEY_OF_CREDENTIALS = "test:" + base64.b64encode(b"k" * 32).decode()


class StripeCase(TransactionCase):
    """A backend that talks to a stand-in Stripe on this machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEY_OF_CREDENTIALS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        cls.startClassPatcher(
            patch.object(
                connector_stripe, "_limiter_of", lambda backend: RateLimiter(10_000)
            )
        )
        cls.startClassPatcher(freeze_time(NOW))
        cls.currency = cls.env.ref("base.EUR")
        cls.currency.active = True

    def setUp(self):
        super().setUp()
        self.world = shop.shop_world()
        self.server = shop.StripeServer(self.world).start()
        self.addCleanup(self.server.stop)
        self.backend = self.new_backend(self.server)

    def new_backend(self, server, key=shop.KEY, **values):
        """Return a backend of the shop's account behind ``server``."""
        backend = self.env["settlement.backend"].create(
            {
                "name": f"Stripe {server.url}",
                "connector": "stripe",
                "environment": "test",
                "timezone": "Europe/Berlin",
                "api_url": server.url,
                "wallet_ids": [
                    (
                        0,
                        0,
                        {
                            "account_identifier": "acct_1Shop",
                            "currency_id": self.currency.id,
                        },
                    )
                ],
                **values,
            }
        )
        backend.set_credential("api_key", key)
        return backend

    def transactions(self, **fields):
        """Return the backend's transactions with these values, by identity."""
        domain = [("backend_id", "=", self.backend.id)]
        domain += [(name, "=", value) for name, value in fields.items()]
        return self.env["settlement.transaction"].search(domain, order="external_id")

    def batches(self):
        """Return the backend's payouts, by identity."""
        domain = [("backend_id", "=", self.backend.id)]
        return self.env["settlement.batch"].search(domain, order="external_id")

    def exceptions(self):
        """Return what is open about the rows and payouts as Stripe delivered them."""
        domain = [
            ("backend_id", "=", self.backend.id),
            ("state", "=", "open"),
            ("reason", "not in", MATCHING_REASONS),
        ]
        return self.env["settlement.exception"].search(domain)
