import random
from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostRulings(SettlementAccountCase):
    """What an accountant expects of the cases that are none of the usual ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"hold_days": 0, "write_off_limit": 100})

    def posted(self, *rows, name="po_1"):
        self.store(*self.payout(*rows, name=name))
        before = self.env["settlement.posting"].search([])
        return self.post() - before

    def lines_of(self, posting, account):
        return posting.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.currency.round(sum(lines.mapped("balance")))

    def raised(self, fact, reason):
        return (
            self.env["settlement.exception"]
            .sudo()
            ._raise_for(self.stored(fact), reason, "as a person sees it")
            .sudo(False)
        )

    # ------------------------------------------------------------------
    # Taxes that are none of ours
    # ------------------------------------------------------------------

    def test_tax_withheld_is_a_receivable_with_its_certificate(self):
        withheld = self.row("withholding", "-10", payment_reference="CERT-2026-17")
        posting = self.posted(self.row(gross="500"), withheld)
        line = self.lines_of(posting, self.policy.withholding_account_id)
        self.assertEqual(line.balance, 10.0)
        self.assertIn("CERT-2026-17", line.name)

    def test_marketplace_tax_passes_through_without_our_tax_tags(self):
        account = self.policy.pass_through_account_id
        # An account may have taxes of its own; the provider's is not ours.
        account.tax_ids = self.company_data["default_tax_sale"]
        posting = self.posted(
            self.row(gross="500"),
            self.row("pass_through_tax", "19"),
            self.row("pass_through_tax", "-19"),
        )
        lines = self.lines_of(posting, account)
        self.assertEqual(lines.mapped("balance"), [-19.0, 19.0])
        self.assertFalse(lines.tax_ids | lines.tax_line_id)
        self.assertFalse(lines.tax_tag_ids)
        self.assertEqual(self.balance(account), 0.0)

    def test_taxes_of_an_account_are_not_added_to_fees(self):
        self.policy.fees = "expense"
        fee = self.policy.fee_account_id
        fee.tax_ids = self.company_data["default_tax_purchase"]
        posting = self.posted(self.row(gross="100", fee="3"))
        self.assertEqual(self.lines_of(posting, fee).balance, 3.0)
        self.assertEqual(len(posting.move_id.line_ids), 5)

    # ------------------------------------------------------------------
    # Financing, own transfers, payouts of nothing and of less
    # ------------------------------------------------------------------

    def test_financing_is_paid_down_on_its_account(self):
        posting = self.posted(
            self.row("financing", "1000"),
            self.row("financing_repayment", "-150"),
        )
        loan = self.policy.loan_account_id
        self.assertEqual(self.lines_of(posting, loan).mapped("balance"), [-1000, 150])
        self.assertEqual(self.balance(loan), -850.0)

    def test_a_payout_of_nothing_needs_no_bank(self):
        posting = self.posted(self.row(gross="50"), self.row("refund", "-50"))
        self.assertEqual(posting.amount, 0.0)
        self.assertEqual(self.batch().state, "reconciled")
        self.assertFalse(self.lines_of(posting, self.wallet.in_transit_account_id))

    def test_a_negative_payout_is_money_that_we_pay(self):
        posting = self.posted(self.row(gross="50"), self.row("refund", "-80"))
        transit = self.lines_of(posting, self.wallet.in_transit_account_id)
        self.assertEqual(transit.balance, -30.0)
        self.assertEqual(self.balance(self.wallet.account_id), 0.0)

    def test_what_is_carried_over_is_a_line_of_both_payouts(self):
        self.store(*self.payout(self.row(gross="50"), self.row("transfer", "-30")))
        later = self.row("transfer", "30", day=12, batch_external_id="po_2")
        self.store(*self.payout(later, name="po_2", day=13))
        self.post()
        self.assertEqual(self.balance(self.policy.transfer_account_id), 0)
        self.assertEqual(self.balance(self.wallet.account_id), 0)
        self.assertEqual(self.balance(self.wallet.in_transit_account_id), 50.0)
        self.assertEqual(self.wallet._proof()["difference_minor"], 0)

    def test_a_payout_that_takes_out_less_than_its_lines_bring_is_not_posted(self):
        charge = self.row(gross="50")
        self.store(charge, self.payout(charge, total=Decimal(50))[-1])
        self.store(self.row("payout", "-20", day=10, source_external_id="po_1"))
        self.assertFalse(self.post())
        (exception,) = self.exceptions("batch_unbalanced", self.batch())
        self.assertIn("30.00", exception.cause)

    # ------------------------------------------------------------------
    # Cost centres
    # ------------------------------------------------------------------

    def test_costs_carry_the_distribution_of_the_policy(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create(
            {"name": "Web", "plan_id": plan.id}
        )
        self.policy.write(
            {"fees": "expense", "analytic_distribution": {str(shop.id): 100}}
        )
        posting = self.posted(self.row(gross="100", fee="3"))
        fee = self.lines_of(posting, self.policy.fee_account_id)
        self.assertEqual(fee.analytic_distribution, {str(shop.id): 100.0})
        others = posting.move_id.line_ids - fee
        self.assertFalse(any(others.mapped("analytic_distribution")))

    # ------------------------------------------------------------------
    # What comes back
    # ------------------------------------------------------------------

    def test_a_failed_refund_opens_its_credit_note_again(self):
        refund = self.row("refund", "-30", source_external_id="re_1")
        self.store(*self.payout(self.row(gross="500"), refund))
        note = self.invoice(30, "out_refund")
        match = self.match(refund, note)
        self.post()
        self.assertEqual(note.amount_residual, 0.0)
        failure = self.row(
            "refund_failure",
            "30",
            day=20,
            parent_external_id="re_1",
            source_external_id="rf_1",
            batch_external_id="po_2",
        )
        self.posted(failure, name="po_2")
        self.assertEqual(match.state, "undone")
        self.assertEqual(note.amount_residual, 30.0)
        self.assertEqual(self.stored(failure).posting_state, "reconciled")
        self.assertEqual(self.stored(refund).posting_state, "reconciled")
        suspense = self.policy.suspense_account_id
        self.assertEqual(self.balance(suspense), -500.0, "the unmatched charge only")
        before = self.env["settlement.posting"].search([])
        self.assertEqual(self.post(), before)
        self.assert_lawful()

    def test_a_refund_that_failed_twice_is_not_guessed(self):
        refunds = [
            self.row("refund", "-30", source_external_id="re_1") for _number in (1, 2)
        ]
        failure = self.row("refund_failure", "30", parent_external_id="re_1")
        self.posted(self.row(gross="500"), *refunds, failure)
        self.assertEqual(self.stored(failure).match_state, "open")

    def test_a_failed_refund_in_a_closed_period_says_so(self):
        refund = self.row("refund", "-30", source_external_id="re_1")
        self.store(*self.payout(self.row(gross="500"), refund))
        note = self.invoice(30, "out_refund")
        match = self.match(refund, note)
        self.post()
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        failure = self.row(
            "refund_failure",
            "30",
            day=date(2026, 2, 2),
            parent_external_id="re_1",
            batch_external_id="po_2",
        )
        self.posted(failure, name="po_2")
        self.assertEqual(match.state, "posted")
        self.assertEqual(note.amount_residual, 0.0)
        self.assertTrue(self.exceptions("closed_period", self.stored(failure)))

    def test_a_returned_direct_debit_opens_the_invoice_again(self):
        bank = self.new_backend("Bank", timezone="UTC")
        self.new_wallet(bank, account="BANK-1", is_bank=True)

        def statement(kind, amount, day, name):
            row = self.row(
                kind,
                amount,
                day=day,
                account_identifier="BANK-1",
                batch_kind="statement",
                batch_external_id=name,
                end_to_end_reference="E2E-77",
            )
            whole = self.payout(
                row, kind="statement", name=name, account_identifier="BANK-1"
            )[-1]
            self.store(row, whole, backend=bank)
            return row

        paid = statement("bank_credit", "100", 10, "st_1")
        invoice = self.invoice(100)
        match = self.match(paid, invoice)
        self.post(bank)
        self.assertEqual(invoice.payment_state, "paid")
        returned = statement("bank_debit", "-100", 14, "st_2")
        self.post(bank)
        self.assertEqual(match.state, "undone")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(self.balance(self.policy.transfer_account_id), 0.0)
        self.assertEqual(self.stored(returned).posting_state, "reconciled")
        meeting = self.stored(returned).match_line_ids.match_id
        self.assertTrue(meeting.is_automatic and meeting.unique_proof)
        self.assert_lawful()

    def reversed_invoice(self):
        """Return an invoice that its credit note has settled, and the note."""
        invoice = self.invoice(100)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "sent back"})
        )
        note = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        note.action_post()
        if note.amount_residual:
            (self.open_item(invoice) + self.open_item(note)).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        return invoice, note

    def test_a_charge_and_its_refund_settle_one_another(self):
        invoice, _note = self.reversed_invoice()
        charge = self.row(
            gross="100",
            fee="3",
            source_external_id="ch_1",
            invoice_reference=invoice.name,
        )
        refund = self.row(
            "refund",
            "-100",
            source_external_id="re_1",
            parent_external_id="ch_1",
        )
        posting = self.posted(charge, refund)
        match = self.stored(charge).match_line_ids.match_id
        self.assertEqual(match.state, "posted")
        self.assertIn(invoice.name, str(match.evidence))
        lines = self.lines_of(posting, self.receivable)
        self.assertEqual(lines.mapped("balance"), [-100.0, 100.0])
        self.assertEqual(lines.partner_id, self.customer)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(
            {self.stored(row).posting_state for row in (charge, refund)},
            {"reconciled"},
        )
        self.assert_lawful()

    def test_a_refund_of_less_is_not_set_off(self):
        invoice, _note = self.reversed_invoice()
        charge = self.row(
            gross="100", source_external_id="ch_1", invoice_reference=invoice.name
        )
        refund = self.row("refund", "-60", parent_external_id="ch_1")
        self.posted(charge, refund)
        self.assertEqual(self.stored(charge).match_state, "open")

    def test_two_refunds_of_all_are_not_set_off(self):
        invoice, _note = self.reversed_invoice()
        charge = self.row(
            gross="100", source_external_id="ch_1", invoice_reference=invoice.name
        )
        refunds = [
            self.row("refund", "-100", parent_external_id="ch_1") for _n in (1, 2)
        ]
        self.posted(self.row(gross="500"), charge, *refunds)
        self.assertEqual(self.stored(charge).match_state, "open")

    def test_an_open_invoice_is_paid_and_not_set_off(self):
        invoice = self.invoice(100)
        charge = self.row(
            gross="100", source_external_id="ch_1", invoice_reference=invoice.name
        )
        refund = self.row("refund", "-100", parent_external_id="ch_1")
        self.posted(charge, refund)
        self.assertFalse(self.stored(charge).match_line_ids)

    # ------------------------------------------------------------------
    # Small rests, and money without a document
    # ------------------------------------------------------------------

    def test_a_small_rest_of_an_invoice_is_written_off(self):
        charge = self.row(gross="99.98")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.amount_residual, 0.02)
        exception = self.raised(charge, "amount_short")
        exception.action_resolve("write_off", code="rounding")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.balance(self.policy.difference_account_id), 0.02)
        self.assertEqual(exception.state, "resolved")

    def test_a_small_overpayment_is_written_off(self):
        charge = self.row(gross="100.05")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice, rest_to_credit=True)
        self.post()
        self.raised(charge, "amount_over").action_resolve("write_off", code="rounding")
        self.assertEqual(self.balance(self.policy.difference_account_id), -0.05)
        self.assertEqual(self.balance(self.receivable), 0.0)
        self.assert_lawful()

    def test_above_the_limit_a_write_off_waits_for_another_person(self):
        self.policy.write_off_limit = 0.01
        charge = self.row(gross="99.98")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        exception = self.raised(charge, "amount_short")
        exception.action_resolve("write_off", code="rounding")
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(invoice.amount_residual, 0.02)
        approver = self.new_user("group_approver")
        exception.approval_id.with_user(approver).action_approve()
        self.assertEqual(invoice.payment_state, "paid")

    def test_nothing_left_is_nothing_to_write_off(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100))
        self.post()
        exception = self.raised(charge, "amount_short")
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            exception.action_resolve("write_off", code="rounding")

    def test_money_without_a_document_is_owed_to_the_customer(self):
        charge = self.row(gross="100")
        first = self.posted(charge)
        exception = self.raised(charge, "unmatched")
        exception.action_resolve("allocate", partner_id=self.customer.id)
        owed = self.policy.unallocated_account_id
        self.assertEqual(owed.internal_group, "liability")
        clearing = self.env["settlement.posting"].search([]) - first
        line = self.lines_of(clearing, owed)
        self.assertEqual((line.balance, line.partner_id), (-100.0, self.customer))
        self.assertEqual(self.balance(self.policy.suspense_account_id), 0.0)
        # Once its invoice is there, it pays that.
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.balance(owed), 0.0)
        self.assert_lawful()

    def test_a_deposit_waits_on_the_advances_of_its_order(self):
        charge = self.row(gross="100", order_reference="SO042")
        self.posted(charge)
        exception = self.raised(charge, "unmatched")
        exception.action_resolve("allocate", partner_id=self.customer.id, order="SO042")
        self.assertEqual(self.balance(self.policy.advance_account_id), -100.0)
        self.assertIn("SO042", exception.resolution)

    def test_what_is_not_posted_cannot_be_kept_yet(self):
        charge = self.loose(gross="100")
        self.store(charge)
        exception = self.raised(charge, "unmatched")
        with self.assertRaisesRegex(UserError, "not in the ledger"):
            exception.action_resolve("allocate")

    # ------------------------------------------------------------------
    # Payments that stand on the wallet already
    # ------------------------------------------------------------------

    def test_a_payment_on_the_wallet_itself_is_not_counted_twice(self):
        method = self.wallet.journal_id.inbound_payment_method_line_ids[:1]
        method.payment_account_id = self.wallet.account_id
        said = "\n".join(self.wallet._set_up_accounts())
        self.assertIn("at once", said)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "amount": 100,
                "date": date(2026, 1, 10),
                "journal_id": self.wallet.journal_id.id,
                "payment_method_line_id": method.id,
            }
        )
        payment.action_post()
        there = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.wallet.account_id
        )
        self.assertEqual(there.balance, 100.0)
        charge = self.row(gross="100", fee="3")
        self.store(charge, self.loose(gross="1", day=date(2026, 2, 1)))
        self.match(charge, there)
        posting = self.post()
        self.assertEqual(self.balance(self.wallet.account_id), 97.0)
        fees = self.lines_of(posting, self.policy.fee_clearing_account_id)
        self.assertEqual(fees.balance, 3.0)
        self.assertEqual(self.wallet._proof(date(2026, 1, 31))["difference_minor"], 0)
        self.assert_lawful()

    # ------------------------------------------------------------------
    # Summary and detail
    # ------------------------------------------------------------------

    def sums(self, posting):
        """Return the sums of an entry by account."""
        sums = {}
        for line in posting.move_id.line_ids:
            sums[line.account_id] = sums.get(line.account_id, 0) + line.balance
        return {
            account: self.currency.round(total)
            for account, total in sums.items()
            if self.currency.round(total)
        }

    def test_summary_and_detail_are_equal_by_account(self):
        kinds = ("charge", "charge", "charge", "refund", "adjustment", "fee")
        for seed in range(3):
            with self.subTest(seed=seed):
                totals = []
                for detail in ("detail", "summary"):
                    chance = random.Random(seed)
                    self.policy.detail = detail
                    name = f"po_{seed}_{detail}"
                    rows = [
                        self.any_row(chance, chance.choice(kinds), name)
                        for _number in range(chance.randint(2, 12))
                    ]
                    totals.append(self.sums(self.posted(*rows, name=name)))
                self.assertEqual(*totals)

    def any_row(self, chance, kind, name):
        sign = 1 if kind == "charge" else -1
        gross = Decimal(sign * chance.randint(1, 99_999)) / 100
        fee = Decimal(chance.randint(0, 300)) / 100 if kind == "charge" else 0
        return self.row(kind, gross, fee, batch_external_id=name)
