from datetime import datetime

from odoo.tests import tagged

from . import camt_samples
from .camt_samples import Entry, Statement
from .common import BankCase


@tagged("post_install", "-at_install")
class TestStatements(BankCase):
    def reasons(self):
        """Return the open exceptions as (number of the statement, reason)."""
        return sorted(
            (one.batch_id.sequence, one.reason) for one in self.open_exceptions()
        )

    def test_statements_that_follow_one_another_are_validated(self):
        self.import_statements(*self.chain("10.00", "-3.00", "0.00"))
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertFalse(self.open_exceptions())

    def test_order_of_import_does_not_matter(self):
        first, second, third = self.chain("10.00", "-3.00", "4.00")
        for statement in (third, first, second):
            self.import_statements(statement)
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertFalse(self.open_exceptions())

    def test_missing_statement_is_found_and_heals(self):
        first, second, third = self.chain("10.00", "-3.00", "4.00")
        self.import_statements(first, third)
        self.assertEqual(self.statements().mapped("state"), ["validated", "open"])
        self.assertEqual(self.reasons(), [(3, "missing_data")])
        cause = self.open_exceptions().cause
        self.assertIn("number 2 is missing", cause)
        self.assertIn("closes with 10.00 EUR, the next opens with 7.00 EUR", cause)
        self.import_statements(second)
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertFalse(self.open_exceptions())

    def test_gap_behind_a_validated_statement_is_shown_on_it(self):
        first, second = self.chain("10.00", "-3.00")
        self.import_statements(second)
        self.assertEqual(self.statements().state, "validated")
        first.opening, first.sequence = "5.00", ""
        self.import_statements(camt_samples.footing(first))
        self.assertEqual(self.reasons(), [(2, "balance_gap")])
        self.assertIn("5.00 EUR less", self.open_exceptions().cause)

    def test_movements_that_miss_the_closing_balance(self):
        (statement,) = self.chain("10.00", opening="100.00")
        statement.closing = "111.00"
        self.import_statements(statement)
        self.assertEqual(self.reasons(), [(1, "batch_unbalanced")])
        self.assertIn(
            "opening 100.00 EUR and movements 10.00 EUR give 110.00 EUR, but it closes "
            "with 111.00 EUR: 1.00 EUR too little",
            self.open_exceptions().cause,
        )
        self.assertNotEqual(self.statements().state, "validated")

    def test_corrected_statement_closes_its_exception(self):
        (statement,) = self.chain("10.00")
        statement.closing = "11.00"
        self.import_statements(statement)
        self.assertTrue(self.open_exceptions())
        statement.closing, statement.created = "10.00", "2026-01-08T00:00:00"
        self.import_statements(statement)
        self.assertFalse(self.open_exceptions())
        self.assertEqual(self.statements().state, "validated")

    def test_missing_number_without_money_is_shown_and_holds_nothing_up(self):
        first, _second, third = self.chain("10.00", "0.00", "4.00")
        self.import_statements(first, third)
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 2)
        self.assertEqual(self.reasons(), [(3, "missing_data")])
        self.assertIn("sums to zero", self.open_exceptions().cause)

    def test_number_that_comes_again_out_of_order(self):
        first, second = self.chain("10.00", "-3.00")
        second.sequence, second.opening = "1", "12.00"
        self.import_statements(first, camt_samples.footing(second))
        self.assertEqual(self.reasons(), [(1, "duplicate")])
        second.created, second.opening = "2026-01-20T00:00:00", "10.00"
        self.import_statements(camt_samples.footing(second))
        self.assertFalse(self.open_exceptions())

    def test_control_totals_hold_a_statement_up(self):
        (statement,) = self.chain("10.00")
        statement.after = (
            "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
        )
        message = self.import_statements(statement)
        self.assertEqual(self.statements().state, "open")
        self.assertEqual(self.open_exceptions(message).reason, "batch_unbalanced")

    def test_accounts_have_chains_of_their_own(self):
        other = "DE89370400440532013000"
        self.new_wallet(self.bank, account=other)
        first, second = self.chain("10.00", "5.00", opening="50.00")
        foreign = Statement(
            [Entry("1.00", "X")], opening="7.00", account=other, sequence="9"
        )
        self.import_statements(first, camt_samples.footing(foreign), second)
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertFalse(self.open_exceptions())

    def test_wallet_shows_the_balance_of_the_newest_proved_statement(self):
        self.bank.timezone = "Europe/Berlin"
        first, second, third = self.chain("10.00", "-3.00", "4.00")
        third.closing = "12.00"
        for statement in (second, first, third):
            self.import_statements(statement)
        self.assertEqual(self.account.provider_balance, 7.0)
        self.assertEqual(
            self.account.provider_balance_at, datetime(2026, 1, 7, 23, 0, 0)
        )

    def test_several_statements_of_one_day(self):
        statements = self.chain("10.00", "-3.00", "4.00")
        for statement in statements:
            statement.day, statement.sequence = "2026-01-06", ""
            statement.entries[0].day = "2026-01-06"
        self.import_statements(*reversed(statements))
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertFalse(self.open_exceptions())
        self.assertEqual(self.account.provider_balance, 11.0)

    def page(self, number, amount, opening, closing, codes, last=False):
        """Return one page of a statement."""
        flag = "true" if last else "false"
        return Statement(
            [Entry(amount, f"P-{number}")],
            opening=opening,
            closing=closing,
            codes=codes,
            extra=f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{flag}</LastPgInd>"
            "</StmtPgntn>",
        )

    def test_pages_wait_for_the_last_one(self):
        pages = [
            self.page(1, "1.00", "0.00", "1.00", ("OPBD", "ITBD")),
            self.page(2, "2.00", "1.00", "3.00", ("ITBD", "ITBD")),
            self.page(3, "4.00", "3.00", "7.00", ("ITBD", "CLBD"), last=True),
        ]
        self.import_statements(pages[0])
        self.import_statements(pages[2])
        states = {batch.external_id[-2:]: batch.state for batch in self.statements()}
        self.assertEqual(states["1+"], "open")
        self.import_statements(pages[1])
        self.assertEqual(self.statements().mapped("state"), ["validated"] * 3)
        self.assertEqual(sum(self.rows().mapped("net_amount")), 7.0)
        self.assertFalse(self.open_exceptions())
