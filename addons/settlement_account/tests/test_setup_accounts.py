from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.posting_policy import ACCOUNT_FIELDS
from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestSetupAccounts(SetupCase):
    """Step 4: journals and accounts, from the chart or new."""

    def setUp(self):
        super().setUp()
        # A company that posts nothing yet: no policy, no clearing journal.
        self.backend.wallet_ids.sudo().write({"opening_date": False})

    def line(self, setup, role):
        """Return the account line of a role."""
        return setup.account_line_ids.filtered(lambda line: line.role == role)

    def test_everything_is_proposed_and_nothing_created(self):
        accounts = self.env["account.account"].search_count([])
        setup = self.reach("accounts")
        self.assertEqual(
            set(setup.account_line_ids.mapped("role")), set(ACCOUNT_FIELDS.values())
        )
        self.assertEqual(self.env["account.account"].search_count([]), accounts)
        self.assertFalse(setup.policy_id)
        # What the company has decided for all of its backends is proposed.
        line = self.line(setup, "suspense_account_id")
        self.assertEqual(line.account_id, self.policy.suspense_account_id)
        self.assertEqual(line.purpose, "Suspense Account")

    def test_the_backend_gets_a_hashed_journal_of_its_own(self):
        setup = self.reach("codes")
        journal = setup.policy_id.clearing_journal_id
        self.assertEqual(setup.policy_id.backend_id, setup.backend_id)
        self.assertTrue(journal.restrict_mode_hash_table)
        self.assertNotEqual(journal, self.policy.clearing_journal_id)
        self.assertEqual(journal, setup.journal_id)
        wallet = setup.backend_id.wallet_ids
        self.assertTrue(wallet.journal_id)
        self.assertTrue(wallet.in_transit_account_id.reconcile)
        self.assertIn(journal.display_name, setup.accounts_html)
        self.assertEqual(setup.policy_id.partner_id.name, "New Provider")

    def test_a_second_time_creates_nothing(self):
        setup = self.reach("codes")
        counts = self.row_counts()
        mine = self.by(self.accountant, setup)
        mine.action_go_to("accounts")
        mine.action_set_accounts()
        self.assertFalse(setup.accounts_said)
        after = self.row_counts()
        for table in (
            "account_account",
            "account_journal",
            "settlement_posting_policy",
        ):
            self.assertEqual(counts[table], after[table], table)

    def test_another_account_is_the_backends_own(self):
        setup = self.reach("accounts")
        mine = self.by(self.accountant, setup)
        special = self.policy.fee_account_id.copy({"name": "Fees of one provider"})
        self.line(mine, "fee_account_id").account_id = special
        mine.action_set_accounts()
        self.assertEqual(setup.policy_id.fee_account_id, special)
        self.assertNotEqual(self.policy.fee_account_id, special)
        # Thinking better of it goes back to the account of the company.
        mine.action_go_to("accounts")
        self.line(mine, "fee_account_id").account_id = self.policy.fee_account_id
        mine.action_set_accounts()
        self.assertFalse(setup.policy_id.fee_account_id)
        self.assertEqual(
            setup.policy_id._value("fee_account_id"), self.policy.fee_account_id
        )

    def test_a_new_account_by_code_and_name(self):
        setup = self.reach("accounts")
        mine = self.by(self.accountant, setup)
        line = self.line(mine, "dispute_account_id")
        line.write({"account_id": False, "new_code": "109999", "new_name": "Disputed"})
        self.assertEqual(line.becomes, "is created")
        mine.action_set_accounts()
        account = setup.policy_id.dispute_account_id
        self.assertEqual((account.code, account.name), ("109999", "Disputed"))
        self.assertTrue(account.reconcile)
        self.assertIn("109999", str(setup.accounts_said))

    def test_neither_account_nor_name_is_refused(self):
        setup = self.reach("accounts")
        mine = self.by(self.accountant, setup)
        line = self.line(mine, "dispute_account_id")
        line.write({"account_id": False, "new_code": False})
        with self.assertRaisesRegex(UserError, "Dispute Account"):
            mine.action_set_accounts()

    def test_suspense_is_made_reconcilable_and_that_is_said(self):
        setup = self.reach("accounts")
        mine = self.by(self.accountant, setup)
        account = self.policy.suspense_account_id.copy({"name": "Waiting"})
        account.reconcile = False
        line = self.line(mine, "suspense_account_id")
        line.account_id = account
        self.assertIn("will allow reconciliation", line.becomes)
        mine.action_set_accounts()
        self.assertTrue(account.reconcile)
        self.assertIn("allows reconciliation now", str(setup.accounts_said))

    def test_a_bank_account_takes_its_journal_and_needs_no_transit(self):
        journal = self.env["account.journal"].create(
            {
                "name": "House Bank",
                "code": "HB9",
                "type": "bank",
                "company_id": self.company.id,
                "bank_acc_number": "DE89 3704 0044 0532 0130 00",
            }
        )
        journal.suspense_account_id.reconcile = False
        self.provider.answer["account_identifier"] = "DE89370400440532013000"
        setup = self.reach("accounts")
        line = setup.wallet_line_ids
        self.assertTrue(line.is_bank)
        self.assertEqual(line.journal_id, journal)
        self.assertIn("House Bank", line.becomes)
        self.by(self.accountant, setup).action_set_accounts()
        self.assertEqual(line.wallet_id.journal_id, journal)
        self.assertFalse(line.in_transit_account_id)
        self.assertTrue(journal.suspense_account_id.reconcile)
        self.assertIn("allows reconciliation now", str(setup.accounts_said))
        # A bank sends no bill for its fees.
        self.assertFalse(setup.policy_id.partner_id)

    def test_a_chosen_journal_and_transit_account_are_taken(self):
        journal = self.env["account.journal"].create(
            {
                "name": "My Wallet",
                "code": "MYW",
                "type": "bank",
                "company_id": self.company.id,
            }
        )
        transit = self.wallet.in_transit_account_id.copy({"name": "My Transit"})
        setup = self.reach("accounts")
        line = self.by(self.accountant, setup.wallet_line_ids)
        line.write({"journal_id": journal.id, "in_transit_account_id": transit.id})
        self.by(self.accountant, setup).action_set_accounts()
        self.assertEqual(line.wallet_id.journal_id, journal)
        self.assertEqual(line.wallet_id.in_transit_account_id, transit)

    def test_a_journal_of_somebody_else_is_refused(self):
        setup = self.reach("accounts")
        mine = self.by(self.accountant, setup)
        misc = self.company_data["default_journal_misc"]
        other = self.reach("codes", name="Third").journal_id
        for journal in (misc, self.company.currency_exchange_journal_id, other):
            mine.journal_id = journal
            with self.assertRaisesRegex(UserError, "other entries already"):
                mine.action_set_accounts()

    def test_a_journal_of_ones_own_is_hashed(self):
        setup = self.reach("accounts")
        journal = self.env["account.journal"].create(
            {
                "name": "Only This",
                "code": "ONLY",
                "type": "general",
                "sequence": 99,
                "company_id": self.company.id,
            }
        )
        mine = self.by(self.accountant, setup)
        mine.journal_id = journal
        mine.action_set_accounts()
        self.assertTrue(journal.restrict_mode_hash_table)
        self.assertIn("hashed from now on", str(setup.accounts_said))

    def test_a_journal_in_another_currency_is_refused(self):
        self.env.ref("base.EUR").active = True
        journal = self.env["account.journal"].create(
            {
                "name": "Euro",
                "code": "EURO",
                "type": "bank",
                "company_id": self.company.id,
                "currency_id": self.env.ref("base.EUR").id,
            }
        )
        setup = self.reach("accounts")
        self.by(self.accountant, setup.wallet_line_ids).journal_id = journal
        with self.assertRaisesRegex(UserError, "EUR"):
            self.by(self.accountant, setup).action_set_accounts()

    def test_a_payment_method_on_the_wallet_itself_is_warned_of(self):
        setup = self.reach("codes")
        self.assertFalse(setup.warning_html)
        journal = setup.backend_id.wallet_ids.journal_id
        method = journal.inbound_payment_method_line_ids[:1].sudo()
        method.payment_account_id = journal.default_account_id
        setup.invalidate_recordset()
        self.assertIn("outstanding account", setup.warning_html)
        self.assertIn(journal.default_account_id.code, setup.warning_html)

    # ------------------------------------------------------------------
    # Charts
    # ------------------------------------------------------------------

    def fresh_company(self, name, chart=None):
        """Return a company that is new to everything, and its accountant."""
        company = self.env["res.company"].create({"name": name})
        self.env.user.company_ids += company
        if chart:
            self.env["account.chart.template"].try_loading(
                chart, company=company, install_demo=False
            )
        users = self.admin | self.accountant | self.approver
        users.company_ids = [Command.link(company.id)]
        return company

    def reach_in(self, company):
        """Return a set-up of a company whose accounts are next."""
        self.teach_to_pull()
        self.provider.answer["currencies"] = [company.currency_id.name]
        setup = (
            self.env["settlement.setup"]
            .with_user(self.admin)
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    "name": "Fresh",
                    "connector": "canonical",
                    "company_id": company.id,
                    "timezone": "UTC",
                }
            )
        )
        setup.action_connect()
        self.enter(setup)
        setup.action_use_wallets()
        return self.by(self.accountant, setup)

    def test_without_a_chart_it_says_what_to_do_and_goes_on_afterwards(self):
        company = self.fresh_company("Bare")
        setup = self.reach_in(company)
        self.assertTrue(setup.lacks_chart)
        self.assertFalse(setup.account_line_ids)
        for act in (setup.action_set_accounts, setup.action_propose_accounts):
            with self.assertRaisesRegex(UserError, "Fiscal Localization"):
                act()
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        setup.invalidate_recordset()
        self.assertFalse(setup.lacks_chart)
        setup.action_propose_accounts()
        self.assertEqual(len(setup.account_line_ids), len(ACCOUNT_FIELDS))
        setup.action_set_accounts()
        self.assertEqual(setup.step, "codes")

    def test_the_generic_chart_gives_its_bank_fees_and_codes(self):
        setup = self.reach_in(self.fresh_company("Fresh", "generic_coa"))
        fees = self.line(setup, "bank_fee_account_id").account_id
        self.assertEqual(fees.name, "Bank Fees")
        suspense = self.line(setup, "suspense_account_id")
        self.assertFalse(suspense.account_id)
        self.assertTrue(suspense.new_code.startswith("1017"), suspense.new_code)
        codes = setup.account_line_ids.mapped("new_code")
        self.assertEqual(len(codes), len(set(codes)), "each code is proposed once")
        setup.action_set_accounts()
        policy = setup.policy_id
        for role in ACCOUNT_FIELDS.values():
            self.assertTrue(policy._value(role), role)

    def test_a_chart_that_counts_otherwise_gets_codes_beside_their_like(self):
        company = self.fresh_company("Short Codes")
        accounts = self.env["account.account"].with_company(company)
        for code, kind in (
            ("4980", "expense"),
            ("1360", "asset_current"),
            ("1400", "asset_receivable"),
            ("1700", "liability_current"),
            ("2650", "income_other"),
        ):
            accounts.create(
                {
                    "code": code,
                    "name": code,
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                    "company_ids": [Command.set(company.ids)],
                }
            )
        setup = self.reach_in(company)
        self.assertFalse(setup.lacks_chart)
        fee = self.line(setup, "fee_account_id").new_code
        waiting = self.line(setup, "suspense_account_id").new_code
        self.assertEqual((len(fee), fee > "4980"), (4, True))
        self.assertEqual((len(waiting), waiting > "1360"), (4, True))

    def test_installed_localisations_work_too(self):
        charts = self.env["account.chart.template"]._get_chart_template_mapping()
        others = [
            code
            for code in ("de_skr03", "fr", "be_comp", "ch")
            if charts.get(code, {}).get("installed")
        ]
        for code in others:
            with self.subTest(chart=code):
                setup = self.reach_in(self.fresh_company(f"In {code}", code))
                setup.action_set_accounts()
                self.assertEqual(setup.step, "codes")
