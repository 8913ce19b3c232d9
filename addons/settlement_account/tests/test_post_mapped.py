from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .mapping_case import MappingCase


@tagged("post_install", "-at_install")
class TestPostMapped(MappingCase):
    """Rows of a provider whose code says where they are booked."""

    def posted(self, *rows):
        self.store(*self.payout(*rows))
        posting = self.post()
        self.assertEqual(len(posting), 1, self.exceptions().mapped("cause"))
        return posting

    def coded(self, kind, gross, code="own/code", **values):
        return self.row(kind, gross, source_code=code, **values)

    def test_account_partner_and_analytic_of_the_code(self):
        mapping = self.mapped(
            partner_id=self.partner.id, analytic_distribution=self.distribution
        )
        row = self.coded("adjustment", "-5")
        posting = self.posted(self.row(gross="100"), row)
        line = self.on(self.account)
        self.assertRecordValues(
            line,
            [
                {
                    "balance": 5.0,
                    "partner_id": self.partner.id,
                    "analytic_distribution": self.distribution,
                    "settlement_transaction_id": self.stored(row).id,
                    "move_id": posting.move_id.id,
                }
            ],
        )
        self.assertEqual(posting.plan["mappings"], mapping.ids)
        self.assertFalse(self.on(self.policy.adjustment_account_id))
        self.assertEqual(line.analytic_line_ids.amount, -5.0)

    def test_rows_of_other_codes_go_where_they_went(self):
        self.mapped()
        self.posted(self.coded("adjustment", "-5", "other"), self.row(gross="10"))
        self.assertEqual(self.on(self.policy.adjustment_account_id).balance, 5.0)
        self.assertFalse(self.on(self.account))

    def test_a_fee_of_its_own_code_waits_for_no_bill(self):
        self.mapped(partner_id=self.partner.id)
        self.posted(
            self.row(gross="100", fee="3"),
            self.coded("fee", "-7"),
            self.coded("fee", "-2", "stripe_fee"),
        )
        self.assertEqual(self.on(self.account).mapped("balance"), [7.0])
        waiting = self.on(self.policy.fee_clearing_account_id)
        self.assertEqual(sum(waiting.mapped("balance")), 5.0)

    def test_the_tax_that_the_provider_states_is_booked_to_the_cent(self):
        tax = self.new_tax()
        self.mapped(tax_id=tax.id)
        posting = self.posted(
            self.row(gross="100"), self.coded("fee", "-10", tax="2.03")
        )
        tax_line = posting.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertRecordValues(
            tax_line,
            [
                {
                    "balance": 2.03,
                    "tax_base_amount": 10.0,
                    "tax_line_id": tax.id,
                    "account_id": self.company_data["default_account_tax_purchase"].id,
                }
            ],
        )
        self.assertRecordValues(
            self.on(self.account), [{"balance": 10.0, "tax_ids": tax.ids}]
        )

    def test_a_tax_that_nobody_states_is_contained(self):
        self.mapped(tax_id=self.new_tax().id)
        self.posted(self.row(gross="100"), self.coded("fee", "-12"))
        self.assertEqual(self.on(self.account).balance, 10.0)

    def test_a_reverse_charge_owes_what_it_deducts(self):
        self.mapped(tax_id=self.new_tax(reverse=True).id)
        posting = self.posted(self.row(gross="100"), self.coded("fee", "-10"))
        tax_lines = posting.move_id.line_ids.filtered("tax_repartition_line_id")
        self.assertEqual(sorted(tax_lines.mapped("balance")), [-2.0, 2.0])
        self.assertEqual(self.on(self.account).balance, 10.0)

    def test_a_summary_has_one_line_for_a_mapping(self):
        self.policy.detail = "summary"
        self.mapped(tax_id=self.new_tax().id, analytic_distribution=self.distribution)
        self.posted(
            self.row(gross="100"), self.coded("fee", "-12"), self.coded("fee", "-24")
        )
        line = self.on(self.account)
        self.assertEqual(line.mapped("balance"), [30.0])
        self.assertEqual(line.analytic_distribution, self.distribution)
        self.assertFalse(line.settlement_transaction_id)

    def test_each_row_by_the_version_of_its_day(self):
        first = self.mapped()
        other = self.company_data["default_account_revenue"]
        draft = first.with_user(self.accountant)._new_version(
            account_id=other.id, effective_from=date(2026, 1, 11)
        )
        draft.action_submit()
        draft.with_user(self.approver).action_approve()
        posting = self.posted(
            self.coded("adjustment", "-5", day=10),
            self.coded("adjustment", "-6", day=11),
            self.row(gross="100", day=11),
        )
        self.assertEqual(self.on(self.account).balance, 5.0)
        self.assertEqual(self.on(other).balance, 6.0)
        self.assertEqual(posting.plan["mappings"], sorted((first | draft).ids))

    def test_money_in_and_money_out_may_differ(self):
        self.mapped(direction="out")
        revenue = self.company_data["default_account_revenue"]
        self.mapped(direction="in", account_id=revenue.id)
        self.posted(
            self.coded("adjustment", "-5"),
            self.coded("adjustment", "7"),
            self.row(gross="100"),
        )
        self.assertEqual(self.on(self.account).balance, 5.0)
        self.assertEqual(self.on(revenue).balance, -7.0)

    def test_kind_and_account_of_one_decision(self):
        """An unknown row is read as a fee and booked as one, by a single approval."""
        message = self.backend.import_file(
            "facts.jsonl",
            b'{"type": "transaction", "currency": "USD", "external_id": "txn_u",'
            b' "kind": "adjustment", "source_code": "unknown:quantum",'
            b' "gross_amount": "-5.00", "net_amount": "-5.00", "booked_on":'
            b' "2026-01-10", "occurred_at": "2026-01-10T12:00:00Z"}\n',
        )
        self.backend.run_pipeline("parse")
        exception = self.exceptions("unknown_mapping")
        action = exception.with_user(self.accountant).action_resolve(
            "map",
            kind="fee",
            account=self.account,
            partner=self.partner.id,
            analytic_distribution=self.distribution,
        )
        mapping = self.env["settlement.mapping"].browse(action["res_id"])
        mapping.with_user(self.approver).action_approve()
        self.assertEqual(exception.state, "resolved")
        row = message.transaction_ids.filtered("is_current")
        self.assertEqual(row.kind, "fee")
        posting = self.wallet.action_post_cutoff(date(2026, 1, 31))
        self.assertTrue(posting, self.exceptions().mapped("cause"))
        self.assertRecordValues(
            self.on(self.account),
            [{"balance": 5.0, "partner_id": self.partner.id}],
        )

    # ------------------------------------------------------------------
    # Rows that are posted already
    # ------------------------------------------------------------------

    def imported(self):
        """Return the message of an unknown row that was posted as an adjustment."""
        message = self.backend.import_file(
            "facts.jsonl",
            b'{"type": "transaction", "currency": "USD", "external_id": "txn_p",'
            b' "kind": "adjustment", "source_code": "unknown:quantum",'
            b' "gross_amount": "-5.00", "net_amount": "-5.00", "booked_on":'
            b' "2026-01-10", "occurred_at": "2026-01-10T12:00:00Z"}\n',
        )
        self.backend.run_pipeline("parse")
        self.assertTrue(self.wallet.action_post_cutoff(date(2026, 1, 31)))
        self.assertEqual(self.on(self.policy.adjustment_account_id).balance, 5.0)
        return message

    def changed(self):
        return self.exceptions("changed_after_posting")

    def test_what_is_posted_is_told_and_never_edited(self):
        message = self.imported()
        entry = self.on(self.policy.adjustment_account_id).move_id
        self.mapped("quantum", kind="fee")
        row = message.transaction_ids.filtered("is_current")
        self.assertEqual((row.kind, row.posting_state), ("fee", "posted"))
        self.assertEqual(self.changed().transaction_id, row)
        for word in ("Adjustment", "Fee", "txn_p"):
            self.assertIn(word, self.changed().cause)
        self.assertEqual(self.on(self.policy.adjustment_account_id).move_id, entry)
        self.assertFalse(self.on(self.account))

    def test_each_further_decision_is_told_against_what_is_posted(self):
        self.imported()
        self.mapped("quantum", kind="fee")
        self.mapped("quantum", kind="transfer")
        self.assertEqual(len(self.changed()), 1)
        for word in ("Adjustment", "Transfer"):
            self.assertIn(word, self.changed().cause)

    def test_a_withdrawn_decision_leaves_nothing_to_correct(self):
        message = self.imported()
        mapping = self.mapped("quantum", kind="fee")
        self.assertTrue(self.changed())
        mapping.with_user(self.accountant).action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_approve()
        self.assertFalse(self.changed())
        row = message.transaction_ids.filtered("is_current")
        self.assertEqual((row.kind, row.revision), ("adjustment", 1))
        self.assertEqual(self.findings(), [])

    # ------------------------------------------------------------------
    # Rows that wait for a match
    # ------------------------------------------------------------------

    def match_all(self):
        self.env["settlement.matcher"].sudo()._match_company(self.company)

    def test_a_mapped_charge_waits_for_no_document(self):
        self.mapped(account_id=self.company_data["default_account_revenue"].id)
        row = self.coded("charge", "20")
        self.store(*self.payout(row))
        self.match_all()
        self.assertEqual(self.stored(row).match_state, "not_needed")
        self.assertFalse(self.exceptions("missing_reference"))
        self.post()
        self.assertEqual(
            self.on(self.company_data["default_account_revenue"]).balance, -20.0
        )

    def test_evidence_goes_before_the_mapping(self):
        self.mapped()
        invoice = self.invoice(20)
        row = self.coded("charge", "20", invoice_reference=invoice.name)
        self.store(*self.payout(row))
        self.match_all()
        self.assertEqual(self.stored(row).match_state, "matched")
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.on(self.account))

    def test_a_withdrawn_mapping_lets_its_rows_be_matched(self):
        mapping = self.mapped()
        row = self.coded("charge", "20")
        self.store(*self.payout(row))
        self.match_all()
        mapping.with_user(self.accountant).action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_approve()
        self.assertEqual(self.stored(row).match_state, "open")
        self.match_all()
        self.assertEqual(self.stored(row).match_state, "open")

    # ------------------------------------------------------------------
    # What a mapping may say
    # ------------------------------------------------------------------

    def test_a_tax_needs_an_account_and_a_percentage(self):
        tax = self.new_tax()
        with self.assertRaisesRegex(ValidationError, "account"):
            self.mapped(account_id=False, tax_id=tax.id)
        tax.amount_type = "fixed"
        with self.assertRaisesRegex(ValidationError, "percentage"):
            self.mapped(tax_id=tax.id)

    def test_a_payout_is_booked_where_the_bank_proves_it(self):
        with self.assertRaisesRegex(ValidationError, "proved"):
            self.mapped(kind="payout")
        self.mapped(kind="payout", account_id=False)

    def test_an_account_of_another_company_is_refused(self):
        other = self.setup_other_company()
        with self.assertRaises(UserError):
            self.mapped(account_id=other["default_account_expense"].id)

    def test_the_approver_reads_what_is_approved(self):
        mapping = (
            self.env["settlement.mapping"]
            .with_user(self.accountant)
            .create({"source_code": "c", "account_id": self.account.id})
        )
        mapping.action_submit()
        content = mapping._approvals("waiting").content
        self.assertEqual(content["account"], self.account.display_name)
        self.assertIn(self.account.display_name, mapping.display_name)

    # ------------------------------------------------------------------
    # Verification
    # ------------------------------------------------------------------

    def findings(self):
        result = self.env["settlement.verification"].run()
        return [(one["model"], one["id"]) for one in result["findings"]]

    def test_all_laws_hold_of_what_is_mapped(self):
        self.mapped(tax_id=self.new_tax().id, analytic_distribution=self.distribution)
        self.posted(self.row(gross="100"), self.coded("fee", "-12"))
        self.assertEqual(self.findings(), [])

    def test_another_account_written_into_the_mapping_is_found(self):
        mapping = self.mapped()
        for assignment in (
            f"account_id = {self.policy.adjustment_account_id.id}",
            """analytic_distribution = '{"1": 100}'""",
        ):
            with self.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute(
                    f"UPDATE settlement_mapping SET {assignment} WHERE id = %s",
                    [mapping.id],
                )
                self.env.invalidate_all()
                mapping._seal_rows()
                self.assertIn(("settlement.mapping", mapping.id), self.findings())
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(self.findings(), [])

    def test_a_posting_by_a_draft_is_found(self):
        self.mapped()
        posting = self.posted(self.row(gross="100"), self.coded("fee", "-12"))
        draft = (
            self.env["settlement.mapping"]
            .with_user(self.accountant)
            .create({"source_code": "c"})
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE settlement_posting SET plan = jsonb_set(plan::jsonb, "
            "'{mappings}', to_jsonb(ARRAY[%s]))  WHERE id = %s",
            [draft.id, posting.id],
        )
        self.env.invalidate_all()
        sentences = [
            finding["sentence"]
            for finding in self.env["settlement.verification"].run()["findings"]
            if finding["id"] == posting.id
        ]
        self.assertTrue(any("approved" in sentence for sentence in sentences))
