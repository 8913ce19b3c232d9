from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestFeeBills(SettlementAccountCase):
    """The monthly bill of the provider, paid by what it has withheld."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.provider = cls.policy.partner_id
        cls.waiting = cls.policy.fee_clearing_account_id

    def fees(self, *fees, name="po_1", day=10):
        rows = [
            self.row(gross="100", fee=fee, day=day, batch_external_id=name)
            for fee in fees
        ]
        self.store(*self.payout(*rows, name=name))
        return self.post()

    def bill(self, amount, day=date(2026, 2, 3), **values):
        return self.invoice(
            amount, "in_invoice", self.provider, day=day, date=day, **values
        )

    def balance(self, account, until=date(2026, 12, 31)):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("date", "<=", until),
                ("parent_state", "=", "posted"),
            ]
        )
        return self.currency.round(sum(lines.mapped("balance")))

    def clearing(self):
        return self.env["settlement.posting"].search([("kind", "=", "clearing")])

    def test_withheld_fees_pay_the_bill(self):
        self.fees("3", "4.25")
        bill = self.bill(7.25)
        self.assertEqual(bill.payment_state, "not_paid")
        self.post()
        clearing = self.clearing()
        self.assertEqual(clearing.date, date(2026, 2, 3))
        payable = self.open_item(bill).account_id
        self.assertEqual(
            self.entry(clearing),
            [
                ("fees to be invoiced", "The Provider", -7.25, -7.25),
                (payable.name, "The Provider", 7.25, 7.25),
            ],
        )
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.balance(self.waiting), 0.0)
        self.assertFalse(self.exceptions("fee_variance"))
        self.assert_lawful()

    def test_a_second_run_clears_nothing(self):
        self.fees("3")
        self.bill(3)
        self.post()
        before = self.env["settlement.posting"].search([])
        self.post()
        self.assertEqual(self.env["settlement.posting"].search([]), before)

    def test_only_the_fees_of_its_month_pay_it(self):
        self.fees("3")
        self.fees("5", name="po_2", day=date(2026, 2, 2))
        bill = self.bill(3)
        self.post()
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.balance(self.waiting), 5.0)

    def test_expense_and_tax_are_booked_once_with_the_document(self):
        self.policy.accrue_at_month_end = True
        tax = self.company_data["default_tax_purchase"]
        self.assertEqual(tax.amount, 15.0)
        charge = self.row(gross="100", fee="10", tax="1.5")
        self.store(*self.payout(charge), self.loose(gross="1", day=date(2026, 2, 1)))
        self.post()
        fee = self.policy.fee_account_id
        self.assertEqual(self.balance(fee, date(2026, 1, 31)), 10.0)
        bill = self.bill(
            11.5,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Fees of January",
                        "account_id": fee.id,
                        "price_unit": 10,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        )
        self.assertEqual(bill.amount_total, 11.5)
        self.post()
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.balance(self.waiting), 0.0)
        self.assertEqual(self.balance(fee), 10.0, "once, not twice")
        self.assertEqual(self.balance(fee, date(2026, 2, 1)), 0.0)

    def test_a_bill_that_asks_for_more_waits_for_a_person(self):
        self.fees("3", "4.25")
        bill = self.bill(8)
        self.post()
        self.assertEqual(bill.payment_state, "not_paid")
        exception = self.exceptions("fee_variance", bill)
        for figure in ("8.00", "7.25", "0.75"):
            self.assertIn(figure, exception.cause)
        self.assertEqual(exception.amount, 0.75)
        self.assertFalse(self.clearing())

    def test_the_difference_is_booked_as_a_fee(self):
        self.policy.write_off_limit = 1
        self.fees("7.25")
        bill = self.bill(8)
        self.post()
        exception = self.exceptions("fee_variance", bill)
        exception.action_resolve("post_fee_variance", comment="agreed")
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.balance(self.waiting), 0.0)
        self.assertEqual(self.balance(self.policy.fee_account_id), -0.75)

    def test_less_than_withheld_costs_the_rest(self):
        self.policy.write_off_limit = 1
        self.fees("8")
        bill = self.bill(7.25)
        self.post()
        self.exceptions("fee_variance", bill).action_resolve("post_fee_variance")
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.balance(self.waiting), 0.0)
        self.assertEqual(self.balance(self.policy.fee_account_id), 0.75)

    def test_a_person_may_leave_the_difference_open(self):
        self.policy.write_off_limit = 1
        self.fees("7.25")
        bill = self.bill(8)
        self.post()
        exception = self.exceptions("fee_variance", bill)
        exception.action_resolve("post_fee_variance", keep_rest=True)
        self.assertEqual(bill.amount_residual, 0.75)
        self.assertEqual(self.balance(self.waiting), 0.0)
        self.post()
        self.assertFalse(self.exceptions("fee_variance"))

    def test_above_the_write_off_limit_another_person_decides(self):
        self.policy.write_off_limit = 0.5
        self.fees("7.25")
        bill = self.bill(8)
        self.post()
        exception = self.exceptions("fee_variance", bill)
        accountant = self.new_user("group_accountant")
        exception.with_user(accountant).action_resolve("post_fee_variance")
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(bill.payment_state, "not_paid")
        approver = self.new_user("group_approver")
        exception.approval_id.with_user(approver).action_approve()
        self.assertEqual(bill.payment_state, "paid")

    def test_without_a_limit_nobody_writes_off_alone(self):
        self.fees("7.25")
        bill = self.bill(8)
        self.post()
        exception = self.exceptions("fee_variance", bill)
        exception.action_resolve("post_fee_variance")
        self.assertEqual(exception.state, "waiting_approval")

    def test_above_the_posting_limit_a_bill_waits_and_goes_on(self):
        self.fees("30")
        self.policy.auto_post_limit = 29
        bill = self.bill(30)
        self.post()
        self.assertEqual(bill.payment_state, "not_paid")
        request = self.env["settlement.posting.request"].search([])
        self.assertEqual((request.kind, request.state), ("clearing", "waiting"))
        self.post()
        self.assertEqual(request.state, "waiting", "the next run leaves it waiting")
        request.with_user(self.new_user("group_approver")).action_approve()
        self.assertEqual(bill.payment_state, "paid")

    def test_bills_of_others_are_left_alone(self):
        self.fees("3")
        other = self.invoice(3, "in_invoice", self.customer, day=date(2026, 2, 3))
        self.post()
        self.assertEqual(other.payment_state, "not_paid")
        self.assertFalse(self.exceptions("fee_variance"))

    def test_what_has_been_paid_otherwise_closes_the_exception(self):
        self.fees("3")
        bill = self.bill(4)
        self.post()
        exception = self.exceptions("fee_variance", bill)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"payment_date": date(2026, 2, 5)})._create_payments()
        self.post()
        self.assertEqual(exception.state, "resolved")

    def test_reversing_the_clearing_opens_both(self):
        self.fees("3")
        bill = self.bill(3)
        self.post()
        self.clearing().action_reverse("wrong bill")
        self.assertEqual(bill.payment_state, "not_paid")
        self.assertEqual(self.balance(self.waiting), 3.0)

    def test_another_subject_is_no_bill(self):
        exception = (
            self.env["settlement.exception"]
            .sudo()
            ._raise_for(self.wallet, "fee_variance", "something else")
        )
        self.policy.write_off_limit = 10**6
        with self.assertRaisesRegex(UserError, "Only the bill"):
            exception.action_resolve("post_fee_variance")
