from ast import literal_eval

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .ledger_case import LedgerCase


def eval_domain(text):
    """Return the domain of an action as it is stored."""
    return literal_eval(text) if text else []


@tagged("post_install", "-at_install")
class TestLedgerControl(LedgerCase):
    """What verification, status, proofs, roles and companies say of such journals."""

    # ------------------------------------------------------------------
    # Verification
    # ------------------------------------------------------------------

    def settled_line(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        self.assert_clean()
        return line

    def alter(self, query, *values):
        """Change something as no user of Odoo can."""
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    def laws_broken(self):
        return {finding["law"] for finding in self.findings()}

    def test_an_altered_fact_is_found(self):
        line = self.settled_line()
        self.alter(
            "UPDATE settlement_transaction SET description = 'x' WHERE id = %s",
            self.row_of(line).id,
        )
        self.assertIn(11, self.laws_broken())

    def test_an_altered_message_is_found(self):
        line = self.settled_line()
        self.alter(
            "UPDATE settlement_message SET payload = 'x' WHERE id = %s",
            self.row_of(line).message_id.id,
        )
        self.assertIn(11, self.laws_broken())

    def test_an_altered_line_is_found_once_it_is_settled(self):
        line = self.settled_line()
        self.alter(
            "UPDATE account_bank_statement_line SET amount = 99 WHERE id = %s", line.id
        )
        found = [each for each in self.findings() if each["law"] == 12]
        self.assertTrue(found)
        self.assertIn("99", found[0]["sentence"])

    def test_a_line_opened_beside_us_is_found(self):
        line = self.settled_line()
        item = self.waiting(line)
        pairs = item.matched_debit_ids | item.matched_credit_ids
        self.alter("DELETE FROM account_partial_reconcile WHERE id = %s", pairs.id)
        self.alter(
            "UPDATE account_bank_statement_line SET is_reconciled = FALSE "
            "WHERE id = %s",
            line.id,
        )
        self.assertIn(12, self.laws_broken())

    def test_a_row_that_points_elsewhere_is_found(self):
        line, other = self.settled_line(), self.line(1)
        self.alter(
            "UPDATE settlement_transaction_state SET ledger_line_id = %s "
            "WHERE ledger_line_id = %s",
            other.id,
            line.id,
        )
        self.assertIn(12, self.laws_broken())

    def test_a_change_that_the_next_run_sees_is_no_finding(self):
        line = self.line(100)
        self.run_ledger()
        line.amount = 90
        self.assert_clean()
        self.line(5)
        self.assert_clean()

    # ------------------------------------------------------------------
    # Proof, status, dashboard
    # ------------------------------------------------------------------

    def test_there_is_nothing_to_prove(self):
        self.line(100)
        self.run_ledger()
        self.ledger.action_prove()
        self.assertFalse(self.ledger.proved_at)
        self.assertFalse(self.exceptions("balance_gap"))
        self.assertFalse(self.ledger.opening_date)

    def test_the_status_counts_lines(self):
        self.settled_line()
        elsewhere, invoice = self.line(30), self.invoice(30)
        self.line(7)
        self.run_ledger()
        self.reconcile_by_hand(elsewhere, self.open_item(invoice))
        self.run_ledger()
        self.line(8)
        status = self.ledger_backend._status_of()
        (wallet,) = status["wallets"]
        self.assertEqual(
            wallet["journal"]["lines"],
            {"open": 2, "not_taken_in": 1, "settled_here": 1, "settled_elsewhere": 1},
        )
        self.assertIn("145.00", wallet["journal"]["balance"])
        self.assertNotIn("proof", wallet)

    def test_a_quiet_journal_is_no_stale_feed(self):
        self.line(1)
        self.run_ledger()
        self.alter("UPDATE settlement_message SET received_at = '2020-01-01'")
        self.ledger_backend._check_freshness()
        self.assertFalse(self.exceptions("stale_feed"))

    def test_the_card_of_the_journal_says_how_many_lines_wait(self):
        self.line(1)
        self.run_ledger("parse")
        data = self.journal._get_journal_dashboard_data_batched()
        self.assertEqual(data[self.journal.id]["settlement_open_lines"], 1)
        self.assertEqual(self.journal.settlement_open_count, 1)
        action = self.journal.action_open_settlement_lines()
        rows = self.env["settlement.transaction"].search(action["domain"])
        self.assertEqual(rows.external_id[:5], "line:")

    def test_matched_journals_are_found(self):
        journals = self.env["account.journal"]
        self.assertIn(
            self.journal, journals.search([("settlement_is_matched", "=", True)])
        )
        self.assertNotIn(
            self.journal, journals.search([("settlement_is_matched", "=", False)])
        )

    def test_a_line_leads_to_its_transaction_and_match(self):
        line = self.settled_line()
        self.assertEqual(line.settlement_transaction_count, 1)
        action = line.action_open_settlement_transactions()
        self.assertEqual(action["res_id"], self.row_of(line).id)
        action = line.action_open_settlement_matches()
        self.assertEqual(action["res_id"], self.row_of(line).match_line_ids.match_id.id)

    def test_the_set_up_of_such_a_backend_is_the_list_of_journals(self):
        action = self.ledger_backend.action_open_setup()
        self.assertEqual(action["res_model"], "account.journal")
        codes = dict(self.env["settlement.setup"]._selection_connector())
        self.assertNotIn("ledger", codes)
        self.assertIn("canonical", codes)

    def test_the_handler_says_what_it_is(self):
        self.assertIn("Statement lines", self.ledger_backend._handler()._about())

    def test_the_screens_open_for_each_role(self):
        for role in ("group_viewer", "group_accountant", "group_integration_admin"):
            env = self.env(user=self.new_user(role, name="screens"))
            for name in ("bank_statement_line", "journal_matching"):
                action = env["ir.actions.act_window"]._for_xml_id(
                    f"settlement_account.action_account_{name}"
                )
                model = env[action["res_model"]]
                views = [*action["views"], (action["search_view_id"][0], "search")]
                found = model.get_views(views)["views"]
                self.assertTrue(found["list"]["arch"])
                model.search_read(eval_domain(action["domain"]), limit=2)
            form = self.env.ref("account.view_account_journal_form").id
            arch = env["account.journal"].get_view(form, "form")["arch"]
            may_switch = role != "group_viewer"
            self.assertEqual("action_settlement_match" in arch, may_switch)
            self.assertIn("action_open_settlement_lines", arch)

    def test_a_line_is_entered_by_hand_on_our_screen(self):
        view = "settlement_account.view_account_bank_statement_line_form"
        user = self.new_user("group_accountant", name="form")
        lines = self.env["account.bank.statement.line"].with_user(user)
        with Form(lines, view=view) as form:
            form.journal_id = self.journal
            form.date = "2026-01-12"
            form.payment_ref = "By hand"
            form.amount = 12.5
        line = form.save()
        self.run_ledger()
        self.assertEqual(self.row_of(line).gross_amount, 12.5)
        self.assertEqual(line.with_user(user).settlement_transaction_count, 1)

    # ------------------------------------------------------------------
    # Payouts, our own banks
    # ------------------------------------------------------------------

    def test_a_payout_is_found_on_such_a_line(self):
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge, reference="TRACE-123456", expected_on=None))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        line = self.line(97, "Provider payout TRACE-123456")
        self.run_ledger()
        self.assertEqual(self.batch().state, "reconciled")
        self.assertTrue(line.is_reconciled)
        transit = self.wallet.in_transit_account_id
        items = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        self.assertEqual(sum(items.mapped("balance")), 0)
        self.assert_clean()
        self.row_of(line).match_line_ids.match_id.action_undo("not this one")
        self.assertEqual(self.batch().state, "posted")
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_lines_of_our_own_banks_are_not_taken_in(self):
        bank_backend = self.new_backend("Bank")
        bank = self.new_wallet(
            bank_backend, account="DE89370400440532013000", is_bank=True
        )
        bank.journal_id.action_settlement_match()
        row = self.row(
            "bank_credit", "50", batch_kind="statement", batch_external_id="st_1"
        )
        batch = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id="st_1",
            date=row.booked_on,
            total=row.net_amount,
        )
        self.store(row, batch, backend=bank_backend)
        self.post(bank_backend)
        reported = self.stored(row).statement_line_id
        self.assertTrue(reported)
        by_hand = self.line(7, journal_id=bank.journal_id.id)
        self.assertEqual(self.run_ledger()["lines"], 1)
        self.assertFalse(self.row_of(reported))
        self.assertTrue(self.row_of(by_hand))

    def test_a_bank_that_is_connected_later_takes_the_same_journal(self):
        number = "DE89370400440532013000"
        account = self.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": self.company.partner_id.id}
        )
        self.journal.bank_account_id = account
        bank = self.new_wallet(self.new_backend("Bank"), account=number, is_bank=True)
        self.assertEqual(bank.journal_id, self.journal)

    # ------------------------------------------------------------------
    # Roles and companies
    # ------------------------------------------------------------------

    def test_who_may_switch_a_journal_on(self):
        journal = self.new_journal("Another", "ANO1")
        for role in ("group_viewer", "group_auditor", "group_approver"):
            user = self.new_user(role)
            allowed = user.has_group("settlement.group_accountant")
            if allowed:
                continue
            with self.assertRaises(AccessError):
                journal.with_user(user).action_settlement_match()
            with self.assertRaises(AccessError):
                self.journal.with_user(user).action_settlement_unmatch()
        for role in ("group_accountant", "group_integration_admin"):
            user = self.new_user(role)
            journal.with_user(user).action_settlement_match()
            self.assertTrue(journal.settlement_is_matched)
            journal.with_user(user).action_settlement_unmatch()
            self.assertFalse(journal.settlement_is_matched)

    def test_an_accountant_of_odoo_without_our_roles_works_as_ever(self):
        user = self.new_plain_user()
        lines = self.env["account.bank.statement.line"].with_user(user)
        line = lines.create(
            {
                "journal_id": self.journal.id,
                "date": "2026-01-12",
                "amount": 5,
                "payment_ref": "By hand",
            }
        )
        self.run_ledger()
        line.payment_ref = "Edited"
        line.unlink()
        self.run_ledger()
        self.assert_clean()
        with self.assertRaises(AccessError):
            self.journal.with_user(user).action_open_settlement_lines()

    def new_plain_user(self):
        user = self.new_user("group_viewer", name="plain")
        groups = ("account.group_account_user", "base.group_user")
        user.group_ids = [(6, 0, [self.env.ref(name).id for name in groups])]
        return user

    def test_an_accountant_runs_and_undoes(self):
        user = self.new_user("group_accountant")
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.ledger_backend.with_user(user).run_pipeline()
        self.env.invalidate_all()
        self.assertTrue(line.is_reconciled)
        match = self.row_of(line).match_line_ids.match_id.with_user(user)
        match.action_undo("wrong")
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_companies_do_not_meet(self):
        other = self.setup_other_company(name="Other")["company"]
        journal = self.env["account.journal"].create(
            {"name": "Bank B", "code": "BB1", "type": "bank", "company_id": other.id}
        )
        journal.action_settlement_match()
        backend = journal._ledger_wallets().backend_id
        self.assertEqual(backend.company_id, other)
        self.assertNotEqual(backend, self.ledger_backend)
        invoice = self.invoice(100)
        line = self.line(100, invoice.name, journal_id=journal.id)
        self.assertEqual(line.company_id, other)
        backend.run_pipeline()
        self.run_ledger()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "not_paid")
        user = self.new_user("group_accountant", name="a")
        row = self.env["settlement.transaction"].search(
            [("backend_id", "=", backend.id)]
        )
        self.assertEqual(row.company_id, other)
        self.assertFalse(row.with_user(user).search([("id", "=", row.id)]))
        with self.assertRaises(AccessError):
            journal.with_user(user).action_settlement_unmatch()
        self.assert_clean()

    # ------------------------------------------------------------------
    # Locked periods
    # ------------------------------------------------------------------

    def test_a_line_of_a_closed_month_is_cleared_in_the_open_one(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger("match")
        # The line may stay open: Odoo lets who closes decide that.
        self.alter(
            "UPDATE res_company SET fiscalyear_lock_date = '2026-01-31' WHERE id = %s",
            self.company.id,
        )
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        posting = self.env["settlement.posting"].search(
            [("wallet_id", "=", self.ledger.id)]
        )
        self.assertEqual(str(posting.date), "2026-02-01")
        self.assert_clean()
        match = self.row_of(line).match_line_ids.match_id
        match.action_undo("in the open period")
        self.assertFalse(line.is_reconciled)
        self.assert_clean()

    def test_undo_of_what_a_closed_period_shows_as_settled_is_refused(self):
        line = self.settled_line()
        self.company.fiscalyear_lock_date = "2026-01-31"
        match = self.row_of(line).match_line_ids.match_id
        with self.assertRaisesRegex(Exception, "period is closed"):
            match.action_undo("too late")
        self.assertTrue(line.is_reconciled)
