from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.posting_policy import ACCOUNT_FIELDS
from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestSetup(SettlementAccountCase):
    """Policies, accounts and journals as the set-up proposes them."""

    def test_defaults_are_complete_and_created_once(self):
        for name in ACCOUNT_FIELDS.values():
            self.assertTrue(self.policy[name], name)
        self.assertTrue(self.policy.clearing_journal_id.restrict_mode_hash_table)
        accounts = self.env["account.account"].search_count([])
        again = self.env["settlement.posting.policy"]._create_defaults(self.company)
        self.assertEqual(again, self.policy)
        self.assertEqual(self.env["account.account"].search_count([]), accounts)

    def test_what_waits_must_be_reconcilable(self):
        account = self.company_data["default_account_revenue"]
        with self.assertRaisesRegex(ValidationError, "reconciliation"):
            self.policy.suspense_account_id = account
        with self.assertRaisesRegex(ValidationError, "reconciliation"):
            self.wallet.in_transit_account_id = account

    def test_a_policy_of_a_backend_goes_before_that_of_the_company(self):
        policies = self.env["settlement.posting.policy"]
        self.assertEqual(policies._policy_of(self.backend), self.policy)
        own = policies.create(
            {"company_id": self.company.id, "backend_id": self.backend.id}
        )
        self.assertEqual(policies._policy_of(self.backend), own)
        self.assertEqual(
            own._value("suspense_account_id"), self.policy.suspense_account_id
        )

    def test_a_journal_in_another_currency_is_refused(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        journal = self.env["account.journal"].create(
            {
                "name": "Euro",
                "code": "EURO",
                "type": "bank",
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "EUR"):
            self.wallet.journal_id = journal

    def test_a_bank_wallet_takes_the_journal_of_its_account(self):
        journal = self.env["account.journal"].create(
            {
                "name": "House Bank",
                "code": "HB",
                "type": "bank",
                "company_id": self.company.id,
                "bank_acc_number": "DE89 3704 0044 0532 0130 00",
            }
        )
        backend = self.new_backend("Bank")
        bank = self.new_wallet(backend, account="DE89370400440532013000")
        self.assertTrue(bank.is_bank)
        self.assertEqual(bank.journal_id, journal)
        self.assertFalse(bank.in_transit_account_id)
        self.assertTrue(journal.suspense_account_id.reconcile)

    def test_changes_of_a_policy_leave_a_trace(self):
        self.policy.hold_days = 9
        event = (
            self.env["settlement.event"]
            .sudo()
            .search([("action", "=", "policy.changed")], limit=1)
        )
        self.assertEqual(
            (event.before, event.after),
            (
                {"hold_days": "5"},
                {"hold_days": "9"},
            ),
        )

    def test_the_card_of_a_provider_shows_its_wallet(self):
        self.policy.hold_days = 0
        self.store(self.loose(gross="250", day=10))
        self.wallet.action_post_cutoff(date(2026, 1, 31))
        journal = self.wallet.journal_id
        data = journal._get_journal_dashboard_data_batched()[journal.id]
        self.assertIn("250.00", data["account_balance"])
        self.assertEqual(data["nb_misc_operations"], 0)

    def test_smart_buttons_lead_up_and_down(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        posting = self.post()
        transaction = self.stored(charge)
        move = posting.move_id
        self.assertEqual(move.settlement_posting_count, 1)
        self.assertEqual(move.action_open_settlement_postings()["res_id"], posting.id)
        self.assertIn(transaction, move._settlement_transactions())
        self.assertEqual(invoice._settlement_transactions(), transaction)
        self.assertEqual(
            invoice.action_open_settlement_transactions()["res_id"], transaction.id
        )
        self.assertEqual(transaction.action_open_moves()["res_id"], move.id)
        self.assertEqual(self.batch().action_open_postings()["res_id"], posting.id)
        self.assertEqual(posting.action_open_batch()["res_id"], self.batch().id)

    def test_a_wizard_reverses_with_a_reason(self):
        self.policy.hold_days = 0
        self.store(*self.payout(self.row(gross="100")))
        posting = self.post()
        wizard = (
            self.env["settlement.posting.reverse"]
            .with_context(active_ids=posting.ids)
            .create({"reason": "wrong account"})
        )
        wizard.action_reverse()
        self.assertEqual(posting.state, "reversed")
        with self.assertRaises(UserError):
            posting.action_reverse("again")
