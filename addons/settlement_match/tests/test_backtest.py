from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .backtest_case import BacktestCase


@tagged("post_install", "-at_install")
class TestBacktestDifference(BacktestCase):
    def test_a_part_payment_that_waits_is_settled(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        self.run_match()
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, changed=row)
        line = result.line_ids
        self.assertEqual(line.would_move_id, invoice)
        self.assertEqual(line.match_id, self.match_of(row))
        self.assertIn("2.00", line.would_text)
        self.assertIn("another difference", line.sentence)

    def test_a_payment_that_waits_is_gained(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, gained=row)
        self.assertEqual(result.row_count, 1)
        self.assertEqual(result.line_ids.amount, 98.0)
        self.assertIn("98.00", result.totals_text)

    def test_beyond_the_tolerance_nothing_is_gained(self):
        self.pay("txn_1", "95.00", self.new_invoice(100.0))
        self.assertOutcomes(self.tried(self.fee_rule()))

    def test_a_rest_that_was_paid_later_is_wrong(self):
        invoice = self.new_invoice(100.0)
        first = self.pay("txn_1", "98.00", invoice)
        self.run_match()
        self.pay("txn_2", "2.00", invoice, day=30)
        self.run_match()
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, wrong=first)
        self.assertIn("paid later", result.line_ids.sentence)

    def test_a_rest_that_the_books_cleared_is_a_change(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        self.run_match()
        self.settle_otherwise(invoice, 2.0, day=30)
        self.assertOutcomes(self.tried(self.fee_rule()), changed=row)

    def test_a_document_that_a_person_gave_to_another_payment(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        other = self.pay("txn_2", "100.00", day=9)
        self.matched(other, self.open_line(invoice))
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, wrong=row)
        self.assertIn("other payments settled", result.line_ids.sentence)

    def test_what_a_person_matched_elsewhere_is_wrong(self):
        named, paid = self.new_invoice(100.0), self.new_invoice(98.0)
        row = self.pay("txn_1", "98.00", named)
        match = self.matched(row, self.open_line(paid))
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, wrong=row)
        self.assertEqual(result.line_ids.match_id, match)
        self.assertIn(paid.name, result.line_ids.today_text)
        self.assertIn(named.name, result.line_ids.would_text)

    def test_what_a_person_undid_is_wrong(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        match = self.matches._propose(
            [row], self.open_line(invoice), difference=(200, "fee")
        )
        match._confirm()
        match._undo("No fee.", is_refused=True)
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result, wrong=row)
        self.assertEqual(result.line_ids.match_id, match)

    def test_what_a_person_matched_with_the_same_difference_is_the_same(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        match = self.matches._propose(
            [row], self.open_line(invoice), difference=(200, "fee")
        )
        match._confirm()
        result = self.tried(self.fee_rule())
        self.assertOutcomes(result)
        self.assertEqual(result.same_count, 1)

    def test_supplier_bills(self):
        bill = self.new_invoice(100.0, "in_invoice", ref="B-77001")
        (row,) = self.store(
            self.bank_fact("b_1", "-100.40", invoice_reference="B-77001"),
            backend=self.bank,
        )
        result = self.tried(self.fee_rule(difference_kind="rounding"))
        self.assertOutcomes(result, gained=row)
        self.assertEqual(result.line_ids.would_move_id, bill)

    def test_conditions_of_the_version_are_those_of_the_stages(self):
        self.pay("txn_1", "98.00", self.new_invoice(100.0))
        result = self.tried(self.fee_rule(direction="out"))
        self.assertOutcomes(result)

    def test_days_of_the_version_do_not_matter_for_the_replay(self):
        row = self.pay("txn_1", "98.00", self.new_invoice(100.0))
        result = self.tried(self.fee_rule(effective_from="2026-12-01"))
        self.assertOutcomes(result, gained=row)

    def test_a_narrower_version_loses_what_the_old_one_matched(self):
        old = self.approved(limits=[(self.currency, 3.0)])
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "98.00", invoice)
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.rule_version_id.id or match.rule_version_id, old.id)
        match._confirm()
        new = self.draft(rule=old.rule_id, limits=[(self.currency, 1.0)])
        result = self.tried(new)
        # What names the document is matched with it in part.
        self.assertOutcomes(result, changed=row)
        self.assertIn("other evidence", result.line_ids.sentence)

    def test_retiring_a_rule(self):
        old = self.approved(limits=[(self.currency, 3.0)])
        row = self.pay("txn_1", "98.00", self.new_invoice(100.0))
        self.run_match()
        self.match_of(row)._confirm()
        result = self.backtests._of_retirement(old.rule_id, self.since, self.until)
        self.assertOutcomes(result, changed=row)
        self.assertEqual(result.subject, "retire")
        self.assertFalse(result.digest)

    def test_the_rule_in_force_stays_the_same(self):
        old = self.approved(limits=[(self.currency, 3.0)])
        row = self.pay("txn_1", "98.00", self.new_invoice(100.0))
        self.run_match()
        self.match_of(row)._confirm()
        result = self.tried(old)
        self.assertOutcomes(result)
        self.assertEqual(result.same_count, 1)


