from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .common import SettlementAccountCase

MAIN = "DE89370400440532013000"
SAVINGS = "DE91100000000123456789"
EUROS = "FR1420041010050500013M02606"
POUNDS = "GB33BUKB20201555555555"


class MoneyCase(SettlementAccountCase):
    """Bank accounts of the company in three currencies, matched by the engine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.euro = cls.setup_other_currency("EUR", rates=[("2020-01-01", 0.5)])
        cls.pound = cls.setup_other_currency("GBP", rates=[("2020-01-01", 0.4)])
        cls.banks = cls.new_backend("Bank")
        cls.main = cls.new_wallet(cls.banks, account=MAIN, is_bank=True)
        cls.new_wallet(cls.banks, account=SAVINGS, is_bank=True)
        cls.new_wallet(cls.banks, cls.euro, EUROS, is_bank=True)
        cls.new_wallet(cls.banks, cls.pound, POUNDS, is_bank=True)

    def bank_row(
        self, gross, account=MAIN, towards="", currency=None, day=12, **values
    ):
        """Return the fact of a row that is alone on its statement, and store it."""
        name = f"st_{next(self.numbers)}"
        currency = (currency or self.currency).name
        fact = self.row(
            "bank_credit" if Decimal(gross) > 0 else "bank_debit",
            gross,
            account_identifier=account,
            counterparty_account=towards,
            currency=currency,
            batch_kind="statement",
            batch_external_id=name,
            **values,
        )
        batch = BatchFact(
            currency=currency,
            kind="statement",
            external_id=name,
            date=fact.booked_on,
            total=fact.net_amount,
            account_identifier=account,
        )
        self.store(fact, batch, backend=self.banks)
        return fact

    def run_match(self):
        self.env["settlement.matcher"].sudo()._match_company(self.company)
        self.env.invalidate_all()

    def post_all(self):
        backends = (self.backend + self.banks).sudo()
        backends._step_validate(None)
        result = backends._step_post(None)
        self.env.invalidate_all()
        return result

    def items(self, account):
        return self.env["account.move.line"].search([("account_id", "=", account.id)])

    def assertMet(self, *facts):
        """Assert that these ends settled each other and nothing is left of them."""
        rows = self.env["settlement.transaction"]
        for fact in facts:
            rows |= self.stored(fact)
        match = rows.match_line_ids.match_id.filtered(lambda one: one.state != "undone")
        self.assertEqual(match.mapped("state"), ["posted"])
        self.assertEqual(set(rows.mapped("posting_state")), {"reconciled"})
        waiting = self.items(self.policy.transfer_account_id).filtered(
            lambda line: not line.reconciled
        )
        self.assertFalse(waiting)
        self.assertEqual(self.balance_of(self.policy.transfer_account_id), 0.0)
        self.assertFalse(
            self.exceptions().filtered(lambda one: one.transaction_id in rows)
        )
        self.assert_lawful()
        return match

    def balance_of(self, account):
        return round(sum(self.items(account).mapped("balance")), 2)


@tagged("post_install", "-at_install")
class TestPostTransfers(MoneyCase):
    # -- one currency ------------------------------------------------------------------

    def test_fee_that_a_bank_on_the_way_kept(self):
        went = self.bank_row("-1000", towards=SAVINGS)
        came = self.bank_row("995", SAVINGS, towards=MAIN)
        self.run_match()
        match = self.stored(went).match_line_ids.match_id
        self.assertEqual((match.state, match.difference_minor), ("proposed", 500))
        match.sudo()._confirm()
        self.post_all()
        self.assertMet(went, came)
        fees = self.items(self.policy.bank_fee_account_id)
        self.assertEqual(sum(fees.mapped("balance")), 5.0)
        transfers = self.items(self.policy.transfer_account_id)
        self.assertEqual(sum(transfers.mapped("balance")), 0.0)
        self.assert_lawful()
        match.sudo()._undo("a test")
        self.assertEqual(
            sum(self.items(self.policy.bank_fee_account_id).mapped("balance")), 0.0
        )
        self.assert_lawful()

    def test_from_account_to_account(self):
        went = self.bank_row("-500", towards=SAVINGS)
        came = self.bank_row("500", SAVINGS, MAIN, day=13)
        self.run_match()
        self.post_all()
        self.assertMet(went, came)

    def test_the_other_end_comes_after_the_posting(self):
        went = self.bank_row("-500", towards=SAVINGS)
        self.run_match()
        self.post_all()
        self.assertEqual(self.stored(went).posting_state, "posted")
        came = self.bank_row("500", SAVINGS, MAIN, day=13)
        self.run_match()
        self.post_all()
        self.assertMet(went, came)

    # -- two currencies ----------------------------------------------------------------

    def test_out_of_the_company_currency(self):
        went = self.bank_row("-500", towards=EUROS)
        came = self.bank_row("248", EUROS, MAIN, self.euro, day=13)
        self.run_match()
        self.post_all()
        match = self.assertMet(went, came)
        self.assertEqual(match.kind, "identifier/own_accounts:rate")
        items = self.items(self.policy.transfer_account_id)
        self.assertEqual(sorted(items.mapped("balance")), [-500.0, 500.0])
        self.assertEqual(items.currency_id, self.currency)
        # 248 € are worth 496 $ by the day's rate: the bank kept 4 $.
        self.assertEqual(self.balance_of(self.policy.difference_account_id), 4.0)

    def test_into_the_company_currency(self):
        went = self.bank_row("-248", EUROS, MAIN, self.euro)
        came = self.bank_row("500", MAIN, EUROS, day=13)
        self.run_match()
        self.post_all()
        self.assertMet(went, came)
        self.assertEqual(self.balance_of(self.policy.difference_account_id), -4.0)

    def test_between_two_foreign_currencies(self):
        went = self.bank_row("-100", EUROS, POUNDS, self.euro)
        came = self.bank_row("79", POUNDS, EUROS, self.pound)
        self.run_match()
        self.post_all()
        self.assertMet(went, came)
        items = self.items(self.policy.transfer_account_id)
        self.assertEqual(sorted(items.mapped("balance")), [-200.0, 200.0])
        self.assertEqual(self.balance_of(self.policy.difference_account_id), 2.5)

    def test_undone_and_matched_again(self):
        went = self.bank_row("-500", towards=EUROS)
        came = self.bank_row("248", EUROS, MAIN, self.euro, day=13)
        self.run_match()
        self.post_all()
        match = self.assertMet(went, came)
        entries = self.env["account.move"].search_count([])
        match.action_undo("a test")
        items = self.items(self.policy.transfer_account_id)
        self.assertFalse(any(items.mapped("reconciled")))
        self.assertEqual(self.stored(went).posting_state, "posted")
        self.assert_lawful()
        matches = self.env["settlement.match"].sudo()
        matches._propose([self.stored(went), self.stored(came)], [])._confirm()
        self.post_all()
        self.assertMet(went, came)
        # The lines that wait where they are needed are used again.
        self.assertEqual(self.env["account.move"].search_count([]), entries)

    def test_undone_and_matched_with_an_invoice(self):
        went = self.bank_row("-500", towards=EUROS)
        came = self.bank_row("248", EUROS, MAIN, self.euro, day=13)
        self.run_match()
        self.post_all()
        self.assertMet(went, came).action_undo("a customer paid it")
        invoice = self.invoice(248, currency_id=self.euro.id)
        self.match(came, invoice)
        self.post_all()
        # What waits in dollars is no euros: that is said, and nothing is guessed.
        self.assertEqual(invoice.payment_state, "not_paid")
        (exception,) = self.exceptions("posting_failed", self.stored(came))
        self.assertIn("no longer waits", exception.cause)

    # -- to a provider -----------------------------------------------------------------

    def sent(self, gross="250", **values):
        fact = self.loose("topup", gross, **values)
        self.store(fact)
        return fact

    def matched_by_hand(self, *facts):
        rows = [self.stored(fact) for fact in facts]
        self.env["settlement.match"].sudo()._propose(rows, [])._confirm()

    def test_top_up_is_proposed_and_meets_once_confirmed(self):
        sent = self.sent()
        row = self.bank_row("-250", counterparty_name="Provider Payments")
        self.run_match()
        match = self.stored(row).match_line_ids.match_id
        self.assertEqual(match.mapped("state"), ["proposed"])
        match.action_confirm()
        self.assertEqual(self.stored(sent).match_state, "matched")

    def test_top_up_in_a_payout_that_is_posted_with_its_match(self):
        top_up = self.row("topup", "250")
        self.store(*self.payout(top_up, self.row(gross="50")))
        row = self.bank_row("-250", counterparty_name="Provider Payments")
        self.matched_by_hand(top_up, row)
        self.post_all()
        self.assertMet(top_up, row)

    def test_top_up_that_is_posted_before_its_match(self):
        top_up = self.row("topup", "250")
        self.store(*self.payout(top_up, self.row(gross="50")))
        row = self.bank_row("-250", counterparty_name="Provider Payments")
        self.post_all()
        self.assertEqual(self.stored(top_up).posting_state, "posted")
        self.matched_by_hand(top_up, row)
        self.post_all()
        self.assertMet(top_up, row)

    def test_top_up_undone(self):
        top_up = self.row("topup", "250")
        self.store(*self.payout(top_up, self.row(gross="50")))
        row = self.bank_row("-250", counterparty_name="Provider Payments")
        self.matched_by_hand(top_up, row)
        self.post_all()
        self.assertMet(top_up, row).action_undo("not this one")
        self.assertEqual(self.stored(top_up).match_state, "not_needed")
        self.assertEqual(self.stored(top_up).posting_state, "posted")
        self.assert_lawful()


@tagged("post_install", "-at_install")
class TestPostCounterparts(MoneyCase):
    """What the stages of payers and sums find reaches the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner.bank"].create(
            {"partner_id": cls.customer.id, "acc_number": "NL91ABNA0417164300"}
        )

    def from_customer(self, gross, **values):
        return self.bank_row(gross, towards="NL91ABNA0417164300", **values)

    def confirm(self, *facts):
        """Confirm what was proposed for these rows, and post it."""
        self.run_match()
        rows = self.env["settlement.transaction"]
        for fact in facts:
            rows |= self.stored(fact)
        match = rows.match_line_ids.match_id
        self.assertEqual(match.mapped("state"), ["proposed"])
        match.action_confirm()
        self.post_all()
        self.assertEqual(match.state, "posted")
        self.assertEqual(set(rows.mapped("posting_state")), {"reconciled"})
        self.assert_lawful()
        return match

    def test_one_payment_of_one_invoice(self):
        invoice = self.invoice(120.5)
        self.confirm(self.from_customer("120.50"))
        self.assertEqual(invoice.payment_state, "paid")

    def test_one_payment_of_several_invoices_and_a_credit_note(self):
        invoices = self.invoice(100.12) | self.invoice(70.19)
        note = self.invoice(20.01, "out_refund")
        self.confirm(self.from_customer("150.30"))
        self.assertEqual(set(invoices.mapped("amount_residual")), {0.0})
        self.assertEqual(note.amount_residual, 0.0)

    def test_several_payments_of_several_bills(self):
        bills = self.invoice(70.12, "in_invoice") | self.invoice(30.0, "in_invoice")
        self.confirm(self.from_customer("-40.01"), self.from_customer("-60.11"))
        self.assertEqual(set(bills.mapped("payment_state")), {"paid"})

    def test_undo_opens_all_of_it(self):
        invoices = self.invoice(100.12) | self.invoice(70.19)
        match = self.confirm(self.from_customer("170.31"))
        match.action_undo("not these")
        self.assertEqual(invoices.mapped("amount_residual"), [100.12, 70.19])
        self.assert_lawful()

    def test_what_was_announced_is_the_partner_s_money_to_allocate(self):
        expected = self.env["settlement.expected.payment"].create(
            {
                "name": "Deposit",
                "company_id": self.company.id,
                "currency_id": self.currency.id,
                "amount": 77.7,
                "due_on": "2026-01-12",
                "partner_id": self.customer.id,
            }
        )
        fact = self.from_customer("77.70")
        self.post_all()
        match = self.confirm(fact)
        self.assertEqual(expected.state, "received")
        line = self.items(self.policy.unallocated_account_id)
        self.assertEqual(line.mapped("balance"), [-77.7])
        self.assertEqual(line.partner_id, self.customer)
        match.action_undo("another one")
        self.assertEqual(expected.state, "open")
        self.assertEqual(self.stored(fact).posting_state, "posted")
        self.assert_lawful()
