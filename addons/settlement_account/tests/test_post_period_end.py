import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostPeriodEnd(SettlementAccountCase):
    """Month ends: fees without a bill, and wallets in foreign currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {
                "hold_days": 0,
                "accrue_at_month_end": True,
                "revalue_at_month_end": True,
            }
        )
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()

    def rate(self, day, rate):
        """Enter how many euro one dollar buys from a day on."""
        return self.env["res.currency.rate"].create(
            {
                "currency_id": self.euro.id,
                "company_id": self.company.id,
                "name": day,
                "rate": rate,
            }
        )

    def later(self, day=date(2026, 2, 1)):
        """Let the feed go on, so that the month before is over."""
        self.store(self.loose(gross="1", day=day))

    def of_kind(self, kind):
        return self.env["settlement.posting"].search([("kind", "=", kind)], order="id")

    def balance(self, account, until, currency=False):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("date", "<=", until),
                ("parent_state", "=", "posted"),
            ]
        )
        name = "amount_currency" if currency else "balance"
        return self.currency.round(sum(lines.mapped(name)))

    # ------------------------------------------------------------------
    # Fees
    # ------------------------------------------------------------------

    def post_fees(self, *fees, **values):
        """Post one payout of January with these fees."""
        rows = [self.row(gross="100", fee=fee, **values) for fee in fees]
        self.store(*self.payout(*rows))
        return self.post()

    def test_fees_without_a_bill_are_expense_of_their_month_only(self):
        self.post_fees("3", "4.25")
        self.assertFalse(self.of_kind("accrual"), "January is not over yet")
        self.later()
        self.post()
        accrual = self.of_kind("accrual")
        self.assertEqual(accrual.date, date(2026, 1, 31))
        fee = self.policy.fee_account_id
        waiting = self.policy.fee_clearing_account_id
        self.assertEqual(
            self.entry(accrual),
            [
                (fee.name, "The Provider", 7.25, 7.25),
                ("fees to be invoiced", "The Provider", -7.25, -7.25),
            ],
        )
        back = accrual.reversal_ids
        self.assertEqual((back.kind, back.date), ("reversal", date(2026, 2, 1)))
        self.assertEqual(back.move_id.reversed_entry_id, accrual.move_id)
        self.assertEqual(self.balance(fee, date(2026, 1, 31)), 7.25)
        self.assertEqual(self.balance(fee, date(2026, 2, 1)), 0.0)
        self.assertEqual(self.balance(waiting, date(2026, 1, 31)), 0.0)
        self.assertEqual(self.balance(waiting, date(2026, 2, 1)), 7.25)
        both = (accrual + back).move_id.line_ids.filtered(
            lambda line: line.account_id == waiting
        )
        self.assertTrue(all(both.mapped("reconciled")))
        self.assert_lawful()

    def test_a_second_run_accrues_nothing(self):
        self.post_fees("3")
        self.later()
        self.post()
        before = self.env["settlement.posting"].search([])
        self.post()
        self.assertEqual(self.env["settlement.posting"].search([]), before)

    def test_late_fees_of_the_month_are_accrued_by_themselves(self):
        self.post_fees("3")
        self.later()
        self.post()
        late = self.row(gross="50", fee="2", day=30, batch_external_id="po_2")
        self.store(*self.payout(late, name="po_2"))
        self.post()
        accruals = self.of_kind("accrual")
        self.assertEqual([each.plan["lines"][0][5] for each in accruals], [300, 200])
        fee = self.policy.fee_account_id
        self.assertEqual(self.balance(fee, date(2026, 1, 31)), 5.0)
        self.assertEqual(self.balance(fee, date(2026, 2, 1)), 0.0)

    def test_fees_that_stay_without_a_bill_are_accrued_month_by_month(self):
        self.post_fees("3")
        self.later(date(2026, 3, 1))
        self.post()
        self.assertEqual(
            self.of_kind("accrual").mapped("date"),
            [date(2026, 1, 31), date(2026, 2, 28)],
        )
        fee = self.policy.fee_account_id
        self.assertEqual(self.balance(fee, date(2026, 2, 27)), 0.0)
        self.assertEqual(self.balance(fee, date(2026, 2, 28)), 3.0)

    def test_a_bill_of_the_month_leaves_nothing_to_accrue(self):
        self.post_fees("3")
        waiting = self.policy.fee_clearing_account_id
        line = self.env["account.move.line"].search([("account_id", "=", waiting.id)])
        bill = self.env["account.move"].create(
            {
                "date": date(2026, 1, 31),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": waiting.id,
                            "credit": 3,
                            "partner_id": self.policy.partner_id.id,
                        },
                    ),
                    (0, 0, {"account_id": self.policy.fee_account_id.id, "debit": 3}),
                ],
            }
        )
        bill.action_post()
        (line + bill.line_ids[:1]).reconcile()
        self.later()
        self.post()
        self.assertFalse(self.of_kind("accrual"))

    def test_the_tax_on_fees_is_no_cost(self):
        self.post_fees("10", tax="2")
        self.later()
        self.post()
        accrual = self.of_kind("accrual")
        self.assertEqual(self.balance(self.policy.fee_account_id, accrual.date), 10.0)
        waiting = self.policy.fee_clearing_account_id
        self.assertEqual(self.balance(waiting, accrual.date), 2.0)

    def test_a_closed_month_is_left_as_it_was_closed(self):
        self.post_fees("3")
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        self.later()
        self.post()
        self.assertFalse(self.of_kind("accrual"))
        self.assertFalse(self.exceptions())

    def test_a_policy_may_do_without(self):
        self.policy.accrue_at_month_end = False
        self.post_fees("3")
        self.later()
        self.post()
        self.assertFalse(self.of_kind("accrual"))

    def test_fees_booked_as_expense_need_no_accrual(self):
        self.policy.fees = "expense"
        self.post_fees("3")
        self.later()
        self.post()
        self.assertFalse(self.of_kind("accrual"))
        fee = self.policy.fee_account_id
        self.assertEqual(self.balance(fee, date(2026, 1, 31)), 3.0)

    def test_without_an_account_for_fees_the_wallet_says_so(self):
        self.policy.fee_account_id = False
        self.post_fees("3")
        self.later()
        self.post()
        exception = self.exceptions("unknown_mapping", self.wallet)
        self.assertIn("fee_account_id", exception.cause)

    def test_above_the_limit_an_accrual_waits_and_goes_on(self):
        self.post_fees("30")
        self.policy.auto_post_limit = 29
        self.later()
        self.post()
        self.assertFalse(self.of_kind("accrual"))
        request = self.env["settlement.posting.request"].search(
            [("kind", "=", "accrual"), ("state", "=", "waiting")]
        )
        request.with_user(self.new_user("group_approver")).action_approve()
        accrual = self.of_kind("accrual")
        self.assertEqual(accrual.request_id, request)
        self.assertEqual(accrual.reversal_ids.date, date(2026, 2, 1))

    # ------------------------------------------------------------------
    # Provider
    # ------------------------------------------------------------------

    def test_two_providers_have_two_partners(self):
        self.policy.partner_id = False
        backends = [self.new_backend("First"), self.new_backend("Second")]
        for backend in backends:
            self.new_wallet(backend)
        self.assertEqual([b.partner_id.name for b in backends], ["First", "Second"])
        self.assertTrue(backends[0].partner_id.is_company)

    def test_a_known_partner_of_the_name_is_taken(self):
        self.policy.partner_id = False
        known = self.env["res.partner"].create({"name": "FIRST", "is_company": True})
        backend = self.new_backend("First")
        self.new_wallet(backend)
        self.assertEqual(backend.partner_id, known)

    def test_a_policy_names_the_provider_before_the_backend(self):
        backend = self.new_backend("Own")
        backend.partner_id = self.customer
        self.assertEqual(self.policy._provider(backend), self.customer)
        self.assertEqual(self.policy._provider(self.backend), self.policy.partner_id)
        own = self.policy.copy({"backend_id": backend.id, "partner_id": False})
        self.assertEqual(own._provider(backend), self.customer)
        somebody = self.env["res.partner"].create({"name": "Somebody"})
        own.partner_id = somebody
        self.assertEqual(own._provider(backend), somebody)

    def test_a_bank_needs_no_provider(self):
        self.policy.partner_id = False
        backend = self.new_backend("Bank")
        self.new_wallet(backend, is_bank=True)
        self.assertFalse(backend.partner_id)

    # ------------------------------------------------------------------
    # Foreign currency
    # ------------------------------------------------------------------

    def euro_wallet(self):
        return self.new_wallet(self.backend, self.euro, account="EUR-1")

    def euro_rows(self, *amounts, day=10):
        """Store single rows of the euro wallet."""
        rows = [
            self.loose(
                gross=amount, day=day, currency="EUR", account_identifier="EUR-1"
            )
            for amount in amounts
        ]
        self.store(*rows)
        return rows

    def test_an_open_wallet_is_revalued_and_taken_back(self):
        self.rate("2026-01-01", 0.5)
        self.rate("2026-01-31", 0.4)
        wallet = self.euro_wallet()
        self.euro_rows("100", day=10)
        self.later()
        self.post()
        # Its cut-off is dated on the day of its last row: 100 euro at 0.5.
        revaluation = self.of_kind("revaluation")
        self.assertEqual(revaluation.wallet_id, wallet)
        self.assertEqual(revaluation.date, date(2026, 1, 31))
        gain = self.company.income_currency_exchange_account_id
        self.assertEqual(
            [
                (line.account_id, line.amount_currency, line.balance)
                for line in revaluation.move_id.line_ids.sorted("sequence")
            ],
            [(wallet.account_id, 0.0, 50.0), (gain, 0.0, -50.0)],
        )
        self.assertEqual(self.balance(wallet.account_id, date(2026, 1, 31)), 250.0)
        self.assertEqual(self.balance(wallet.account_id, date(2026, 2, 1)), 200.0)
        for day in (date(2026, 1, 31), date(2026, 2, 1)):
            self.assertEqual(self.balance(wallet.account_id, day, True), 100.0)
        before = self.env["settlement.posting"].search([])
        self.post()
        self.assertEqual(self.env["settlement.posting"].search([]), before)

    def test_a_loss_goes_to_the_account_of_losses(self):
        self.rate("2026-01-01", 0.4)
        self.rate("2026-01-31", 0.5)
        self.euro_wallet()
        self.euro_rows("100", day=10)
        self.later()
        self.post()
        loss = self.company.expense_currency_exchange_account_id
        self.assertEqual(self.balance(loss, date(2026, 1, 31)), 50.0)
        self.assertEqual(self.balance(loss, date(2026, 2, 1)), 0.0)

    def test_what_is_in_transit_is_revalued_too(self):
        self.rate("2026-01-01", 0.5)
        self.rate("2026-01-31", 0.4)
        wallet = self.euro_wallet()
        charge = self.row(gross="100", currency="EUR", account_identifier="EUR-1")
        payout = self.row("payout", "-80", currency="EUR", account_identifier="EUR-1")
        self.store(
            charge,
            payout,
            self.payout(
                charge,
                total=Decimal(80),
                currency="EUR",
                account_identifier="EUR-1",
                lists_rows=False,
            )[-1],
        )
        self.later()
        self.post()
        transit = wallet.in_transit_account_id
        self.assertEqual(self.balance(transit, date(2026, 1, 31), True), 80.0)
        self.assertEqual(self.balance(transit, date(2026, 1, 31)), 200.0)
        self.assertEqual(self.balance(transit, date(2026, 2, 1)), 160.0)

    def test_a_wallet_that_was_paid_out_needs_no_revaluation(self):
        self.rate("2026-01-01", 0.5)
        self.rate("2026-01-31", 0.4)
        wallet = self.euro_wallet()
        self.euro_rows("100", day=10)
        self.store(
            self.row(
                "payout",
                "-100",
                day=10,
                currency="EUR",
                account_identifier="EUR-1",
                batch_kind="",
                batch_external_id="",
            )
        )
        wallet.in_transit_account_id = self.policy.transfer_account_id
        self.later()
        self.post()
        self.assertEqual(self.balance(wallet.account_id, date(2026, 1, 31)), 0.0)
        self.assertNotIn(
            wallet.account_id, self.of_kind("revaluation").move_id.line_ids.account_id
        )

    def test_without_a_rate_the_wallet_says_so_until_it_is_set(self):
        self.rate("2026-01-01", 0.5)
        self.euro_wallet()
        self.euro_rows("100", day=10)
        self.post()
        self.assertFalse(self.exceptions("rate_missing"))
        self.euro.rate_ids.unlink()
        self.later()
        self.post()
        self.assertTrue(self.exceptions("rate_missing"))
        self.rate("2026-01-31", 0.5)
        self.rate("2026-01-01", 0.5)
        self.post()
        self.assertFalse(self.exceptions("rate_missing"))

    def test_a_wallet_at_zero_is_at_zero_whatever_came_and_went(self):
        """Money in and out at changing rates, first in first out, to nothing."""
        for seed in range(2):
            with self.subTest(seed=seed):
                self.assert_ends_at_zero(random.Random(seed), f"EUR-{seed + 2}")

    def assert_ends_at_zero(self, chance, account):
        self.euro.rate_ids.unlink()
        wallet = self.new_wallet(self.backend, self.euro, account=account)
        held, day = 0, date(2026, 1, 1)
        while day < date(2026, 2, 20):
            self.rate(day, round(chance.uniform(0.3, 0.9), 6))
            held += self.money_moves(chance, account, day, held)
            day += timedelta(days=chance.randint(3, 9))
        self.rate(day, 0.123457)
        if held:
            self.move(account, day, -held)
        self.store(self.loose(gross="1", day=date(2026, 4, 1)))
        self.post()
        today = date(2026, 12, 31)
        self.assertEqual(self.balance(wallet.account_id, today, True), 0.0)
        self.assertEqual(self.balance(wallet.account_id, today), 0.0)
        proof = wallet._proof()
        self.assertEqual(proof["difference_minor"], 0)

    def money_moves(self, chance, account, day, held):
        """Move some cents in or out; never more out than is there."""
        cents = chance.randint(1, 99_999)
        if held and chance.random() < 0.5:
            cents = -chance.randint(1, held)
        self.move(account, day, cents)
        return cents

    def move(self, account, day, cents):
        kind = "charge" if cents > 0 else "refund"
        row = self.loose(
            kind,
            f"{cents / 100:.2f}",
            day=day,
            currency="EUR",
            account_identifier=account,
        )
        self.store(row)
        self.stored(row).wallet_id._post_cutoff(day)
