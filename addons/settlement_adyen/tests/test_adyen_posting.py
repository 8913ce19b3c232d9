import base64
import os
from datetime import date, datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.settlement_connector.contract.bank_statement import bank_statement
from odoo.addons.settlement_connector.secrets.keyring import (
    FILE_VARIABLE,
    KEYS_VARIABLE,
)

from . import adyen_paper as paper
from . import adyen_stand_in as ay

BANK_ACCOUNT = "BANK-1"
DAY = datetime(2026, 1, 6, 8)
_KEY_OF_CREDENTIALS = "test:" + base64.b64encode(b"k" * 32).decode()


@tagged("post_install", "-at_install")
class TestAdyenPosting(AccountPaymentCommon):
    """From Adyen's event to a ledger that adds up.

    Matching and posting are other addons; where they are not installed there is
    nothing to test here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = {KEYS_VARIABLE: _KEY_OF_CREDENTIALS, FILE_VARIABLE: ""}
        cls.startClassPatcher(patch.dict(os.environ, keys))
        switch = {"settlement_allow_loopback": "True"}
        cls.startClassPatcher(patch.dict(config.options, switch))

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        for name in ("group_approver", "group_integration_admin"):
            groups |= cls.env.ref(f"settlement.{name}")
        return groups

    def setUp(self):
        super().setUp()
        if "settlement.posting.policy" not in self.env:
            self.skipTest("settlement_account is not installed here")
        self.server = ay.AdyenStandIn()
        self.server.start()
        self.addCleanup(self.server.stop)
        self.company = self.company_data["company"]
        self.policy = self.env["settlement.posting.policy"]._create_defaults(
            self.company
        )
        self.policy.write({"accrue_at_month_end": False, "revalue_at_month_end": False})
        self.policy.partner_id = self.env["res.partner"].create({"name": "Adyen"})
        self.adyen = self.new_wallet("Adyen", "adyen", ay.ACCOUNT)
        self.adyen.backend_id.api_url = self.server.url
        self.adyen.backend_id.set_credential("api_key", ay.API_KEY)
        self.adyen.backend_id.set_credential("hmac_key", ay.HMAC_KEY)
        self.adyen.backend_id.action_renew_webhook()
        self.adyen.backend_id.check_connection()
        self.bank = self.new_wallet("Bank", "canonical", BANK_ACCOUNT)

    def new_wallet(self, name, connector, account):
        """Return a wallet in company currency that posts from 2026 on."""
        backend = self.env["settlement.backend"].create(
            {
                "name": name,
                "connector": connector,
                "company_id": self.company.id,
                "environment": "test",
                "timezone": "Europe/Amsterdam",
            }
        )
        wallet = self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": self.company.currency_id.id,
                "opening_date": date(2026, 1, 1),
            }
        )
        wallet._set_up_accounts()
        return wallet

    def new_invoice(self, amount, name):
        """Return a posted invoice of that number."""
        line = {"name": "x", "price_unit": amount, "tax_ids": [Command.clear()]}
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "invoice_date": date(2026, 1, 5),
                "name": name,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        move.action_post()
        return move

    # -- what the two sides say --------------------------------------------------

    def issue(self, number, *rows, fee=320):
        """Issue the report of a batch and announce it.

        :param rows: (number, invoice, minor units) of payments.
        """
        made = paper.Paper()
        batch = made.batch(number, self.company.currency_id.name, DAY)
        for place, invoice, amount in rows:
            cells = paper.references(place, reference=invoice.name)
            batch.add("Settled", amount, {"processing": fee}, **cells)
        batch.close()
        self.server.issue(number, made.content())
        moment = f"2026-01-07T10:00:{len(self.server.log):02}Z"
        item = ay.available(ay.report_name(number), eventDate=moment)
        backend = self.adyen.backend_id.sudo()
        status = self.env["settlement.backend"]._receive_webhook(
            backend.webhook_token, {}, ay.notification(item)
        )
        self.assertEqual(status, 200)

    def transfer(self, amount, text):
        """Import a bank statement with one entry."""
        self.bank.backend_id.import_file("bank.jsonl", self.statement(amount, text))

    def statement(self, amount, text):
        """Return a bank statement with one entry as canonical lines."""
        return bank_statement(self.company.currency_id.name, amount, text, "2026-01-08")

    def run_all(self):
        """Do what the scheduled actions do; what posts may settle what was matched."""
        backends = (self.adyen + self.bank).backend_id
        backends.run_pipeline(until="parse")
        self.env["settlement.backend"]._pull_all_announced(lambda: None)
        for _round in range(2):
            backends.run_pipeline()

    # -- looking at things ---------------------------------------------------------

    def batches(self):
        return self.env["settlement.batch"].search(
            [("wallet_id", "=", self.adyen.id)], order="external_id"
        )

    def transit(self):
        """Return the lines of money on its way to the bank."""
        return self.env["account.move.line"].search(
            [("account_id", "=", self.adyen.in_transit_account_id.id)]
        )

    def exceptions(self, reason):
        domain = [("backend_id", "=", self.adyen.backend_id.id)]
        domain += [("reason", "=", reason), ("state", "=", "open")]
        return self.env["settlement.exception"].search(domain)

    def assert_all_arrived(self):
        """Assert that all payouts are at the bank and nothing is left at Adyen."""
        self.assertEqual(set(self.batches().mapped("state")), {"reconciled"})
        self.assertEqual(set(self.batches().mapped("difference")), {0.0})
        self.assertEqual(sum(self.transit().mapped("balance")), 0.0)
        self.assertTrue(all(self.transit().mapped("reconciled")))
        proof = self.adyen._proof()
        self.assertEqual((proof["ledger_minor"], proof["difference_minor"]), (0, 0))

    # -- from the event to the ledger --------------------------------------------------

    def test_from_the_event_to_the_bank_line(self):
        paid = self.new_invoice(100, "INV/2026/90001")
        unpaid = self.new_invoice(50, "INV/X/2")
        self.issue(1, (1, paid, 10_000))
        self.run_all()
        self.assertEqual(self.batches().state, "posted")
        self.assertEqual(paid.payment_state, "paid")
        self.assertEqual(unpaid.payment_state, "not_paid")
        self.assertEqual(sum(self.transit().mapped("balance")), 96.80)
        self.transfer("96.80", f"TX000001USDXT BATCH 1, {ay.ACCOUNT}")
        self.run_all()
        self.assert_all_arrived()

    def test_one_transfer_that_pays_several_batches(self):
        first = self.new_invoice(100, "INV/2026/90001")
        second = self.new_invoice(40, "INV/2026/90002")
        self.issue(1, (1, first, 10_000))
        self.issue(2, (2, second, 4_000))
        self.transfer("133.60", f"ADYEN N.V. {ay.ACCOUNT}")
        self.run_all()
        self.assertEqual((first + second).mapped("payment_state"), ["paid", "paid"])
        match = self.env["settlement.match"].search(
            [("line_ids.batch_id", "in", self.batches().ids)]
        )
        self.assertEqual((match.state, match.method), ("posted", "batch"))
        self.assertEqual(match.line_ids.batch_id, self.batches())
        self.assert_all_arrived()

    def test_a_report_that_was_issued_again_after_posting(self):
        invoice = self.new_invoice(100, "INV/2026/90001")
        other = self.new_invoice(40, "INV/2026/90002")
        self.issue(1, (1, invoice, 10_000), (2, other, 4_000))
        self.run_all()
        posted = self.env["settlement.posting"].search(
            [("wallet_id", "=", self.adyen.id)]
        )
        before = posted.move_id.line_ids.read(["debit", "credit", "account_id"])
        self.issue(1, (1, invoice, 10_000), (2, other, 3_900))
        self.run_all()
        found = self.exceptions("changed_after_posting")
        rows = found.transaction_id.mapped("source_external_id")
        self.assertIn(paper.psp_reference(2), rows)
        self.assertNotIn(paper.psp_reference(1), rows, "This one did not change.")
        after = posted.move_id.line_ids.read(["debit", "credit", "account_id"])
        self.assertEqual(after, before, "Nothing is edited behind anybody's back.")
        self.assertEqual(posted.move_id.mapped("state"), ["posted"] * len(posted))

    def test_the_set_up_asks_who_we_are_before_there_are_wallets(self):
        setup = self.env["settlement.setup"].create(
            {
                "name": "New Shop",
                "connector": "adyen",
                "environment": "test",
                "timezone": "Europe/Amsterdam",
                "api_url": self.server.url,
                "company_id": self.company.id,
            }
        )
        setup.action_connect()
        setup.set_credential("api_key", "a key of somebody else")
        self.assertFalse(setup.action_check_access())
        self.assertIn("refuses the API key", setup.check_error)
        setup.set_credential("api_key", ay.API_KEY)
        self.assertTrue(setup.action_check_access())
        self.assertEqual(setup.step, "wallets")

    # -- payments that Odoo itself took ------------------------------------------

    def test_an_online_payment_of_odoo_is_known_by_its_reference(self):
        """Odoo's own connector of Adyen keeps the id of the payment."""
        invoice = self.new_invoice(100, "INV/2026/90003")
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner_a.id,
                "reference": "a reference of Odoo",
                "provider_reference": paper.psp_reference(1),
                "operation": "online_direct",
                "state": "done",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        payment._create_payment()
        self.issue(1, (1, invoice, 10_000))
        self.run_all()
        row = self.env["settlement.transaction"].search(
            [("wallet_id", "=", self.adyen.id), ("kind", "=", "charge")]
        )
        self.assertEqual(row.match_line_ids.match_id.method, "identifier")
        account = payment.payment_id.outstanding_account_id
        outstanding = payment.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )
        self.assertTrue(outstanding.reconciled)
