from dataclasses import replace
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .dispute_case import DisputePostingCase

NOTHING = (0.0, 0.0)


@tagged("post_install", "-at_install")
class TestDisputePosting(DisputePostingCase):
    """The outcome of a dispute, whenever it comes, to the cent in the ledger."""

    def open_dispute(self, **values):
        """Post a dispute of 100.00 with its fee of 15.00."""
        charge = self.row(gross="500", source_external_id="ch_other")
        self.paid_out(charge, self.disputed(fee="15", **values))
        self.post()

    # ------------------------------------------------------------------
    # Open, won, lost
    # ------------------------------------------------------------------

    def test_while_it_is_open_it_is_one_line_on_its_account(self):
        self.open_dispute()
        line = self.lines_of(self.policy.dispute_account_id)
        self.assertEqual((len(line), line.balance, line.reconciled), (1, 100.0, False))
        self.assertFalse(self.outcomes())
        self.assertEqual(
            self.standing(self.policy.fee_clearing_account_id), (15.0, 15.0)
        )
        self.sound()

    def test_lost_after_posting_moves_it_to_the_loss(self):
        self.open_dispute()
        self.said("lost", closed_at=datetime(2026, 1, 22, 9))
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        posting = self.outcomes()
        self.assertEqual((len(posting), posting.date), (1, date(2026, 1, 22)))
        self.assertEqual(posting.dispute_id, self.dispute)
        self.assertEqual(posting.amount, 0.0)
        self.assertEqual(
            self.short(posting),
            [
                ("disputes", -100.0),
                (self.policy.dispute_loss_account_id.name, 100.0),
            ],
        )
        lines = self.lines_of(self.policy.dispute_account_id)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.sound()

    def test_any_number_of_runs_books_it_once(self):
        self.open_dispute()
        self.said("lost")
        for _time in range(3):
            self.post()
        self.said("lost")
        self.post()
        self.assertEqual(len(self.outcomes()), 1)

    def test_the_outcome_may_be_known_before_the_row_is_posted(self):
        self.said("lost")
        self.open_dispute()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.sound()

    def test_a_row_may_say_itself_that_it_is_lost(self):
        self.open_dispute()
        row = self.env["settlement.transaction"].search([("kind", "=", "dispute")])
        fact = self.disputed(
            fee="15",
            external_id=row.external_id,
            source_code="dispute:lost",
            source_version_at=datetime(2026, 1, 20),
        )
        self.store(replace(fact, account_identifier="ACC-1"))
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.assertEqual(row.is_current, False)
        self.sound()

    def test_won_brings_it_back_to_nothing_with_its_fee(self):
        self.open_dispute()
        self.said("won")
        self.post()
        # Won but not back yet: the provider owes it to us.
        self.assertEqual(self.stands, ((100.0, 100.0), NOTHING))
        self.sound()
        back = self.disputed("100", 20, "dispute_reversal", "po_2", fee="-15")
        self.paid_out(back, name="po_2")
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.assertEqual(self.standing(self.policy.fee_clearing_account_id), NOTHING)
        lines = self.lines_of(self.policy.dispute_account_id)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.assertFalse(self.outcomes())
        self.sound()

    def test_partly_won_loses_the_rest(self):
        self.open_dispute()
        back = self.disputed("30", 20, "dispute_reversal", "po_2")
        self.paid_out(back, name="po_2")
        self.said("partly_won")
        self.post()
        self.assertEqual(self.stands, (NOTHING, (70.0, 70.0)))
        lines = self.lines_of(self.policy.dispute_account_id)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.sound()

    def test_what_was_lost_and_came_back_is_no_loss(self):
        self.open_dispute()
        self.said("lost")
        self.post()
        for amount, left in (("40", 60.0), ("60", 0.0)):
            name = f"po_{amount}"
            back = self.disputed(amount, 25, "dispute_reversal", name)
            self.paid_out(back, name=name)
            self.post()
            with self.subTest(back=amount):
                self.assertEqual(self.stands, (NOTHING, (left, left)))
                self.sound()
        self.assertEqual(self.dispute.status, "won")

    def test_a_loss_that_is_open_again_stands_on_its_account_again(self):
        self.open_dispute()
        self.said("lost", 8)
        self.post()
        self.said("under_review", 9)
        self.post()
        self.assertEqual(self.stands, ((100.0, 100.0), NOTHING))
        self.sound()
        self.said("lost", 10)
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.assertEqual(len(self.outcomes()), 3)
        self.sound()

    def test_a_second_chargeback_is_a_second_line(self):
        self.open_dispute()
        self.paid_out(self.disputed("100", 15, "dispute_reversal", "po_2"), name="po_2")
        self.paid_out(self.disputed("-100", 20, name="po_3"), name="po_3", day=20)
        self.post()
        self.assertEqual(self.stands, ((100.0, 100.0), NOTHING))
        self.said("lost")
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.sound()

    # ------------------------------------------------------------------
    # Other currencies
    # ------------------------------------------------------------------

    def test_a_lost_dispute_in_euro_leaves_nothing_in_dollar(self):
        self.paid_out(
            self.row(gross="500", currency="EUR"),
            self.disputed("-100", currency="EUR"),
            code="EUR",
        )
        self.post()
        # 100 euro at 0.5 euro a dollar; on the day of the outcome it is 0.4.
        self.assertEqual(self.stands[0], (100.0, 200.0))
        self.said("lost", currency="EUR", closed_at=datetime(2026, 1, 25))
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 200.0)))
        self.sound()

    def test_a_dispute_in_euro_won_at_another_rate_leaves_nothing(self):
        self.paid_out(
            self.row(gross="500", currency="EUR"),
            self.disputed("-100", currency="EUR"),
            code="EUR",
        )
        self.paid_out(
            self.disputed("100", 20, "dispute_reversal", "po_2", currency="EUR"),
            name="po_2",
            code="EUR",
        )
        self.said("won", currency="EUR")
        self.post()
        self.assertEqual(self.stands[0][0], 0.0)
        lines = self.lines_of(self.policy.dispute_account_id)
        self.assertTrue(all(lines.mapped("reconciled")))
        # Odoo's own exchange entry takes the 50 dollars between the two rates.
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_a_payment_in_another_currency_won_at_another_rate(self):
        # Disputed are 200 pounds; the wallet of dollars lost 100 and got back 97.
        self.env.ref("base.GBP").active = True
        self.open_dispute()
        back = self.disputed("97", 20, "dispute_reversal", "po_2")
        self.paid_out(back, name="po_2")
        self.said("won", amount="80", currency="GBP")
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.assertEqual(self.standing(self.policy.difference_account_id), (3.0, 3.0))
        self.sound()

    def test_more_may_come_back_than_was_taken(self):
        self.env.ref("base.GBP").active = True
        self.open_dispute()
        back = self.disputed("104", 20, "dispute_reversal", "po_2")
        self.paid_out(back, name="po_2")
        self.said("won", amount="80", currency="GBP")
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.assertEqual(self.standing(self.policy.difference_account_id), (-4.0, -4.0))
        self.sound()

    def test_yen_have_no_cents(self):
        self.paid_out(
            self.row(gross="50000", currency="JPY"),
            self.disputed("-12501", currency="JPY", fee="1300"),
            code="JPY",
        )
        self.said("lost", amount="12501", currency="JPY")
        self.post()
        self.assertEqual(self.dispute.lost_amount, 12501.0)
        self.assertEqual(self.stands, (NOTHING, (12501.0, 100.01)))
        self.sound()

    # ------------------------------------------------------------------
    # Why it is not booked, and undo
    # ------------------------------------------------------------------

    def test_a_missing_account_is_said_and_then_mended(self):
        self.open_dispute()
        loss = self.policy.dispute_loss_account_id
        self.policy.dispute_loss_account_id = False
        self.said("lost")
        self.post()
        exception = self.exceptions("unknown_mapping", self.dispute)
        self.assertIn("dispute_loss_account_id", exception.cause)
        self.assertEqual(self.stands[0], (100.0, 100.0))
        self.sound()
        self.policy.dispute_loss_account_id = loss
        self.post()
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))

    def test_an_outcome_in_a_closed_period_is_booked_in_the_open_one(self):
        self.open_dispute()
        self.locked_until(31)
        self.said("lost", closed_at=datetime(2026, 1, 20))
        self.post()
        self.assertEqual(self.outcomes().date, date(2026, 2, 1))
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.sound()

    def test_who_reverses_an_outcome_is_not_overruled_by_the_next_run(self):
        self.open_dispute()
        self.said("lost")
        self.post()
        self.outcomes().action_reverse("Not our fault.")
        self.post()
        self.assertEqual(self.stands, ((100.0, 100.0), NOTHING))
        self.assertTrue(self.dispute.is_booking_held)
        self.sound()
        accountant = self.new_user("group_accountant")
        self.dispute.with_user(accountant).action_book_outcome()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.assertFalse(self.dispute.is_booking_held)
        self.sound()

    def test_a_new_word_is_booked_although_the_last_was_reversed(self):
        self.open_dispute()
        self.said("lost", 8)
        self.post()
        self.outcomes().action_reverse("Too early.")
        self.said("accepted", 9)
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))

    def test_reversing_the_payout_and_posting_it_again_ends_the_same(self):
        self.open_dispute()
        self.said("lost")
        self.post()
        batch = self.batch()
        batch.posting_ids.action_reverse("Wrong day.")
        self.post()
        batch.action_post()
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.sound()

    def test_only_accountants_book(self):
        self.open_dispute()
        self.said("lost")
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.dispute.with_user(self.new_user(role)).action_book_outcome()

    # ------------------------------------------------------------------
    # What verify finds
    # ------------------------------------------------------------------

    def test_an_altered_dispute_is_named(self):
        self.open_dispute()
        dispute = self.dispute
        self.sql(
            "UPDATE settlement_dispute SET open_amount = 99 WHERE id = %s", dispute.id
        )
        self.assertIn((4, "settlement.dispute", dispute.id), self.named())

    def test_an_altered_line_is_named(self):
        self.open_dispute()
        line = self.lines_of(self.policy.dispute_account_id)
        self.sql(
            "UPDATE account_move_line SET settlement_role = 'adjustment' WHERE id = %s",
            line.id,
        )
        self.assertIn((4, "settlement.dispute", self.dispute.id), self.named())


