from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models import ruled_rows
from .rule_case import RuleCase

IBAN = "DE89370400440532013000"


class StageMemoryCase(RuleCase):
    """Approved rules that say who pays, or that no document is needed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holding = cls.env["res.partner"].create({"name": "Holding"})
        cls.fees = cls.company_data["default_account_expense"]

    def payer(self, partner=None, pays_for=(), account=IBAN, **values):
        """Return an approved version that says whose payments these are."""
        return self.approved(
            "Payer",
            purpose="payer",
            partner_ids=(partner or self.customer).ids,
            pays_for_partner_ids=[each.id for each in pays_for],
            counterparty_account=account,
            difference_kind=False,
            **values,
        )

    def no_document(self, text="MONTHLY FEE", **values):
        """Return an approved version that needs no document."""
        return self.approved(
            "Fees",
            purpose="account",
            text_pattern=text,
            account_id=self.fees.id,
            difference_kind=False,
            **values,
        )

    def row(self, amount="100.00", name="b_1", **values):
        """Return a row of the bank account from an account that nobody knows."""
        values.setdefault("counterparty_account", IBAN)
        return self.store(self.bank_fact(name, amount, **values), backend=self.bank)

    def fee(self, amount="-5.00", name="f_1", text="MONTHLY FEE 01", **values):
        return self.store(
            self.bank_fact(name, amount, description=text, **values), backend=self.bank
        )

    def prove(self, version, kind="memory/payer", count=5, **values):
        """Let matches by a rule have been right often enough."""
        self.company.settlement_precision_limit = 50
        self.matches.create(
            [
                {
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "method": "memory",
                    "kind": kind,
                    "rule_version_id": version.id,
                    "evidence": {"contributions": []},
                    "amount_minor": 0,
                    "state": "confirmed",
                    "decided_at": fields.Datetime.now(),
                    **values,
                }
                for _number in range(count)
            ]
        )

    def owed(self, amount=100.0, partner=None):
        return self.new_invoice(amount, partner_id=(partner or self.customer).id)

    def assertProposed(self, row, *invoices, **values):
        """Assert one proposal by a rule, between exactly these."""
        match = self.match_of(row)
        self.assertEqual(len(match), 1, self.reasons(row))
        targets = self.env["account.move.line"]
        for invoice in invoices:
            targets |= self.open_line(invoice)
        self.assertEqual(match.line_ids.move_line_id, targets)
        expected = {"state": "proposed", "method": "memory", "stage": 7, **values}
        self.assertRecordValues(match, [expected])
        self.assertEqual(row.match_state, "proposed")
        return match

    def assertNotFound(self, row):
        """Assert that no rule had anything to say about a payment."""
        self.assertFalse(self.match_of(row).filtered(lambda each: each.stage == 7))


@tagged("post_install", "-at_install")
class TestRuledPayers(StageMemoryCase):
    def test_the_payer_is_known_by_a_rule(self):
        version = self.payer()
        invoice, row = self.owed(), self.row()
        self.owed(77.01)
        counters = self.run_match()["memory"]
        match = self.assertProposed(row, invoice, kind="memory/payer")
        self.assertEqual(match.rule_version_id, version)
        self.assertEqual((counters["candidates"], counters["proposed"]), (1, 1))
        self.assertIn("the rule Payer (v1)", match.sentence)
        self.assertIn("ending in 3000", match.sentence)
        self.assertNotIn(IBAN, str(match.evidence))
        self.assertFalse(match.is_automatic)

    def test_by_itself_only_once_it_is_proved(self):
        version = self.payer(mode="automatic")
        self.owed()
        row = self.row()
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")
        self.prove(version)
        self.run_match()
        match = self.assertMatched(row, self.open_line_of(row))
        self.assertEqual(match.rule_version_id, version)
        self.assertEqual(match.unique_proof["solutions"], 1)

    def open_line_of(self, row):
        return self.match_of(row).line_ids.move_line_id

    def test_never_by_itself_in_the_other_mode(self):
        version = self.payer(mode="proposed")
        self.prove(version)
        invoice, row = self.owed(), self.row()
        self.run_match()
        self.assertProposed(row, invoice)

    def test_the_proof_of_another_rule_is_none(self):
        self.prove(self.payer(account="GB1", mode="automatic"))
        self.payer(mode="automatic")
        invoice, row = self.owed(), self.row()
        self.run_match()
        self.assertProposed(row, invoice)

    def test_several_documents_whose_sum_is_exact(self):
        version = self.payer(mode="automatic")
        self.prove(version)
        invoices = [self.owed(amount) for amount in (12345.67, 76543.21, 99999.91)]
        row = self.row("88888.88")
        self.run_match()
        match = self.match_of(row)
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(
            match.line_ids.move_line_id,
            self.open_line(invoices[0]) | self.open_line(invoices[1]),
        )

    def test_it_may_pay_for_another_partner(self):
        self.payer(self.holding, pays_for=[self.customer])
        invoice, row = self.owed(), self.row()
        self.run_match()
        self.assertProposed(row, invoice)

    def test_and_nobody_else(self):
        self.payer(self.holding)
        self.owed()
        row = self.row()
        self.run_match()
        self.assertNotFound(row)

    def test_its_own_document_or_that_of_another_is_not_certain(self):
        version = self.payer(self.holding, [self.customer], mode="automatic")
        self.prove(version)
        self.owed()
        self.owed(partner=self.holding)
        row = self.row()
        self.run_match()
        self.assertNotEqual(row.match_state, "matched")

    def test_two_payments_for_one_document_are_not_certain(self):
        self.prove(self.payer(mode="automatic"))
        self.owed()
        rows = self.row() | self.row(name="b_2")
        self.run_match()
        self.assertFalse(rows.filtered(lambda row: row.match_state == "matched"))

    def test_a_payment_of_the_partner_itself_is_a_rival(self):
        """Its own account is known in its contact, the other one by the rule."""
        self.prove(self.payer(mode="automatic"))
        self.env["res.partner.bank"].create(
            {"acc_number": "GB33BUKB20201555555555", "partner_id": self.customer.id}
        )
        self.owed()
        rows = self.row() | self.row(
            name="b_2", counterparty_account="GB33BUKB20201555555555"
        )
        self.run_match()
        self.assertFalse(rows.filtered(lambda row: row.match_state == "matched"))

    def test_a_text_against_a_known_account_is_not_certain(self):
        version = self.payer(account=False, text_pattern="ADA LTD", mode="automatic")
        self.prove(version)
        self.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": self.holding.id}
        )
        invoice = self.owed()
        row = self.row(counterparty_name="Ada Ltd")
        self.run_match()
        match = self.assertProposed(row, invoice)
        self.assertIn("Holding", match.sentence)

    def test_only_while_it_holds(self):
        version = self.payer(effective_from="2026-01-11")
        self.owed()
        row = self.row()
        self.run_match()
        self.assertNotFound(row)
        version.with_user(self.accountant).action_retire("Over.")
        self.run_match()
        self.assertNotFound(row)

    def test_a_draft_does_nothing(self):
        self.draft(
            "Payer",
            purpose="payer",
            partner_ids=self.customer.ids,
            counterparty_account=IBAN,
        )
        self.owed()
        row = self.row()
        self.run_match()
        self.assertNotFound(row)

    def test_what_it_names_goes_first(self):
        self.payer()
        self.owed()
        named = self.owed()
        row = self.row(invoice_reference=named.name)
        self.run_match()
        self.assertEqual(
            self.match_of(row).line_ids.move_line_id, self.open_line(named)
        )
        self.assertEqual(self.match_of(row).method, "reference")

    def test_a_proposal_stays_the_same_and_ends_with_its_rule(self):
        version = self.payer()
        invoice, row = self.owed(), self.row()
        self.run_match()
        match = self.assertProposed(row, invoice)
        self.run_match()
        self.assertEqual(self.match_of(row), match)
        version.with_user(self.accountant).action_retire("Wrong.")
        self.run_match()
        self.assertEqual(match.state, "undone")
        self.assertFalse(match.is_refused)

    def test_what_was_refused_is_not_proposed_again(self):
        self.payer()
        self.owed()
        row = self.row()
        self.run_match()
        match = self.match_of(row)
        match.with_user(self.accountant).action_undo("Not this one.")
        self.run_match()
        self.assertFalse(self.match_of(row))
        self.assertEqual(match.verdict, "wrong")

    def test_rules_of_another_company_do_nothing(self):
        version = self.payer()
        other = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE settlement_rule_version SET company_id = %s WHERE id = %s",
            (other.id, version.id),
        )
        self.env.invalidate_all()
        self.owed()
        row = self.row()
        self.run_match()
        self.assertNotFound(row)


@tagged("post_install", "-at_install")
class TestRuledAccounts(StageMemoryCase):
    def test_a_row_that_needs_no_document(self):
        version = self.no_document()
        row = self.fee()
        self.run_match()
        match = self.assertProposed(
            row, kind="memory/account", difference_kind="account", difference_minor=500
        )
        self.assertEqual(match.rule_version_id, version)
        self.assertEqual(match.amount_minor, -500)
        self.assertIn("No document is needed", match.proof_text)
        self.assertIn(f"is booked on {self.fees.display_name}", match.sentence)

    def test_by_itself_once_it_is_proved(self):
        version = self.no_document(mode="automatic")
        self.prove(version, "memory/account")
        row = self.fee()
        self.run_match()
        match = self.match_of(row)
        self.assertEqual((match.state, match.is_automatic), ("confirmed", True))
        self.assertEqual(row.match_state, "matched")
        self.assertEqual(self.claim_of(row), (500, 500))
        self.assertFalse(self.reasons(row))

    def test_what_is_confirmed_keeps_the_laws(self):
        version = self.no_document(mode="automatic")
        self.prove(version, "memory/account")
        payer = self.payer(mode="automatic")
        self.prove(payer)
        self.owed()
        row, paid = self.fee(), self.row()
        self.env.cr.execute(
            "UPDATE settlement_match SET state = 'undone' WHERE amount_minor = 0"
        )
        self.env.invalidate_all()
        with patch.object(
            type(self.env["settlement.precision"]), "_is_proved", return_value=True
        ):
            self.run_match()
        matches = self.match_of(row) | self.match_of(paid)
        self.assertEqual(set(matches.mapped("state")), {"confirmed"})
        findings = self.env["settlement.verification"].run()["findings"]
        wrong = [each for each in findings if each["id"] in matches.ids]
        self.assertFalse(
            [each for each in wrong if each["model"] == "settlement.match"]
        )

    def test_a_row_that_names_something_is_only_proposed(self):
        version = self.no_document(mode="automatic")
        self.prove(version, "memory/account")
        row = self.fee(invoice_reference="BILL-77")
        self.run_match()
        self.assertEqual(self.match_of(row).state, "proposed")

    def test_a_document_that_it_names_goes_first(self):
        self.no_document()
        bill = self.new_invoice(5.0, "in_invoice", ref="FEE-2026-01")
        row = self.fee(invoice_reference=bill.name)
        self.run_match()
        self.assertEqual(self.match_of(row).method, "reference")

    def test_other_texts_and_directions_are_left_alone(self):
        self.no_document(direction="out")
        rows = self.fee(text="Yearly fee") | self.fee("5.00", "f_2")
        self.run_match()
        for row in rows:
            self.assertNotFound(row)

    def test_what_does_not_fit_into_a_run_is_counted(self):
        self.no_document()
        for number in range(3):
            self.fee(name=f"f_{number}")
        with (
            patch.object(ruled_rows, "MOST_ROWS", 2),
            patch.object(ruled_rows, "CHUNK_ROWS", 1),
        ):
            counters = self.run_match()["memory"]
        self.assertEqual((counters["candidates"], counters["unread"]), (2, 1))

    def test_only_rows_that_may_fit_are_read(self):
        version = self.no_document("Straße")
        text = self.fee(text="Parken STRASSE 5")
        other = self.fee(name="f_2", text="Something else")
        run_rows = []
        original = type(self.matcher)._ruled_payment

        def remember(matcher, row):
            run_rows.append(row["id"])
            return original(matcher, row)

        with patch.object(type(self.matcher), "_ruled_payment", remember):
            self.run_match()
        self.assertEqual(run_rows, text.ids)
        self.assertEqual(self.match_of(text).rule_version_id, version)
        self.assertNotFound(other)

    def test_a_run_for_one_row_leaves_the_others(self):
        self.no_document()
        rows = self.fee() | self.fee(name="f_2")
        rows[0].with_user(self.accountant).action_match()
        self.assertTrue(self.match_of(rows[0]))
        self.assertFalse(self.match_of(rows[1]))
