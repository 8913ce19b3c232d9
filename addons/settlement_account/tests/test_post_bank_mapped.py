from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement.canonical.facts import BatchFact

from .mapping_case import MappingCase

CHARGE, INTEREST = "PMNT/MDOP/CHRG", "ACMT/MCOP/INTR"


@tagged("post_install", "-at_install")
class TestPostBankMapped(MappingCase):
    """Bank fees, interest and standing entries by their bank transaction code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend, account="DE89370400440532013000", is_bank=True
        )

    def entry_row(self, gross, code=CHARGE, **values):
        kind = "bank_credit" if Decimal(gross) > 0 else "bank_debit"
        return self.row(
            kind,
            gross,
            source_code=code,
            **{"batch_kind": "statement", "batch_external_id": "st_1", **values},
        )

    def run_bank(self, *rows):
        total = sum(row.net_amount for row in rows)
        statement = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id="st_1",
            date=date(2026, 1, 10),
            total=total,
            opening_balance=Decimal(0),
            closing_balance=total,
        )
        self.store(*rows, statement, backend=self.bank_backend)
        self.run_steps()

    def run_steps(self):
        backends = (self.backend + self.bank_backend).sudo()
        self.env["settlement.matcher"].sudo()._match_company(self.company)
        backends._step_validate(None)
        backends._step_post(None)

    def bank_mapping(self, code=CHARGE, **values):
        return self.mapped(code, self.bank_backend, **values)

    def statement_lines(self):
        return self.env["account.bank.statement.line"].search(
            [("settlement_wallet_id", "=", self.bank.id)], order="id"
        )

    def test_without_a_mapping_the_policy_says_where_charges_go(self):
        self.run_bank(self.entry_row("-5"), self.entry_row("2", INTEREST))
        self.assertEqual(self.on(self.policy.bank_fee_account_id).balance, 5.0)
        self.assertEqual(self.on(self.policy.interest_account_id).balance, -2.0)

    def test_a_code_has_its_account_partner_and_analytic(self):
        mapping = self.bank_mapping(
            partner_id=self.partner.id, analytic_distribution=self.distribution
        )
        self.run_bank(self.entry_row("-5"), self.entry_row("2", INTEREST))
        self.assertRecordValues(
            self.on(self.account),
            [
                {
                    "balance": 5.0,
                    "partner_id": self.partner.id,
                    "analytic_distribution": self.distribution,
                }
            ],
        )
        self.assertFalse(self.on(self.policy.bank_fee_account_id))
        self.assertEqual(self.on(self.policy.interest_account_id).balance, -2.0)
        self.assertTrue(all(self.statement_lines().mapped("is_reconciled")))
        self.assertEqual(self.batch("st_1").state, "reconciled")
        posting = self.batch("st_1").posting_ids
        self.assertEqual(posting.plan["mappings"], mapping.ids)

    def test_a_charge_contains_its_tax(self):
        self.bank_mapping(tax_id=self.new_tax(19.0).id)
        self.run_bank(self.entry_row("-11.90"))
        self.assertEqual(self.on(self.account).balance, 10.0)
        tax_account = self.company_data["default_account_tax_purchase"]
        self.assertRecordValues(
            self.on(tax_account), [{"balance": 1.9, "tax_base_amount": 10.0}]
        )
        self.assertTrue(self.statement_lines().is_reconciled)

    def test_a_reverse_charge_on_a_bank_fee(self):
        self.bank_mapping(tax_id=self.new_tax(19.0, reverse=True).id)
        self.run_bank(self.entry_row("-10"))
        self.assertEqual(self.on(self.account).balance, 10.0)
        self.assertEqual(
            self.on(self.company_data["default_account_tax_purchase"]).balance, 1.9
        )
        self.assertEqual(
            self.on(self.company_data["default_account_tax_sale"]).balance, -1.9
        )

    def test_any_code_may_have_an_account_and_then_waits_for_nothing(self):
        """Salaries, taxes, rent: what no document of ours explains."""
        self.run_bank(self.entry_row("-800", "PMNT/ICDT/SALA"))
        self.assertFalse(self.statement_lines().is_reconciled)
        row = self.env["settlement.transaction"].search(
            [("source_code", "=", "PMNT/ICDT/SALA")]
        )
        self.assertEqual(row.match_state, "open")
        self.bank_mapping("PMNT/ICDT/SALA", direction="out")
        self.run_steps()
        self.assertEqual(self.on(self.account).balance, 800.0)
        self.assertTrue(self.statement_lines().is_reconciled)
        self.assertEqual(row.posting_state, "reconciled")
        self.assertFalse(
            self.exceptions(record=row).filtered(lambda e: e.state == "open")
        )

    def test_withdrawn_before_it_was_booked_it_is_matched_as_ever(self):
        mapping = self.bank_mapping("PMNT/ICDT/SALA")
        row = self.entry_row("-800", "PMNT/ICDT/SALA")
        self.store(row, backend=self.bank_backend)
        self.env["settlement.matcher"].sudo()._match_company(self.company)
        self.assertEqual(self.stored(row).match_state, "not_needed")
        mapping.with_user(self.accountant).action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_approve()
        self.run_steps()
        self.assertEqual(self.stored(row).match_state, "open")
        self.assertFalse(self.on(self.policy.bank_fee_account_id))

    def test_the_bank_s_own_charge_stays_one_when_its_mapping_ends(self):
        mapping = self.bank_mapping()
        mapping.with_user(self.accountant).action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_approve()
        self.run_bank(self.entry_row("-5"))
        self.assertEqual(self.on(self.policy.bank_fee_account_id).balance, 5.0)

    def test_a_closed_tax_period_sends_the_charge_to_the_next_open_day(self):
        self.bank_mapping(tax_id=self.new_tax(19.0).id)
        self.company.sudo().tax_lock_date = date(2026, 1, 31)
        self.run_bank(self.entry_row("-11.90"))
        self.assertEqual(self.on(self.account).date, date(2026, 2, 1))

    def test_all_laws_hold(self):
        self.bank_mapping(tax_id=self.new_tax(19.0).id)
        self.run_bank(self.entry_row("-11.90"), self.entry_row("2", INTEREST))
        findings = self.env["settlement.verification"].run()["findings"]
        self.assertEqual([one["sentence"] for one in findings], [])

    def test_running_again_books_nothing_twice(self):
        self.bank_mapping()
        self.run_bank(self.entry_row("-5"))
        self.run_steps()
        self.assertEqual(len(self.on(self.account)), 1)
