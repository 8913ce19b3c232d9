from datetime import date

from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostKinds(SettlementAccountCase):
    """Each kind of row as an accountant expects to find it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0

    def posted(self, *rows):
        self.store(*self.payout(*rows))
        posting = self.post()
        self.assertEqual(len(posting), 1)
        return posting

    def lines_of(self, posting, account):
        return posting.move_id.line_ids.filtered(
            lambda line: line.account_id == account
        )

    def test_a_charge_paid_online_clears_the_outstanding_payment(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "amount": 100,
                "date": date(2026, 1, 3),
            }
        )
        payment.action_post()
        outstanding = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge))
        self.match(charge, outstanding)
        posting = self.post()
        self.assertEqual(payment.state, "paid")
        self.assertTrue(payment.is_matched)
        self.assertTrue(outstanding.reconciled)
        settled = self.lines_of(posting, payment.outstanding_account_id)
        self.assertEqual((settled.balance, settled.partner_id), (-100.0, self.customer))

    def test_a_refund_settles_the_credit_note(self):
        charge, refund = self.row(gross="100"), self.row("refund", "-30")
        self.store(*self.payout(charge, refund))
        note = self.invoice(30, "out_refund")
        self.match(charge, self.invoice(100))
        self.match(refund, note)
        posting = self.post()
        self.assertEqual(
            self.short(posting),
            [
                ("receivable", -100.0),
                ("receivable", 30.0),
                ("in transit", 70.0),
                ("wallet", -70.0),
                ("wallet", 70.0),
            ],
        )
        self.assertEqual(note.amount_residual, 0.0)

    def test_a_failed_refund_opens_the_credit_note_again_as_credit(self):
        refund, failure = (
            self.row("refund", "-30"),
            self.row("refund_failure", "30"),
        )
        self.store(*self.payout(refund, failure))
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.stored(refund), self.stored(failure)], [])
        )
        match._confirm()
        posting = self.post()
        waiting = self.lines_of(posting, self.policy.suspense_account_id)
        self.assertEqual(waiting.mapped("balance"), [30.0, -30.0])
        self.assertTrue(all(waiting.mapped("reconciled")))
        self.assertEqual(match.state, "posted")

    def test_unmatched_charges_wait_on_suspense_line_by_line(self):
        rows = [self.row(gross="100", fee="3"), self.row(gross="50")]
        posting = self.posted(*rows)
        waiting = self.lines_of(posting, self.policy.suspense_account_id)
        self.assertEqual(waiting.mapped("balance"), [-100.0, -50.0])
        self.assertEqual(
            waiting.settlement_transaction_id,
            self.stored(rows[0]) + self.stored(rows[1]),
        )
        self.assertEqual(self.stored(rows[0]).posting_state, "posted")

    def test_what_is_matched_later_is_cleared_from_suspense(self):
        charge = self.row(gross="100", fee="3")
        first = self.posted(charge)
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        clearing = self.post() - first
        self.assertEqual(clearing.kind, "clearing")
        self.assertEqual(
            self.short(clearing), [("suspense", 100.0), ("receivable", -100.0)]
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        waiting = self.lines_of(first, self.policy.suspense_account_id)
        self.assertTrue(waiting.reconciled)

    def test_a_part_payment_leaves_the_rest_of_the_invoice_open(self):
        charge = self.row(gross="60")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.amount_residual, 40.0)
        self.assertEqual(invoice.payment_state, "partial")

    def test_an_overpayment_stays_as_the_customers_credit(self):
        charge = self.row(gross="120")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice, rest_to_credit=True)
        posting = self.post()
        self.assertEqual(
            self.entry(posting)[:2],
            [
                ("receivable", "Customer", -100.0, -100.0),
                ("receivable", "Customer", -20.0, -20.0),
            ],
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            self.lines_of(posting, self.receivable).mapped("amount_residual"),
            [0.0, -20.0],
        )

    def test_one_charge_for_several_invoices(self):
        charge = self.row(gross="150")
        self.store(*self.payout(charge))
        invoices = [self.invoice(100), self.invoice(50)]
        self.match(charge, invoices)
        self.post()
        self.assertEqual([each.payment_state for each in invoices], ["paid"] * 2)

    def test_a_dispute_and_its_reversal_cancel_out(self):
        dispute = self.row("dispute", "-100", source_external_id="dp_1")
        first = self.posted(self.row(gross="500"), dispute)
        disputed = self.lines_of(first, self.policy.dispute_account_id)
        self.assertEqual(disputed.balance, 100.0)
        self.assertFalse(disputed.reconciled)

        won = self.row(
            "dispute_reversal",
            "100",
            source_external_id="dp_1",
            day=20,
            batch_external_id="po_2",
        )
        self.store(*self.payout(won, name="po_2"))
        second = self.post() - first
        self.assertEqual(
            self.lines_of(second, self.policy.dispute_account_id).balance, -100.0
        )
        self.assertTrue(disputed.reconciled)

    def test_a_lost_dispute_is_a_loss_and_its_fee_a_fee(self):
        self.store(
            *self.payout(
                self.row(gross="500"),
                self.row("dispute", "-100", source_code="dispute:lost"),
                self.row("dispute_fee", "-15"),
            )
        )
        postings = self.post()
        self.assertEqual(postings.mapped("kind"), ["batch", "dispute"])
        loss = self.lines_of(postings, self.policy.dispute_loss_account_id)
        fee = self.lines_of(postings, self.policy.fee_clearing_account_id)
        self.assertEqual((loss.balance, fee.balance), (100.0, 15.0))

    def test_a_release_is_reconciled_with_its_hold(self):
        hold = self.row("reserve_hold", "-50", source_external_id="rsv_1")
        release = self.row("reserve_release", "50", parent_external_id="rsv_1", day=11)
        posting = self.posted(self.row(gross="500"), hold, release)
        held = self.lines_of(posting, self.policy.reserve_account_id)
        self.assertEqual(held.mapped("balance"), [50.0, -50.0])
        self.assertTrue(all(held.mapped("reconciled")))

    def test_a_failed_payout_comes_back_into_the_wallet(self):
        charge = self.row(gross="100")
        first = self.posted(charge)
        failure = self.row(
            "payout_failure",
            "100",
            day=15,
            parent_external_id="po_1",
            batch_external_id="po_2",
        )
        self.store(*self.payout(failure, name="po_2"))
        second = self.post() - first
        self.assertEqual(
            self.short(second),
            [
                ("in transit", -100.0),
                ("wallet", 100.0),
                ("in transit", 100.0),
                ("wallet", -100.0),
            ],
        )
        sent = self.lines_of(first, self.wallet.in_transit_account_id)
        self.assertTrue(sent.reconciled)
        self.assertEqual(self.batch().state, "reconciled")
        self.assertEqual(self.batch("po_2").state, "posted")

    def test_fees_as_expense_with_the_providers_tax(self):
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 20",
                "amount": 20,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
            }
        )
        self.policy.write({"fees": "expense", "fee_tax_ids": [(6, 0, tax.ids)]})
        posting = self.posted(self.row(gross="1000", fee="30.15", tax="6.04"))
        fee = self.lines_of(posting, self.policy.fee_account_id)
        self.assertEqual(len(fee), 2)
        base = fee.filtered("tax_ids")
        due = fee.filtered("tax_repartition_line_id")
        self.assertEqual((base.balance, due.balance), (30.15, 6.04))
        self.assertEqual(due.tax_line_id, tax)
        self.assertEqual(len(posting.move_id.line_ids), 6)

    def test_reverse_charge_on_fees(self):
        tax = self.env["account.tax"].create(
            {
                "name": "RC 20",
                "amount": 20,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                "invoice_repartition_line_ids": [
                    (0, 0, {"repartition_type": "base"}),
                    (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
                    (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
                ],
                "refund_repartition_line_ids": [
                    (0, 0, {"repartition_type": "base"}),
                    (0, 0, {"repartition_type": "tax", "factor_percent": 100}),
                    (0, 0, {"repartition_type": "tax", "factor_percent": -100}),
                ],
            }
        )
        self.policy.write({"fees": "expense", "fee_tax_ids": [(6, 0, tax.ids)]})
        posting = self.posted(self.row(gross="1000", fee="30.10"))
        due = posting.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual(sorted(due.mapped("balance")), [-6.02, 6.02])

    def test_every_other_kind_has_its_account(self):
        kinds = {
            "withholding": ("-10", self.policy.withholding_account_id),
            "pass_through_tax": ("11", self.policy.pass_through_account_id),
            "adjustment": ("-12", self.policy.adjustment_account_id),
            "transfer": ("-13", self.policy.transfer_account_id),
            "financing": ("14", self.policy.loan_account_id),
        }
        rows = [self.row(kind, gross) for kind, (gross, _account) in kinds.items()]
        posting = self.posted(self.row(gross="500"), *rows)
        for gross, account in kinds.values():
            line = self.lines_of(posting, account)
            self.assertEqual(line.balance, -float(gross), account.name)

    def test_standing_fees_and_their_refund(self):
        posting = self.posted(
            self.row(gross="500"),
            self.row("fee", "-20"),
            self.row("fee_refund", "5"),
            self.row("tax", "-3"),
        )
        fees = self.lines_of(posting, self.policy.fee_clearing_account_id)
        self.assertEqual(fees.mapped("balance"), [15.0, 3.0])
        self.assertEqual(fees.partner_id, self.policy.partner_id)

    def test_a_summary_sums_suspense(self):
        self.policy.detail = "summary"
        rows = [self.row(gross="100"), self.row(gross="50")]
        posting = self.posted(*rows)
        waiting = self.lines_of(posting, self.policy.suspense_account_id)
        self.assertEqual(waiting.balance, -150.0)
        invoice = self.invoice(50)
        self.match(rows[1], invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(waiting.amount_residual, -100.0)
        self.assertEqual(self.stored(rows[1]).posting_state, "reconciled")
