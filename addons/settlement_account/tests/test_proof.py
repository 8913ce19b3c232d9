from datetime import date

from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestProof(SettlementAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0

    def by_hand(self, amount, day, account=None):
        """Post an entry that nobody reported on the wallet's account."""
        move = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": day,
                "line_ids": [
                    (0, 0, {"account_id": account_id, "balance": balance})
                    for account_id, balance in (
                        ((account or self.wallet.account_id).id, amount),
                        (self.company_data["default_account_revenue"].id, -amount),
                    )
                ],
            }
        )
        move.action_post()
        return move

    def proof(self, day=None):
        return self.wallet._proof(date(2026, 1, day) if day else None)

    def figures(self, day=None):
        proof = self.proof(day)
        return tuple(
            proof[name] for name in ("provider", "ledger", "missing", "difference")
        )

    def test_without_a_reported_balance_the_rows_are_the_provider(self):
        self.wallet.opening_balance = 20
        self.wallet.action_post_opening()
        self.store(*self.payout(self.row(gross="100", fee="3"), day=12))
        self.post()
        self.assertEqual(self.figures(9), (2000, 2000, 0, 0))
        self.assertEqual(self.figures(10), (11700, 2000, 9700, 0))
        self.assertEqual(self.figures(12), (2000, 2000, 0, 0))

    def test_the_reported_balance_is_rolled_to_any_day(self):
        self.store(
            self.loose(gross="100", fee="3", day=5),
            self.loose(gross="50", day=10),
            self.balance("147", 12),
            self.loose(gross="7", day=15),
        )
        self.assertEqual(self.figures(4), (0, 0, 0, 0))
        self.assertEqual(self.figures(5), (9700, 0, 9700, 0))
        self.assertEqual(self.figures(15), (15400, 0, 15400, 0))

    def test_each_missing_row_is_named(self):
        row = self.loose(gross="100", fee="3", day=5)
        self.store(row)
        self.assertEqual(self.proof()["missing_rows"], {self.stored(row).id: 9700})
        action = self.wallet.action_open_missing()
        self.assertEqual(action["res_id"], self.stored(row).id)

    def test_an_entry_of_a_later_day_is_missing_until_then(self):
        self.store(
            *self.payout(self.row(gross="100", day=5), self.row(gross="50", day=8))
        )
        self.post()
        self.assertEqual(self.figures(5), (10000, 0, 10000, 0))
        self.assertEqual(self.figures(8), (0, 0, 0, 0))

    def test_a_row_that_never_came_is_a_gap(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("30", 20))
        self.post()
        exception = self.exceptions("balance_gap", self.wallet)
        self.assertIn("30.00", exception.cause)
        self.assertEqual(self.wallet.difference, 30.0)

        self.store(self.loose(gross="30", day=6))
        self.post()
        self.assertFalse(self.exceptions("balance_gap"))
        self.assertEqual(self.wallet.difference, 0.0)

    def test_an_entry_by_hand_is_a_gap(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        self.by_hand(12.34, date(2026, 1, 4))
        self.wallet.action_prove()
        self.assertEqual(self.wallet.difference, -12.34)
        self.assertTrue(self.exceptions("balance_gap", self.wallet))

    def test_a_reserve_that_comes_as_rows_is_not_counted_twice(self):
        self.store(
            self.loose(gross="100", day=5),
            self.loose("reserve_hold", "-40", day=6),
            self.balance("60", 10, reserve="40"),
        )
        self.assertEqual(self.figures(10), (6000, 0, 6000, 0))

    def test_a_reserve_without_rows_is_part_of_the_balance(self):
        self.store(self.loose(gross="100", day=5), self.balance("60", 10, reserve="40"))
        self.assertEqual(self.figures(10), (10000, 0, 10000, 0))

    def test_transit_holds_the_payouts_that_are_under_way(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        self.assertEqual(
            self.proof()["in_transit"],
            {"ledger": 10000, "payouts": 10000, "difference": 0},
        )
        self.by_hand(5, date(2026, 1, 9), self.wallet.in_transit_account_id)
        self.assertEqual(self.proof()["in_transit"]["difference"], 500)

    def test_the_status_shows_the_proof(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("0", 20))
        self.post()
        status = self.backend._status_of()
        self.assertEqual(status["postings"], {"batch": 1})
        (wallet,) = status["wallets"]
        self.assertTrue(wallet["proof"]["holds"])
        self.assertTrue(wallet["in_transit"]["holds"])

    # ------------------------------------------------------------------
    # verify
    # ------------------------------------------------------------------

    def findings(self):
        result = self.env["settlement.verification"].sudo().run()
        return {(found["law"], found["model"]) for found in result["findings"]}

    def posted(self):
        charge = self.row(gross="100", fee="3", day=5)
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100))
        posting = self.post()
        self.assertEqual(self.findings(), set())
        return charge, posting

    def sql(self, query, *arguments):
        self.env.flush_all()
        self.env.cr.execute(query, arguments)
        self.env.invalidate_all()

    def test_verify_finds_an_altered_entry(self):
        _charge, posting = self.posted()
        self.sql(
            "UPDATE account_move_line SET balance = balance + 1 "
            "WHERE move_id = %s AND sequence = 1",
            posting.move_id.id,
        )
        self.assertIn((12, "settlement.posting"), self.findings())

    def test_verify_finds_an_additional_line(self):
        _charge, posting = self.posted()
        self.sql(
            "UPDATE account_move_line SET sequence = 99 WHERE move_id = %s "
            "AND sequence = 1",
            posting.move_id.id,
        )
        self.assertIn((12, "settlement.posting"), self.findings())

    def test_verify_finds_an_altered_plan(self):
        _charge, posting = self.posted()
        self.sql(
            "UPDATE settlement_posting SET amount = amount + 1 WHERE id = %s",
            posting.id,
        )
        found = self.findings()
        self.assertIn((3, "settlement.posting"), found)
        self.assertIn((11, "settlement.posting"), found)

    def test_verify_finds_a_state_without_posting(self):
        charge, _posting = self.posted()
        other = self.loose(gross="9", day=6)
        self.store(other)
        self.sql(
            "UPDATE settlement_transaction_state SET posting_state = 'posted' "
            "WHERE transaction_id = %s",
            self.stored(other).id,
        )
        self.assertIn((8, "settlement.transaction"), self.findings())
        self.sql(
            "UPDATE settlement_transaction_state SET posting_state = 'none' "
            "WHERE transaction_id = ANY(%s)",
            [self.stored(other).id, self.stored(charge).id],
        )
        found = self.findings()
        self.assertIn((8, "settlement.transaction"), found)
        self.assertIn((3, "settlement.batch"), found)

    def test_verify_finds_a_match_that_was_opened_behind_our_back(self):
        _charge, posting = self.posted()
        line = posting.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.sql(
            "UPDATE account_move_line SET reconciled = FALSE, "
            "amount_residual_currency = -100 WHERE id = %s",
            line.id,
        )
        self.assertIn((12, "settlement.match"), self.findings())

    def test_verify_finds_a_wallet_that_is_off(self):
        self.posted()
        self.by_hand(1, date(2026, 1, 3))
        self.by_hand(-1, date(2026, 1, 4))
        result = self.env["settlement.verification"].sudo().run()
        days = [
            found["sentence"]
            for found in result["findings"]
            if found["model"] == "settlement.wallet"
        ]
        self.assertEqual(len(days), 1)
        self.assertIn("2026-01-03", days[0])
