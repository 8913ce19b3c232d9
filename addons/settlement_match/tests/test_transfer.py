from datetime import date, timedelta

from odoo.tests import tagged

from .test_counterparty import CounterpartyCase

MAIN = "DE02120300000000202051"
SAVINGS = "DE91100000000123456789"
DOLLARS = "GB33BUKB20201555555555"
DAY = date(2026, 1, 12)


@tagged("post_install", "-at_install")
class TestTransfer(CounterpartyCase):
    """The main account, a savings account and an account in another currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pound = cls.setup_other_currency("GBP", rates=[("2020-01-01", 0.8)])
        cls.yen = cls.setup_other_currency(
            "JPY", rounding=1, rates=[("2020-01-01", 150)]
        )
        cls.dinar = cls.setup_other_currency(
            "KWD", rounding=0.001, rates=[("2020-01-01", 0.3)]
        )
        cls.new_wallet(cls.bank, SAVINGS)
        cls.accounts = {}
        for currency in cls.pound | cls.yen | cls.dinar:
            cls.accounts[currency] = f"OWN{currency.name}0001"
            cls.new_wallet(cls.bank, cls.accounts[currency], currency)

    def end(self, external_id, gross, account=MAIN, towards="", days=0, **values):
        return self.bank_row(
            external_id,
            gross,
            account_identifier=account,
            counterparty_account=towards,
            booked_on=DAY + timedelta(days=days),
            **values,
        )

    def end_in(self, currency, external_id, gross, towards=MAIN, **values):
        return self.end(
            external_id,
            gross,
            self.accounts[currency],
            towards,
            currency=currency.name,
            **values,
        )

    def assertTransferred(self, went, came, state="confirmed"):
        match = self.match_of(went | came)
        self.assertEqual(match.mapped("state"), [state], self.reasons(went | came))
        self.assertEqual(match.line_ids.mapped("side"), ["source", "source"])
        self.assertEqual(match.line_ids.transaction_id, went | came)
        wanted = "matched" if state == "confirmed" else "proposed"
        self.assertEqual((went | came).mapped("match_state"), [wanted, wanted])
        return match

    # -- one currency --------------------------------------------------------------

    def test_both_rows_name_each_other(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        came = self.end("b2", "500.00", SAVINGS, MAIN, days=1)
        self.run_match()
        match = self.assertTransferred(went, came)
        self.assertEqual(match.kind, "identifier/own_accounts")
        self.assertEqual((match.method, match.amount_minor), ("identifier", 0))
        self.assertTrue(match.is_automatic)
        self.assertFalse(self.reasons(went | came))
        self.assertIn("settle one another", match.sentence)
        self.assertIn(SAVINGS, match.sentence)

    def test_accounts_are_written_in_groups_or_not(self):
        went = self.end("b1", "-500.00", towards="DE91 1000 0000 0123 4567 89")
        came = self.end("b2", "500.00", SAVINGS, MAIN.lower())
        self.run_match()
        self.assertTransferred(went, came)

    def test_the_same_number_on_both_rows(self):
        went = self.end("b1", "-500.00", end_to_end_reference="TREASURY-77")
        came = self.end("b2", "500.00", SAVINGS, end_to_end_reference="treasury 77")
        self.run_match()
        match = self.assertTransferred(went, came)
        self.assertEqual(match.kind, "identifier/own_reference")

    def test_short_and_empty_numbers_say_nothing(self):
        rows = self.end("b1", "-500.00", end_to_end_reference="77")
        rows |= self.end("b2", "500.00", SAVINGS, end_to_end_reference="77")
        rows |= self.end("b3", "-700.00", end_to_end_reference="NOTPROVIDED")
        rows |= self.end("b4", "700.00", SAVINGS, end_to_end_reference="NOTPROVIDED")
        self.run_match()
        for row in rows:
            self.assertOpen(row, "missing_reference")

    def test_one_row_names_the_other_account(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        came = self.end("b2", "500.00", SAVINGS)
        self.run_match()
        match = self.assertTransferred(went, came, "proposed")
        self.assertEqual(match.kind, "amount_date/own_account")
        cause = self.open_exceptions(came).cause
        self.assertIn("one transfer between our own accounts", cause)
        match.action_confirm()
        self.assertTransferred(went, came)
        self.assertFalse(self.reasons(went | came))

    def test_one_sided_is_confirmed_once_proved(self):
        self.prove("amount_date/own_account")
        went = self.end("b1", "-500.00", towards=SAVINGS)
        came = self.end("b2", "500.00", SAVINGS)
        self.run_match()
        self.assertTransferred(went, came)

    def test_other_amount_is_no_transfer(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        # A little less might be what a bank kept; more is other money.
        came = self.end("b2", "500.01", SAVINGS, MAIN)
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_too_long_after(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        self.end("b2", "500.00", SAVINGS, MAIN, days=8)
        self.run_match()
        self.assertOpen(went, "missing_reference")

    def test_the_other_end_comes_later(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        self.run_match()
        self.assertOpen(went, "missing_reference")
        cause = self.open_exceptions(went).cause
        self.assertIn(f"our own account {SAVINGS}", cause)
        came = self.end("b2", "500.00", SAVINGS, MAIN, days=2)
        self.run_match()
        self.assertTransferred(went, came)
        self.assertFalse(self.reasons(went))

    def test_two_equal_transfers_are_ambiguous(self):
        rows = self.end("b1", "-500.00", towards=SAVINGS)
        rows |= self.end("b2", "-500.00", towards=SAVINGS)
        rows |= self.end("b3", "500.00", SAVINGS, MAIN)
        rows |= self.end("b4", "500.00", SAVINGS, MAIN)
        self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")
        self.assertIn("b4", self.open_exceptions(rows[0]).cause)

    def test_numbers_tell_equal_transfers_apart(self):
        first = self.end("b1", "-500.00", end_to_end_reference="TRANSFER1")
        second = self.end("b2", "-500.00", end_to_end_reference="TRANSFER2")
        came = self.end("b3", "500.00", SAVINGS, end_to_end_reference="TRANSFER2")
        other = self.end("b4", "500.00", SAVINGS, end_to_end_reference="TRANSFER1")
        self.run_match()
        self.assertTransferred(first, other)
        self.assertTransferred(second, came)

    def test_account_of_another_company(self):
        company = self.setup_other_company()["company"]
        backend = self.new_backend("Other bank", company)
        self.new_wallet(backend, "FR7630006000011234567890189")
        row = self.end("b1", "-500.00", towards="FR7630006000011234567890189")
        self.store(
            self.bank_fact("x1", "500.00", counterparty_account=MAIN), backend=backend
        )
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_a_payment_with_a_number_pays_its_invoice_first(self):
        invoice = self.new_invoice(500.0)
        self.end("b1", "-500.00", towards=SAVINGS)
        came = self.end("b2", "500.00", SAVINGS, MAIN, invoice_reference=invoice.name)
        self.run_match()
        self.assertMatched(came, self.open_line(invoice))

    # -- two currencies ------------------------------------------------------------

    def test_at_the_rate_of_the_day(self):
        went = self.end("b1", "-500.00", towards=self.accounts[self.pound])
        came = self.end_in(self.pound, "b2", "398.00")
        self.run_match()
        match = self.assertTransferred(went, came)
        self.assertEqual(match.kind, "identifier/own_accounts:rate")
        self.assertEqual(match.amount_minor, -50000)
        self.assertEqual(match.currency_id, self.currency)
        self.assertIn("0.5 %", match.evidence_text)
        amounts = {line.currency_id: line.amount_minor for line in match.line_ids}
        self.assertEqual(amounts, {self.currency: -50000, self.pound: 39800})
        self.assertEqual(self.claim_of(came), (39800, 39800))

    def test_currencies_of_other_decimals(self):
        went = self.end_in(self.dinar, "b1", "-30.005", self.accounts[self.yen])
        came = self.end_in(self.yen, "b2", "15003", self.accounts[self.dinar])
        self.run_match()
        match = self.assertTransferred(went, came)
        amounts = {line.currency_id: line.amount_minor for line in match.line_ids}
        self.assertEqual(amounts, {self.dinar: -30005, self.yen: 15003})

    def test_too_far_from_the_rate(self):
        went = self.end("b1", "-500.00", towards=self.accounts[self.pound])
        came = self.end_in(self.pound, "b2", "387.00")
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_in_two_currencies_both_rows_have_to_say_it(self):
        went = self.end("b1", "-500.00", towards=self.accounts[self.pound])
        came = self.end_in(self.pound, "b2", "400.00", towards="")
        self.run_match()
        self.assertOpen(went, "missing_reference")
        self.assertOpen(came, "missing_reference")

    def test_two_near_the_rate_are_ambiguous(self):
        rows = self.end("b1", "-500.00", towards=self.accounts[self.pound])
        rows |= self.end_in(self.pound, "b2", "400.00")
        rows |= self.end_in(self.pound, "b3", "399.00")
        self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")

    def test_without_a_rate_nothing_is_decided(self):
        franc = self.setup_other_currency("CHF", rates=[("2026-06-01", 0.9)])
        self.accounts[franc] = "OWNCHF0001"
        self.new_wallet(self.bank, "OWNCHF0001", franc)
        went = self.end("b1", "-500.00", towards="OWNCHF0001")
        self.end_in(franc, "b2", "450.00")
        self.run_match()
        self.assertOpen(went, "missing_reference")

    # -- to a provider -------------------------------------------------------------

    def topup(self, gross, **values):
        (row,) = self.store(
            self.fact("txn_top", gross, kind="topup", booked_on=DAY, **values)
        )
        return row

    def test_money_sent_to_a_provider(self):
        sent = self.topup("250.00")
        self.assertEqual(sent.match_state, "not_needed")
        row = self.end("b1", "-250.00", counterparty_name="Provider Payments Ltd")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "proposed")
        self.assertEqual(match.line_ids.transaction_id, row | sent)
        # What needs no target does not wait for one.
        self.assertEqual((row | sent).mapped("match_state"), ["proposed", "not_needed"])
        self.assertEqual(match.kind, "amount_date/provider_name")
        self.assertEqual(self.reasons(row), ["missing_reference"])
        self.assertFalse(self.reasons(sent))
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        match._undo("no")
        self.assertEqual(sent.match_state, "not_needed")

    def test_money_sent_to_a_provider_once_that_is_proved(self):
        self.prove("amount_date/provider_name")
        sent = self.topup("250.00")
        row = self.end("b1", "-250.00", description="PAYMENT TO PROVIDER")
        self.run_match()
        self.assertTransferred(row, sent)

    def test_money_sent_to_somebody_else(self):
        sent = self.topup("250.00")
        row = self.end("b1", "-250.00", counterparty_name="Someone Ltd")
        self.run_match()
        self.assertOpen(row, "missing_reference")
        self.assertEqual(sent.match_state, "not_needed")

    # -- again ---------------------------------------------------------------------

    def test_the_order_of_arrival_decides_nothing(self):
        results = set()
        for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
            with self.env.cr.savepoint() as savepoint:
                steps = (
                    lambda: self.end("b1", "-500.00", towards=SAVINGS),
                    lambda: self.end("b2", "500.00", SAVINGS),
                    lambda: self.end("b3", "500.00", SAVINGS, MAIN),
                )
                for number in order:
                    steps[number]()
                    self.run_match()
                rows = self.current_row("b1", "b2", "b3", backend=self.bank)
                states = tuple(rows.mapped("match_state"))
                results.add(states)
                self.env.invalidate_all()
                savepoint.rollback()
        # What is proved by both ends is taken, whatever was proposed before.
        self.assertIn(("matched", "open", "matched"), results)
        self.assertEqual(len(results), 1)

    def test_undo_opens_both_ends(self):
        went = self.end("b1", "-500.00", towards=SAVINGS)
        came = self.end("b2", "500.00", SAVINGS, MAIN)
        self.run_match()
        self.match_of(went)._undo("no transfer", is_refused=True)
        self.assertEqual((went | came).mapped("match_state"), ["open", "open"])
        self.run_match()
        self.assertFalse(self.match_of(went | came))

    def test_nothing_breaks_a_law(self):
        self.end("b1", "-500.00", towards=SAVINGS)
        self.end("b2", "500.00", SAVINGS, MAIN)
        self.end("b3", "-100.00", towards=self.accounts[self.pound])
        self.end_in(self.pound, "b4", "80.00")
        self.topup("250.00")
        self.end("b5", "-250.00", counterparty_name="Provider Payments Ltd")
        self.run_match()
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])
