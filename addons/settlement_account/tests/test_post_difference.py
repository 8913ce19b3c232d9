from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .difference_case import DifferenceCase


@tagged("post_install", "-at_install")
class TestPostDifference(DifferenceCase):
    def assertPaid(self, *documents):
        self.assertFalse(self.exceptions().mapped("cause"))
        for document in documents:
            self.assertEqual(document.payment_state, "paid", document.name)
            self.assertEqual(document.amount_residual, 0.0)
        self.assert_lawful()

    # ------------------------------------------------------------------
    # Provider rows
    # ------------------------------------------------------------------

    def test_a_withheld_fee_of_a_charge(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        self.assertPaid(invoice)
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 2.0)])
        posting = self.difference_of(match)
        self.assertEqual(posting.kind, "difference")
        self.assertEqual(posting.date, date(2026, 1, 10))

    def test_kinds_and_their_accounts(self):
        company = self.company
        accounts = {
            "fee": self.policy.bank_fee_account_id,
            "rounding": self.policy.difference_account_id,
            "write_off": self.policy.difference_account_id,
            "exchange": company.expense_currency_exchange_account_id,
            "discount": company.account_journal_early_pay_discount_loss_account_id,
        }
        matches = {}
        facts, documents = [], []
        for kind in accounts:
            fact, document = self.row(gross="98"), self.invoice(100)
            facts.append(fact)
            documents.append((kind, document))
        self.store(*self.payout(*facts))
        version = self.version(difference_kind="discount")
        for fact, (kind, document) in zip(facts, documents, strict=True):
            matches[kind] = self.differing(
                fact,
                document,
                200,
                kind,
                rule_version=version if kind == "discount" else None,
            )
        self.post_all()
        self.assertPaid(*(document for _kind, document in documents))
        for kind, account in accounts.items():
            with self.subTest(kind=kind):
                self.assertTrue(account)
                self.assertEqual(self.booked(matches[kind]), [(account, 2.0)])

    def test_the_rule_names_another_account_and_a_tax(self):
        tax = self.new_tax(25.0)
        version = self.version(
            difference_kind="fee", account_id=self.revenue.id, tax_id=tax.id
        )
        charge, invoice = self.charge("90"), self.invoice(100)
        match = self.differing(charge, invoice, 1000, "fee", rule_version=version)
        self.post_all()
        self.assertPaid(invoice)
        tax_account = tax.invoice_repartition_line_ids.account_id
        self.assertEqual(self.booked(match), [(self.revenue, 8.0), (tax_account, 2.0)])

    def test_too_much_money(self):
        charge, invoice = self.charge("100.03"), self.invoice(100)
        match = self.differing(charge, invoice, -3, "rounding")
        self.post_all()
        self.assertPaid(invoice)
        account = self.policy.difference_account_id
        self.assertEqual(self.booked(match), [(account, -0.03)])
        receivable = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("reconciled", "=", False)]
        )
        self.assertFalse(receivable.filtered("amount_residual"))

    def test_several_documents(self):
        documents = [self.invoice(100), self.invoice(70)]
        charge = self.charge("168")
        match = self.differing(charge, documents, 200, "fee")
        self.post_all()
        self.assertPaid(*documents)
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 2.0)])

    def test_several_documents_that_miss_more_than_the_last(self):
        documents = [self.invoice(100), self.invoice(1)]
        charge = self.charge("98")
        self.differing(charge, documents, 300, "write_off")
        self.post_all()
        self.assertPaid(*documents)

    def test_several_payments_of_one_document(self):
        invoice = self.invoice(100)
        facts = [self.row(gross="50"), self.row(gross="48")]
        self.store(*self.payout(*facts))
        self.differing(facts, invoice, 200, "fee")
        self.post_all()
        self.assertPaid(invoice)

    def test_a_summary_books_differences_apart(self):
        self.policy.detail = "summary"
        facts = [self.row(gross="98"), self.row(gross="50")]
        self.store(*self.payout(*facts))
        documents = [self.invoice(100), self.invoice(50)]
        self.differing(facts[0], documents[0], 200, "fee")
        self.match(facts[1], documents[1])
        self.post_all()
        self.assertPaid(*documents)

    def test_what_is_left_of_a_document_that_another_row_pays_too(self):
        invoice = self.invoice(100)
        facts = [self.row(gross="58"), self.row(gross="40")]
        self.store(*self.payout(*facts))
        self.match(facts[1], [invoice])
        item = self.open_item(invoice)
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose(
                [(self.stored(facts[0]), 5800)],
                [(item, 6000)],
                difference=(200, "fee"),
            )
        )
        match._confirm()
        self.post_all()
        self.assertPaid(invoice)

    def test_charges_that_waited_on_suspense(self):
        facts = [self.row(gross="98"), self.row(gross="100.5"), self.row(gross="20")]
        self.store(*self.payout(*facts))
        self.post_all()
        self.assertEqual(self.stored(facts[0]).posting_state, "posted")
        documents = [self.invoice(100), self.invoice(100)]
        fee = self.differing(facts[0], documents[0], 200, "fee")
        rounding = self.differing(facts[1], documents[1], -50, "rounding")
        account = self.without_document(facts[2], 2000)
        self.post_all()
        self.assertPaid(*documents)
        self.assertEqual(
            [self.booked(each) for each in (fee, rounding, account)],
            [
                [(self.policy.bank_fee_account_id, 2.0)],
                [(self.policy.difference_account_id, -0.5)],
                [(self.revenue, -20.0)],
            ],
        )

    # ------------------------------------------------------------------
    # Bank rows
    # ------------------------------------------------------------------

    def test_a_bank_row_that_was_posted_before_its_match(self):
        row, invoice = self.bank_row("98"), self.invoice(100)
        self.post_all()
        match = self.differing(row, invoice, 200, "fee")
        self.post_all()
        self.assertPaid(invoice)
        self.assertTrue(self.stored(row).state_ids.statement_line_id.is_reconciled)
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 2.0)])

    def test_a_bank_row_that_was_matched_before_its_posting(self):
        row, invoice = self.bank_row("98"), self.invoice(100)
        self.differing(row, invoice, 200, "fee")
        self.post_all()
        self.post_all()
        self.assertPaid(invoice)

    def test_a_bill_with_the_fee_of_its_transfer(self):
        row, bill = self.bank_row("-57.50"), self.invoice(55, "in_invoice", ref="R1")
        match = self.differing(row, bill, 250, "fee")
        self.post_all()
        self.post_all()
        self.assertPaid(bill)
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 2.5)])

    def test_a_discount_that_a_supplier_grants(self):
        row, bill = self.bank_row("-49"), self.invoice(50, "in_invoice", ref="R1")
        version = self.version(difference_kind="discount")
        match = self.differing(row, bill, -100, "discount", rule_version=version)
        self.post_all()
        self.post_all()
        self.assertPaid(bill)
        account = self.company.account_journal_early_pay_discount_gain_account_id
        self.assertEqual(self.booked(match), [(account, -1.0)])

    # ------------------------------------------------------------------
    # No document at all
    # ------------------------------------------------------------------

    def without_document(self, fact, minor, **values):
        version = self.version(
            purpose="account",
            difference_kind="account",
            account_id=self.revenue.id,
            **values,
        )
        return self.differing(fact, [], -minor, "account", rule_version=version)

    def test_money_without_a_document(self):
        charge = self.charge("50")
        match = self.without_document(charge, 5000)
        self.post_all()
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.booked(match), [(self.revenue, -50.0)])
        self.assertEqual(self.stored(charge).posting_state, "reconciled")
        self.assert_lawful()

    def test_a_bank_row_without_a_document(self):
        row = self.bank_row("-30")
        self.post_all()
        tax = self.new_tax(20.0)
        match = self.without_document(row, -3000, tax_id=tax.id)
        self.post_all()
        tax_account = tax.invoice_repartition_line_ids.account_id
        self.assertEqual(self.booked(match), [(self.revenue, 25.0), (tax_account, 5.0)])
        self.assertTrue(self.stored(row).state_ids.statement_line_id.is_reconciled)
        self.assert_lawful()
        match.action_undo("it was rent")
        self.assertFalse(self.difference_of(match))
        items = self.env["account.move.line"].search(
            [("account_id", "in", (self.revenue | tax_account).ids)]
        )
        self.assertEqual(sum(items.mapped("balance")), 0.0)
        self.assert_lawful()
        bill = self.invoice(30, "in_invoice", ref="R1")
        self.match(row, bill)
        self.post_all()
        self.assertPaid(bill)

    # ------------------------------------------------------------------
    # Undo and reversal
    # ------------------------------------------------------------------

    def test_undo_restores_what_was_open(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        match.action_undo("it was a part payment")
        self.assertEqual(
            (invoice.payment_state, invoice.amount_residual), ("not_paid", 100.0)
        )
        fees = self.policy.bank_fee_account_id
        items = self.env["account.move.line"].search([("account_id", "=", fees.id)])
        self.assertEqual(sum(items.mapped("balance")), 0.0)
        open_items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.receivable.id),
                ("amount_residual", "!=", 0),
                ("move_id", "!=", invoice.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(open_items.mapped("amount_residual"), [-98.0])
        self.assert_lawful()
        other = self.invoice(98)
        self.match(charge, other)
        self.post_all()
        self.assertPaid(other)

    def test_undo_of_a_bank_row_and_the_same_again(self):
        row, invoice = self.bank_row("98"), self.invoice(100)
        for _round in range(2):
            match = self.differing(row, invoice, 200, "fee")
            self.post_all()
            self.post_all()
            self.assertPaid(invoice)
            match.action_undo("once more")
            self.assertEqual(invoice.amount_residual, 100.0)
            self.assert_lawful()

    def test_undo_of_too_much_money(self):
        charge, invoice = self.charge("101"), self.invoice(100)
        match = self.differing(charge, invoice, -100, "rounding")
        self.post_all()
        match.action_undo("wrong")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assert_lawful()
        other = self.invoice(101)
        self.match(charge, other)
        self.post_all()
        self.assertPaid(other)

    def test_reversing_the_payout_takes_the_difference_back(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        posting = self.batch().posting_ids.filtered(lambda each: each.kind == "batch")
        posting.action_reverse("wrong account")
        self.assertFalse(self.difference_of(match))
        self.assertEqual(
            (invoice.payment_state, invoice.amount_residual), ("not_paid", 100.0)
        )
        self.assertEqual(match.state, "confirmed")
        self.assert_lawful()
        self.batch().action_post()
        self.assertPaid(invoice)
        self.assertEqual(match.state, "posted")

    def test_a_difference_is_not_reversed_alone(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        with self.assertRaisesRegex(UserError, "Undo the match"):
            self.difference_of(match).action_reverse("no")

    # ------------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------------

    def test_a_missing_account_stops_all_of_it(self):
        self.policy.bank_fee_account_id = False
        charge, invoice = self.charge("98"), self.invoice(100)
        self.differing(charge, invoice, 200, "fee")
        self.post_all()
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertFalse(self.batch().posting_ids)
        found = self.exceptions("unknown_mapping")
        self.assertIn("Bank Fee", found.cause)

    def test_a_closed_period_takes_the_next_open_day(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        self.post_all()
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        self.assertEqual(self.difference_of(match).date, date(2026, 2, 1))
        self.assertPaid(invoice)

    # ------------------------------------------------------------------
    # Write-offs
    # ------------------------------------------------------------------

    def tolerated(self, kind="write_off", **values):
        """Run the matcher on a charge that is 2.00 short; return its match."""
        version = self.version(
            difference_kind=kind, mode="automatic", tolerance_percent=2, **values
        )
        invoice = self.invoice(100)
        charge = self.row(gross="98", invoice_reference=invoice.name)
        self.store(*self.payout(charge, name=f"po_{version.id}"))
        matcher = self.env["settlement.matcher"].sudo()
        with patch.object(type(matcher), "_is_proved", lambda *_given: True):
            matcher._match_company(self.company)
        match = self.stored(charge).match_line_ids.match_id
        self.assertEqual(match.difference_minor, 200)
        version.sudo().rule_id.active = False
        return match

    def test_a_write_off_above_the_limit_is_proposed(self):
        for limit, kind, state in (
            (1.99, "write_off", "proposed"),
            (1.99, "rounding", "proposed"),
            (1.99, "fee", "confirmed"),
            (2.0, "write_off", "confirmed"),
            (0.0, "write_off", "proposed"),
        ):
            self.policy.write_off_limit = limit
            with self.subTest(limit=limit, kind=kind):
                self.assertEqual(self.tolerated(kind).state, state)

    def test_a_limit_of_write_offs_holds_no_fee(self):
        """Another rule that would write it off comes behind and decides nothing."""
        self.policy.write_off_limit = 1
        later = self.version(
            difference_kind="write_off", mode="automatic", tolerance_percent=2
        )
        later.rule_id.sequence = 99
        match = self.tolerated("fee")
        self.assertEqual((match.difference_kind, match.state), ("fee", "confirmed"))

    def test_an_approver_confirms_what_is_above_the_limit(self):
        self.policy.write_off_limit = 1
        match = self.tolerated()
        accountant = self.new_user("group_accountant", name="limited")
        with self.assertRaisesRegex(UserError, "approver"):
            match.with_user(accountant).action_confirm()
        match.with_user(self.new_user("group_approver", name="free")).action_confirm()
        self.assertEqual(match.state, "confirmed")

    def test_an_accountant_confirms_what_is_within_the_limit(self):
        self.policy.write_off_limit = 1
        match = self.tolerated()
        self.policy.write_off_limit = 2
        accountant = self.new_user("group_accountant", name="limited")
        match.with_user(accountant).action_confirm()
        self.assertEqual(match.state, "confirmed")

    # ------------------------------------------------------------------
    # Other currencies
    # ------------------------------------------------------------------

    def test_a_wallet_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-01-01", 0.5), ("2026-01-08", 0.4)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        self.new_wallet(self.backend, euro, account="EUR-1")
        charge = self.loose(gross="98", currency="EUR", account_identifier="EUR-1")
        self.store(charge)
        invoice = self.invoice(100, currency_id=euro.id)
        match = self.differing(charge, invoice, 200, "fee")
        wallets = self.backend.wallet_ids.filtered(
            lambda wallet: wallet.currency_id == euro
        )
        wallets.sudo()._post_cutoff(date(2026, 1, 31))
        self.assertPaid(invoice)
        self.assertEqual(self.booked(match), [(self.policy.bank_fee_account_id, 5.0)])
        match.action_undo("once more")
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assert_lawful()

    # ------------------------------------------------------------------
    # Preview and proof
    # ------------------------------------------------------------------

    def test_the_preview_shows_the_difference(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.backend.sudo()._step_validate(None)
        action = self.batch().action_preview_posting()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        shown = [
            (line.account_id, line.debit - line.credit)
            for line in preview.line_ids
            if line.number == 2
        ]
        self.post_all()
        lines = self.difference_of(match).move_id.line_ids.sorted("sequence")
        self.assertEqual(
            shown, [(line.account_id, line.debit - line.credit) for line in lines]
        )
        self.assertPaid(invoice)

    def test_verify_names_what_was_altered(self):
        charge, invoice = self.charge("98"), self.invoice(100)
        match = self.differing(charge, invoice, 200, "fee")
        self.post_all()
        self.assert_lawful()
        for statement, law, model in (
            (
                "UPDATE settlement_match SET difference_minor = 300 WHERE id = %s",
                5,
                "settlement.match",
            ),
            (
                "UPDATE settlement_posting SET match_id = NULL WHERE match_id = %s",
                12,
                "settlement.match",
            ),
            (
                "UPDATE settlement_match SET difference_kind = 'discount' "
                "WHERE id = %s",
                11,
                "settlement.match",
            ),
        ):
            with self.subTest(statement=statement):
                savepoint = self.env.cr.savepoint()
                self.env.cr.execute(statement, [match.id])
                self.env.invalidate_all()
                found = self.env["settlement.verification"].sudo().run()["findings"]
                self.assertIn(
                    (law, model), {(each["law"], each["model"]) for each in found}
                )
                savepoint.close(rollback=True)
                self.env.invalidate_all()
