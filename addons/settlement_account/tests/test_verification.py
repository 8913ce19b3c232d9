from datetime import datetime

from odoo.tests import tagged

from .proof_case import ProofCase

ITEM = "account_move_line"


@tagged("post_install", "-at_install")
class TestVerification(ProofCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What a test builds stays for all tests of the class.
        world = cls()
        cls.bank = world.add_bank()
        cls.bank_backend = cls.bank.backend_id
        cls.wallet.opening_balance = 20
        cls.wallet.action_post_opening()
        cls.charge = world.row(gross="100", fee="3", day=5)
        cls.fee = world.row("fee", "-1", day=5)
        world.store(*world.payout(cls.charge, cls.fee))
        world.match(cls.charge, world.invoice(100))
        cls.arrived = world.bank_row("96", day=8)
        cls.other = world.bank_row("40", day=8)
        world.store_statement(cls.arrived, cls.other)
        world.post_all()
        cls.transfer = world.match_bank([world.batch()], cls.arrived)
        world.post_all()
        cls.posting = world.batch().posting_ids
        cls.move = cls.posting.move_id
        lines = cls.env["account.bank.statement.line"]
        cls.lines = lines.search([("settlement_wallet_id", "=", cls.bank.id)])

    def item(self, account, move=None):
        """Return the first journal item on an account."""
        items = (move or self.move).line_ids
        return items.filtered(lambda item: item.account_id == account)[:1]

    def falsified(self, table, assignment, row_id):
        """Return what verify names once a row is written past the ORM."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        # The texts are ours, in this file.
        self.sql(f"UPDATE {table} SET {assignment} WHERE id = %s", row_id)  # noqa: S608
        named = self.named()
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return named

    # ------------------------------------------------------------------
    # Nothing is wrong
    # ------------------------------------------------------------------

    def test_an_untouched_database_passes(self):
        self.assertEqual(self.findings(), [])

    def test_all_that_people_may_do_passes(self):
        self.transfer.action_undo("another one")
        self.assertEqual(self.findings(), [])
        self.match_bank([self.batch()], self.arrived)
        self.post_all()
        self.assertEqual(self.findings(), [])

    def test_a_reversal_passes(self):
        row = self.row(gross="7", day=9, batch_external_id="po_2")
        self.store(*self.payout(row, name="po_2"))
        self.post()
        self.batch("po_2").posting_ids.action_reverse("wrong")
        self.assertEqual(self.findings(), [])
        self.batch("po_2").action_post()
        self.assertEqual(self.findings(), [])

    def test_a_revision_of_other_words_passes(self):
        row = self.row(
            gross="7",
            day=9,
            batch_external_id="po_2",
            source_version_at=datetime(2026, 1, 9),
        )
        self.store(*self.payout(row, name="po_2"))
        self.post()
        again = self.row(
            gross="7",
            day=9,
            batch_external_id="po_2",
            external_id=row.external_id,
            source_version_at=datetime(2026, 1, 10),
            description="Other words",
        )
        self.store(again)
        self.post()
        self.assertEqual(self.findings(), [])

    # ------------------------------------------------------------------
    # Journal items of a posting
    # ------------------------------------------------------------------

    def test_each_altered_column_of_an_entry_is_named(self):
        item = self.item(self.receivable)
        posting = (12, "settlement.posting", self.posting.id)
        line = (12, "account.move.line", item.id)
        expense = self.company_data["default_account_expense"].id
        for assignment, expected in (
            ("credit = credit + 1", line),
            ("debit = credit, credit = 0", line),
            ("balance = balance + 1", posting),
            ("amount_currency = amount_currency + 1", posting),
            (
                "balance = balance - 1, credit = credit + 1, "
                "amount_currency = amount_currency - 1",
                posting,
            ),
            (f"account_id = {expense}", posting),
            ("partner_id = NULL", posting),
            ("date = date + 1", posting),
            ("name = 'x'", posting),
            ("sequence = 99", posting),
            ("parent_state = 'draft'", posting),
            ("amount_residual = 1", line),
            ("amount_residual_currency = 1", line),
            ("reconciled = FALSE", line),
        ):
            with self.subTest(assignment=assignment):
                self.assertIn(expected, self.falsified(ITEM, assignment, item.id))

    def test_the_finding_says_what_was_altered(self):
        item = self.item(self.receivable)
        self.sql(
            "UPDATE account_move_line SET balance = balance + 1, partner_id = NULL "
            "WHERE id = %s",
            item.id,
        )
        sentences = [
            each["sentence"]
            for each in self.findings()
            if each["model"] == "settlement.posting"
        ]
        self.assertIn(
            f"Its entry {self.move.name} is not what was planned: line "
            f"{item.sequence} partner, balance.",
            sentences,
        )

    def test_each_altered_column_of_a_move_is_named(self):
        for assignment in ("state = 'draft'", "date = date + 1"):
            with self.subTest(assignment=assignment):
                self.assertIn(
                    (12, "settlement.posting", self.posting.id),
                    self.falsified("account_move", assignment, self.move.id),
                )

    def test_a_deleted_line_and_an_added_one_are_named(self):
        fee = self.item(self.policy.fee_clearing_account_id)
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        self.sql("DELETE FROM account_move_line WHERE id = %s", fee.id)
        self.assertIn((12, "settlement.posting", self.posting.id), self.named())
        savepoint.close(rollback=True)
        self.sql(
            "INSERT INTO account_move_line (move_id, account_id, company_id, "
            "currency_id, company_currency_id, display_type, date, parent_state, "
            "journal_id, balance, amount_currency, debit, credit, sequence) "
            "SELECT move_id, account_id, company_id, currency_id, "
            "company_currency_id, display_type, date, parent_state, journal_id, 0, "
            "0, 0, 0, 77 FROM account_move_line WHERE id = %s",
            fee.id,
        )
        self.assertIn((12, "settlement.posting", self.posting.id), self.named())

    def test_what_was_settled_and_is_open_again_is_named(self):
        item = self.item(self.receivable)
        match = item.settlement_match_id
        self.assertTrue(match)
        self.assertIn(
            (12, "settlement.match", match.id),
            self.falsified(
                ITEM,
                "reconciled = FALSE, amount_residual_currency = -100, "
                "amount_residual = -100",
                item.id,
            ),
        )

    def test_a_deleted_reconciliation_is_named(self):
        item = self.item(self.receivable)
        pair = item.matched_debit_ids | item.matched_credit_ids
        self.sql("DELETE FROM account_partial_reconcile WHERE id = %s", pair.id)
        self.assertIn((12, "account.move.line", item.id), self.named())

    def test_a_reconciliation_between_two_accounts_is_named(self):
        item = self.item(self.receivable)
        pair = item.matched_debit_ids | item.matched_credit_ids
        document = (pair.debit_move_id | pair.credit_move_id) - item
        self.assertIn(
            (12, "account.move.line", item.id),
            self.falsified(
                ITEM,
                f"account_id = {self.company_data['default_account_expense'].id}",
                document.id,
            ),
        )

    # ------------------------------------------------------------------
    # Postings
    # ------------------------------------------------------------------

    def test_each_altered_column_of_a_posting_is_named(self):
        for assignment in (
            "amount = amount + 1",
            "date = date + 1",
            "state = 'reversed'",
            "plan = jsonb_set(plan, '{name}', '\"x\"')",
            "plan = jsonb_set(plan, '{lines,0,5}', '1')",
            "plan_hash = 'x'",
        ):
            with self.subTest(assignment=assignment):
                named = self.falsified(
                    "settlement_posting", assignment, self.posting.id
                )
                models = {(model, row_id) for _law, model, row_id in named}
                self.assertIn(("settlement.posting", self.posting.id), models)

    def test_a_posting_of_a_fitting_hash_is_named(self):
        self.sql(
            "UPDATE settlement_posting SET amount = amount + 1 WHERE id = %s",
            self.posting.id,
        )
        self.posting.sudo()._seal_rows()
        laws = {law for law, _model, row in self.named() if row == self.posting.id}
        self.assertGreaterEqual(laws, {3, 11})

    def test_a_posting_that_no_event_proves_is_named(self):
        self.sql(
            "INSERT INTO settlement_posting (company_id, wallet_id, month, number, "
            "kind, date, currency_id, plan, plan_hash, move_id, state) "
            "SELECT company_id, wallet_id, month, 999, kind, date, currency_id, "
            "plan, plan_hash, %s, state FROM settlement_posting WHERE id = %s",
            self.lines[0].move_id.id,
            self.posting.id,
        )
        self.assertIn(11, {law for law, model, _id in self.named()})

    def test_a_deleted_posting_line_is_named(self):
        row = self.stored(self.charge)
        self.sql(
            "DELETE FROM settlement_posting_line WHERE transaction_id = %s", row.id
        )
        named = self.named()
        self.assertGreaterEqual(
            named,
            {
                (3, "settlement.posting", self.posting.id),
                (3, "settlement.batch", self.batch().id),
                (8, "settlement.transaction", row.id),
                (12, "settlement.posting", self.posting.id),
            },
        )

    def test_a_posting_line_of_another_row_is_named(self):
        row = self.loose(gross="9", day=9)
        self.store(row)
        self.sql(
            "UPDATE settlement_posting_line SET transaction_id = %s "
            "WHERE transaction_id = %s",
            self.stored(row).id,
            self.stored(self.fee).id,
        )
        named = self.named()
        self.assertIn((12, "settlement.posting", self.posting.id), named)
        self.assertIn((3, "settlement.posting", self.posting.id), named)

    def test_an_inactive_line_of_a_posting_is_named(self):
        self.sql(
            "UPDATE settlement_posting_line SET active = FALSE "
            "WHERE transaction_id = %s",
            self.stored(self.charge).id,
        )
        self.assertIn((8, "settlement.posting", self.posting.id), self.named())

    # ------------------------------------------------------------------
    # Bank lines
    # ------------------------------------------------------------------

    def test_each_altered_column_of_a_bank_line_is_named(self):
        for line in self.lines:
            found = (12, "account.bank.statement.line", line.id)
            liquidity = self.item(self.bank.account_id, line.move_id)
            other = line.move_id.line_ids - liquidity
            expense = self.company_data["default_account_expense"].id
            for table, assignment, row_id in (
                ("account_bank_statement_line", "amount = amount + 1", line.id),
                ("account_move", "state = 'draft'", line.move_id.id),
                ("account_move", "date = date + 1", line.move_id.id),
                (ITEM, "balance = balance + 1", liquidity.id),
                (ITEM, "balance = balance + 1", other.id),
                (ITEM, f"account_id = {expense}", liquidity.id),
                (ITEM, "date = date + 1", liquidity.id),
                (ITEM, "parent_state = 'draft'", other.id),
            ):
                with self.subTest(line=line.amount, table=table, set=assignment):
                    self.assertIn(found, self.falsified(table, assignment, row_id))

    def test_another_account_behind_a_bank_line_is_named(self):
        expense = self.company_data["default_account_expense"].id
        for line in self.lines:
            other = line._settlement_counterpart()
            named = self.falsified(ITEM, f"account_id = {expense}", other.id)
            models = {model for _law, model, row in named}
            with self.subTest(line=line.amount):
                self.assertTrue(
                    models & {"account.bank.statement.line", "account.move.line"}
                )

    def test_a_bank_line_without_its_row_is_named(self):
        row = self.stored(self.other)
        self.sql(
            "UPDATE settlement_transaction_state SET statement_line_id = NULL "
            "WHERE transaction_id = %s",
            row.id,
        )
        named = self.named()
        self.assertIn((8, "settlement.transaction", row.id), named)
        self.assertIn((3, "settlement.batch", self.batch("st_1").id), named)
        self.assertIn("account.bank.statement.line", {model for _l, model, _i in named})

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def test_each_altered_state_is_named(self):
        payout = self.batch().payout_transaction_id
        for row, state in (
            (self.stored(self.charge), "none"),
            (self.stored(self.fee), "none"),
            (self.stored(self.fee), "reconciled"),
            (payout, "posted"),
            (self.stored(self.other), "reconciled"),
        ):
            with self.subTest(row=row.kind, state=state):
                state_row = row.sudo().state_ids
                named = self.falsified(
                    "settlement_transaction_state",
                    f"posting_state = '{state}'",
                    state_row.id,
                )
                self.assertIn((8, "settlement.transaction", row.id), named)

    def test_each_altered_state_of_a_batch_is_named(self):
        for name, state in (
            ("po_1", "posted"),
            ("po_1", "validated"),
            ("st_1", "reconciled"),
        ):
            with self.subTest(batch=name, state=state):
                batch = self.batch(name)
                named = self.falsified(
                    "settlement_batch", f"state = '{state}'", batch.id
                )
                self.assertIn((8, "settlement.batch", batch.id), named)

    # ------------------------------------------------------------------
    # Wallets
    # ------------------------------------------------------------------

    def test_each_altered_field_of_a_wallet_is_named(self):
        misc = self.company_data["default_journal_bank"].id
        transit = self.company_data["default_account_revenue"].id
        for assignment in (
            "opening_balance = opening_balance + 1",
            "opening_date = '2026-01-07'",
            f"journal_id = {misc}",
            f"in_transit_account_id = {transit}",
        ):
            with self.subTest(assignment=assignment):
                self.assertIn(
                    (4, "settlement.wallet", self.wallet.id),
                    self.falsified("settlement_wallet", assignment, self.wallet.id),
                )

    def test_a_wallet_that_is_off_on_some_days_only_is_named(self):
        self.by_hand(1, 6)
        self.by_hand(-1, 7)
        sentences = [
            each["sentence"]
            for each in self.findings()
            if each["model"] == "settlement.wallet"
        ]
        self.assertTrue(
            any("From 2026-01-06 to 2026-01-06" in each for each in sentences)
        )

    def test_what_an_exception_tells_is_no_finding(self):
        self.by_hand(1, 6)
        self.assertIn((4, "settlement.wallet", self.wallet.id), self.named())
        self.wallet.sudo()._prove()
        self.assertEqual(self.findings(), [])
        # But it does not cover what comes after.
        self.by_hand(1, 8)
        self.assertIn((4, "settlement.wallet", self.wallet.id), self.named())

    def test_an_altered_balance_is_named(self):
        self.store(self.balance("20", 9))
        self.assertEqual(self.findings(), [])
        self.sql(
            "UPDATE settlement_balance SET available = 21 WHERE wallet_id = %s",
            self.wallet.id,
        )
        self.assertIn((4, "settlement.wallet", self.wallet.id), self.named())

    # ------------------------------------------------------------------
    # Card numbers
    # ------------------------------------------------------------------

    def test_a_card_number_in_clear_is_named(self):
        row = self.stored(self.charge)
        for table, column, model, row_id in (
            ("settlement_transaction", "description", "settlement.transaction", row.id),
            ("settlement_message", "error", "settlement.message", row.message_id.id),
            (
                "account_bank_statement_line",
                "payment_ref",
                "account.bank.statement.line",
                self.lines[0].id,
            ),
            (ITEM, "name", "account.move.line", self.move.line_ids[0].id),
        ):
            with self.subTest(model=model):
                named = self.falsified(
                    table, f"{column} = 'card 4242 4242 4242 4242 paid'", row_id
                )
                self.assertIn((10, model, row_id), named)
        self.assertNotIn(
            10,
            {
                law
                for law, _model, _id in self.falsified(
                    "settlement_transaction", "description = '4242424242424241'", row.id
                )
            },
        )

    def test_a_card_number_in_a_payload_is_named(self):
        message = self.stored(self.charge).message_id
        named = self.falsified(
            "settlement_message",
            'payload = \'{"card": "4242424242424242"}\'',
            message.id,
        )
        self.assertIn((10, "settlement.message", message.id), named)
