from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..services.dry_run import as_dry, is_dry
from .common import SettlementAccountCase


class MoneyCase(SettlementAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"hold_days": 0, "write_off_limit": 100})

    def raised(self, fact, reason, **values):
        exceptions = self.env["settlement.exception"].sudo()
        record = fact if hasattr(fact, "_name") else self.stored(fact)
        return exceptions._raise_for(record, reason, "A cause.", **values).sudo(False)

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.currency.round(sum(lines.mapped("balance")))

    def approve(self, exception):
        approver = self.new_user("group_approver", name=f"money{exception.id}")
        approval = exception.sudo().approval_id
        approval.with_user(approver).sudo(False).action_approve()


@tagged("post_install", "-at_install")
class TestExceptionRest(MoneyCase):
    """Small rests: a bank's fee, a difference of exchange."""

    def paid_short(self, gross="99.00", amount=100):
        charge = self.row(gross=gross)
        self.store(*self.payout(charge))
        invoice = self.invoice(amount)
        self.match(charge, invoice)
        self.post()
        return self.raised(charge, "amount_short"), invoice

    def test_what_a_bank_kept_is_a_fee(self):
        exception, invoice = self.paid_short()
        exception.action_resolve("post_fee_variance", comment="Kept by their bank.")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.balance(self.policy.bank_fee_account_id), 1.0)
        self.assertEqual(exception.state, "resolved")
        self.assertIn("Kept by their bank.", exception.resolution)
        self.assert_lawful()

    def test_a_loss_of_exchange(self):
        exception, invoice = self.paid_short()
        exception.action_resolve("fx_difference")
        account = self.company.expense_currency_exchange_account_id
        self.assertEqual(self.balance(account), 1.0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_lawful()

    def test_a_gain_of_exchange(self):
        charge = self.row(gross="100.30")
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100), rest_to_credit=True)
        self.post()
        self.raised(charge, "amount_over").action_resolve("fx_difference")
        account = self.company.income_currency_exchange_account_id
        self.assertEqual(self.balance(account), -0.3)
        self.assert_lawful()

    def test_without_accounts_for_exchange_nothing_is_booked(self):
        exception, invoice = self.paid_short()
        self.company.sudo().expense_currency_exchange_account_id = False
        with self.assertRaisesRegex(UserError, "exchange differences"):
            exception.action_resolve("fx_difference")
        self.assertEqual(invoice.amount_residual, 1.0)

    def test_above_the_limit_another_person_agrees(self):
        self.policy.write_off_limit = 0.5
        for verb in ("fx_difference", "post_fee_variance"):
            charge = self.row(gross="99.00", batch_external_id=f"po_{verb}")
            self.store(*self.payout(charge, name=f"po_{verb}"))
            invoice = self.invoice(100)
            self.match(charge, invoice)
            self.post()
            exception = self.raised(charge, "amount_short")
            exception.action_resolve(verb)
            self.assertEqual(exception.state, "waiting_approval", verb)
            self.assertEqual(invoice.amount_residual, 1.0)
            self.approve(exception)
            self.assertEqual(exception.state, "resolved")
            self.assertEqual(invoice.payment_state, "paid")

    def test_a_document_in_another_currency_is_matched_as_a_whole(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        invoice = self.invoice(50, currency_id=euro.id)
        charge = self.row(gross="100", invoice_reference=invoice.name)
        self.store(*self.payout(charge))
        self.post()
        exception = self.raised(charge, "currency_mismatch")
        with self.assertRaisesRegex(UserError, "another currency"):
            exception.action_resolve("fx_difference")
        item = self.open_item(invoice)
        exception.action_resolve("fx_difference", chosen=[[item._name, item.id]])
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.match_id.line_ids.move_line_id, item)

    def test_much_given_up_in_another_currency_needs_another_person(self):
        """A small payment that settles a large document gives up the rest of it."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        self.policy.write({"write_off_limit": 50, "approval_limit": 50})
        invoice = self.invoice(900, currency_id=euro.id)
        charge = self.row(gross="40", invoice_reference=invoice.name)
        self.store(*self.payout(charge))
        self.post()
        item = self.open_item(invoice)
        chosen = [[item._name, item.id]]
        exception = self.raised(charge, "currency_mismatch")
        for verb in ("fx_difference", "match"):
            stake = exception._amount_at_stake(verb, {"chosen": chosen})
            self.assertEqual(stake, 176000, verb)
        exception.action_resolve("fx_difference", chosen=chosen)
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(invoice.amount_residual, 900.0)

    def test_what_is_settled_otherwise_has_no_rest(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.match(charge, self.invoice(100))
        self.post()
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.raised(charge, "amount_short").action_resolve("fx_difference")


@tagged("post_install", "-at_install")
class TestExceptionGivenBack(MoneyCase):
    """Money that went back without a document."""

    def given_back(self, amount="-100"):
        charge = self.row(gross="100")
        refund = self.row("refund", amount, day=11)
        self.store(*self.payout(self.row(gross="500"), charge, refund))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        return charge, refund, invoice

    def test_a_refund_finds_its_credit_note(self):
        _charge, refund, invoice = self.given_back("-40")
        note = self.invoice(40, "out_refund")
        exception = self.raised(refund, "unmatched")
        exception.action_resolve("refund", credit_note=note.id, reason="Broken cup.")
        self.assertEqual(note.amount_residual, 0.0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(exception.state, "resolved")
        self.assertIn("Broken cup.", exception.resolution)
        self.assert_lawful()

    def test_a_refund_opens_the_invoice_of_its_payment_again(self):
        charge, refund, invoice = self.given_back()
        exception = self.raised(refund, "unmatched")
        exception.action_resolve("refund", charge=self.stored(charge).id)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(self.stored(refund).match_state, "matched")
        self.assert_lawful()

    def test_a_chargeback_is_our_loss_or_owed_again(self):
        charge, refund, invoice = self.given_back()
        exception = self.raised(refund, "unmatched")
        exception.action_resolve("chargeback", invoice="keep", reason="Not worth it.")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.balance(self.policy.dispute_loss_account_id), 100.0)
        self.assertEqual(exception.state, "resolved")

    def test_a_chargeback_that_is_owed_again(self):
        charge, refund, invoice = self.given_back()
        exception = self.raised(refund, "unmatched")
        exception.action_resolve(
            "chargeback", invoice="reopen", charge=self.stored(charge).id
        )
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(exception.state, "resolved")

    def test_another_currency_does_not_give_it_back(self):
        _charge, refund, invoice = self.given_back("-100")
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        note = self.invoice(100, "out_refund", currency_id=euro.id)
        exception = self.raised(refund, "unmatched")
        with self.assertRaisesRegex(UserError, "another currency"):
            exception.action_resolve("refund", credit_note=note.id)
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_payment_is_given_back_once(self):
        charge = self.row(gross="100")
        first, second = (self.row("refund", "-100", day=day) for day in (11, 12))
        self.store(*self.payout(self.row(gross="500"), charge, first, second))
        self.match(charge, self.invoice(100))
        self.post()
        named = self.stored(charge).id
        self.raised(first, "unmatched").action_resolve("refund", charge=named)
        with self.assertRaisesRegex(UserError, "given back before"):
            self.raised(second, "unmatched").action_resolve("refund", charge=named)

    def test_another_amount_does_not_give_it_back(self):
        charge, refund, invoice = self.given_back("-40")
        exception = self.raised(refund, "unmatched")
        with self.assertRaisesRegex(UserError, "same amount"):
            exception.action_resolve("refund", charge=self.stored(charge).id)
        with self.assertRaisesRegex(UserError, "Name the payment"):
            exception.action_resolve("refund")
        with self.assertRaises(UserError):
            exception.action_resolve("chargeback", invoice="whatever")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(exception.state, "open")


@tagged("post_install", "-at_install")
class TestExceptionReopen(MoneyCase):
    """A payment that was rejected."""

    def rejected(self):
        charge = self.row(gross="100")
        facts = self.payout(charge)
        self.store(*facts)
        self.post()
        bank = self.new_backend("Bank")
        self.new_wallet(bank, account="BANK-1", is_bank=True)
        credit = self.loose("bank_credit", "100", day=12, account_identifier="BANK-1")
        self.store(credit, backend=bank)
        matches = self.env["settlement.match"].sudo()
        match = matches._propose([self.batch()], [self.stored(credit)])
        match._confirm()
        failure = self.loose("payout_failure", "100", day=13, parent_external_id="po_1")
        self.store(failure)
        return self.raised(failure, "payment_rejected"), match

    def test_another_person_agrees_before_anything_is_taken_back(self):
        exception, match = self.rejected()
        exception.action_resolve("reopen", comment="Wrong IBAN.")
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(match.state, "confirmed")
        self.approve(exception)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(match.state, "undone")

    def test_the_corrected_payment_is_expected(self):
        exception, _match = self.rejected()
        exception.action_resolve("reopen", expected_on="2026-01-20")
        self.approve(exception)
        expected = self.env["settlement.expected.payment"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((expected.kind, expected.amount), ("payout", 100.0))
        self.assertEqual(expected.due_on, date(2026, 1, 20))


@tagged("post_install", "-at_install")
class TestDryRunToken(MoneyCase):
    """Who could name the token could post past the limits."""

    def test_only_our_own_object_is_one(self):
        record = self.wallet
        self.assertTrue(is_dry(as_dry(record).env))
        for forged in (True, 1, "DRY", {}, object()):
            env = record.with_context(settlement_dry_run=forged).env
            self.assertFalse(is_dry(env), forged)

    def test_a_verb_says_whether_it_posts(self):
        verbs = self.env["settlement.exception"]._verbs()
        posting = {name for name, verb in verbs.items() if verb.posts}
        self.assertLessEqual(
            {
                "accept",
                "match",
                "group",
                "split",
                "write_off",
                "allocate",
                "post_fee_variance",
                "fx_difference",
                "chargeback",
                "refund",
                "replace",
                "move_date",
                "set_rate",
                "create_missing",
                "accept_payer",
                "reopen",
            },
            posting,
        )
        self.assertTrue(
            posting.isdisjoint({"ask", "assign", "ignore", "retry", "complete"})
        )

    def test_every_verb_has_its_method_and_says_what_it_does(self):
        exceptions = self.env["settlement.exception"]
        for name, verb in exceptions._verbs().items():
            self.assertTrue(hasattr(exceptions, f"_resolve_{name}"), name)
            self.assertTrue(verb.effect, name)


@tagged("post_install", "-at_install")
class TestExceptionMissing(MoneyCase, AccountPaymentCommon):
    """An online payment that Odoo knows and has not booked."""

    def paid_online(self):
        """Return a posted charge, its payment in Odoo and its invoice."""
        # The base for payments has an invoice of that name.
        invoice = SettlementAccountCase.invoice(self, 100)
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.payment_method_id,
                "amount": 100.0,
                "currency_id": self.currency.id,
                "partner_id": self.customer.id,
                "reference": "Shop 77",
                "provider_reference": "pi_77",
                "operation": "online_direct",
                "state": "done",
                "invoice_ids": [Command.set(invoice.ids)],
            }
        )
        charge = self.row(gross="100", payment_reference="pi_77")
        self.store(*self.payout(charge))
        self.env["settlement.document.reference"].sudo()._refresh(self.company)
        self.post()
        return charge, payment, invoice

    def test_the_payment_is_booked_and_its_money_found(self):
        charge, payment, invoice = self.paid_online()
        exception = self.raised(charge, "paid_not_in_ledger")
        exception.action_resolve("create_missing", comment="It was forgotten.")
        self.assertTrue(payment.payment_id)
        self.assertEqual(payment.payment_id.date, self.stored(charge).booked_on)
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual(exception.state, "resolved")
        self.assertIn("It was forgotten.", exception.resolution)
        self.assertEqual(self.stored(charge).match_state, "matched")
        outstanding = payment.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.payment_id.outstanding_account_id
        )
        self.assertTrue(outstanding.reconciled)
        self.assert_lawful()

    def test_a_locked_day_is_said_and_nothing_is_booked(self):
        charge, payment, _invoice = self.paid_online()
        # Odoo would first want every draft of the company out of the way.
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
            (self.stored(charge).booked_on, self.company.id),
        )
        self.env.invalidate_all()
        exception = self.raised(charge, "paid_not_in_ledger")
        with self.assertRaisesRegex(UserError, "is locked"):
            exception.action_resolve("create_missing")
        self.assertFalse(payment.payment_id)

    def test_a_provider_without_journal_is_named(self):
        charge, payment, _invoice = self.paid_online()
        self.provider.state = "disabled"
        self.provider.journal_id = False
        exception = self.raised(charge, "paid_not_in_ledger")
        with self.assertRaises(UserError):
            exception.action_resolve("create_missing")
        self.assertFalse(payment.payment_id)
        self.assertEqual(exception.state, "open")

    def test_no_payment_at_all_is_said(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        exception = self.raised(charge, "paid_not_in_ledger")
        with self.assertRaisesRegex(UserError, "0 online payments"):
            exception.action_resolve("create_missing")

    def test_what_a_source_is_asked_for_is_not_tried_out(self):
        exception = self.raised(self.wallet, "missing_data")
        self.assertTrue(exception._reaches_out("create_missing"))
        self.assertFalse(exception._reaches_out("match"))
