from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerLines(LedgerCase):
    """From a statement line that somebody entered to a reconciled one, and back."""

    # ------------------------------------------------------------------
    # Taking in, matching, posting
    # ------------------------------------------------------------------

    def test_a_manual_line_settles_its_invoice(self):
        invoice = self.invoice(100)
        line = self.line(100, f"Thank you {invoice.name}")
        self.assertFalse(line.is_reconciled)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.states(line), ("matched", "reconciled"))
        self.assertEqual(self.row_of(line).match_line_ids.match_id.state, "posted")
        self.assert_clean()

    def test_nothing_is_posted_for_the_line_itself(self):
        before = self.env["account.bank.statement.line"].search_count([])
        line = self.line(100)
        entry = line.move_id.line_ids.mapped("balance")
        self.run_ledger()
        lines = self.env["account.bank.statement.line"].search_count([])
        self.assertEqual(lines, before + 1)
        self.assertEqual(line.move_id.line_ids.mapped("balance"), entry)
        self.assertEqual(self.row_of(line).statement_line_id, line)
        self.assertEqual(self.states(line), ("open", "posted"))
        self.assertTrue(self.exceptions(record=self.row_of(line)))
        self.assert_clean()

    def test_the_fact_says_what_the_line_says(self):
        line = self.line(
            -30.5,
            "Rent  January",
            partner_id=self.customer.id,
            account_number="DE89 3704 0044 0532 0130 00",
            transaction_type="TRANSFER",
        )
        self.run_ledger("parse")
        row = self.row_of(line)
        self.assertRecordValues(
            row,
            [
                {
                    "kind": "bank_debit",
                    "gross_amount": -30.5,
                    "net_amount": -30.5,
                    "booked_on": date(2026, 1, 12),
                    "description": "Rent  January",
                    "counterparty_name": "Customer",
                    "counterparty_account": "DE89 3704 0044 0532 0130 00",
                    "source_code": "TRANSFER",
                    "partner_id": self.customer.id,
                    "wallet_id": self.ledger.id,
                    "company_id": self.company.id,
                    "provider_state": "settled",
                }
            ],
        )
        references = row.reference_ids.mapped(lambda each: (each.type, each.text))
        self.assertIn(("iban", "DE89370400440532013000"), references)

    def test_a_bill_is_paid_by_its_line(self):
        bill = self.invoice(80, "in_invoice", ref="B-2026-77")
        line = self.line(-80, "Transfer B-2026-77")
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(bill.payment_state, "paid")
        self.assert_clean()

    def test_a_payment_entered_in_odoo_is_found_by_its_line(self):
        invoice = self.invoice(60)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = register.create(
            {"payment_date": date(2026, 1, 5), "journal_id": self.journal.id}
        )._create_payments()
        line = self.line(60, f"{invoice.name}")
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(payment.is_matched)
        self.assert_clean()

    def test_a_part_payment_and_the_rest_on_two_lines(self):
        invoice = self.invoice(100)
        first = self.line(40, invoice.name)
        second = self.line(60, invoice.name, day=13)
        self.run_ledger()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual((first + second).mapped("is_reconciled"), [True, True])
        self.assert_clean()

    def test_one_line_for_two_invoices(self):
        invoices = self.invoice(100) + self.invoice(50)
        line = self.line(150, " and ".join(invoices.mapped("name")))
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assert_clean()

    def test_the_second_run_finds_nothing_new(self):
        invoice = self.invoice(100)
        self.line(100, invoice.name)
        self.line(7, "who knows")
        self.assertEqual(self.run_ledger()["lines"], 2)
        counts = self._counts()
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.assertEqual(self._counts(), counts)
        self.ledger_backend.ledger_swept_on = False
        self.assertEqual(self.run_ledger()["lines"], 0, "a sweep finds nothing, either")
        self.assertEqual(self._counts(), counts)

    def _counts(self):
        models = ("message", "transaction", "match", "posting", "exception")
        return [self.env[f"settlement.{name}"].search_count([]) for name in models]

    def test_many_lines_come_in_chunks_each_a_message(self):
        self.patch_chunk(2)
        lines = [self.line(amount) for amount in (1, 2, 3, 4, 5)]
        self.assertEqual(self.run_ledger("parse")["lines"], 5)
        messages = self.env["settlement.message"].search(
            [("backend_id", "=", self.ledger_backend.id)]
        )
        self.assertEqual(sorted(messages.mapped("stored_count")), [1, 2, 2])
        self.assertTrue(all(self.row_of(line) for line in lines))
        self.assert_clean()

    # ------------------------------------------------------------------
    # Which lines
    # ------------------------------------------------------------------

    def test_a_line_that_is_settled_already_is_not_taken_in(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.reconcile_by_hand(line, self.open_item(invoice))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.assertFalse(self.row_of(line))

    def test_a_line_of_another_journal_is_left_alone(self):
        other = self.new_journal("Other Bank", "OTH1")
        line = self.line(100, journal_id=other.id)
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.assertFalse(self.row_of(line))

    def test_lines_before_the_chosen_day_are_left_alone(self):
        self.ledger.ledger_from = date(2026, 1, 12)
        early, late = self.line(1, day=11), self.line(2, day=12)
        self.run_ledger()
        self.assertFalse(self.row_of(early))
        self.assertTrue(self.row_of(late))

    def test_a_draft_line_waits_until_it_is_posted(self):
        line = self.line(100)
        line.move_id.button_draft()
        self.assertEqual(self.run_ledger()["lines"], 0)
        line.move_id.action_post()
        self.assertEqual(self.run_ledger()["lines"], 1)
        self.assert_clean()

    def test_a_line_of_nothing_is_not_taken_in(self):
        self.line(0, "Information only")
        self.assertEqual(self.run_ledger()["lines"], 0)

    # ------------------------------------------------------------------
    # Undo
    # ------------------------------------------------------------------

    def test_undo_opens_line_and_invoice_exactly(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        match = self.row_of(line).match_line_ids.match_id
        self.assertTrue(line.is_reconciled)
        match.action_undo("wrong")
        self.assertEqual(match.state, "undone")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.amount_residual, -100.0)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(self.states(line), ("open", "posted"))
        postings = self.env["settlement.posting"].search(
            [("wallet_id", "=", self.ledger.id)]
        )
        self.assertEqual(
            sum(postings.move_id.line_ids.mapped("balance")), 0, "nothing is left over"
        )
        suspense = self.journal.suspense_account_id
        items = postings.move_id.line_ids.filtered(
            lambda item: item.account_id.reconcile
        )
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertEqual(self.waiting(line).account_id, suspense)
        self.assert_clean()

    def test_what_a_person_undid_is_not_matched_again_but_by_a_person(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        self.row_of(line).match_line_ids.match_id.action_undo("wrong")
        self.run_ledger()
        self.assertFalse(line.is_reconciled)
        row = self.row_of(line)
        again = (
            self.env["settlement.match"]
            .sudo()
            ._propose([row], [self.open_item(invoice)])
        )
        again._confirm()
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_clean()

    def test_undo_of_one_of_two_matches_opens_its_part_only(self):
        first, second = self.invoice(40), self.invoice(60)
        line = self.line(100)
        self.run_ledger()
        matches = self.env["settlement.match"].sudo()
        for invoice in (first, second):
            item = self.open_item(invoice)
            amount = round(invoice.amount_total * 100)
            match = matches._propose([(self.row_of(line), amount)], [(item, amount)])
            match._confirm()
            matches |= match
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        matches[0].action_undo("wrong")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.amount_residual, -40.0)
        self.assertEqual(first.payment_state, "not_paid")
        self.assertEqual(second.payment_state, "paid")
        self.assert_clean()
        matches[1].action_undo("wrong, too")
        self.assertEqual(line.amount_residual, -100.0)
        self.assert_clean()

    def test_the_line_cannot_be_torn_from_its_match_in_odoo(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        with self.assertRaisesRegex(UserError, "Undo its match"):
            line.action_undo_reconciliation()
        with self.assertRaisesRegex(UserError, "Undo its match"):
            line.amount = 90
        with self.assertRaisesRegex(UserError, "Undo its match"):
            line.unlink()

    def test_a_clearing_that_is_reversed_opens_the_line(self):
        invoice = self.invoice(100)
        line = self.line(100, invoice.name)
        self.run_ledger()
        posting = self.env["settlement.posting"].search(
            [("wallet_id", "=", self.ledger.id)]
        )
        posting.sudo()._reverse("wrong account")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assert_clean()
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assert_clean()
