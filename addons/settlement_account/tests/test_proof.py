from datetime import date, datetime
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BalanceFact

from .proof_case import ProofCase


@tagged("post_install", "-at_install")
class TestProof(ProofCase):
    # ------------------------------------------------------------------
    # What the provider holds
    # ------------------------------------------------------------------

    def test_without_a_reported_balance_the_rows_are_the_provider(self):
        self.wallet.opening_balance = 20
        self.wallet.action_post_opening()
        self.store(*self.payout(self.row(gross="100", fee="3"), day=12))
        self.post()
        self.assertEqual(self.figures(9), (2000, 2000, 0, 0, 0))
        self.assertEqual(self.figures(10), (11700, 2000, 9700, 0, 0))
        self.assertEqual(self.figures(12), (2000, 2000, 0, 0, 0))

    def test_the_reported_balance_is_rolled_to_any_day(self):
        self.store(
            self.loose(gross="100", fee="3", day=5),
            self.loose(gross="50", day=10),
            self.balance("147", 12),
            self.loose(gross="7", day=15),
        )
        self.assertEqual(self.figures(4), (0, 0, 0, 0, 0))
        self.assertEqual(self.figures(5), (9700, 0, 9700, 0, 0))
        self.assertEqual(self.figures(15), (15400, 0, 15400, 0, 0))
        self.assertEqual(self.wallet._proof()["anchor"], date(2026, 1, 12))

    def test_rows_that_came_after_the_balance_on_its_day_are_not_in_it(self):
        self.store(
            self.loose(gross="100", day=5, occurred_at=datetime(2026, 1, 5, 9)),
            self.loose(gross="7", day=5, occurred_at=datetime(2026, 1, 5, 15)),
            self.balance("100", 5, hour=12),
        )
        self.assertEqual(self.figures(5), (10700, 0, 10700, 0, 0))

    def test_days_are_those_of_the_source(self):
        self.backend.timezone = "Asia/Tokyo"
        self.store(
            # Nine in the morning of the sixth in Tokyo.
            self.loose(gross="100", day=6, occurred_at=datetime(2026, 1, 6, 0)),
            BalanceFact(
                currency=self.currency.name,
                # Still the fifth in London, one at night of the sixth in Tokyo.
                observed_at=datetime(2026, 1, 5, 16),
                available=Decimal("0"),
            ),
        )
        self.assertEqual(self.wallet._proof()["anchor"], date(2026, 1, 6))
        self.assertEqual(self.figures(6), (10000, 0, 10000, 0, 0))

    def test_each_day_rests_on_the_next_reported_balance(self):
        self.store(
            *self.payout(self.row(gross="100", day=4)),
            self.balance("0", 6),
            self.balance("30", 9),
            self.loose(gross="5", day=12),
        )
        self.post()
        differences = [
            proof.difference for proof in self.wallet._proofs(self.day(5), self.day(12))
        ]
        self.assertEqual(differences, [0, 0, 3000, 3000, 3000, 3000, 3000, 3000])

    def test_a_balance_before_the_opening_proves_nothing(self):
        self.store(self.balance("77", date(2025, 12, 30)), self.loose(gross="5", day=3))
        self.assertEqual(self.figures(), (500, 0, 500, 0, 0))

    def test_a_reserve_that_comes_as_rows_is_not_counted_twice(self):
        self.store(
            self.loose(gross="100", day=5),
            self.loose("reserve_hold", "-40", day=6),
            self.balance("60", 10, reserve="40"),
            self.loose("reserve_release", "15", day=12),
        )
        self.assertEqual(self.figures(5), (10000, 0, 10000, 0, 0))
        self.assertEqual(self.figures(10), (6000, 0, 6000, 0, 0))
        self.assertEqual(self.figures(12), (7500, 0, 7500, 0, 0))

    def test_a_reserve_without_rows_is_part_of_the_balance(self):
        self.store(self.loose(gross="100", day=5), self.balance("60", 10, reserve="40"))
        self.assertEqual(self.figures(10), (10000, 0, 10000, 0, 0))

    def test_what_is_not_settled_yet_is_not_in_the_balance(self):
        self.store(
            self.loose(gross="100", day=5),
            self.loose(gross="50", day=5, provider_state="initiated"),
        )
        self.assertEqual(self.figures(5), (10000, 0, 10000, 0, 0))

    # ------------------------------------------------------------------
    # What one side has and the other has not
    # ------------------------------------------------------------------

    def test_each_missing_row_is_named_and_opened(self):
        row = self.loose(gross="100", fee="3", day=5)
        self.store(row)
        (missing,) = self.wallet._proof()["missing"]
        self.assertEqual(
            missing,
            {
                "id": self.stored(row).id,
                "external_id": row.external_id,
                "net_minor": 9700,
                "why": "No payout or statement lists it yet.",
            },
        )
        action = self.wallet.action_open_missing()
        self.assertEqual(action["res_id"], self.stored(row).id)
        self.assertEqual(
            self.wallet.action_open_missing("2026-01-04")["domain"], [("id", "in", [])]
        )

    def test_it_is_said_why_a_row_is_missing(self):
        open_row = self.row(gross="100", day=5)
        self.policy.incomplete = "hold"
        self.store(
            *self.payout(open_row),
            self.row(gross="9", day=5, batch_external_id="po_2"),
        )
        self.post()
        why = {
            row["external_id"]: row["why"] for row in self.wallet._proof()["missing"]
        }
        self.assertEqual(why[open_row.external_id], "po_1 waits for its match.")
        self.assertIn("po_2 is not complete, or not balanced.", why.values())

    def test_an_entry_of_a_later_day_is_missing_until_then(self):
        early = self.row(gross="100", day=5)
        self.store(*self.payout(early, self.row(gross="50", day=8)))
        posting = self.post()
        self.assertEqual(self.figures(5), (10000, 0, 10000, 0, 0))
        (missing,) = self.wallet._proof(self.day(5))["missing"]
        self.assertEqual(missing["external_id"], early.external_id)
        self.assertEqual(missing["why"], f"{posting.move_id.name} is dated 2026-01-08.")
        self.assertEqual(self.figures(8), (0, 0, 0, 0, 0))

    def test_a_row_in_the_ledger_too_early_is_named(self):
        row = self.row(gross="100", day=5)
        self.store(*self.payout(row, day=9))
        self.post()
        self.sql(
            "UPDATE account_move SET date = '2026-01-03' WHERE id = %s",
            self.batch().posting_ids.move_id.id,
        )
        self.sql(
            "UPDATE account_move_line SET date = '2026-01-03' WHERE move_id = %s",
            self.batch().posting_ids.move_id.id,
        )
        # The charge is in the ledger and not booked; so is its payout.
        self.assertEqual(self.figures(4), (0, 0, 0, 0, 0))
        names = [
            each["external_id"] for each in self.wallet._proof(self.day(4))["early"]
        ]
        self.assertEqual(len(names), 2)
        self.assertEqual(self.figures(6), (10000, 0, 0, -10000, 0))
        action = self.wallet.action_open_early("2026-01-06")
        payout = self.batch().payout_transaction_id
        self.assertEqual(action["domain"], [("id", "in", payout.ids)])

    def test_a_reversed_posting_leaves_its_rows_missing_on_every_day(self):
        self.store(*self.payout(self.row(gross="100", day=5), day=9))
        posting = self.post()
        posting.action_reverse("wrong")
        self.assertEqual(self.figures(7), (10000, 0, 10000, 0, 0))
        self.assertEqual(self.figures(9), (0, 0, 0, 0, 0))
        self.assertEqual(len(self.wallet._proof(self.day(9))["missing"]), 2)

    def test_a_reversal_in_a_later_period_counts_from_its_own_day(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.loose(gross="3"))
        posting = self.post()
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        reversal = posting.action_reverse("wrong")
        self.assertEqual(reversal.date, date(2026, 2, 1))
        self.assertEqual(self.figures(20), (300, 0, 300, 0, 0))
        self.assertEqual(self.wallet._proof(self.day(6))["missing"], [])
        self.assertEqual(len(self.wallet._proof(date(2026, 2, 1))["missing"]), 3)
        self.wallet.sudo()._prove()
        self.assertFalse(self.exceptions("balance_gap"))

    def test_a_revision_after_posting_is_named_on_both_sides(self):
        row = self.row(gross="100", day=5, source_version_at=datetime(2026, 1, 5))
        self.store(*self.payout(row))
        self.post()
        changed = self.row(
            gross="90",
            day=5,
            external_id=row.external_id,
            source_version_at=datetime(2026, 1, 6),
        )
        self.store(changed)
        proof = self.wallet._proof(self.day(5))
        self.assertEqual([each["net_minor"] for each in proof["missing"]], [9000])
        self.assertEqual([each["net_minor"] for each in proof["early"]], [10000])
        self.assertIn("has changed it since", proof["early"][0]["why"])
        self.assertEqual(proof["difference_minor"], 0)

    # ------------------------------------------------------------------
    # Gaps
    # ------------------------------------------------------------------

    def test_a_row_that_never_came_is_a_gap_until_it_comes(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("30", 20))
        self.post()
        exception = self.exceptions("balance_gap", self.wallet)
        self.assertIn("30.00", exception.cause)
        self.assertEqual(self.wallet.difference, 30.0)
        self.assertTrue(self.wallet.proved_at)

        self.store(self.loose(gross="30", day=6))
        self.post()
        self.assertFalse(self.exceptions("balance_gap"))
        self.assertEqual(self.wallet.difference, 0.0)
        self.assertFalse(self.wallet.proof_gaps)

    def test_an_entry_by_hand_is_a_gap_on_its_days_only(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        self.by_hand(12.34, 7)
        self.by_hand(-12.34, 9)
        self.wallet.sudo()._prove()
        self.assertEqual(
            self.wallet.proof_gaps["wallet"], [["2026-01-07", "2026-01-08", -1234]]
        )
        exception = self.exceptions("balance_gap", self.wallet)
        self.assertIn("From 2026-01-07 to 2026-01-08", exception.cause)

    def test_an_opening_that_is_not_in_the_ledger_is_said(self):
        self.wallet.opening_balance = 20
        self.wallet.sudo()._prove()
        exception = self.exceptions("balance_gap", self.wallet)
        self.assertIn("Post its opening balance", exception.cause)
        self.wallet.action_post_opening()
        self.wallet.sudo()._prove()
        self.assertFalse(self.exceptions("balance_gap"))

    def test_before_the_opening_there_is_nothing_to_prove(self):
        with self.assertRaisesRegex(UserError, "opening date"):
            self.wallet._proof(date(2025, 12, 31))
        self.assertEqual(self.wallet._proofs(date(2025, 12, 1), date(2025, 12, 31)), [])

    def test_a_month_is_read_with_as_many_queries_as_a_day(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("0", 20))
        self.post()
        self.wallet._proofs(self.day(1), self.day(2))
        with self.assertQueryCount(4):
            self.wallet._proofs(self.day(1), self.day(31))

    # ------------------------------------------------------------------
    # Banks
    # ------------------------------------------------------------------

    def test_a_bank_is_proved_by_its_statements(self):
        self.add_bank()
        self.bank.opening_balance = 50
        self.bank.action_post_opening()
        self.store_statement(self.bank_row("100"), self.bank_row("-30"), opening="50")
        self.assertEqual(self.figures(12, self.bank), (12000, 5000, 7000, 0, 0))
        self.post_all()
        self.assertEqual(self.figures(12, self.bank), (12000, 12000, 0, 0, 0))
        self.assertEqual(self.bank._proof()["anchor"], self.day(12))

    def test_an_entry_reported_late_is_not_in_the_statement_of_its_day(self):
        self.add_bank()
        self.store_statement(self.bank_row("100", day=9), day=9)
        self.store_statement(
            self.bank_row("20", day=9, name="st_2"),
            self.bank_row("5", day=12, name="st_2"),
            name="st_2",
            opening="100",
        )
        self.post_all()
        self.assertEqual(self.figures(9, self.bank), (12000, 12000, 0, 0, 0))
        self.assertEqual(self.figures(12, self.bank), (12500, 12500, 0, 0, 0))

    def test_of_two_statements_of_a_day_the_last_counts(self):
        self.add_bank()
        self.store_statement(
            self.bank_row("20", name="st_2"), name="st_2", opening="100"
        )
        self.store_statement(self.bank_row("100"), opening="0")
        self.post_all()
        self.assertEqual(self.figures(12, self.bank), (12000, 12000, 0, 0, 0))

    def test_a_statement_that_never_came_is_a_gap(self):
        self.add_bank()
        self.store_statement(self.bank_row("100", day=9))
        self.store_statement(
            self.bank_row("5", name="st_3"), name="st_3", opening="120"
        )
        self.post_all()
        self.assertEqual(self.bank.difference, 20.0)

    # ------------------------------------------------------------------
    # In transit
    # ------------------------------------------------------------------

    def test_transit_holds_the_payouts_that_are_under_way(self):
        self.add_bank()
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        transit = self.wallet._proof()["in_transit"]
        payout = self.batch().payout_transaction_id
        self.assertEqual(
            transit,
            {
                "ledger_minor": 10000,
                "posted_minor": 10000,
                "received_minor": 0,
                "difference_minor": 0,
                "open": [{"id": payout.id, "name": "po_1", "amount_minor": 10000}],
            },
        )
        arrived = self.bank_row("100", day=8)
        self.store_statement(arrived)
        self.match_bank([self.batch()], arrived)
        self.post_all()
        transit = self.wallet._transit(self.day(8))
        self.assertEqual(
            (transit["ledger_minor"], transit["received_minor"], transit["open"]),
            (0, 10000, []),
        )
        # As of a day before, it still was under way.
        transit = self.wallet._transit(self.day(7))
        self.assertEqual(transit["ledger_minor"], 10000)
        self.assertEqual([each["id"] for each in transit["open"]], payout.ids)
        self.assertEqual(transit["difference_minor"], 0)

    def test_a_bank_line_that_came_first_is_received_when_cleared(self):
        self.add_bank()
        arrived = self.bank_row("100", day=8)
        self.store_statement(arrived)
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.bank_backend.sudo()._step_validate(None)
        self.bank_backend.sudo()._step_post(None)
        self.post_all()
        self.match_bank([self.batch()], arrived)
        self.post_all()
        transit = self.wallet._transit(self.day(8))
        self.assertEqual(transit["difference_minor"], 0)
        self.assertEqual(transit["open"], [])
        self.assertFalse(self.exceptions("balance_gap"))

    def test_a_failed_payout_is_no_longer_under_way(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.store(
            self.loose("payout_failure", "100", day=9, parent_external_id="po_1"),
        )
        self.post()
        self.wallet.action_post_cutoff(self.day(31))
        transit = self.wallet._transit(self.day(31))
        self.assertEqual(transit["posted_minor"], 0)
        self.assertEqual(transit["ledger_minor"], 0)
        self.assertEqual(transit["difference_minor"], 0)

    def test_an_undone_match_leaves_both_under_way_and_named(self):
        self.add_bank()
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        arrived = self.bank_row("100", day=8)
        self.store_statement(arrived)
        match = self.match_bank([self.batch()], arrived)
        self.post_all()
        match.action_undo("not this one")
        transit = self.wallet._transit(self.day(8))
        self.assertEqual(
            [each["amount_minor"] for each in transit["open"]], [10000, -10000]
        )
        self.assertEqual(transit["difference_minor"], 0)

    def test_an_entry_by_hand_in_transit_is_a_gap(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        self.by_hand(5, 9, self.wallet.in_transit_account_id)
        self.wallet.sudo()._prove()
        self.assertEqual(
            self.wallet.proof_gaps["transit"], [["2026-01-09", "2026-01-09", 500]]
        )
        self.assertTrue(self.exceptions("balance_gap", self.wallet))

    def test_a_payout_that_a_person_receives_by_hand_is_received(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        transit = self.wallet.in_transit_account_id
        hand = self.by_hand(-100, 9, transit)
        items = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        items.reconcile()
        self.assertEqual(self.wallet._transit(self.day(9))["difference_minor"], 0)
        self.assertEqual(self.wallet._transit(self.day(9))["open"], [])
        self.assertTrue(hand)

    # ------------------------------------------------------------------
    # Day by day
    # ------------------------------------------------------------------

    def test_the_last_days_are_shown_and_opened(self):
        row = self.row(gross="100", day=5)
        self.store(*self.payout(row, day=9), self.balance("0", 12))
        self.post()
        user = self.new_user("group_viewer")
        action = self.wallet.with_user(user).action_open_proof()
        days = self.env[action["res_model"]].with_user(user).search(action["domain"])
        self.assertEqual(len(days), 12)
        self.assertEqual(days[0].day, self.day(12))
        on_sixth = days.filtered(lambda each: each.day == self.day(6))
        self.assertEqual(
            (on_sixth.provider, on_sixth.ledger, on_sixth.missing, on_sixth.difference),
            (100.0, 0.0, 100.0, 0.0),
        )
        self.assertEqual(days[0].in_transit, 100.0)
        self.assertEqual(
            on_sixth.action_open_missing()["domain"],
            [("id", "in", self.stored(row).ids)],
        )
        items = days[0].action_open_journal_items()
        found = self.env["account.move.line"].search(items["domain"])
        self.assertEqual(found.account_id, self.wallet.account_id)
        transit = days[0].action_open_transit()
        found = self.env["account.move.line"].search(transit["domain"])
        self.assertEqual(found.mapped("balance"), [100.0])

    def test_a_wallet_without_opening_has_no_days(self):
        wallet = self.new_wallet(self.backend, account="ACC-2", opening_date=False)
        with self.assertRaisesRegex(UserError, "none yet"):
            wallet.action_open_proof()

    # ------------------------------------------------------------------
    # Other currencies
    # ------------------------------------------------------------------

    def test_a_foreign_wallet_is_proved_in_its_own_currency(self):
        yen = self.setup_other_currency("JPY", rates=[("2026-01-01", 150)])
        wallet = self.new_wallet(self.backend, yen)
        row = self.row(gross="1000", day=5, currency="JPY", batch_external_id="po_y")
        self.store(*self.payout(row, name="po_y", currency="JPY", day=9))
        self.post()
        self.assertEqual(self.figures(7, wallet), (1000, 0, 1000, 0, 0))
        self.assertEqual(self.figures(9, wallet), (0, 0, 0, 0, 0))
        self.assertEqual(wallet._transit(self.day(9))["ledger_minor"], 1000)
        self.assertEqual(wallet._transit(self.day(9))["difference_minor"], 0)

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_an_auditor_reads_the_proof_and_changes_nothing(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("30", 20))
        auditor = self.new_user("group_auditor")
        before = self.wallet.proved_at
        (proof,) = self.wallet.with_user(auditor).action_prove()
        self.assertEqual(proof["difference_minor"], 3000)
        self.assertEqual(self.wallet.proved_at, before)
        self.assertFalse(self.exceptions("balance_gap"))

    def test_an_accountant_keeps_the_result(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("30", 20))
        accountant = self.new_user("group_accountant")
        self.wallet.with_user(accountant).action_prove()
        self.assertEqual(self.wallet.difference, 30.0)
        self.assertTrue(self.exceptions("balance_gap", self.wallet))

    def test_who_only_looks_at_settlements_proves_nothing(self):
        for role in ("group_viewer", "group_integration_admin"):
            user = self.new_user(role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.wallet.with_user(user).action_prove()

    def test_another_company_sees_nothing(self):
        other = self.setup_other_company()["company"]
        user = self.new_user("group_accountant", other)
        for method in ("action_prove", "action_open_missing", "action_open_transit"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.wallet.with_user(user), method)()
