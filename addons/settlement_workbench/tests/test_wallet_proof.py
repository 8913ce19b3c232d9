from datetime import date

from odoo.tests import tagged

from .board_case import BoardCase


@tagged("post_install", "-at_install")
class TestWalletProof(BoardCase):
    """What proofs gave is kept, day by day."""

    def proofs(self):
        return self.env["settlement.wallet.proof"].search(
            [("wallet_id", "=", self.wallet.id)], order="day"
        )

    def test_a_proof_keeps_the_last_days(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("0", 14))
        self.post()
        kept = self.proofs()
        self.assertEqual(kept[-1].day, date(2026, 1, 14))
        self.assertEqual(kept[0].day, date(2026, 1, 1))
        self.assertEqual(len(kept), 14)
        self.assertEqual(kept.filtered("in_transit").mapped("in_transit"), [100.0] * 3)

    def test_it_says_what_the_proof_itself_says(self):
        self.store(*self.payout(self.row(gross="100"), day=12), self.balance("30", 12))
        self.post()
        newest = self.proofs()[-1]
        provider, ledger, missing, early, difference = self.figures(newest.day)
        self.assertEqual(
            (
                newest.provider,
                newest.ledger,
                newest.missing,
                newest.early,
                newest.difference,
            ),
            tuple(
                amount / 100
                for amount in (provider, ledger, missing, early, difference)
            ),
        )

    def test_late_rows_correct_days_that_were_proved(self):
        self.store(self.loose(gross="10", day=12))
        self.wallet.sudo()._prove()
        before = {proof.day: proof.missing for proof in self.proofs()}
        self.store(self.loose(gross="7", day=10))
        self.wallet.sudo()._prove()
        after = {proof.day: proof.missing for proof in self.proofs()}
        self.assertEqual(before[date(2026, 1, 12)], 10)
        self.assertEqual(after[date(2026, 1, 12)], 17)
        self.assertEqual(after[date(2026, 1, 10)], 7)

    def test_proving_again_writes_the_newest_day_only(self):
        self.store(self.loose(gross="10", day=12))
        self.wallet.sudo()._prove()
        self.sql("UPDATE settlement_wallet_proof SET proved_at = '2020-01-01'")
        self.wallet.sudo()._prove()
        again = self.proofs().filtered(lambda proof: proof.proved_at.year > 2020)
        self.assertEqual(again.mapped("day"), [date(2026, 1, 12)])

    def test_days_that_are_none_any_more_go(self):
        self.store(self.loose(gross="10", day=12))
        self.wallet.sudo()._prove()
        proofs = self.env["settlement.wallet.proof"].sudo()
        book, transit, _opening = self.wallet._proof_books()[self.wallet]
        proofs._keep(self.wallet, date(2026, 1, 11), book, transit)
        self.assertEqual(self.proofs()[-1].day, date(2026, 1, 11))

    def test_each_day_opens_what_is_behind_it(self):
        self.store(
            *self.payout(self.row(gross="100"), day=12), self.loose(gross="5", day=12)
        )
        self.post()
        proof = self.proofs()[-1]
        proof = proof.with_user(self.new_user("group_viewer"))
        items = proof.action_open_journal_items()
        found = self.env["account.move.line"].search(items["domain"])
        self.assertEqual(sum(found.mapped("balance")), proof.ledger)
        missing = proof.action_open_missing()
        rows = self.env["settlement.transaction"].search(missing["domain"])
        self.assertEqual(sum(rows.mapped("net_amount")), proof.missing)
        transit = proof.action_open_transit()
        found = self.env["account.move.line"].search(transit["domain"])
        self.assertEqual(sum(found.mapped("balance")), proof.in_transit)
        early = proof.action_open_early()
        self.assertFalse(
            self.env["settlement.transaction"].search_count(early["domain"])
        )