@tagged("post_install", "-at_install")
class TestBacktestOtherRules(BacktestCase):
    def test_money_that_needs_no_document(self):
        row = self.pay("txn_1", "12.00", description="Annual CHARGE 2026")
        result = self.tried(self.account_rule())
        self.assertOutcomes(result, gained=row)
        account = self.company_data["default_account_expense"]
        self.assertIn(account.code, result.line_ids.would_text)

    def test_an_account_for_what_a_person_gave_a_document_is_wrong(self):
        invoice = self.new_invoice(12.0)
        row = self.pay("txn_1", "12.00", description="charge of last year")
        self.matched(row, self.open_line(invoice))
        self.assertOutcomes(self.tried(self.account_rule()), wrong=row)

    def test_what_its_reference_explains_is_not_for_a_rule(self):
        invoice = self.new_invoice(12.0)
        self.pay("txn_1", "12.00", invoice, description="charge")
        self.run_match()
        self.assertOutcomes(self.tried(self.account_rule()))

    def test_lost_without_the_rule(self):
        old = self.approve(self.account_rule())
        row = self.pay("txn_1", "12.00", description="charge")
        self.run_match()
        self.match_of(row)._confirm()
        result = self.backtests._of_retirement(old.rule_id, self.since, self.until)
        self.assertOutcomes(result, lost=row)

    def payer_rule(self, **values):
        return self.draft(
            purpose="payer",
            difference_kind=False,
            text_pattern="*ADA*",
            partner_ids=[(6, 0, self.customer.ids)],
            **values,
        )

    def test_a_payer_who_is_known(self):
        invoice = self.new_invoice(77.0)
        row = self.pay("txn_1", "77.00", description="ADA says thanks")
        result = self.tried(self.payer_rule())
        self.assertOutcomes(result, gained=row)
        self.assertEqual(result.line_ids.would_move_id, invoice)

    def test_each_month_is_a_month_of_its_own(self):
        rows = self.env["settlement.transaction"]
        for number in range(3):
            day = self.day(30 * number - 5)
            invoice = self.new_invoice(50.0, invoice_date=day, date=day)
            row = self.pay(
                f"txn_{number}", "50.00", day=30 * number, description="ADA pays"
            )
            self.matched(row, self.open_line(invoice))
            rows |= row
        result = self.tried(self.payer_rule())
        self.assertOutcomes(result)
        self.assertEqual(result.same_count, 3)

    def test_a_payer_whose_money_was_for_somebody_else(self):
        self.new_invoice(77.0)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        other = self.new_invoice(77.0, partner_id=stranger.id)
        row = self.pay("txn_1", "77.00", description="ADA and others")
        self.matched(row, self.open_line(other))
        self.assertOutcomes(self.tried(self.payer_rule()), wrong=row)


@tagged("post_install", "-at_install")
class TestBacktestLimit(BacktestCase):
    def fuzzy(self, count, state="posted", **values):
        """Return matches of one fuzzy kind."""
        matches = self.matches
        for number in range(count):
            invoice = self.new_invoice(10.0 + number)
            row = self.pay(f"txn_{state}_{number}", f"{10 + number}.00")
            match = self.matches._propose(
                [row], self.open_line(invoice), kind="amount_date/iban", **values
            )
            if state != "proposed":
                match._confirm()
            matches |= match
        return matches

    def limited(self, limit):
        self.env["settlement.precision"]._forget()
        return self.backtests._of_limit(self.company, limit, self.since, self.until)

    def test_a_lower_limit_confirms_what_waits(self):
        self.fuzzy(20)
        waiting = self.fuzzy(1, "proposed")
        result = self.limited(60.0)
        self.assertOutcomes(result, gained=waiting.line_ids.transaction_id)
        self.assertEqual(result.same_count, 20)
        self.assertEqual((result.precision_before, result.precision_after), (99.9, 60))

    def test_a_refused_match_would_have_been_confirmed(self):
        self.fuzzy(20)
        wrong = self.fuzzy(1, "undone")
        row = wrong.line_ids.transaction_id
        wrong._undo("Not theirs.", is_refused=True)
        self.assertOutcomes(self.limited(60.0), wrong=row)

    def test_the_same_limit_changes_nothing(self):
        self.fuzzy(3)
        self.assertOutcomes(self.limited(self.company.settlement_precision_limit))

    def test_a_higher_limit_leaves_to_people_what_was_automatic(self):
        self.fuzzy(20)
        automatic = self.fuzzy(1, "confirmed", is_automatic=True)
        self.company.settlement_precision_limit = 60
        result = self.limited(99.0)
        self.assertOutcomes(result, lost=automatic.line_ids.transaction_id)


