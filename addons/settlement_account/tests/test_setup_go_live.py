from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestSetupGoLive(SetupCase):
    """Steps 7 and 8: limits, opening, what is on its way, and the start."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all_but_live = cls.reach("go_live")

    def setUp(self):
        super().setUp()
        self.provider.objects = [self.charge(1, 4, "50.00"), self.balance("80.00")]

    def ready(self, ago=2):
        """Return a set-up that may go live, as the accountant sees it."""
        setup = self.by(self.accountant, self.all_but_live)
        setup.action_go_to("rehearsal")
        self.rehearse(setup)
        setup.action_go_to("go_live")
        line = setup.wallet_line_ids
        line.opening_date = self.day(ago)
        line._onchange_opening_date()
        return setup

    # ------------------------------------------------------------------
    # 7 limits
    # ------------------------------------------------------------------

    def test_limits_are_those_of_the_backends_policy(self):
        setup = self.by(self.approver, self.all_but_live)
        setup.action_go_to("limits")
        setup.write({"auto_post_limit": 500, "detail": "summary", "incomplete": "hold"})
        setup.action_set_limits(write_off_limit=1.5)
        policy = setup.policy_id
        self.assertEqual(
            (policy.auto_post_limit, policy.detail, policy.incomplete),
            (500, "summary", "hold"),
        )
        self.assertEqual(policy.write_off_limit, 1.5)
        self.assertEqual(self.policy.auto_post_limit, 0)
        after = self.events("limits", setup)[:1].after
        self.assertEqual(float(after["auto_post_limit"]), 500)

    def test_limits_that_make_no_sense_are_refused(self):
        setup = self.by(self.approver, self.all_but_live)
        setup.action_go_to("limits")
        for values in ({"auto_post_limit": -1}, {"hold_days": -2}):
            self.refused(lambda v=values: setup.action_set_limits(**v), UserError)
        with self.assertRaisesRegex(UserError, "no limit clearing"):
            setup.action_set_limits(clearing_journal_id=1)

    # ------------------------------------------------------------------
    # 8 opening
    # ------------------------------------------------------------------

    def test_going_live_opens_posts_and_connects(self):
        setup = self.ready()
        line = setup.wallet_line_ids
        self.assertEqual((line.opening_balance, line.to_post), (80.0, 80.0))
        setup.action_go_live()
        wallet = setup.backend_id.wallet_ids
        self.assertEqual(
            (wallet.opening_date, wallet.opening_balance), (self.day(2), 80.0)
        )
        posting = self.env["settlement.posting"].search([("wallet_id", "=", wallet.id)])
        self.assertEqual((posting.kind, posting.amount), ("opening", 80.0))
        self.assertEqual(posting.move_id.journal_id, setup.journal_id)
        self.assertEqual(setup.backend_id.state, "connected")
        self.assertTrue(setup.is_done)
        self.assertEqual(setup.step, "done")
        after = self.events("go_live", setup).after
        self.assertIn("80.00", str(after["openings"]))

    def test_the_opening_goes_against_the_account_that_held_the_money(self):
        setup = self.ready()
        equity = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "equity")],
            limit=1,
        )
        setup.wallet_line_ids.opening_account_id = equity
        setup.action_go_live()
        move = (
            self.env["settlement.posting"]
            .search([("wallet_id", "=", setup.backend_id.wallet_ids.id)])
            .move_id
        )
        self.assertIn(equity, move.line_ids.account_id)

    def test_a_balance_that_the_ledger_shows_is_adopted(self):
        setup = self.ready()
        line = setup.wallet_line_ids
        capital = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "equity")],
            limit=1,
        )
        self.env["account.move"].create(
            {
                "date": self.day(3),
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    fields.Command.create(
                        {"account_id": account.id, "balance": balance}
                    )
                    for account, balance in (
                        (line.wallet_id.account_id, 80),
                        (capital, -80),
                    )
                ],
            }
        ).action_post()
        line.invalidate_recordset()
        self.assertEqual((line.ledger_balance, line.to_post), (80.0, 0.0))
        setup.action_go_live()
        self.assertFalse(
            self.env["settlement.posting"].search(
                [("wallet_id", "=", line.wallet_id.id)]
            )
        )
        # Nothing is posted, so the opening can still move.
        self.assertFalse(line.is_fixed)
        setup.action_go_to("go_live")
        line.opening_date = self.day(1)
        setup.action_go_live()
        self.assertEqual(line.wallet_id.opening_date, self.day(1))

    def test_the_opening_stands_once_something_is_posted(self):
        setup = self.ready()
        setup.action_go_live()
        line = setup.wallet_line_ids
        line.invalidate_recordset()
        self.assertTrue(line.is_fixed)
        setup.action_go_to("go_live")
        line.opening_date = self.day(1)
        with self.assertRaisesRegex(UserError, "entries already"):
            setup.action_go_live()

    def test_going_live_twice_posts_once(self):
        setup = self.ready()
        setup.action_go_live()
        setup.action_go_to("go_live")
        before = self.env["account.move"].search_count([])
        setup.action_go_live()
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_an_opening_is_needed_and_not_in_the_future(self):
        setup = self.ready()
        line = setup.wallet_line_ids
        for day, words in (
            (False, "needs an opening date"),
            (self.today + timedelta(days=3), "still to come"),
        ):
            line.opening_date = day
            with self.assertRaisesRegex(UserError, words):
                setup.action_go_live()
        self.assertEqual(setup.backend_id.state, "draft")

    def test_a_closed_period_is_refused_with_the_lock_date(self):
        setup = self.ready(ago=5)
        self.company.sudo().fiscalyear_lock_date = self.day(4)
        with self.assertRaisesRegex(UserError, "closed period"):
            setup.action_go_live()
        setup.wallet_line_ids.opening_date = self.day(3)
        setup.action_go_live()

    def test_balances_can_be_computed_anew(self):
        setup = self.ready()
        line = setup.wallet_line_ids
        line.opening_balance = 1
        line.opening_date = self.day(4)
        setup.action_propose_openings()
        self.assertEqual((line.opening_date, line.opening_balance), (self.day(4), 30.0))

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def test_history_is_matched_but_not_posted(self):
        old, new = (self.invoice(100, day=self.day(9)) for _n in range(2))
        self.provider.objects = [
            self.charge(1, 8, "100.00", invoice_reference=old.name),
            self.charge(2, 1, "100.00", invoice_reference=new.name),
            self.balance("300.00"),
        ]
        setup = self.ready(ago=5)
        setup.policy_id.sudo().hold_days = 0
        setup.action_go_live()
        setup.action_advance()
        rows = self.env["settlement.transaction"].search(
            [("backend_id", "=", setup.backend_id.id)], order="external_id"
        )
        self.assertEqual(rows.mapped("match_state"), ["matched", "matched"])
        wallet = setup.backend_id.wallet_ids
        wallet.with_user(self.accountant).action_post_cutoff(self.today)
        rows.invalidate_recordset()
        self.assertEqual(rows.mapped("posting_state"), ["none", "reconciled"])
        self.assertEqual(old.amount_residual, 100)
        self.assertEqual(new.amount_residual, 0)

    def test_the_first_pull_reaches_back_before_the_opening(self):
        setup = self.ready(ago=20)
        setup.action_go_live()
        backend = setup.backend_id
        self.assertEqual(
            backend.history_since.date(), self.day(20 + backend.lookback_days)
        )
        setup.action_advance()
        window = self.env["settlement.window"].search([("backend_id", "=", backend.id)])
        self.assertEqual(window.since, backend.history_since)
        self.assertEqual(window.state, "ok")

    def test_schedules_are_switched_on(self):
        crons = self.env.ref("settlement.cron_run") | self.env.ref(
            "settlement_connector.cron_pull"
        )
        crons.sudo().active = False
        setup = self.ready()
        before = self.env["ir.cron.trigger"].sudo().search_count([])
        setup.action_go_live()
        self.assertEqual(crons.sudo().mapped("active"), [True, True])
        self.assertGreater(self.env["ir.cron.trigger"].sudo().search_count([]), before)

    def test_a_paused_backend_stays_paused(self):
        setup = self.ready()
        setup.backend_id.sudo()._set_state("paused")
        setup.action_go_live()
        self.assertEqual(setup.backend_id.state, "paused")

    def test_the_last_screen_shows_what_came_of_it(self):
        setup = self.ready()
        setup.action_go_live()
        self.assertIn("is live", setup.live_html)
        self.assertIn("not proved yet", setup.live_html)
        setup.action_advance()
        setup.invalidate_recordset()
        self.assertNotIn("not proved yet", setup.live_html)
        entries = self.env["settlement.posting"].search(
            setup.action_open_entries()["domain"]
        )
        self.assertEqual(entries.kind, "opening")
        self.assertTrue(setup.action_open_exceptions()["domain"])

    def test_files_that_waited_are_imported(self):
        self.teach_files()
        setup = self.start(name="Files")
        setup.action_connect()
        self.upload(setup, self.charge(1, 3, "70.00"), self.balance("70.00", ago=1))
        setup.action_take_files()
        setup.action_use_wallets()
        mine = self.by(self.accountant, setup)
        mine.action_set_accounts()
        mine.action_confirm_codes()
        self.rehearse(setup)
        self.by(self.approver, setup).action_set_limits()
        line = mine.wallet_line_ids
        self.assertEqual(
            (line.opening_date <= self.day(3), line.is_computed), (True, True)
        )
        self.assertEqual(line.opening_balance, 0.0)
        mine.action_go_live()
        self.assertFalse(setup.message_ids)
        mine.action_advance()
        messages = self.env["settlement.message"].search(
            [("backend_id", "=", setup.backend_id.id)]
        )
        self.assertEqual(messages.state, "parsed")
        self.assertFalse(messages.row_ids)

    # ------------------------------------------------------------------
    # Payments on their way
    # ------------------------------------------------------------------

    def payment(self, amount, ago, invoice=None, **values):
        """Return a payment that somebody registered in Odoo before."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": amount,
                "date": self.day(ago),
                "journal_id": self.company_data["default_journal_bank"].id,
                "company_id": self.company.id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def test_payments_before_the_opening_are_listed(self):
        self.payment(33, 6, memo="EARLY-33")
        self.payment(44, 0, memo="LATER-44")
        setup = self.ready(ago=2)
        self.assertEqual(setup.outstanding_count, 1)
        self.assertIn("EARLY-33", setup.outstanding_html)
        self.assertNotIn("LATER-44", setup.outstanding_html)
        listed = self.env["account.move.line"].search(
            setup.action_open_outstanding()["domain"]
        )
        self.assertEqual(listed.amount_residual, 33)
        setup.action_go_live()
        after = self.events("taken_over", setup).after
        self.assertEqual(after["payments"], 1)

    def test_no_payment_on_its_way_is_said_in_words(self):
        setup = self.ready()
        self.assertEqual(setup.outstanding_count, 0)
        self.assertFalse(setup.outstanding_html)

    def test_what_comes_in_settles_a_payment_that_was_taken_over(self):
        payment = self.payment(33, 6, memo="EARLY-33")
        outstanding = self.env["settlement.document.reference"]._outstanding_items(
            self.company
        )
        self.assertIn(payment, outstanding.payment_id)
        self.provider.objects = [
            *self.paid_out(
                1, 1, self.charge(1, 1, "33.00", invoice_reference="EARLY-33")
            ),
            self.balance("0.00"),
        ]
        setup = self.ready(ago=2)
        setup.action_go_live()
        setup.action_advance()
        payment.invalidate_recordset()
        self.assertTrue(payment.is_matched)
        self.assertEqual(sum(outstanding.mapped("amount_residual")), 0)
        self.assertFalse(
            self.env["settlement.document.reference"]._outstanding_items(self.company)
            & outstanding
        )
