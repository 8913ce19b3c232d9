from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..services.period_checks import open_as_of
from .proof_case import ProofCase

MONTH_END = date(2026, 1, 31)


@tagged("post_install", "-at_install")
class TestLockDate(ProofCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.new_user("group_approver")
        cls.manager = new_test_user(
            cls.env,
            login="manager",
            groups="base.group_user,account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def wizard(self, user=None, **values):
        wizards = self.env["settlement.lock.date"].with_user(user or self.approver)
        return wizards.with_company(self.company).create(values)

    def found(self, wizard):
        """Return check → result of a wizard."""
        return {line.name: line.result for line in wizard.line_ids}

    # ------------------------------------------------------------------
    # Setting
    # ------------------------------------------------------------------

    def test_it_starts_from_what_the_company_has(self):
        self.company.tax_lock_date = MONTH_END
        wizard = self.wizard()
        self.assertEqual(wizard.tax_lock_date, MONTH_END)
        self.assertFalse(wizard.check_day)
        self.assertFalse(wizard.line_ids)

    def test_an_approver_locks_a_period(self):
        self.wizard(fiscalyear_lock_date=MONTH_END, reason="January").action_apply()
        self.assertEqual(self.company.fiscalyear_lock_date, MONTH_END)
        event = self.env["settlement.event"].search(
            [("action", "=", "period.locked")], limit=1, order="id desc"
        )
        self.assertEqual(event.user_id, self.approver)
        self.assertEqual(event.reason, "January")
        self.assertEqual(event.before, {"fiscalyear_lock_date": ""})
        self.assertEqual(event.after, {"fiscalyear_lock_date": "2026-01-31"})

    def test_what_is_locked_stays_locked(self):
        self.wizard(fiscalyear_lock_date=MONTH_END).action_apply()
        move = self.by_hand(5, date(2026, 1, 10))
        # Odoo moves what is entered by hand out of the locked period.
        self.assertGreater(move.date, MONTH_END)

    def test_a_soft_lock_can_be_moved_back(self):
        self.company.fiscalyear_lock_date = MONTH_END
        self.wizard(fiscalyear_lock_date=date(2025, 12, 31)).action_apply()
        self.assertEqual(self.company.fiscalyear_lock_date, date(2025, 12, 31))

    def test_a_soft_lock_can_be_taken_away(self):
        self.company.fiscalyear_lock_date = MONTH_END
        self.wizard(fiscalyear_lock_date=False).action_apply()
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_a_lock_of_taxes_only_looks_at_nothing_else(self):
        self.store(self.loose(gross="5", day=10))
        wizard = self.wizard(tax_lock_date=MONTH_END)
        self.assertFalse(wizard.check_day)
        wizard.action_apply()
        self.assertEqual(self.company.tax_lock_date, MONTH_END)

    def test_nothing_changed(self):
        with self.assertRaisesRegex(UserError, "No lock date has changed"):
            self.wizard().action_apply()

    def test_a_hard_lock_has_to_be_confirmed(self):
        wizard = self.wizard(hard_lock_date=MONTH_END)
        self.assertTrue(wizard.is_hard_changed)
        with self.assertRaisesRegex(UserError, "never be taken back"):
            wizard.action_apply()
        self.assertFalse(self.company.hard_lock_date)
        wizard.is_hard_confirmed = True
        wizard.action_apply()
        self.assertEqual(self.company.hard_lock_date, MONTH_END)

    def test_a_hard_lock_never_goes_back(self):
        self.company.hard_lock_date = MONTH_END
        wizard = self.wizard(hard_lock_date=date(2026, 1, 15), is_hard_confirmed=True)
        with self.assertRaisesRegex(UserError, "posterior"):
            wizard.action_apply()

    # ------------------------------------------------------------------
    # What is in the way
    # ------------------------------------------------------------------

    def test_a_clean_period_is_good(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("0", 12))
        self.post()
        found = self.found(self.wizard(fiscalyear_lock_date=MONTH_END))
        self.assertEqual(found["Rows of providers and banks"], "good")
        self.assertEqual(found["Wallets"], "good")
        self.assertEqual(found["Bank statement lines"], "good")
        self.assertEqual(found["Suspense"], "warning")

    def test_rows_without_entry_are_in_the_way(self):
        self.store(
            self.loose(gross="5", day=10), self.loose(gross="7", day=date(2026, 2, 1))
        )
        wizard = self.wizard(fiscalyear_lock_date=MONTH_END)
        self.assertEqual(self.found(wizard)["Rows of providers and banks"], "blocking")
        self.assertEqual(wizard.blocking_count, 1)
        with self.assertRaisesRegex(UserError, "1 row is booked by then"):
            wizard.action_apply()
        self.assertFalse(self.company.fiscalyear_lock_date)
        self.wallet.action_post_cutoff(MONTH_END)
        self.wizard(fiscalyear_lock_date=MONTH_END).action_apply()
        self.assertEqual(self.company.fiscalyear_lock_date, MONTH_END)

    def test_the_rows_behind_a_check_open(self):
        self.store(self.loose(gross="5", day=10))
        wizard = self.wizard(fiscalyear_lock_date=MONTH_END)
        action = wizard.action_show_checks()
        shown = wizard.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(shown), len(wizard.line_ids))
        blocking = shown.filtered(lambda line: line.result == "blocking")
        opened = blocking.action_open()
        rows = self.env[opened["res_model"]].search(opened["domain"])
        self.assertEqual(rows.mapped("gross_amount"), [5])

    def test_an_unexplained_wallet_is_a_warning(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("30", 12))
        self.post()
        wizard = self.wizard(fiscalyear_lock_date=MONTH_END)
        line = wizard.line_ids.filtered(lambda line: line.name == "Wallets")
        self.assertEqual(line.result, "warning")
        self.assertIn("30.00", line.sentence)

    def test_odoo_refuses_unreconciled_statement_lines_itself(self):
        bank = self.add_bank()
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.journal_id.id,
                "date": date(2026, 1, 10),
                "payment_ref": "by hand",
                "amount": 5,
            }
        )
        wizard = self.wizard(fiscalyear_lock_date=MONTH_END)
        self.assertEqual(self.found(wizard)["Bank statement lines"], "blocking")
        with self.assertRaisesRegex(UserError, "Odoo refuses"):
            wizard.action_apply()

    def test_drafts_are_in_the_way_of_a_hard_lock_only(self):
        self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": date(2026, 1, 10),
            }
        )
        soft = self.wizard(fiscalyear_lock_date=MONTH_END)
        self.assertEqual(self.found(soft)["Draft entries"], "warning")
        hard = self.wizard(hard_lock_date=MONTH_END, is_hard_confirmed=True)
        self.assertEqual(self.found(hard)["Draft entries"], "blocking")
        with self.assertRaises(UserError):
            hard.action_apply()

    def test_open_exceptions_are_named(self):
        self.env["settlement.exception"]._raise_for(
            self.backend, "stale_feed", "Nothing came for days."
        )
        found = self.found(self.wizard(fiscalyear_lock_date=MONTH_END))
        self.assertEqual(found["Exceptions"], "warning")

    def test_suspense_is_read_as_of_the_day(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge, day=12))
        self.post()
        suspense = self.policy.suspense_account_id
        self.assertEqual(
            [amount for _id, amount in open_as_of(suspense, self.company, MONTH_END)],
            [-100],
        )
        self.company.fiscalyear_lock_date = MONTH_END
        self.match(charge, self.invoice(100, day=date(2026, 2, 3)))
        self.post()
        # The period was locked, so it was settled after it.
        line = suspense.env["account.move.line"].search(
            [("account_id", "=", suspense.id), ("credit", ">", 0)]
        )
        self.assertTrue(line.reconciled)
        settled_on = max(
            (line.matched_debit_ids | line.matched_credit_ids).mapped("max_date")
        )
        self.assertGreater(settled_on, MONTH_END)
        before = open_as_of(suspense, self.company, settled_on - timedelta(days=1))
        self.assertEqual([amount for _id, amount in before], [-100])
        self.assertFalse(open_as_of(suspense, self.company, settled_on))

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_an_administrator_of_accounting_may_lock(self):
        self.wizard(self.manager, fiscalyear_lock_date=MONTH_END).action_apply()
        self.assertEqual(self.company.fiscalyear_lock_date, MONTH_END)

    def test_others_may_not(self):
        for role in ("viewer", "auditor", "integration_admin", "accountant"):
            user = self.new_user(f"group_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.wizard(user, fiscalyear_lock_date=MONTH_END).action_apply()
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_no_lock_of_another_company(self):
        other = self.setup_other_company(name="Other")["company"]
        wizard = self.wizard(fiscalyear_lock_date=MONTH_END)
        wizard.sudo().company_id = other
        with self.assertRaises(AccessError):
            wizard.with_user(self.approver).action_apply()
        self.assertFalse(other.fiscalyear_lock_date)

    # ------------------------------------------------------------------
    # Exceptions from locks
    # ------------------------------------------------------------------

    def exception(self, user=None, **values):
        wizards = self.env["settlement.lock.exception"].with_user(user or self.manager)
        return wizards.with_company(self.company).create(
            {"user_id": self.approver.id, "reason": "A late bill", **values}
        )

    def test_one_person_works_in_a_locked_period_for_a_while(self):
        self.company.fiscalyear_lock_date = MONTH_END
        action = self.exception(lock_date=date(2025, 12, 31)).action_open_period()
        exception = self.env["account.lock_exception"].browse(action["res_id"])
        self.assertEqual(exception.state, "active")
        self.assertEqual(exception.lock_date, date(2025, 12, 31))
        theirs = self.company.with_user(self.approver)
        self.assertEqual(theirs.user_fiscalyear_lock_date, date(2025, 12, 31))
        others = self.company.with_user(self.manager)
        self.assertEqual(others.user_fiscalyear_lock_date, MONTH_END)
        event = self.env["settlement.event"].search(
            [("action", "=", "period.opened")], limit=1, order="id desc"
        )
        self.assertEqual(event.after["user"], self.approver.login)

    def test_what_needs_no_exception(self):
        with self.assertRaisesRegex(UserError, "not set"):
            self.exception().action_open_period()

    def test_an_exception_never_locks_more(self):
        self.company.fiscalyear_lock_date = MONTH_END
        with self.assertRaisesRegex(UserError, "earlier day"):
            self.exception(lock_date=date(2026, 2, 1)).action_open_period()

    def test_an_exception_that_is_over_already(self):
        self.company.fiscalyear_lock_date = MONTH_END
        with self.assertRaisesRegex(UserError, "ended already"):
            self.exception(end_datetime=datetime(2020, 1, 1)).action_open_period()

    def test_only_administrators_of_accounting_except_people(self):
        self.company.fiscalyear_lock_date = MONTH_END
        with self.assertRaises(AccessError):
            self.exception(self.approver).action_open_period()
