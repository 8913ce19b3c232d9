from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostPeriods(SettlementAccountCase):
    """Months, cut-offs, closed periods and what waits for more data."""

    def later(self, day=date(2026, 3, 1)):
        """Let the feed go on, so that earlier things count as old."""
        self.store(self.loose(gross="1", day=day))

    def test_unmatched_rows_wait_some_days_then_go_to_suspense(self):
        self.store(*self.payout(self.row(gross="100", day=10)))
        self.assertFalse(self.post())
        self.store(self.loose(gross="1", day=14))
        self.assertFalse(self.post(), "four days")
        self.store(self.loose(gross="1", day=15))
        posting = self.post()
        self.assertEqual(posting.batch_id, self.batch())
        self.assertEqual(self.short(posting)[0], ("suspense", -100.0))

    def test_a_policy_may_hold_until_all_is_matched(self):
        self.policy.incomplete = "hold"
        charge = self.row(gross="100", day=10)
        self.store(*self.payout(charge), self.loose(gross="1", day=31))
        self.assertFalse(self.post())
        self.match(charge, self.invoice(100))
        self.assertEqual(self.post().batch_id, self.batch())

    def test_a_payout_over_a_month_end_becomes_two_entries(self):
        self.policy.hold_days = 0
        rows = [
            self.row(gross="100", day=date(2026, 1, 30)),
            self.row(gross="50", day=date(2026, 2, 1)),
        ]
        self.store(*self.payout(*rows, day=date(2026, 2, 2)))
        january, february = self.post()
        self.assertEqual(
            [january.month, february.month], [date(2026, 1, 1), date(2026, 2, 1)]
        )
        self.assertEqual(
            [january.date, february.date], [date(2026, 1, 30), date(2026, 2, 2)]
        )
        self.assertEqual(self.short(january), [("suspense", -100.0), ("wallet", 100.0)])
        self.assertEqual(
            self.short(february),
            [
                ("suspense", -50.0),
                ("in transit", 150.0),
                ("wallet", -150.0),
                ("wallet", 50.0),
            ],
        )
        self.assertEqual(self.batch().state, "posted")

    def test_the_cut_off_posts_what_stands_in_no_payout_yet(self):
        charge = self.loose(gross="100", fee="3", day=31)
        self.store(charge)
        self.later(date(2026, 2, 5))
        self.assertFalse(self.post(), "January may still get its payouts")
        self.later(date(2026, 2, 6))
        cutoff = self.post()
        self.assertEqual((cutoff.kind, cutoff.batch_id.id), ("cutoff", False))
        self.assertEqual(cutoff.date, date(2026, 1, 31))
        self.assertEqual(
            self.short(cutoff),
            [("suspense", -100.0), ("fees to be invoiced", 3.0), ("wallet", 97.0)],
        )

    def test_what_the_cut_off_posted_is_left_out_of_its_payout(self):
        charge = self.row(gross="100", day=31)
        self.store(charge)
        self.later(date(2026, 2, 6))
        cutoff = self.post()
        self.assertEqual(cutoff.kind, "cutoff")

        other = self.row(gross="40", day=date(2026, 2, 7))
        payout = self.row("payout", "-140", day=date(2026, 2, 8))
        whole = self.payout(charge, other, day=date(2026, 2, 8))[-1]
        self.store(other, payout, whole)
        self.policy.hold_days = 0
        posting = self.post() - cutoff
        self.assertEqual(posting.batch_id, self.batch())
        self.assertEqual(
            self.short(posting),
            [
                ("suspense", -40.0),
                ("in transit", 140.0),
                ("wallet", -140.0),
                ("wallet", 40.0),
            ],
        )
        self.assertEqual(self.batch().state, "posted")

    def test_a_cut_off_can_be_asked_for(self):
        self.store(self.loose(gross="100", day=20))
        self.wallet.action_post_cutoff(date(2026, 1, 31))
        posting = self.env["settlement.posting"].search([])
        self.assertEqual(posting.kind, "cutoff")
        self.wallet.action_post_cutoff(date(2026, 1, 31))
        self.assertEqual(self.env["settlement.posting"].search([]), posting)

    def test_a_payout_without_list_is_posted_alone_and_its_rows_at_the_cut_off(self):
        charge = self.loose(gross="100", day=10)
        payout = self.row("payout", "-80", day=12)
        batch = self.payout(self.row(gross="80", day=12), lists_rows=False)[-1]
        self.store(charge, payout, batch)
        posting = self.post()
        self.assertEqual(self.short(posting), [("in transit", 80.0), ("wallet", -80.0)])
        self.assertEqual(self.batch().state, "posted")
        self.later()
        cutoff = self.post() - posting
        self.assertEqual(cutoff.kind, "cutoff")

    def test_a_closed_period_is_said_before_anything_is_created(self):
        charge = self.row(gross="100", day=10)
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100))
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        moves = self.env["account.move"].search_count([])
        self.assertFalse(self.post())
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        exception = self.exceptions("closed_period", self.batch())
        self.assertIn("2026-01-10", exception.cause)
        with self.assertRaisesRegex(UserError, "closed"):
            self.batch().action_post()

        self.company.sudo().fiscalyear_lock_date = False
        self.assertTrue(self.post())
        self.assertFalse(self.exceptions("closed_period"))

    def test_late_rows_of_a_closed_month_are_a_correction(self):
        self.policy.hold_days = 0
        self.store(*self.payout(self.row(gross="100", day=10)))
        first = self.post()
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        late = self.row(gross="20", day=11, batch_external_id="po_2")
        self.store(*self.payout(late, name="po_2"))
        second = self.post() - first
        self.assertEqual(
            (second.kind, second.date, second.month),
            ("correction", date(2026, 2, 1), date(2026, 1, 1)),
        )

    def test_entries_with_tax_ask_the_tax_lock_too(self):
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 20",
                "amount": 20,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
            }
        )
        self.policy.write(
            {"fees": "expense", "fee_tax_ids": [(6, 0, tax.ids)], "hold_days": 0}
        )
        self.company.sudo().tax_lock_date = date(2026, 1, 31)
        self.store(*self.payout(self.row(gross="100", fee="10", tax="2")))
        self.assertFalse(self.post())
        self.assertTrue(self.exceptions("closed_period", self.batch()))

    def test_a_wallet_without_opening_date_posts_nothing(self):
        self.wallet.opening_date = False
        self.policy.hold_days = 0
        self.store(*self.payout(self.row(gross="100")))
        self.assertFalse(self.post())
        self.assertFalse(self.exceptions())

    def test_rows_before_the_opening_are_not_posted(self):
        self.policy.hold_days = 0
        old = self.row(gross="70", day=date(2025, 12, 30))
        new = self.row(gross="30", day=2)
        self.wallet.opening_balance = 70
        self.store(*self.payout(old, new, day=3))
        posting = self.post()
        self.assertEqual(
            self.short(posting),
            [
                ("suspense", -30.0),
                ("in transit", 100.0),
                ("wallet", -100.0),
                ("wallet", 30.0),
            ],
        )
        self.assertEqual(self.stored(old).posting_state, "none")
        self.assertEqual(self.batch().state, "posted")

    def test_the_opening_balance_is_posted_once_or_adopted(self):
        self.wallet.opening_balance = 70
        posting = self.wallet.action_post_opening()
        self.assertEqual(self.short(posting)[0], ("wallet", 70.0))
        self.assertEqual(posting.kind, "opening")
        self.assertFalse(self.wallet.action_post_opening())

    def test_the_opening_is_fixed_once_there_are_entries(self):
        self.wallet.opening_date = date(2026, 1, 5)
        self.policy.hold_days = 0
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        with self.assertRaisesRegex(UserError, "entries already"):
            self.wallet.opening_date = date(2026, 1, 6)
