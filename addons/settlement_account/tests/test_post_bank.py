from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostBank(SettlementAccountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend, account="DE89370400440532013000", is_bank=True
        )

    def bank_row(self, gross, day=12, **values):
        """Return a TransactionFact of statement ``st_1``."""
        kind = "bank_credit" if Decimal(gross) > 0 else "bank_debit"
        values = {"batch_kind": "statement", "batch_external_id": "st_1", **values}
        return self.row(kind, gross, day=day, **values)

    def statement(self, *rows, name="st_1", opening="0", **values):
        """Return the facts of a statement: its rows and the batch."""
        total = sum(row.net_amount for row in rows)
        batch = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id=name,
            date=max(row.booked_on for row in rows),
            total=total,
            opening_balance=Decimal(opening),
            closing_balance=Decimal(opening) + total,
            **values,
        )
        return [*rows, batch]

    def store_statement(self, *rows, **values):
        self.store(*self.statement(*rows, **values), backend=self.bank_backend)

    def lines(self):
        return self.env["account.bank.statement.line"].search(
            [("settlement_wallet_id", "=", self.bank.id)], order="id"
        )

    def post_all(self):
        backends = (self.backend + self.bank_backend).sudo()
        backends._step_validate(None)
        return backends._step_post(None)

    def test_money_at_the_bank_is_kept_for_its_customer(self):
        """Of two rows on the same statement only the one in question moves."""
        kept, other = self.bank_row("80"), self.bank_row("20")
        self.store_statement(kept, other)
        self.post_all()
        exceptions = self.env["settlement.exception"]
        exception = exceptions._raise_for(self.stored(kept), "unmatched", "Whose?")
        exception.action_resolve("allocate", partner_id=self.customer.id)
        self.assertEqual((exception.state, exception.is_decided), ("resolved", True))
        owed = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.unallocated_account_id.id)]
        )
        self.assertEqual((owed.balance, owed.partner_id), (-80.0, self.customer))
        lines = self.lines().sorted("amount")
        self.assertEqual(lines.mapped("is_reconciled"), [False, True])
        self.assert_lawful()
        # Once its invoice is there, it pays that.
        invoice = self.invoice(80)
        self.match(kept, invoice)
        self.post_all()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(sum(owed.mapped("amount_residual")), 0.0)

    def match_bank(self, payouts, row):
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose(payouts, [self.stored(row)], "batch")
        )
        match._confirm()
        return match

    def test_a_statement_becomes_lines_with_balances(self):
        self.store_statement(
            self.bank_row("100", payment_reference="INV/1"),
            self.bank_row("-30", counterparty_name="Landlord"),
            opening="50",
        )
        self.post_all()
        lines = self.lines()
        self.assertEqual(lines.mapped("amount"), [100.0, -30.0])
        self.assertEqual(lines.mapped("payment_ref"), ["INV/1", "Landlord"])
        self.assertEqual(set(lines.mapped("date")), {date(2026, 1, 12)})
        statement = lines.statement_id
        self.assertEqual(
            (statement.balance_start, statement.balance_end_real), (50.0, 120.0)
        )
        self.assertTrue(statement.is_complete)
        self.assertEqual(self.batch("st_1").state, "posted")
        self.assertFalse(any(lines.mapped("is_reconciled")))

    def test_a_statement_without_entries_has_nothing_to_wait_for(self):
        self.store(
            BatchFact(
                currency=self.currency.name,
                kind="statement",
                external_id="st_empty",
                date=date(2026, 1, 12),
                total=Decimal(0),
                opening_balance=Decimal("50"),
                closing_balance=Decimal("50"),
            ),
            backend=self.bank_backend,
        )
        self.post_all()
        self.assertEqual(self.batch("st_empty").state, "reconciled")

    def test_a_payout_goes_from_the_wallet_over_transit_to_the_bank(self):
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post_all()
        self.assertEqual(self.batch().state, "posted")

        arrived = self.bank_row("97")
        self.store_statement(arrived)
        match = self.match_bank([self.batch()], arrived)
        self.post_all()

        line = self.lines()
        self.assertTrue(line.is_reconciled)
        transit = self.wallet.in_transit_account_id
        items = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        self.assertEqual(items.mapped("balance"), [-97.0, 97.0])
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.batch().state, "reconciled")
        self.assertEqual(self.batch("st_1").state, "reconciled")
        self.assertEqual(self.stored(arrived).posting_state, "reconciled")

    def test_a_bank_line_that_came_before_its_payout_is_cleared_later(self):
        arrived = self.bank_row("97")
        self.store_statement(arrived)
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge))
        self.bank_backend.sudo()._step_validate(None)
        self.bank_backend.sudo()._step_post(None)
        line = self.lines()
        self.assertFalse(line.is_reconciled)

        self.match_bank([self.batch()], arrived)
        self.post_all()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.batch().state, "reconciled")
        clearing = self.batch("st_1").posting_ids
        self.assertEqual(clearing.kind, "clearing")
        self.assertEqual(
            [item.balance for item in clearing.move_id.line_ids.sorted("sequence")],
            [97.0, -97.0],
        )

    def test_two_payouts_in_one_transfer(self):
        first, second = (
            self.row(gross="100"),
            self.row(gross="50", batch_external_id="po_2"),
        )
        self.store(*self.payout(first), *self.payout(second, name="po_2"))
        arrived = self.bank_row("150")
        self.store_statement(arrived)
        self.post_all_payouts()
        self.match_bank([self.batch(), self.batch("po_2")], arrived)
        self.post_all()
        self.assertTrue(self.lines().is_reconciled)
        self.assertEqual(self.batch().state, "reconciled")
        self.assertEqual(self.batch("po_2").state, "reconciled")

    def post_all_payouts(self):
        self.post()

    def test_a_transfer_of_a_customer_pays_the_invoice(self):
        paid = self.bank_row("100")
        self.store_statement(paid, self.bank_row("40"))
        invoice = self.invoice(100)
        match = self.match(paid, invoice)
        self.post_all()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")
        self.assertEqual(self.lines().mapped("is_reconciled"), [True, False])
        self.assertEqual(self.stored(paid).posting_state, "reconciled")

    def test_what_a_customer_pays_too_much_stays_as_the_customer_s_credit(self):
        paid = self.bank_row("120")
        self.store_statement(paid)
        invoice = self.invoice(100)
        self.match(paid, invoice, rest_to_credit=True)
        self.post_all()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.lines().mapped("is_reconciled"), [True])
        item = self.open_item(invoice)
        credit = self.env["account.move.line"].search(
            [
                ("account_id", "=", item.account_id.id),
                ("partner_id", "=", item.partner_id.id),
                ("reconciled", "=", False),
            ]
        )
        self.assertEqual(credit.mapped("amount_residual"), [-20.0])
        self.assertFalse(self.post_all()["cleared"])

    def test_several_details_of_one_booking_are_settled_one_by_one(self):
        details = [
            self.bank_row("100", entry_reference="E1"),
            self.bank_row("50", entry_reference="E1"),
            self.bank_row("25", entry_reference="E1"),
        ]
        self.store_statement(*details)
        invoices = [self.invoice(100), self.invoice(50)]
        for detail, invoice in zip(details, invoices, strict=False):
            self.match(detail, invoice)
        self.post_all()
        line = self.lines()
        self.assertEqual(line.amount, 175.0)
        self.assertEqual(
            [invoice.payment_state for invoice in invoices], ["paid", "paid"]
        )
        counterpart = line._settlement_counterpart()
        self.assertEqual(counterpart.amount_residual, -25.0)
        self.assertFalse(line.is_reconciled)

        third = self.invoice(25)
        self.match(details[2], third)
        self.post_all()
        self.assertEqual(third.payment_state, "paid")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.batch("st_1").state, "reconciled")

    def test_charges_and_interest_of_the_bank_go_to_their_accounts(self):
        fee = self.bank_row("-5", source_code="ACMT/MDOP/CHRG")
        interest = self.bank_row("2", source_code="ACMT/MCOP/INTR")
        self.store_statement(fee, interest)
        rows = self.stored(fee) + self.stored(interest)
        rows.sudo()._state_rows()._set_match_state("not_needed")
        self.post_all()
        balances = {
            account: sum(
                self.env["account.move.line"]
                .search([("account_id", "=", account.id)])
                .mapped("balance")
            )
            for account in (
                self.policy.bank_fee_account_id,
                self.policy.interest_account_id,
            )
        }
        self.assertEqual(list(balances.values()), [5.0, -2.0])
        self.assertEqual(self.batch("st_1").state, "reconciled")
        self.assertTrue(all(self.lines().mapped("is_reconciled")))

    def test_own_transfers_meet_on_the_transfer_account(self):
        other = self.new_wallet(self.bank_backend, account="OTHER", is_bank=True)
        out = self.bank_row("-500", account_identifier=self.bank.account_identifier)
        into = self.bank_row(
            "500", account_identifier="OTHER", batch_external_id="st_2"
        )
        self.store(
            *self.statement(out, account_identifier=self.bank.account_identifier),
            *self.statement(into, name="st_2", account_identifier="OTHER"),
            backend=self.bank_backend,
        )
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.stored(out), self.stored(into)], [])
        )
        match._confirm()
        self.post_all()
        self.assertEqual(match.state, "posted")
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.transfer_account_id.id)]
        )
        self.assertEqual(sorted(items.mapped("balance")), [-500.0, 500.0])
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertTrue(other)

    def test_what_comes_weeks_later_finishes_the_statement_before(self):
        """A statement that was missing brings the money which went again long since."""
        went = self.bank_row("-500")
        self.store_statement(went, opening="500")
        self.post_all()
        self.assertEqual(self.batch("st_1").state, "posted")
        came = self.bank_row("500", batch_external_id="st_0")
        self.store_statement(came, name="st_0")
        matches = self.env["settlement.match"].sudo()
        matches._propose([self.stored(came), self.stored(went)], [])._confirm()
        self.post_all()
        self.assertEqual(self.stored(went).posting_state, "reconciled")
        self.assertEqual(self.batch("st_0").state, "reconciled")
        self.assertEqual(self.batch("st_1").state, "reconciled")

    def test_running_again_adds_nothing(self):
        paid = self.bank_row("100")
        self.store_statement(paid)
        self.match(paid, self.invoice(100))
        self.post_all()
        moves = self.env["account.move"].search_count([])
        self.post_all()
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(len(self.lines()), 1)