@tagged("post_install", "-at_install")
class TestDisputedInvoice(DisputePostingCase):
    """A lost dispute that the customer owes again."""

    def paid_invoice(self, amount=100, disputed="-100"):
        """Return an invoice that ``ch_1`` paid and whose payment is disputed."""
        invoice = self.invoice(amount)
        charge = self.row(gross=str(amount), source_external_id="ch_1")
        self.paid_out(charge, self.disputed(disputed, 12), self.row(gross="500"))
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        return invoice, self.stored(charge)

    def test_the_dispute_knows_customer_and_invoice(self):
        invoice, charge = self.paid_invoice()
        self.assertEqual(self.dispute.charge_transaction_id, charge)
        self.assertEqual(self.dispute.partner_id, self.customer)
        self.assertEqual(self.dispute.invoice_ids, invoice)

    def test_by_default_the_invoice_stays_paid(self):
        invoice, _charge = self.paid_invoice()
        self.said("lost")
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))

    def test_by_policy_the_customer_owes_it_again(self):
        self.policy.lost_disputes = "reopen"
        invoice, charge = self.paid_invoice()
        self.said("lost")
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(charge.posting_state, "reconciled")
        self.sound()
        # It can be paid again.
        again = self.row(gross="100", day=25, batch_external_id="po_2")
        self.paid_out(again, name="po_2")
        self.match(again, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.sound()

    def test_a_part_of_the_invoice_is_open_again(self):
        self.policy.lost_disputes = "reopen"
        invoice, charge = self.paid_invoice(disputed="-40")
        self.said("lost", amount="40")
        self.post()
        self.assertEqual(invoice.amount_residual, 40.0)
        self.assertEqual(charge.posting_state, "reconciled")
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_an_online_payment_frees_its_invoice(self):
        self.policy.lost_disputes = "reopen"
        invoice = self.invoice(100)
        payments = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = payments.create({"payment_date": date(2026, 1, 3)})._create_payments()
        outstanding = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )
        charge = self.row(gross="100", source_external_id="ch_1")
        self.paid_out(charge, self.disputed("-60", 12), self.row(gross="500"))
        self.match(charge, outstanding)
        self.post()
        self.assertEqual(self.dispute.invoice_ids, invoice)
        self.assertEqual(self.dispute.partner_id, self.customer)
        self.said("lost", amount="60")
        self.post()
        self.assertEqual(invoice.amount_residual, 60.0)
        self.assertTrue(outstanding.reconciled)
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_a_payment_of_nothing_known_is_a_loss_even_so(self):
        self.policy.lost_disputes = "reopen"
        self.paid_out(self.row(gross="500", source_external_id="ch_1"), self.disputed())
        self.said("lost")
        self.post()
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))

    def test_in_a_closed_period_the_customer_owes_it_by_the_new_line(self):
        self.policy.lost_disputes = "reopen"
        invoice, _charge = self.paid_invoice()
        self.locked_until(31)
        self.said("lost")
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        owed = self.outcomes().move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual((owed.amount_residual, owed.partner_id), (100, self.customer))
        self.assertIn("could not be opened", self.dispute.message_ids[:1].body)
        self.sound()

    def test_what_comes_back_later_pays_it_again(self):
        self.policy.lost_disputes = "reopen"
        invoice, _charge = self.paid_invoice()
        self.said("lost", 8)
        self.post()
        self.assertEqual(invoice.amount_residual, 100.0)
        back = self.disputed("100", 25, "dispute_reversal", "po_2")
        self.paid_out(back, name="po_2")
        self.said("won", 9)
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.assertEqual(invoice.payment_state, "paid")
        self.sound()

    def test_an_outcome_that_a_match_stands_on_is_not_reversed(self):
        self.policy.lost_disputes = "reopen"
        self.paid_invoice()
        self.said("lost")
        self.post()
        with self.assertRaisesRegex(UserError, "Undo the match behind it"):
            self.outcomes().action_reverse("Oops.")

    # ------------------------------------------------------------------
    # What people decide
    # ------------------------------------------------------------------

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")

    def resolve(self, verb, user=None, **values):
        """Resolve what was opened about the dispute; by default as accountant."""
        exception = self.exceptions("dispute_opened", self.dispute)
        exception.with_user(user or self.accountant).action_resolve(verb, **values)
        return exception

    def test_accepting_a_chargeback_books_the_loss_at_once(self):
        invoice, _charge = self.paid_invoice()
        exception = self.resolve("chargeback", reason="No proof of delivery.")
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.dispute.status, "accepted")
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))
        self.assertEqual(invoice.payment_state, "paid")
        self.sound()

    def test_accepting_it_may_open_the_invoice_again(self):
        invoice, _charge = self.paid_invoice()
        self.resolve("chargeback", invoice="reopen")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_a_person_may_name_the_payment(self):
        charge = self.row(gross="100", source_external_id="ch_9")
        self.paid_out(
            charge, self.disputed(parent_external_id=""), self.row(gross="500")
        )
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertFalse(self.dispute.charge_transaction_id)
        with self.assertRaisesRegex(UserError, "settled nothing"):
            self.resolve("chargeback", invoice="reopen")
        other = self.stored(self.disputed()) or self.dispute.transaction_ids
        with self.assertRaisesRegex(UserError, "Name a payment"):
            self.resolve("chargeback", invoice="reopen", charge=other.id)
        self.resolve("chargeback", invoice="reopen", charge=self.stored(charge).id)
        self.assertEqual(self.dispute.charge_transaction_id, self.stored(charge))
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_treated_as_refund_it_settles_the_credit_note(self):
        invoice, _charge = self.paid_invoice()
        note = self.invoice(100, "out_refund", day=date(2026, 1, 20))
        self.resolve("refund", credit_note=note.id)
        self.assertEqual((note.amount_residual, invoice.amount_residual), (0.0, 0.0))
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_without_a_credit_note_the_customers_account_waits_for_it(self):
        self.paid_invoice()
        draft = self.invoice(100, "out_refund")
        draft.button_draft()
        with self.assertRaisesRegex(UserError, "posted credit note"):
            self.resolve("refund", credit_note=draft.id)
        self.resolve("refund")
        owed = self.outcomes().move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual(owed.amount_residual, 100.0)
        self.sound()

    def test_the_provider_has_the_last_word(self):
        self.paid_invoice()
        self.resolve("chargeback")
        back = self.disputed("100", 25, "dispute_reversal", "po_2")
        self.paid_out(back, name="po_2")
        self.said("won")
        self.post()
        self.assertEqual(self.stands, (NOTHING, NOTHING))
        self.sound()

    def test_taking_the_decision_back_opens_it_again(self):
        self.paid_invoice()
        self.resolve("chargeback")
        self.dispute.with_user(self.accountant).action_withdraw_decision()
        self.post()
        self.assertEqual(self.stands, ((100.0, 100.0), NOTHING))
        self.assertTrue(self.exceptions("dispute_opened", self.dispute))
        self.sound()

    def test_above_the_limit_somebody_else_agrees(self):
        self.policy.approval_limit = 50
        self.paid_invoice()
        exception = self.resolve("chargeback", invoice="keep")
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(self.stands[0], (100.0, 100.0))
        approver = self.new_user("group_approver")
        exception.approval_id.with_user(approver).action_approve()
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.stands, (NOTHING, (100.0, 100.0)))

    def test_who_may_not_is_refused(self):
        self.paid_invoice()
        for role in ("group_viewer", "group_integration_admin"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.resolve("chargeback", self.new_user(role))
        with self.assertRaisesRegex(UserError, "no choice"):
            self.resolve("chargeback", invoice="burn", user=self.env.user)


@tagged("post_install", "-at_install")
class TestReservePosting(DisputePostingCase):
    """What is held back, and which release settles which hold."""

    def held(self):
        return self.lines_of(self.policy.reserve_account_id)

    def open_amounts(self):
        return self.held().mapped("amount_residual_currency")

    def test_one_release_ends_two_holds(self):
        self.paid_out(
            self.row(gross="500"),
            self.row("reserve_hold", "-100", 3),
            self.row("reserve_hold", "-50", 4),
            self.row("reserve_release", "120", 10),
        )
        self.post()
        self.assertEqual(sorted(self.open_amounts()), [0.0, 0.0, 30.0])
        reserves = self.env["settlement.reserve"].search([], order="held_on")
        self.assertEqual(reserves.mapped("open_amount"), [0.0, 30.0])
        self.sound()

    def test_a_hold_is_released_in_parts(self):
        self.paid_out(self.row(gross="500"), self.row("reserve_hold", "-100", 3))
        self.post()
        for amount, day, left in (("30", 10, 70.0), ("70", 20, 0.0)):
            name = f"po_{day}"
            row = self.row("reserve_release", amount, day, batch_external_id=name)
            self.paid_out(row, name=name)
            self.post()
            with self.subTest(released=amount):
                hold = self.held()[:1]
                self.assertEqual(hold.amount_residual_currency, left)
                self.sound()

    def test_a_release_settles_the_hold_that_it_names(self):
        self.paid_out(
            self.row(gross="500"),
            self.row("reserve_hold", "-100", 3, source_external_id="rsv_1"),
            self.row("reserve_hold", "-50", 4, source_external_id="rsv_2"),
            self.row("reserve_release", "50", 10, parent_external_id="rsv_2"),
        )
        self.post()
        self.assertEqual(sorted(self.open_amounts()), [0.0, 0.0, 100.0])
        named = self.env["settlement.reserve"].search(
            [("object_external_id", "=", "rsv_2")]
        )
        self.assertEqual(named.state, "released")
        self.sound()

    def test_the_release_may_be_posted_first(self):
        self.paid_out(
            self.row(gross="500"),
            self.row("reserve_release", "50", 4),
        )
        self.post()
        hold = self.row("reserve_hold", "-50", 5, batch_external_id="po_2")
        self.paid_out(self.row(gross="99", batch_external_id="po_2"), hold, name="po_2")
        self.post()
        self.assertEqual(self.open_amounts(), [0.0, 0.0])
        self.sound()

    def test_holds_in_euro_and_yen(self):
        for code, hold, release in (("EUR", "-80", "80"), ("JPY", "-9001", "9001")):
            self.paid_out(
                self.row(gross="50000", currency=code, batch_external_id=code),
                self.row("reserve_hold", hold, 3, batch_external_id=code),
                self.row("reserve_release", release, 20, batch_external_id=code),
                name=code,
                code=code,
            )
        self.post()
        self.assertTrue(all(self.held().mapped("reconciled")))
        self.assertEqual(self.standing(self.policy.reserve_account_id)[1], 0.0)
        self.sound()

    def test_an_altered_reserve_is_named(self):
        self.paid_out(self.row(gross="500"), self.row("reserve_hold", "-100", 3))
        self.post()
        reserve = self.env["settlement.reserve"].search([])
        self.sql("UPDATE settlement_reserve SET open_amount = 1")
        self.assertIn((4, "settlement.reserve", reserve.id), self.named())

    def test_an_altered_line_is_named(self):
        self.paid_out(self.row(gross="500"), self.row("reserve_hold", "-100", 3))
        self.post()
        self.sql(
            "UPDATE account_move_line SET settlement_role = NULL WHERE id = %s",
            self.held().id,
        )
        hold = self.env["settlement.reserve"].search([]).hold_transaction_id
        self.assertIn((4, "settlement.transaction", hold.id), self.named())