@tagged("post_install", "-at_install")
class TestBacktestLife(BacktestCase):
    def test_without_a_backtest_nobody_approves(self):
        version = self.fee_rule()
        version.action_submit("It is so.")
        with self.assertRaisesRegex(UserError, "backtest"):
            version.with_user(self.approver).action_approve()

    def test_after_its_backtest_a_version_is_approved(self):
        version = self.fee_rule()
        version.action_backtest()
        version.action_submit("It is so.")
        version.with_user(self.approver).action_approve()
        self.assertEqual(version.state, "approved")
        self.assertTrue(version.backtest_id)

    def test_a_version_that_was_edited_needs_another_one(self):
        version = self.fee_rule()
        version.action_backtest()
        result = version.backtest_id
        self.assertTrue(result.is_current)
        version.write({"direction": "in"})
        self.env.invalidate_all()
        self.assertFalse(result.is_current)
        self.assertFalse(version.backtest_id)
        version.action_submit("It is so.")
        with self.assertRaisesRegex(UserError, "backtest"):
            version.with_user(self.approver).action_approve()

    def test_a_tolerance_that_was_edited_needs_another_one(self):
        version = self.fee_rule()
        version.action_backtest()
        version.tolerance_ids.amount = 50.0
        self.env.invalidate_all()
        self.assertFalse(version.backtest_id)

    def test_nothing_but_the_result_is_written(self):
        invoice = self.new_invoice(100.0)
        self.pay("txn_1", "98.00", invoice)
        self.pay("txn_2", "12.00", description="charge")
        # Guesses are replayed as well, with the rule and without it.
        self.env["res.partner.bank"].create(
            {"partner_id": self.customer.id, "acc_number": "DE89370400440532013000"}
        )
        self.new_invoice(55.0)
        self.pay("txn_3", "55.00", counterparty_account="DE89370400440532013000")
        self.run_match()
        version = self.fee_rule()
        before = self.contents()
        result = self.tried(version)
        self.env.flush_all()
        after = self.contents()
        changed = {table for table in before if before[table] != after.get(table)}
        self.assertTrue(result.changed_count)
        self.assertEqual(
            changed,
            {
                "settlement_backtest",
                "settlement_backtest_line",
                "settlement_event",
                # The row hashes that the event vouches for.
                *(changed & {"settlement_event_row"}),
            },
        )
        self.assertEqual(before.keys(), after.keys())

    def contents(self):
        """Return table → (rows, checksum) of all tables, the temporary ones too."""
        # What waits to be told to browsers is told now.
        self.env.cr.flush()
        tables = self.env.execute_query(
            SQL(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
                "AND (relnamespace = 'public'::regnamespace "
                "OR relnamespace = pg_my_temp_schema()) ORDER BY 1"
            )
        )
        names = [name for (name,) in tables if not name.startswith("ir_")]
        return {
            name: self.env.execute_query(
                SQL(
                    "SELECT count(*), sum(hashtextextended(row::text, 0)::numeric) "
                    "FROM %s AS row",
                    SQL.identifier(*name.replace('"', "").split(".")),
                )
            )[0]
            for name in names
        }

    def test_numbers_of_matches_are_not_used_up(self):
        self.pay("txn_1", "98.00", self.new_invoice(100.0))
        version = self.fee_rule()
        query = SQL("SELECT last_value FROM settlement_match_id_seq")
        before = self.env.execute_query(query)
        self.tried(version)
        self.assertEqual(self.env.execute_query(query), before)

    def test_matching_goes_on_after_a_backtest(self):
        invoice = self.new_invoice(100.0)
        row = self.pay("txn_1", "100.00", invoice)
        self.tried(self.fee_rule())
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_an_error_leaves_the_real_tables(self):
        def fail(_replay, _scope):
            raise UserError(self.env._("No."))

        self.pay("txn_1", "98.00", self.new_invoice(100.0))
        version = self.fee_rule()
        with self.reading(fail), self.assertRaises(UserError):
            self.tried(version)
        query = SQL("SELECT to_regclass('pg_temp.settlement_match')")
        self.assertEqual(self.env.execute_query(query), [(None,)])

    def test_the_largest_amounts_are_listed(self):
        for number in range(3):
            invoice = self.new_invoice(100.0 + number)
            self.pay(f"txn_{number}", f"{98 + number}.00", invoice)
        self.patch(self.registry["settlement.backtest"], "_most_lines", lambda self: 2)
        result = self.tried(self.fee_rule())
        self.assertEqual(result.gained_count, 3)
        self.assertEqual(result.line_ids.mapped("amount"), [100.0, 99.0])
        self.assertIn("2 of 3", result.kept_text)

    def test_a_period_of_a_year_at_most(self):
        version = self.fee_rule().with_env(self.env)
        for since, until in (
            (self.until, self.since),
            (self.since.replace(year=2024), self.until),
        ):
            with self.assertRaises(UserError):
                self.backtests._of_version(version, since, until)

    def test_each_backtest_leaves_an_event(self):
        result = self.tried(self.fee_rule())
        event = self.env["settlement.event"].search(
            [("action", "=", "rule.backtested")], limit=1, order="id desc"
        )
        self.assertEqual(event.after["digest"], result.digest)
        self.assertFalse(result._altered_rows())

    def test_buttons_open_what_stands_behind_a_number(self):
        row = self.pay("txn_1", "98.00", self.new_invoice(100.0))
        result = self.tried(self.fee_rule())
        action = result.with_context(settlement_outcome="gained").action_open_lines()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines.transaction_id, row)
        self.assertEqual(lines.action_open_payment()["res_id"], row.id)
        document = lines.action_open_document()
        self.assertEqual(document["res_id"], lines.would_move_id.id)
        wrong = result.with_context(settlement_outcome="wrong").action_open_lines()
        self.assertFalse(self.env[wrong["res_model"]].search(wrong["domain"]))

    def test_the_dialogue(self):
        version = self.fee_rule()
        dialogue = self.env["settlement.backtest.run"].with_user(self.accountant)
        run = dialogue.create({"version_id": version.id})
        action = run.action_run()
        result = self.backtests.browse(action["res_id"])
        self.assertEqual(result.version_id, version)
        self.assertEqual(result.user_id, self.accountant)
        run = dialogue.create({"subject": "retire", "rule_id": version.rule_id.id})
        self.assertEqual(
            self.backtests.browse(run.action_run()["res_id"]).subject, "retire"
        )
        run = dialogue.create({"subject": "limit", "precision_limit": 95})
        self.assertEqual(
            self.backtests.browse(run.action_run()["res_id"]).precision_after, 95
        )

    def test_the_dialogue_asks_for_what_is_missing(self):
        dialogue = self.env["settlement.backtest.run"].with_user(self.accountant)
        for values in (
            {"subject": "version"},
            {"subject": "retire"},
            {"subject": "limit", "precision_limit": 40},
        ):
            with self.assertRaises(UserError):
                dialogue.create(values).action_run()


