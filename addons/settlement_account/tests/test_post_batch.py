from datetime import date

from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostBatch(SettlementAccountCase):
    def test_a_payout_of_two_charges_becomes_one_entry(self):
        first, second = self.row(gross="100", fee="3"), self.row(gross="50", fee="2")
        self.store(*self.payout(first, second))
        invoices = self.invoice(100) + self.invoice(50)
        match = self.match(first, invoices[0]) + self.match(second, invoices[1])

        posting = self.post()

        self.assertEqual(
            self.entry(posting),
            [
                ("receivable", "Customer", -100.0, -100.0),
                ("receivable", "Customer", -50.0, -50.0),
                ("in transit", "", 145.0, 145.0),
                ("wallet", "", -145.0, -145.0),
                ("fees to be invoiced", "The Provider", 5.0, 5.0),
                ("wallet", "", 145.0, 145.0),
            ],
        )
        self.assertEqual(posting.move_id.state, "posted")
        self.assertEqual(posting.move_id.date, date(2026, 1, 10))
        self.assertEqual(posting.move_id.journal_id, self.policy.clearing_journal_id)
        self.assertTrue(posting.move_id.inalterable_hash)
        self.assertEqual(invoices.mapped("payment_state"), ["paid", "paid"])
        self.assertEqual(match.mapped("state"), ["posted", "posted"])
        self.assertEqual(self.stored(first).posting_state, "reconciled")
        self.assertEqual(self.batch().state, "posted")
        self.assertFalse(self.exceptions())

    def test_posting_again_posts_nothing(self):
        self.store(*self.payout(self.row(gross="100", fee="3")))
        self.policy.hold_days = 0
        first = self.post()
        self.assertEqual(len(first), 1)
        self.assertEqual(self.post(), first)
