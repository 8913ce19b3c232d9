from datetime import date, datetime
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostAgain(SettlementAccountCase):
    """Other policy, corrected rows, closed periods, missing rates: what people do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.approver = cls.new_user("group_approver")
        cls.accountant = cls.new_user("group_accountant")

    def posted(self, *rows, name="po_1", **values):
        self.store(*self.payout(*rows, name=name, **values))
        before = self.env["settlement.posting"].search([])
        return self.post() - before

    def new_fee_account(self):
        account = self.policy.fee_clearing_account_id.copy(
            {"name": "Other Fees", "code": "101799"}
        )
        self.policy.fee_clearing_account_id = account
        return account

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.currency.round(sum(lines.mapped("balance")))

    def revised(self, fact, **values):
        names = fact.__dataclass_fields__
        known = {name: getattr(fact, name) for name in names}
        later = {"source_version_at": datetime(2026, 2, 1), **values}
        return fact.__class__(**{**known, **later})

    def resolve(self, exception, verb, **values):
        """Let the accountant ask, and the approver agree."""
        exception.with_user(self.accountant).action_resolve(verb, **values)
        self.assertEqual(exception.state, "waiting_approval")
        exception.approval_id.with_user(self.approver).action_approve()

    # ------------------------------------------------------------------
    # After a change of the policy
    # ------------------------------------------------------------------

    def test_a_payout_is_posted_again_by_the_policy_of_today(self):
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        posting = self.post()
        old = self.policy.fee_clearing_account_id
        other = self.new_fee_account()

        wizard = self.env["settlement.posting.repost"].browse(
            posting.action_preview_repost()["res_id"]
        )
        self.assertEqual(
            [
                (line.account_id, line.before, line.after, line.difference)
                for line in wizard.line_ids
            ],
            [(old, 3.0, 0.0, -3.0), (other, 0.0, 3.0, 3.0)],
        )
        self.assertEqual(posting.state, "posted", "a preview changes nothing")
        self.assertEqual(invoice.payment_state, "paid")

        new = posting.action_repost("fees go elsewhere")
        self.assertEqual(posting.state, "reversed")
        self.assertEqual((new.kind, new.date), (posting.kind, posting.date))
        self.assertEqual(self.balance(old), 0.0)
        self.assertEqual(self.balance(other), 3.0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        self.assertEqual(self.batch().state, "posted")
        self.assertEqual(self.post() - posting - posting.reversal_ids, new)
        self.assert_lawful()
        self.assertEqual(self.wallet._proof()["difference_minor"], 0)

    def bank_line_of(self, amount):
        bank = self.new_backend("Bank", timezone="UTC")
        self.new_wallet(bank, account="BANK-1", is_bank=True)
        line = self.row(
            "bank_credit",
            amount,
            day=12,
            account_identifier="BANK-1",
            batch_kind="statement",
            batch_external_id="st_1",
        )
        whole = self.payout(
            line, kind="statement", name="st_1", account_identifier="BANK-1"
        )[-1]
        self.store(line, whole, backend=bank)
        return bank, line

    def test_what_the_bank_has_settled_is_settled_again(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        bank, line = self.bank_line_of("97")
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.batch()], [self.stored(line)])
        )
        match._confirm()
        self.post(bank)
        self.assertEqual(self.batch().state, "reconciled")
        bank_line = self.stored(line).statement_line_id
        with self.assertRaisesRegex(UserError, "settles what"):
            posting.action_reverse("it stands under the bank line")
        self.new_fee_account()
        new = posting.action_repost("fees go elsewhere")
        transit = new.move_id.line_ids.filtered(
            lambda each: each.settlement_role == "in_transit"
        )
        self.assertTrue(transit.reconciled)
        self.assertIn(
            bank_line.move_id, transit.matched_credit_ids.credit_move_id.move_id
        )
        self.assertEqual(self.batch().state, "reconciled")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.stored(line).posting_state, "reconciled")
        self.assertTrue(bank_line.is_reconciled)
        self.assert_lawful()
        self.assertEqual(self.balance(self.wallet.in_transit_account_id), 0.0)

    def test_what_was_cleared_from_suspense_is_settled_directly(self):
        charge = self.row(gross="100", fee="3")
        posting = self.posted(charge)
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        clearing = self.post() - posting
        self.new_fee_account()
        new = posting.action_repost("fees go elsewhere")
        self.assertEqual(clearing.state, "reversed")
        self.assertEqual(self.short(new)[0], ("receivable", -100.0))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.balance(self.policy.suspense_account_id), 0.0)
        self.assert_lawful()

    def test_a_cut_off_is_posted_again(self):
        self.store(
            self.loose(gross="100", fee="3", day=20),
            self.loose(gross="1", day=date(2026, 2, 1)),
        )
        posting = self.post()
        self.assertEqual(posting.kind, "cutoff")
        other = self.new_fee_account()
        new = posting.action_repost("fees go elsewhere")
        self.assertEqual((new.kind, new.month), ("cutoff", date(2026, 1, 1)))
        self.assertEqual(self.balance(other), 3.0)

    def test_what_would_be_the_same_is_left_alone(self):
        posting = self.posted(self.row(gross="100"))
        with self.assertRaisesRegex(UserError, "the same"):
            posting.action_repost("why not")
        self.assertEqual(posting.state, "posted")

    def test_in_a_closed_period_it_is_refused_with_a_sentence(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        self.new_fee_account()
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "closed"):
            posting.action_repost("too late")
        self.assertEqual(posting.state, "posted")

    def test_another_situation_than_in_the_preview_is_refused(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        self.new_fee_account()
        _found, seen = posting.sudo()._repost_changes("look")
        self.policy.fees = "expense"
        with self.assertRaisesRegex(UserError, "changed since the preview"):
            posting.action_repost("fees go elsewhere", preview_hash=seen)
        self.assertEqual(posting.state, "posted")

    def test_a_missing_account_takes_all_of_it_back(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        self.policy.fee_clearing_account_id = False
        with self.assertRaisesRegex(UserError, "fee_clearing_account_id"):
            posting.action_repost("no account")
        self.assertEqual(posting.state, "posted")
        self.assertFalse(posting.reversal_ids)

    def test_posting_again_takes_an_approver_and_a_reason(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        self.new_fee_account()
        with self.assertRaisesRegex(UserError, "Say why"):
            posting.action_repost("")
        with self.assertRaises(AccessError):
            posting.with_user(self.accountant).action_repost("no")
        action = posting.with_user(self.accountant).action_preview_repost()
        self.assertTrue(action["res_id"])
        with self.assertRaises(AccessError):
            posting.with_user(self.new_user("group_viewer")).action_preview_repost()

    def test_above_the_limit_a_second_approver_decides(self):
        posting = self.posted(self.row(gross="100", fee="3"))
        self.new_fee_account()
        self.policy.approval_limit = 2
        self.assertFalse(posting.action_repost("fees go elsewhere"))
        self.assertEqual(posting.state, "posted")
        approval = self.env["settlement.approval"].search(
            [("subject_model", "=", posting._name), ("state", "=", "waiting")]
        )
        with self.assertRaisesRegex(UserError, "yourself"):
            approval.action_approve()
        approval.with_user(self.approver).action_approve()
        self.assertEqual(posting.state, "reversed")

    def test_an_opening_is_not_posted_again(self):
        self.wallet.opening_balance = 70
        posting = self.wallet.action_post_opening()
        with self.assertRaisesRegex(UserError, "cannot be posted again"):
            posting.action_repost("why")

    # ------------------------------------------------------------------
    # Corrected rows
    # ------------------------------------------------------------------

    def corrected(self, **values):
        """Return a charge of 100 that its source corrects after it was posted."""
        charge = self.row(gross="100")
        other = self.row(gross="10")
        posting = self.posted(charge, other)
        amount = values.pop("amount", Decimal(90))
        self.store(
            self.revised(charge, gross_amount=amount, net_amount=amount, **values)
        )
        return charge, other, posting

    def exception_of(self, charge):
        return self.exceptions("changed_after_posting", self.stored(charge))

    def test_a_corrected_row_is_replaced_with_its_payout(self):
        charge, other, posting = self.corrected()
        # The source corrects the payout as well.
        payout = self.row("payout", "-100", day=10, source_external_id="po_1")
        old = self.env["settlement.transaction"].search([("kind", "=", "payout")])
        self.store(
            self.revised(payout, external_id=old.external_id),
            self.payout(charge, total=Decimal(100))[-1],
        )
        exception = self.exception_of(charge)
        self.resolve(exception, "replace", comment="provider says so")
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(posting.state, "reversed")
        new = self.env["settlement.posting"].search(
            [("kind", "=", "batch"), ("state", "=", "posted")]
        )
        self.assertEqual(
            self.short(new),
            [
                ("suspense", -10.0),
                ("suspense", -90.0),
                ("in transit", 100.0),
                ("wallet", -100.0),
                ("wallet", 100.0),
            ],
        )
        self.assertEqual(self.stored(charge).posting_state, "posted")
        self.assertEqual(self.stored(other).posting_state, "posted")
        proof = self.wallet._proof()
        self.assertEqual((proof["missing"], proof["early"]), ([], []))
        self.assert_lawful()
        self.assertEqual(proof["difference_minor"], 0)

    def test_a_payout_that_does_not_add_up_is_not_replaced(self):
        charge, _other, posting = self.corrected()
        exception = self.exception_of(charge)
        with self.assertRaisesRegex(UserError, "100.00"):
            self.resolve(exception, "replace")
        self.assertEqual(posting.state, "posted")

    def test_a_corrected_row_of_a_cut_off_in_a_closed_month(self):
        charge = self.loose(gross="100", day=20)
        self.store(charge, self.loose(gross="1", day=date(2026, 2, 1)))
        posting = self.post()
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        self.store(
            self.revised(charge, gross_amount=Decimal(90), net_amount=Decimal(90))
        )
        exception = self.exception_of(charge)
        self.resolve(exception, "replace")
        self.assertEqual(posting.state, "reversed")
        self.assertEqual(posting.reversal_ids.date, date(2026, 2, 1))
        new = self.env["settlement.posting"].search([("kind", "=", "correction")])
        self.assertEqual((new.date, new.amount), (date(2026, 2, 1), 90.0))
        self.assert_lawful()
        self.assertEqual(self.balance(self.wallet.account_id), 90.0)

    def test_a_corrected_row_is_matched_again(self):
        charge = self.loose(gross="100", day=20, invoice_reference="INV/X/1")
        invoice = self.invoice(100, payment_reference="INV/X/1")
        self.store(charge, self.loose(gross="1", day=date(2026, 2, 1)))
        match = self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.store(
            self.revised(charge, gross_amount=Decimal(90), net_amount=Decimal(90))
        )
        self.resolve(self.exception_of(charge), "replace")
        self.assertEqual(match.state, "undone")
        # What was withheld of it is open again.
        self.assertIn(invoice.amount_residual, (10.0, 100.0))
        self.assert_lawful()
        self.assertEqual(self.balance(self.wallet.account_id), 90.0)

    def test_the_approver_of_a_replacement_sees_what_it_changes(self):
        charge = self.loose(gross="100", day=20)
        self.store(charge, self.loose(gross="1", day=date(2026, 2, 1)))
        self.post()
        self.store(
            self.revised(charge, gross_amount=Decimal(90), net_amount=Decimal(90))
        )
        exception = self.exception_of(charge)
        exception.with_user(self.accountant).action_resolve("replace")
        said = "\n".join(exception.approval_id.content["changes"])
        self.assertIn(self.wallet.account_id.display_name, said)
        self.assertIn("90.00", said)

    # ------------------------------------------------------------------
    # Closed periods
    # ------------------------------------------------------------------

    def test_a_payout_of_a_closed_period_is_posted_in_the_open_one(self):
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        self.assertFalse(self.posted(self.row(gross="100")))
        exception = self.exceptions("closed_period", self.batch())
        self.resolve(exception, "move_date")
        posting = self.env["settlement.posting"].search([])
        self.assertEqual(
            (posting.kind, posting.date, posting.month),
            ("correction", date(2026, 2, 1), date(2026, 1, 1)),
        )
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.batch().state, "posted")

    def test_rows_of_a_closed_month_without_a_payout_as_well(self):
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        self.store(
            self.loose(gross="100", day=20),
            self.loose(gross="1", day=date(2026, 2, 2)),
        )
        self.assertFalse(self.post())
        exception = self.exceptions("closed_period", self.wallet)
        self.resolve(exception, "move_date")
        posting = self.env["settlement.posting"].search([])
        self.assertEqual((posting.kind, posting.date), ("correction", date(2026, 2, 1)))
        self.assertEqual(exception.state, "resolved")

    def test_a_moved_date_still_asks_the_limit(self):
        self.policy.auto_post_limit = 50
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        self.posted(self.row(gross="100"))
        exception = self.exceptions("closed_period", self.batch())
        self.resolve(exception, "move_date")
        self.assertFalse(self.env["settlement.posting"].search([]))
        request = self.env["settlement.posting.request"].search([])
        self.assertEqual(request.state, "waiting")
        self.assertFalse(self.post(), "a run in between changes nothing")
        self.assertFalse(self.exceptions("closed_period"))
        other = self.new_user("group_approver", self.company, "second")
        request.with_user(other).action_approve()
        posting = self.env["settlement.posting"].search([])
        self.assertEqual(posting.date, date(2026, 2, 1))

    def test_the_date_of_a_bank_does_not_move(self):
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        bank, _line = self.bank_line_of("97")
        self.post(bank)
        exception = self.exceptions("closed_period", self.batch("st_1"))
        with self.assertRaisesRegex(UserError, "cannot move"):
            self.resolve(exception, "move_date")

    # ------------------------------------------------------------------
    # Rates
    # ------------------------------------------------------------------

    def waiting_for_a_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.new_wallet(self.backend, euro, account="EUR-1")
        facts = {"currency": "EUR", "account_identifier": "EUR-1"}
        charge = self.row(gross="100", **facts)
        payout = self.row("payout", "-100", **facts)
        self.store(charge, payout, self.payout(charge, **facts)[-1])
        self.assertFalse(self.post())
        return euro, self.exceptions("rate_missing", self.batch())

    def test_a_rate_is_entered_and_what_waited_is_posted(self):
        euro, exception = self.waiting_for_a_rate()
        accountant = exception.with_user(self.accountant)
        accountant.action_resolve("set_rate", rate="2.5", source="the provider's")
        rate = euro.rate_ids
        self.assertEqual(rate.name, date(2026, 1, 10))
        self.assertAlmostEqual(rate.inverse_company_rate, 2.5)
        posting = self.env["settlement.posting"].search([])
        self.assertEqual(self.short(posting)[0], ("suspense", -250.0))
        self.assertEqual(exception.state, "resolved")

    def test_what_is_no_rate_is_refused(self):
        euro, exception = self.waiting_for_a_rate()
        for rate in ("0", "-1", "NaN", "Infinity", "one"):
            with self.subTest(rate), self.assertRaisesRegex(UserError, "no rate"):
                exception.action_resolve("set_rate", rate=rate, source="me")
        self.assertFalse(euro.rate_ids)

    def test_a_rate_needs_its_source(self):
        _euro, exception = self.waiting_for_a_rate()
        with self.assertRaisesRegex(UserError, "needs to know"):
            exception.action_resolve("set_rate", rate="2")

    def test_a_rate_from_a_later_day_does_not_help_and_says_so(self):
        euro, exception = self.waiting_for_a_rate()
        with self.assertRaisesRegex(UserError, "no rate"):
            exception.action_resolve(
                "set_rate", rate="2", source="bank", day="2026-01-20"
            )
