from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.settlement_connector.contract.bank_statement import bank_statement

from ..stand_in import paypal_report as paper

BANK_ACCOUNT = "BANK-1"


@tagged("post_install", "-at_install")
class TestPaypalPosting(AccountPaymentCommon):
    """From PayPal's file and the bank's to a ledger that adds up.

    Matching and posting are other addons; where they are not installed there is
    nothing to test here.
    """

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
        self.company = self.company_data["company"]
        self.policy = self.env["settlement.posting.policy"]._create_defaults(
            self.company
        )
        self.policy.write({"accrue_at_month_end": False, "revalue_at_month_end": False})
        self.policy.partner_id = self.env["res.partner"].create({"name": "PayPal"})
        self.paypal = self.new_wallet("PayPal", "paypal", paper.ACCOUNT)
        self.bank = self.new_wallet("Bank", "canonical", BANK_ACCOUNT)

    def new_wallet(self, name, connector, account):
        """Return a wallet in company currency that posts from 2026 on."""
        backend = self.env["settlement.backend"].create(
            {
                "name": name,
                "connector": connector,
                "company_id": self.company.id,
                "timezone": "America/Los_Angeles",
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
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_a.id,
                "invoice_date": date(2026, 1, 5),
                "name": name,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "x",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move

    def statement(self, amount, text):
        """Return a bank statement with one entry as canonical lines."""
        return bank_statement(self.company.currency_id.name, amount, text, "2026-01-08")

    def run_all(self):
        """Run the whole pipeline twice: what posts may settle what was matched."""
        backends = (self.paypal + self.bank).backend_id
        for _round in range(2):
            backends.run_pipeline()

    def batches(self, kind):
        return self.env["settlement.batch"].search(
            [("wallet_id", "=", self.paypal.id), ("kind", "=", kind)]
        )

    def test_from_the_files_to_the_ledger(self):
        self.assertEqual(self.company.currency_id.name, "USD")
        paid = self.new_invoice(100, "INV/2026/90001")
        unpaid = self.new_invoice(50, "INV/X/2")
        sale = paper.row(1, fee=320, invoice_id=paid.name)
        withdrawal = paper.row(2, "T0400", -9_000, bank_reference_id="PPREF0001234")
        self.paypal.backend_id.import_file("STL.CSV", paper.file_of(sale, withdrawal))
        self.bank.backend_id.import_file(
            "bank.jsonl", self.statement("90.00", "PAYPAL PPREF0001234 PAYOUT")
        )
        self.run_all()
        self.assertEqual(paid.payment_state, "paid")
        self.assertEqual(unpaid.payment_state, "not_paid")
        self.assertEqual(self.batches("settlement").state, "posted")
        self.assertEqual(self.batches("payout").state, "reconciled")
        proof = self.paypal._proof()
        self.assertEqual((proof["ledger_minor"], proof["difference_minor"]), (680, 0))
        transit = self.env["account.move.line"].search(
            [("account_id", "=", self.paypal.in_transit_account_id.id)]
        )
        self.assertEqual(sum(transit.mapped("balance")), 0.0)
        self.assertTrue(all(transit.mapped("reconciled")))

    def test_a_withdrawal_that_came_back_leaves_nothing_in_transit(self):
        withdrawal = paper.row(2, "T0400", -9_000, bank_reference_id="PPREF0001234")
        back = paper.row(
            3,
            "T1101",
            9_000,
            paypal_reference_id=withdrawal["Transaction ID"],
            paypal_reference_id_type="TXN",
        )
        self.paypal.backend_id.import_file("STL.CSV", paper.file_of(withdrawal, back))
        self.run_all()
        transit = self.env["account.move.line"].search(
            [("account_id", "=", self.paypal.in_transit_account_id.id)]
        )
        self.assertEqual(sorted(transit.mapped("balance")), [-90.0, 90.0])
        self.assertTrue(all(transit.mapped("reconciled")))
        self.assertEqual(self.paypal._proof()["ledger_minor"], 0)

    # -- payments that Odoo itself took ------------------------------------------

    def online_payment(self, amount, provider_reference, invoice):
        """Return a finished payment of Odoo's own with its entry."""
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner_a.id,
                "reference": f"ref {provider_reference}",
                "provider_reference": provider_reference,
                "operation": "online_direct",
                "state": "done",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        payment._create_payment()
        return payment

    def assert_payment_is_found(self, reference):
        """Assert that a payment known by a reference is settled by its row."""
        invoice = self.new_invoice(100, "INV/2026/90003")
        payment = self.online_payment(100, reference, invoice)
        sale = paper.row(
            1,
            fee=320,
            paypal_reference_id="5O190127TN364715T",
            paypal_reference_id_type="ODR",
        )
        self.paypal.backend_id.import_file("STL.CSV", paper.file_of(sale))
        self.run_all()
        row = self.env["settlement.transaction"].search(
            [("wallet_id", "=", self.paypal.id), ("kind", "=", "charge")]
        )
        self.assertEqual(row.match_line_ids.match_id.method, "identifier")
        outstanding = payment.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.payment_id.outstanding_account_id
        )
        self.assertTrue(outstanding.reconciled)

    def test_a_payment_is_known_by_its_capture(self):
        self.assert_payment_is_found(paper.row(1)["Transaction ID"])

    def test_a_payment_is_known_by_its_order(self):
        self.assert_payment_is_found("5O190127TN364715T")
