import base64
import os
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config

from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
)
from odoo.addons.settlement_stripe.client.rate_limit import RateLimiter
from odoo.addons.settlement_stripe.models import connector_stripe
from odoo.addons.settlement_stripe.tests import stripe_shop

from .recent_shop import ACCOUNT, RecentShop

_KEYS = "test:" + base64.b64encode(b"k" * 32).decode()

# A busy machine takes its time for all the screens.
SECONDS = 300


@tagged("post_install", "-at_install")
class TestSetupTour(HttpCase):
    """A new company connects its Stripe and its bank, screen by screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEYS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))
        limiter = patch.object(
            connector_stripe, "_limiter_of", lambda backend: RateLimiter(10_000)
        )
        cls.startClassPatcher(limiter)
        cls.company = cls._new_company()
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company = cls.company.with_env(cls.env)
        cls.user = new_test_user(
            cls.env,
            login="setup_tour",
            groups="base.group_user,account.group_account_manager,"
            "settlement.group_approver,settlement.group_integration_admin",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.shop = RecentShop(self.env, self.company)

    @classmethod
    def _new_company(cls):
        euro = cls.env.ref("base.EUR")
        euro.active = True
        company = cls.env["res.company"].create(
            {"name": "Tour GmbH", "currency_id": euro.id}
        )
        cls.env.user.company_ids += company
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        company.currency_id = euro
        return company

    def _backend(self):
        return self.env["settlement.backend"].search(
            [("company_id", "=", self.company.id)]
        )

    def _serve_stripe(self):
        """Let Stripe's own address be that of a stand-in on this machine."""
        server = stripe_shop.StripeServer(self.shop.stripe_world()).start()
        self.addCleanup(server.stop)
        handler = type(self.env["settlement.connector.stripe"])
        self.patch(handler, "_default_api_url", lambda model, backend: server.url)
        return server

    def _assert_settled(self, moves, count):
        """Assert that invoices are paid, and that all laws hold."""
        self.env.invalidate_all()
        paid = [move for move in moves if not move.amount_residual]
        self.assertEqual(len(paid), count)
        findings = self.env["settlement.verification"].run()["findings"]
        self.assertEqual(findings, [])

    def test_from_nothing_to_posted_entries_of_stripe(self):
        self._serve_stripe()
        self.start_tour(
            "/odoo/settlement-exceptions",
            "settlement_setup_stripe",
            login="setup_tour",
            timeout=SECONDS,
        )
        backend = self._backend()
        self.assertEqual((backend.state, backend.connector), ("connected", "stripe"))
        setup = self.env["settlement.setup"].search([("backend_id", "=", backend.id)])
        self.assertEqual(setup.step, "done")
        wallet = backend.wallet_ids
        self.assertEqual((wallet.difference, bool(wallet.proved_at)), (0, True))
        postings = self.env["settlement.posting"].search(
            [("backend_id", "=", backend.id)]
        )
        self.assertIn("batch", postings.mapped("kind"))
        self.assertTrue(all(p.date >= wallet.opening_date for p in postings))
        since = [move for move in self.shop.invoices if self._was_paid_out(move)]
        self._assert_settled(since, len(since))
        trail = self.env["settlement.event"].search(
            [("model", "=", "settlement.setup"), ("res_id", "=", setup.id)], order="id"
        )
        acts = [action.removeprefix("setup.") for action in trail.mapped("action")]
        self.assertEqual(
            [act for act in acts if act not in ("refused", "taken_over")],
            "started connect access wallets accounts codes rehearsal limits "
            "go_live".split(),
        )

    def _was_paid_out(self, move):
        """Return whether an invoice is in a payout, and paid since the opening."""
        rows = self.env["settlement.transaction"].search(
            [
                ("company_id", "=", self.company.id),
                ("invoice_reference", "=", move.name),
                ("batch_id", "!=", False),
            ]
        )
        return any(row.booked_on >= row.wallet_id.opening_date for row in rows)

    def test_from_a_file_to_posted_entries_of_a_bank(self):
        content = self.shop.bank_file()
        self.env["ir.attachment"].create(
            {
                "name": "bank.xml",
                "url": "/settlement_tour/bank.xml",
                "type": "binary",
                "mimetype": "application/octet-stream",
                "public": True,
                "raw": content,
            }
        )
        self.start_tour(
            "/odoo/settlement-setup/new",
            "settlement_setup_bank",
            login="setup_tour",
            timeout=SECONDS,
        )
        backend = self._backend()
        self.assertEqual((backend.state, backend.connector), ("connected", "bank"))
        wallet = backend.wallet_ids
        self.assertEqual(wallet.account_identifier, ACCOUNT)
        self.assertEqual((wallet.opening_balance, wallet.difference), (1000, 0))
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", wallet.journal_id.id)]
        )
        self.assertEqual(sorted(lines.mapped("amount")), [-4.5, 80, 120])
        self._assert_settled(self.shop.invoices, 2)
