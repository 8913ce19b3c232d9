from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .common import MatchCase

IBAN = "DE89370400440532013000"
OTHER_IBAN = "FR1420041010050500013M02606"


class CounterpartyCase(MatchCase):
    """Partners with accounts, and bank rows that say who paid and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "ada@example.com"
        cls.account_of(cls.customer, IBAN)
        cls.other = cls.env["res.partner"].create({"name": "Spedition Weser KG"})
        cls.account_of(cls.other, OTHER_IBAN)

    @classmethod
    def account_of(cls, partner, number):
        return cls.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": number}
        )

    def bank_row(self, external_id, gross, **values):
        values = {"booked_on": date(2026, 1, 12), **values}
        (row,) = self.store(
            self.bank_fact(external_id, gross, **values), backend=self.bank
        )
        return row

    def prove(self, *kinds):
        """Let matches of these kinds count as proved; of none: of all kinds."""

        def is_proved(_matcher, _company, kind, rule_id=0):
            return not kinds or kind in kinds

        patcher = patch.object(type(self.matcher), "_is_proved", is_proved)
        self.startPatcher(patcher)

    def assertProposed(self, source, *targets, kind=None):
        """Assert one proposal that claims nothing, between exactly these items."""
        match = self.match_of(source)
        self.assertEqual(match.mapped("state"), ["proposed"], self.reasons(source))
        self.assertEqual(source.match_state, "proposed")
        self.assertEqual(match.line_ids.transaction_id, source)
        lines = self.env["account.move.line"].union(*targets)
        self.assertEqual(match.line_ids.move_line_id, lines)
        self.assertFalse(match.is_automatic)
        self.assertFalse(match.decided_by_id)
        for line in lines:
            self.assertEqual(self.claim_of(line), (0, 0))
        if kind:
            self.assertEqual(match.kind, kind)
        return match


@tagged("post_install", "-at_install")
class TestCounterparty(CounterpartyCase):
    # -- who paid --------------------------------------------------------------

    def test_nothing_is_proved_where_nobody_measures(self):
        self.assertFalse(self.matcher._is_proved(self.company, "amount_date/iban"))

    def test_account_and_amount_are_proposed(self):
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        match = self.assertProposed(row, line, kind="amount_date/iban")
        self.assertEqual((match.method, match.stage), ("amount_date", 5))
        self.assertEqual(match.unique_proof["targets"], 1)
        self.assertIn(IBAN, match.sentence)
        weights = [piece["weight"] for piece in match.evidence["contributions"]]
        self.assertEqual(match.score, sum(weights))

    def test_a_proposal_leaves_an_exception_that_names_it(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        (exception,) = self.open_exceptions(row)
        self.assertEqual(exception.reason, "unmatched")
        self.assertIn("Proposed: it pays", exception.cause)
        self.match_of(row).action_confirm()
        self.assertFalse(self.open_exceptions(row))
        self.assertEqual(row.match_state, "matched")

    def test_a_proved_kind_is_confirmed(self):
        self.prove("amount_date/iban")
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        match = self.assertMatched(row, line, 12050)
        self.assertEqual(match.kind, "amount_date/iban")
        self.assertFalse(match.alternatives)
        self.assertFalse(self.reasons(row))

    def test_only_the_proved_kind_is_confirmed(self):
        self.prove("amount_date/iban")
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_email="ADA@example.com")
        self.run_match()
        self.assertProposed(row, line, kind="amount_date/email")

    def test_email_of_a_charge(self):
        line = self.open_line(self.new_invoice(33.0))
        (row,) = self.store(
            self.fact("txn_1", "33.00", counterparty_email="ada@example.com")
        )
        self.run_match()
        self.assertProposed(row, line, kind="amount_date/email")

    def test_name_in_another_spelling(self):
        line = self.open_line(self.new_invoice(80.0, partner_id=self.other.id))
        row = self.bank_row("b1", "80.00", counterparty_name="WESER SPEDITION")
        self.run_match()
        self.assertProposed(row, line, kind="amount_date/name")

    def test_similar_name(self):
        line = self.open_line(self.new_invoice(80.0, partner_id=self.other.id))
        row = self.bank_row("b1", "80.00", counterparty_name="Spediton Weser")
        self.run_match()
        match = self.assertProposed(row, line, kind="amount_date/like_name")
        self.assertIn("Spediton Weser ~ Spedition Weser KG", match.sentence)

    def test_name_of_the_contact_and_of_the_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Grete Hermann", "parent_id": self.other.id}
        )
        first = self.open_line(self.new_invoice(80.0, partner_id=contact.id))
        second = self.open_line(self.new_invoice(81.0, partner_id=contact.id))
        row = self.bank_row("b1", "80.00", counterparty_name="Hermann, Grete")
        other = self.bank_row("b2", "81.00", counterparty_name="Spedition Weser")
        self.run_match()
        self.assertProposed(row, first)
        self.assertProposed(other, second)

    def test_account_of_a_contact_pays_for_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buying", "parent_id": self.other.id, "type": "other"}
        )
        self.account_of(contact, "NL91ABNA0417164300")
        line = self.open_line(self.new_invoice(80.0, partner_id=self.other.id))
        row = self.bank_row("b1", "80.00", counterparty_account="NL91ABNA0417164300")
        self.run_match()
        self.assertProposed(row, line)

    def test_mandate_by_which_the_partner_paid_before(self):
        earlier = self.new_invoice(60.0)
        first = self.bank_row(
            "b1", "60.00", invoice_reference=earlier.name, mandate_reference="M-77"
        )
        self.run_match()
        self.assertMatched(first, self.open_line(earlier), 6000)
        line = self.open_line(self.new_invoice(61.0))
        row = self.bank_row("b2", "61.00", mandate_reference="m 77")
        self.run_match()
        self.assertProposed(row, line, kind="amount_date/mandate")

    def test_a_stranger_is_not_guessed(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_name="Order of Odd Fellows")
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_partner_of_another_company(self):
        company = self.setup_other_company()["company"]
        self.env["res.partner.bank"].search(
            [("acc_number", "=", IBAN)]
        ).company_id = company
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        self.assertEqual(row.match_state, "open")

    # -- what is paid ------------------------------------------------------------

    def test_supplier_payment_finds_the_bill(self):
        line = self.open_line(
            self.new_invoice(55.0, "in_invoice", partner_id=self.other.id, ref="R1")
        )
        self.new_invoice(55.0, partner_id=self.other.id)
        row = self.bank_row("b1", "-55.00", counterparty_account=OTHER_IBAN)
        self.run_match()
        match = self.assertProposed(row, line)
        amounts = match.line_ids.mapped("amount_minor")
        self.assertEqual(amounts, [-5500, -5500])

    def test_refund_of_a_vendor(self):
        line = self.open_line(
            self.new_invoice(55.0, "in_refund", partner_id=self.other.id)
        )
        row = self.bank_row("b1", "55.00", counterparty_account=OTHER_IBAN)
        self.run_match()
        self.assertProposed(row, line)

    def test_refund_to_a_customer(self):
        line = self.open_line(self.new_invoice(55.0, "out_refund"))
        row = self.bank_row("b1", "-55.00", counterparty_account=IBAN)
        self.run_match()
        self.assertProposed(row, line)

    def test_payment_that_was_entered_by_hand(self):
        invoice = self.new_invoice(55.0)
        payment = self._register_payment(invoice, payment_date=date(2026, 1, 11))
        outstanding = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )
        row = self.bank_row("b1", "55.00", counterparty_account=IBAN)
        self.run_match()
        self.assertProposed(row, outstanding)

    def test_payment_of_a_provider_is_left_to_its_id(self):
        self.online_payment(55.0, "pi_1", self.new_invoice(55.0))
        row = self.bank_row("b1", "55.00", counterparty_account=IBAN)
        self.run_match()
        self.assertEqual(row.match_state, "open")

    def test_all_instalments_at_once(self):
        invoice = self.new_invoice(100.0, invoice_payment_term_id=self.pay_terms_b.id)
        row = self.bank_row("b1", "100.00", counterparty_account=IBAN)
        self.run_match()
        self.assertProposed(row, *self.open_line(invoice))

    def test_one_instalment(self):
        invoice = self.new_invoice(100.0, invoice_payment_term_id=self.pay_terms_b.id)
        first, second = self.open_line(invoice).sorted("date_maturity")
        row = self.bank_row("b1", "70.00", counterparty_account=IBAN)
        self.run_match()
        self.assertProposed(row, second)
        self.assertFalse(self.match_of(first))

    def test_what_is_left_of_an_invoice(self):
        self.prove()
        invoice = self.new_invoice(100.0)
        self.bank_row("b1", "40.00", invoice_reference=invoice.name)
        self.run_match()
        row = self.bank_row("b2", "60.00", counterparty_account=IBAN)
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 6000)
        self.assertEqual(self.claim_of(self.open_line(invoice)), (10000, 10000))

    def test_one_cent_less_is_no_candidate(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.49", counterparty_account=IBAN)
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_long_after_it_was_due(self):
        self.new_invoice(120.5, invoice_date_due=date(2026, 2, 5))
        row = self.bank_row(
            "b1", "120.50", counterparty_account=IBAN, booked_on=date(2026, 9, 30)
        )
        self.run_match()
        self.assertOpen(row, "unmatched")

    # -- uniqueness ----------------------------------------------------------------

    def test_two_documents_of_the_same_amount(self):
        self.prove()
        first, second = self.new_invoice(120.5), self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        self.assertOpen(row, "ambiguous")
        cause = self.open_exceptions(row).cause
        self.assertIn(first.name, cause)
        self.assertIn(second.name, cause)

    def test_two_payments_of_the_same_amount(self):
        self.prove()
        self.new_invoice(120.5)
        rows = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        rows |= self.bank_row("b2", "120.50", counterparty_email="ada@example.com")
        self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")
        self.assertIn("b2", self.open_exceptions(rows[0]).cause)

    def test_same_amount_of_two_partners(self):
        self.prove()
        mine = self.open_line(self.new_invoice(120.5))
        theirs = self.open_line(self.new_invoice(120.5, partner_id=self.other.id))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        other = self.bank_row("b2", "120.50", counterparty_account=OTHER_IBAN)
        self.run_match()
        self.assertMatched(row, mine)
        self.assertMatched(other, theirs)

    def test_a_mere_name_stands_back_behind_an_account(self):
        self.prove()
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        other = self.bank_row("b2", "120.50", counterparty_name="Ada Ltd")
        self.run_match()
        match = self.assertProposed(row, line)
        (lost,) = match.alternatives
        self.assertIn("b2", lost["name"])
        self.assertIn("b2", match.alternatives_text)
        self.assertEqual(other.match_state, "open")

    def test_account_and_name_of_different_partners(self):
        self.prove()
        line = self.open_line(self.new_invoice(80.0, partner_id=self.other.id))
        row = self.bank_row(
            "b1",
            "80.00",
            counterparty_account=IBAN,
            counterparty_name="Spedition Weser",
        )
        self.run_match()
        self.assertProposed(row, line)
        self.assertEqual(self.reasons(row), ["partner_conflict"])
        self.assertIn("Spedition Weser KG", self.open_exceptions(row).cause)

    def test_a_payment_that_names_something_else_is_only_proposed(self):
        self.prove()
        line = self.open_line(self.new_invoice(80.0))
        row = self.bank_row(
            "b1", "80.00", counterparty_account=IBAN, invoice_reference="INV/2062/7"
        )
        self.run_match()
        match = self.assertProposed(row, line)
        self.assertIn(-15, [each["weight"] for each in match.evidence["contributions"]])
        self.assertEqual(self.reasons(row), ["unmatched"])

    def test_an_account_that_several_partners_use(self):
        self.prove()
        self.account_of(self.other, IBAN)
        first = self.new_invoice(80.0)
        second = self.new_invoice(80.0, partner_id=self.other.id)
        row = self.bank_row("b1", "80.00", counterparty_account=IBAN)
        self.run_match()
        self.assertOpen(row, "ambiguous")
        cause = self.open_exceptions(row).cause
        self.assertIn(first.name, cause)
        self.assertIn(second.name, cause)

    def test_too_many_alike_are_counted_and_not_compared(self):
        with patch(
            "odoo.addons.settlement_match.models.stage_counterparty.MOST_PAIRS", 3
        ):
            for _number in range(2):
                self.new_invoice(9.0)
            rows = self.bank_row("b1", "9.00", counterparty_account=IBAN)
            rows |= self.bank_row("b2", "9.00", counterparty_account=IBAN)
            self.run_match()
        for row in rows:
            self.assertOpen(row, "ambiguous")
            self.assertIn("2 open payments", self.open_exceptions(row).cause)

    def test_crowded_names_are_never_automatic(self):
        self.prove()
        with patch("odoo.addons.settlement_match.models.payers.MOST_PAIRS", 0):
            line = self.open_line(self.new_invoice(9.0))
            row = self.bank_row(
                "b1", "9.00", counterparty_account=IBAN, counterparty_name="Ada Ltd"
            )
            self.run_match()
        self.assertEqual(row.match_state, "proposed", line)

    # -- again and again -----------------------------------------------------------

    def test_the_same_proposal_is_kept(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        match = self.match_of(row)
        self.run_match()
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        self.assertEqual(len(row.match_line_ids), 1)

    def test_many_runs_of_a_transaction_use_the_same_tables(self):
        self.new_invoice(120.5)
        self.bank_row("b1", "120.50", counterparty_account=IBAN)
        known = []
        for _run in range(2):
            self.run_match()
            self.env.cr.execute(
                "SELECT to_regclass('settlement_open_source')::oid, "
                "to_regclass('settlement_open_unit')::oid"
            )
            known.append(self.env.cr.fetchone())
        self.assertEqual(known[0], known[1])
        self.assertTrue(all(known[0]))

    def test_a_second_document_withdraws_the_proposal(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        match = self.match_of(row)
        self.new_invoice(120.5)
        self.run_match()
        self.assertEqual(match.state, "undone")
        self.assertFalse(match.is_refused)
        self.assertOpen(row, "ambiguous")

    def test_better_evidence_wins_over_a_proposal(self):
        first = self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        guess = self.match_of(row)
        named = self.bank_row("b2", "120.50", invoice_reference=first.name)
        self.run_match()
        self.assertMatched(named, self.open_line(first))
        self.assertEqual(guess.state, "undone")
        self.assertOpen(row, "unmatched")

    def test_a_late_document_with_the_reference_wins_over_a_proposal(self):
        guessed = self.new_invoice(120.5)
        row = self.bank_row(
            "b1", "120.50", counterparty_account=IBAN, invoice_reference="PO-2026-9"
        )
        self.run_match()
        self.assertProposed(row, self.open_line(guessed))
        named = self.new_invoice(120.5, ref="PO-2026-9")
        self.run_match()
        self.assertMatched(row, self.open_line(named))

    def test_once_it_is_proved_a_proposal_becomes_a_match(self):
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        guess = self.match_of(row)
        self.prove()
        self.run_match()
        self.assertMatched(row, line)
        self.assertEqual(guess.state, "undone")

    def test_a_refused_proposal_is_not_repeated(self):
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.run_match()
        accountant = self.new_user("group_accountant")
        match = self.match_of(row).with_user(accountant).sudo(False)
        match.action_undo("Ada says no")
        self.run_match()
        self.assertOpen(row, "unmatched")
        self.assertIn("Ada says no", self.open_exceptions(row).cause)

    def test_a_proposal_of_a_person_is_left_alone(self):
        line = self.open_line(self.new_invoice(120.5))
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        mine = self.matches._propose([row], [line])
        self.run_match()
        self.assertEqual(self.match_of(row), mine)

    def test_one_transaction_alone_sees_its_rivals(self):
        self.prove()
        self.new_invoice(120.5)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        rival = self.bank_row("b2", "120.50", counterparty_account=IBAN)
        self.matcher._match_transactions(row)
        self.assertOpen(row, "ambiguous")
        self.assertFalse(self.reasons(rival))

    def test_one_transaction_alone_leaves_other_proposals(self):
        self.new_invoice(120.5)
        self.new_invoice(80.0, partner_id=self.other.id)
        row = self.bank_row("b1", "120.50", counterparty_account=IBAN)
        other = self.bank_row("b2", "80.00", counterparty_account=OTHER_IBAN)
        self.run_match()
        proposals = self.match_of(row) | self.match_of(other)
        self.matcher._match_transactions(row)
        self.assertEqual(proposals.mapped("state"), ["proposed", "proposed"])

    def test_the_order_of_arrival_decides_nothing(self):
        self.prove()
        results = set()
        for order in ((0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)):
            with self.env.cr.savepoint() as savepoint:
                steps = (
                    lambda: self.new_invoice(120.5),
                    lambda: self.bank_row("b1", "120.50", counterparty_account=IBAN),
                    lambda: self.new_invoice(120.5),
                    lambda: self.bank_row("b2", "120.50", counterparty_account=IBAN),
                )
                for number in order:
                    steps[number]()
                self.run_match()
                rows = self.current_row("b1", "b2", backend=self.bank)
                results.add(tuple(rows.mapped("match_state")))
                self.env.invalidate_all()
                savepoint.rollback()
        self.assertEqual(results, {("open", "open")})

    def test_nothing_breaks_a_law(self):
        self.prove("amount_date/iban")
        self.new_invoice(120.5)
        self.new_invoice(80.0, partner_id=self.other.id)
        self.bank_row("b1", "120.50", counterparty_account=IBAN)
        self.bank_row("b2", "80.00", counterparty_name="Spedition Weser")
        self.run_match()
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])


@tagged("post_install", "-at_install")
class TestCounterpartyCurrency(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yen = cls.setup_other_currency(
            "JPY", rounding=1, rates=[("2020-01-01", 150)]
        )
        cls.dinar = cls.setup_other_currency(
            "KWD", rounding=0.001, rates=[("2020-01-01", 0.3)]
        )
        for currency in cls.yen | cls.dinar:
            cls.new_wallet(cls.bank, f"ACC{currency.name}", currency)

    def row_in(self, currency, gross):
        return self.bank_row(
            f"b{currency.name}",
            gross,
            currency=currency.name,
            account_identifier=f"ACC{currency.name}",
            counterparty_account=IBAN,
        )

    def test_currency_without_decimals(self):
        self.prove()
        line = self.open_line(self.new_invoice(12345, currency_id=self.yen.id))
        row = self.row_in(self.yen, "12345")
        self.run_match()
        self.assertMatched(row, line, 12345)

    def test_currency_with_three_decimals(self):
        self.prove()
        line = self.open_line(self.new_invoice(10.125, currency_id=self.dinar.id))
        row = self.row_in(self.dinar, "10.125")
        self.run_match()
        self.assertMatched(row, line, 10125)

    def test_equal_minor_units_of_different_currencies_are_not_equal(self):
        self.new_invoice(10.125, currency_id=self.dinar.id)
        self.new_invoice(101.25)
        row = self.row_in(self.yen, "10125")
        self.run_match()
        self.assertOpen(row, "unmatched")
