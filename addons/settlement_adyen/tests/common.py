import base64
import os
from itertools import count
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import TransactionCase
from odoo.tools import config

from odoo.addons.settlement.tests.common import MATCHING_REASONS
from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
)

from . import adyen_stand_in as ay

NOW = "2026-03-31 09:00:00"
FIRST = "2026-03-01 00:00:00"
CURRENCIES = ("EUR", "USD")
_KEY_OF_CREDENTIALS = "test:" + base64.b64encode(b"k" * 32).decode()


class AdyenCase(TransactionCase):
    """A backend with wallets of one merchant account, and a stand-in of Adyen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEY_OF_CREDENTIALS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        cls.clock = cls.startClassPatcher(freeze_time(NOW))
        for name in CURRENCIES:
            cls.env.ref(f"base.{name}").active = True

    def setUp(self):
        super().setUp()
        self.clock.move_to(NOW)
        self.numbers_of_backends = count(1)
        self._wait_for_nothing()
        self.server = ay.AdyenStandIn()
        self.server.start()
        self.addCleanup(self.server.stop)
        self.backend = self.new_backend()

    def _wait_for_nothing(self):
        """Let the client repeat its calls at once."""
        connector = type(self.env["settlement.connector.adyen"])
        original = connector._client_for

        def client_for(handler, backend, **options):
            return original(handler, backend, sleep=lambda seconds: None, **options)

        self.patch(connector, "_client_for", client_for)

    def new_backend(self, credentials=True, accounts=(ay.ACCOUNT,), **values):
        """Return a backend with a wallet for each account and currency."""
        backend = self.env["settlement.backend"].create(
            {
                "name": f"Adyen {self.server.url} {next(self.numbers_of_backends)}",
                "connector": "adyen",
                "environment": "test",
                "timezone": "Europe/Amsterdam",
                "api_url": self.server.url,
                "history_since": FIRST,
                "wallet_ids": [
                    (0, 0, self.wallet_values(account, name))
                    for account in accounts
                    for name in CURRENCIES
                ],
                **values,
            }
        )
        if credentials:
            backend.set_credential("api_key", ay.API_KEY)
            backend.set_credential("hmac_key", ay.HMAC_KEY)
        return backend

    def wallet_values(self, account, currency):
        """Return the values of a wallet."""
        currency_id = self.env.ref(f"base.{currency}").id
        return {"account_identifier": account, "currency_id": currency_id}

    def pull(self, **period):
        """Pull, and read what came."""
        messages = self.backend.pull(**period)
        self.backend.run_pipeline(until="validate")
        return messages

    def asked(self):
        """Return the numbers of the batches that were asked for since the last time."""
        names = [path.rpartition("_")[2] for path in self.server.log.paths()]
        self.server.log.clear()
        return [int(name.partition(".")[0]) for name in names]

    def messages(self, **values):
        """Return the messages of the backend with these values, oldest first."""
        domain = [("backend_id", "=", self.backend.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.message"].search(domain, order="id")

    def transactions(self, **values):
        """Return the backend's current transactions with these values."""
        domain = [("backend_id", "=", self.backend.id), ("is_current", "=", True)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.transaction"].search(domain, order="external_id")

    def windows(self, **values):
        """Return the windows of the backend with these values, oldest first."""
        domain = [("backend_id", "=", self.backend.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.window"].search(domain, order="id")

    def exceptions(self, **values):
        """Return what is open about what Adyen delivered."""
        domain = [
            ("backend_id", "=", self.backend.id),
            ("state", "=", "open"),
            ("reason", "not in", MATCHING_REASONS),
        ]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["settlement.exception"].search(domain)

    # -- events ------------------------------------------------------------------

    def send(self, body, **headers):
        """Deliver a request to the webhook of the backend; return the status."""
        backend = self.backend.sudo()
        if not backend.webhook_token:
            backend.action_renew_webhook()
        if backend.state == "draft":
            backend._set_state("connected")
        return self.env["settlement.backend"]._receive_webhook(
            backend.webhook_token, headers, body
        )

    def work(self):
        """Do what the scheduled actions do: read, fetch, read what was fetched."""
        self.backend.run_pipeline(until="parse")
        self.env["settlement.backend"]._pull_all_announced(lambda: None)
        self.backend.run_pipeline(until="validate")
