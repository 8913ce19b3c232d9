from datetime import date, datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged

from .close_case import FEBRUARY, LAST, CloseCase


@tagged("post_install", "-at_install")
class TestCloseChecks(CloseCase):
    """Every check says yes where all is well, and names what is not."""

    def assert_row(self, row, state, words="", amount=None):
        self.assertEqual(len(row), 1)
        self.assertEqual(row.state, state, row.sentence)
        self.assertIn(words, row.sentence)
        if amount is not None:
            self.assertEqual(row.amount, amount)

    def test_a_month_in_order_has_nothing_in_the_way(self):
        self.january()
        close = self.close()
        blocking = close.row_ids.filtered(lambda row: row.state == "blocking")
        self.assertEqual(blocking.mapped("sentence"), [])
        good = set(close.row_ids.filtered(lambda row: row.state == "ok").mapped("code"))
        self.assertGreaterEqual(
            good,
            {
                "feeds",
                "statements",
                "batches",
                "cutoff",
                "wallet",
                "transit",
                "explained",
                "suspense",
                "month_end",
                "statement_lines",
                "drafts",
                "exceptions",
                "approvals",
                "rules",
                "mappings",
                "own_approvals",
            },
        )

    def test_an_empty_company_is_not_known_to_be_good(self):
        self.wallet.opening_date = False
        close = self.close()
        states = {row.code: row.state for row in close.row_ids}
        for code in ("feeds", "batches", "wallet"):
            self.assertEqual(states[code], "unknown", code)
        self.assertNotEqual(close.state, "ready")

    def test_what_cannot_be_computed_is_not_known(self):
        self.january()
        self.env["settlement.posting.policy"].sudo().search([]).unlink()
        row = self.check("month_end")
        self.assert_row(row, "unknown")

    # ------------------------------------------------------------------
    # Did everything arrive?
    # ------------------------------------------------------------------

    def test_feeds(self):
        self.january()
        row = self.check("feeds")
        self.assert_row(row, "ok", "2 feeds")
        self.assertEqual(self.opened(row), self.backend | self.bank_backend)

    def test_a_feed_that_stopped(self):
        self.store(*self.payout(self.row(gross="10", day=10), day=12))
        row = self.check("feeds")
        self.assert_row(row, "blocking", "Provider")
        self.assertEqual(self.opened(row), self.backend)

    def test_a_feed_that_never_sent_anything(self):
        row = self.check("feeds")
        self.assert_row(row, "blocking", "Provider")

    def test_a_pull_during_the_last_day_has_not_told_all_of_it(self):
        window = (
            self.env["settlement.window"]
            .sudo()
            .create(
                {
                    "backend_id": self.backend.id,
                    "stream": "payouts",
                    "since": datetime(2026, 1, 1),
                    "until": datetime(2026, 1, 31, 6),
                    "started_at": datetime(2026, 1, 31, 6),
                    "finished_at": datetime(2026, 1, 31, 6),
                    "state": "ok",
                }
            )
        )
        checks = self.env["settlement.close.check"].sudo()
        self.assertEqual(checks._heard_up_to(self.backend), date(2026, 1, 30))
        window.until = datetime(2026, 2, 1, 6)
        self.assertEqual(checks._heard_up_to(self.backend), date(2026, 1, 31))

    def test_a_window_that_failed(self):
        self.january()
        window = (
            self.env["settlement.window"]
            .sudo()
            .create(
                {
                    "backend_id": self.backend.id,
                    "stream": "payouts",
                    "since": datetime(2026, 1, 5),
                    "until": datetime(2026, 1, 6),
                    "started_at": datetime(2026, 1, 6),
                    "finished_at": datetime(2026, 1, 6),
                }
            )
        )
        row = self.check("feeds")
        self.assert_row(row, "blocking", "Provider payouts")
        self.assertEqual(self.opened(row).window_id, window)
        window.write({"state": "ok"})
        self.assert_row(self.check("feeds"), "ok")

    def test_a_gap_of_another_month_is_not_ours(self):
        self.january()
        self.env["settlement.window"].sudo().create(
            {
                "backend_id": self.backend.id,
                "stream": "payouts",
                "since": datetime(2026, 2, 5),
                "until": datetime(2026, 2, 6),
                "started_at": datetime(2026, 2, 6),
                "finished_at": datetime(2026, 2, 6),
            }
        )
        self.assert_row(self.check("feeds"), "ok")

    def test_statements(self):
        self.january()
        row = self.check("statements")
        self.assert_row(row, "ok", "The one statement adds up")
        self.assertEqual(self.opened(row), self.batch("st_1"))

    def test_a_statement_that_does_not_add_up(self):
        self.january()
        self.store_statement(
            self.bank_row("5", day=30, name="st_2"),
            name="st_2",
            opening="97",
            closing=Decimal("110"),
        )
        row = self.check("statements")
        self.assert_row(row, "blocking", "1 of 2 statements", 8.0)
        self.assertEqual(self.opened(row), self.batch("st_2"))

    def test_one_account_of_a_bank_without_statement(self):
        """What one account told says nothing of another one."""
        self.january()
        silent = self.new_wallet(
            self.bank_backend, account="DE02120300000000202051", is_bank=True
        )
        row = self.check("statements")
        self.assert_row(row, "unknown", "DE02")
        self.assertEqual(self.opened(row), silent)

    def test_a_month_without_statement_of_a_bank(self):
        self.add_bank()
        self.assert_row(self.check("statements"), "unknown")

    def test_payouts(self):
        self.january()
        row = self.check("batches")
        self.assert_row(row, "ok", "2 payouts")
        self.assertEqual(self.opened(row), self.batch() | self.batch("st_1"))

    def test_a_payout_that_is_not_posted(self):
        self.january()
        self.store(
            *self.payout(
                self.row(gross="40", day=20, batch_external_id="po_2"),
                name="po_2",
                total=Decimal(55),
            )
        )
        row = self.check("batches")
        self.assert_row(row, "blocking", "1 of 3", 55.0)
        self.assertEqual(self.opened(row), self.batch("po_2"))

    # ------------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------------

    def test_the_cut_off_and_its_step(self):
        self.january()
        loose = self.loose(gross="7", day=30)
        self.store(loose)
        row = self.check("cutoff")
        self.assert_row(row, "blocking", "1 row ", 7.0)
        self.assertEqual(self.opened(row), self.stored(loose))
        self.assertEqual(row.step, "action_post_cutoff")
        row.with_user(self.accountant).action_step()
        self.assert_row(row, "ok")
        self.assertFalse(row.step)

    def test_wallets(self):
        self.january()
        rows = self.check("wallet")
        self.assertEqual(rows.mapped("state"), ["ok", "ok"])
        row = rows.filtered(lambda each: each.subject_id == self.wallet.id)
        items = self.opened(row)
        self.assertEqual(items.account_id, self.wallet.account_id)
        self.assertEqual(sum(items.mapped("balance")), 0.0)

    def test_a_wallet_that_differs(self):
        self.january()
        self.by_hand(12, 20)
        row = self.check("wallet").filtered(
            lambda each: each.subject_id == self.wallet.id
        )
        self.assert_row(row, "blocking", "12.00", 12.0)
        self.assertIn(12.0, self.opened(row).mapped("debit"))

    def test_a_wallet_that_lacks_rows_names_them(self):
        self.january()
        late = self.loose(gross="9", day=31)
        self.store(late, self.balance("9", 31, hour=23))
        row = self.check("wallet").filtered(
            lambda each: each.subject_id == self.wallet.id
        )
        self.assert_row(row, "blocking", "0.00 is not explained", 9.0)
        self.assertEqual(self.opened(row), self.stored(late))

    def test_a_wallet_whose_provider_tells_of_less_than_its_rows(self):
        self.january()
        self.store(self.loose(gross="9", day=31))
        row = self.check("wallet").filtered(
            lambda each: each.subject_id == self.wallet.id
        )
        self.assert_row(row, "blocking", "9.00 is not explained", 9.0)

    def test_a_wallet_that_was_never_told_of(self):
        self.store(*self.payout(self.row(gross="10", day=10), day=12))
        self.post()
        row = self.check("wallet")
        self.assert_row(row, "warning", "has not reported")

    def test_a_wallet_that_is_not_in_the_books(self):
        self.wallet.opening_date = FEBRUARY
        self.assert_row(self.check("wallet"), "unknown", "not in the books")

    def test_nothing_is_in_transit(self):
        self.january()
        row = self.check("transit")
        self.assert_row(row, "ok", "0 payouts")
        self.assertFalse(self.opened(row))

    def test_a_payout_on_its_way(self):
        self.store(*self.payout(self.row(gross="50", day=20), day=29))
        self.post()
        row = self.check("transit")
        self.assert_row(row, "ok", "1 payout,", 0.0)
        self.assertEqual(self.opened(row).mapped("balance"), [50.0])

    def test_a_payout_that_is_late(self):
        self.store(*self.payout(self.row(gross="50", day=10), day=12))
        self.post()
        close = self.close()
        row = self.check("transit", close)
        self.assert_row(row, "warning", "more than 5 days", 50.0)
        self.assertEqual(self.opened(row).mapped("balance"), [50.0])
        close.transit_days = 30
        self.assert_row(row, "ok")

    def test_money_in_transit_that_no_payout_explains(self):
        self.january()
        self.by_hand(8, 20, self.wallet.in_transit_account_id)
        row = self.check("transit")
        self.assert_row(row, "blocking", "8.00", 8.0)
        named = self.check("explained").filtered(
            lambda each: each.subject_id == self.wallet.in_transit_account_id.id
        )
        self.assert_row(named, "blocking", "1 have no payout", 8.0)
        self.assertEqual(self.opened(named).mapped("balance"), [8.0])

    def test_fees_that_wait_for_their_bill_are_explained(self):
        self.january()
        account = self.policy.fee_clearing_account_id
        row = self.check("explained").filtered(
            lambda each: each.subject_id == account.id
        )
        self.assert_row(row, "ok", "3.00")
        self.assertEqual(sum(self.opened(row).mapped("balance")), 3.0)

    def test_suspense_that_somebody_looks_after(self):
        self.january()
        odd = self.row(gross="20", day=25, batch_external_id="po_2")
        self.store(*self.payout(odd, name="po_2", day=26))
        self.post()
        rows = self.stored(odd)
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(rows, "unmatched", "Nobody knows what it is for.")
        row = self.check("suspense")
        self.assert_row(row, "warning", "1 item,", 20.0)
        self.assertEqual(self.opened(row).settlement_transaction_id, rows)

    def test_suspense_that_nobody_looks_after(self):
        self.january()
        self.by_hand(15, 20, self.policy.suspense_account_id)
        row = self.check("suspense")
        self.assert_row(row, "blocking", "1 of them", 15.0)

    def test_the_month_end_and_its_step(self):
        self.january()
        self.policy.accrue_at_month_end = True
        row = self.check("month_end")
        self.assert_row(row, "blocking", "1 entry", 3.0)
        row.with_user(self.accountant).action_step()
        self.assert_row(row, "ok", "1 entry")
        accrual = self.env["settlement.posting"].search([("kind", "=", "accrual")])
        self.assertEqual(accrual.date, LAST)
        self.assertEqual(accrual.reversal_ids.date, date(2026, 2, 1))

    def test_a_month_end_that_is_not_taken_back(self):
        self.january()
        self.policy.accrue_at_month_end = True
        self.check("month_end").with_user(self.accountant).action_step()
        accrual = self.env["settlement.posting"].search([("kind", "=", "accrual")])
        self.sql(
            "UPDATE settlement_posting SET reversal_of_id = NULL WHERE id = %s",
            accrual.reversal_ids.id,
        )
        row = self.check("month_end")
        self.assert_row(row, "blocking", "not taken back")
        self.assertEqual(self.opened(row), accrual)

    def test_statement_lines_that_odoo_would_refuse_to_lock(self):
        self.january()
        self.assert_row(self.check("statement_lines"), "ok")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": date(2026, 1, 10),
                "payment_ref": "by hand",
                "amount": -5,
            }
        )
        row = self.check("statement_lines")
        self.assert_row(row, "blocking", "1 line of", 5.0)
        self.assertEqual(self.opened(row), line)

    def test_drafts(self):
        self.january()
        self.assert_row(self.check("drafts"), "ok")
        move = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": date(2026, 1, 10),
            }
        )
        row = self.check("drafts")
        self.assert_row(row, "warning", "1 entry")
        self.assertEqual(self.opened(row), move)

    # ------------------------------------------------------------------
    # Control
    # ------------------------------------------------------------------

    def raised(self, record, reason="unmatched", **values):
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(record, reason, "Something is odd.", **values)
        return self.exceptions(reason, record)

    def test_exceptions(self):
        self.january()
        self.assert_row(self.check("exceptions"), "ok")
        odd = self.raised(self.stored(self.charge))
        row = self.check("exceptions")
        self.assert_row(row, "warning", "1 is open", odd.company_amount)
        self.assertEqual(self.opened(row), odd)

    def test_a_critical_exception(self):
        self.january()
        self.raised(self.stored(self.charge))
        broken = self.raised(self.batch(), "chain_broken")
        broken.sudo().severity = "critical"
        row = self.check("exceptions")
        self.assert_row(row, "blocking", "1 of them critical")
        self.assertEqual(self.opened(row), broken)

    def test_an_exception_of_the_next_month_is_not_ours(self):
        self.january()
        later = self.env["settlement.transaction"].search(
            [("booked_on", "=", FEBRUARY)]
        )
        self.raised(later)
        self.assert_row(self.check("exceptions"), "ok")

    def test_approvals(self):
        self.january()
        self.assert_row(self.check("approvals"), "ok")
        approval = (
            self.env["settlement.approval"]
            .with_user(self.accountant)
            ._request(self.batch(), {"what": "this"}, "It is much.")
        )
        row = self.check("approvals")
        self.assert_row(row, "blocking", "1 decision")
        self.assertEqual(self.opened(row), approval)
        approval.with_user(self.approver).action_refuse("No.")
        self.assert_row(self.check("approvals"), "ok")

    def rule(self):
        """Return a version of a rule that waits for its approval."""
        rule = self.env["settlement.rule"].create(
            {"name": "Fees", "company_id": self.company.id}
        )
        return rule, self.env["settlement.rule.version"].search(
            [("rule_id", "=", rule.id)]
        ) or self.env["settlement.rule.version"].create({"rule_id": rule.id})

    def test_rules_in_use(self):
        self.january()
        self.assert_row(self.check("rules"), "ok")
        _rule, version = self.rule()
        match = self.stored(self.charge).match_line_ids.match_id
        self.sql(
            "UPDATE settlement_match SET rule_version_id = %s WHERE id = %s",
            version.id,
            match.id,
        )
        row = self.check("rules")
        self.assert_row(row, "blocking", "1 match rests", 100.0)
        self.assertEqual(self.opened(row), match)

    def test_mappings_in_use(self):
        self.january()
        self.assert_row(self.check("mappings"), "ok")
        mapping = self.env["settlement.mapping"].create(
            {"company_id": self.company.id, "source_code": "odd/code"}
        )
        fact = self.stored(self.charge)
        self.sql(
            "UPDATE settlement_transaction SET mapping_id = %s WHERE id = %s",
            mapping.id,
            fact.id,
        )
        row = self.check("mappings")
        self.assert_row(row, "blocking", "1 row ")
        self.assertEqual(self.opened(row), fact)

    def test_roles_that_check_one_another(self):
        both = self.new_user("group_approver", name="-both")
        row = self.check("segregation")
        self.assertNotIn(both, self.opened(row) if row.record_model else both.browse())
        both.group_ids |= self.env.ref("settlement.group_integration_admin")
        row = self.check("segregation")
        self.assert_row(row, "warning", both.name)
        self.assertIn(both, self.opened(row))
        self.assertIn("Integration administrator + Approver", row.proof_text)

    def test_who_decided_on_their_own(self):
        approval = (
            self.env["settlement.approval"]
            .with_user(self.accountant)
            ._request(self.wallet, {"what": "this"}, "It is much.")
        )
        approval.with_user(self.approver).action_approve()
        self.assert_row(self.check("own_approvals"), "ok", "1 decision")
        checks = type(self.env["settlement.close.check"])
        with patch.object(checks, "_author", lambda checks, each: each.decider_id):
            row = self.check("own_approvals")
        self.assert_row(row, "blocking", "1 decision")
        self.assertEqual(self.opened(row), approval)

    def test_a_chain_that_is_not_exported_yet(self):
        self.env["settlement.event"]._log("test.done", self.wallet)
        self.env["settlement.event"]._seal_pending()
        row = self.check("chain")
        self.assert_row(row, "warning", "The chain verifies")

    def test_a_chain_that_is_exported(self):
        seals = type(self.env["settlement.event.seal"])
        self.env["settlement.event"]._seal_pending()
        with patch.object(seals, "_unexported", lambda seals: seals.browse()):
            self.assert_row(self.check("chain"), "ok", "head is exported")

    def test_a_chain_that_somebody_altered(self):
        event = self.env["settlement.event"]._log("test.done", self.wallet)
        self.env["settlement.event"]._seal_pending()
        self.sql("ALTER TABLE settlement_event DISABLE TRIGGER USER")
        self.sql(
            "UPDATE settlement_event SET reason = 'forged' WHERE id = %s", event.id
        )
        row = self.check("chain")
        self.assert_row(row, "blocking", "somebody altered the trail")