@tagged("post_install", "-at_install")
class TestBacktestAccess(BacktestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viewer = cls.new_user("group_viewer")
        cls.other_company = cls.setup_other_company()["company"]
        cls.stranger = cls.new_user("group_accountant", cls.other_company)

    def result(self):
        self.pay("txn_1", "98.00", self.new_invoice(100.0))
        return self.tried(self.fee_rule())

    def test_a_viewer_reads(self):
        result = self.result().with_user(self.viewer)
        self.assertEqual(result.gained_count, 1)
        self.assertTrue(result.line_ids.sentence)
        self.assertTrue(result.action_open_lines())

    def test_a_viewer_runs_none(self):
        version = self.fee_rule()
        with self.assertRaises(AccessError):
            version.with_user(self.viewer).action_backtest()
        with self.assertRaises(AccessError):
            version.rule_id.with_user(self.viewer).action_backtest_retirement()
        with self.assertRaises(AccessError):
            self.env["settlement.backtest.run"].with_user(self.viewer).create({})

    def test_an_approver_sees_what_was_tried(self):
        result = self.result().with_user(self.approver)
        self.assertTrue(result.line_ids)

    def test_nobody_writes_results(self):
        result = self.result()
        for user in (self.viewer, self.accountant, self.approver):
            for record in (result, result.line_ids):
                for operation in ("create", "write", "unlink"):
                    with self.subTest(user=user.login, op=operation):
                        self.assertFalse(record.with_user(user).has_access(operation))

    def test_other_companies_see_nothing(self):
        result = self.result()
        mine = self.env["settlement.backtest"].with_user(self.stranger)
        self.assertFalse(mine.search([]))
        lines = self.env["settlement.backtest.line"].with_user(self.stranger)
        self.assertFalse(lines.search([]))
        with self.assertRaises(AccessError):
            result.with_user(self.stranger).action_open_lines()
        with self.assertRaises(AccessError):
            result.version_id.with_user(self.stranger).action_backtest()
