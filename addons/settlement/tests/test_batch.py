from datetime import date, datetime
from decimal import Decimal

from odoo.tests import tagged

from .common import SettlementCase

LISTED = {"batch_kind": "payout", "batch_external_id": "po_1"}


@tagged("post_install", "-at_install")
class TestBatch(SettlementCase):
    def batch(self):
        return self.env["settlement.batch"].search([("external_id", "=", "po_1")])

    def exceptions(self):
        return self.env["settlement.exception"].search(
            [("batch_id", "=", self.batch().id)]
        )

    def test_lines_that_sum_to_the_total_validate(self):
        self.store_facts(self.charge(**LISTED), self.payout())
        self.assertEqual(self.batch().action_validate(), self.batch())
        self.assertEqual(self.batch().state, "validated")

    def test_the_payout_row_is_no_line(self):
        payout_row = self.charge(
            "txn_payout", gross="-98.00", fee="0", kind="payout", **LISTED
        )
        self.store_facts(self.charge(**LISTED), payout_row, self.payout())
        self.batch().action_validate()
        self.assertEqual(self.batch().state, "validated")
        self.assertEqual(self.batch().transaction_count, 1)
        self.assertEqual(self.batch().payout_transaction_id.external_id, "txn_payout")

    def test_a_missing_line_is_an_exception_that_late_data_close(self):
        self.store_facts(self.charge(**LISTED), self.payout(total="196.00"))
        self.assertFalse(self.batch().action_validate())
        exception = self.exceptions()
        self.assertEqual(exception.reason, "batch_unbalanced")
        self.assertIn("98.00", exception.cause)
        self.store_facts(self.charge("txn_2", **LISTED))
        self.batch().action_validate()
        self.assertEqual(self.batch().state, "validated")
        self.assertEqual(exception.state, "resolved")

    def test_an_incomplete_batch_waits_without_an_exception(self):
        self.store_facts(
            self.charge(**LISTED), self.payout(total="500", complete=False)
        )
        self.assertFalse(self.batch().action_validate())
        self.assertFalse(self.exceptions())

    def test_a_statement_must_close_where_its_movements_lead(self):
        self.store_facts(
            self.charge(**LISTED),
            self.payout(
                opening_balance=Decimal("10.00"), closing_balance=Decimal("109.00")
            ),
        )
        self.batch().action_validate()
        exception = self.exceptions()
        self.assertEqual(exception.reason, "balance_gap")
        for number in ("10.00", "108.00", "109.00", "1.00"):
            self.assertIn(number, exception.cause)

    def test_a_batch_is_refreshed_but_not_by_equal_facts(self):
        self.store_facts(self.payout(expected_on=date(2026, 1, 14)))
        before = self.batch().write_date, self.batch().row_hash
        self.assertEqual(
            self.store_facts(self.payout(expected_on=date(2026, 1, 14)))["batches"], 0
        )
        self.store_facts(self.payout(expected_on=date(2026, 1, 15)))
        self.assertEqual(self.batch().expected_on, date(2026, 1, 15))
        self.assertNotEqual(self.batch().row_hash, before[1])
        self.assertFalse(self.batch()._altered_rows())

    # -- changes after the validation ----------------------------------------------

    def validated(self):
        self.store_facts(self.charge(**LISTED), self.payout())
        self.batch().action_validate()
        self.assertEqual(self.batch().state, "validated")

    def test_a_late_line_takes_the_validation_back(self):
        self.validated()
        self.store_facts(self.charge("txn_2", **LISTED))
        self.assertEqual(self.batch().state, "open")
        self.assertFalse(self.batch().action_validate())
        self.assertEqual(self.exceptions().reason, "batch_unbalanced")

    def test_a_corrected_line_takes_the_validation_back_until_its_batch_follows(self):
        self.validated()
        later = {"source_version_at": datetime(2026, 1, 20)}
        self.store_facts(self.charge(gross="99.00", **LISTED, **later))
        self.assertEqual(self.batch().state, "open")
        self.store_facts(self.payout(total="97.00"))
        self.batch().action_validate()
        self.assertEqual(self.batch().state, "validated")

    def test_a_corrected_total_takes_the_validation_back(self):
        self.validated()
        self.store_facts(self.payout(total="97.00"))
        self.assertEqual(self.batch().state, "open")

    def test_a_batch_that_goes_on_takes_its_validation_back(self):
        self.validated()
        self.store_facts(self.payout(complete=False))
        self.assertEqual(self.batch().state, "open")

    def test_other_words_keep_the_validation(self):
        self.validated()
        self.store_facts(self.payout(descriptor="ACME"), self.charge(**LISTED))
        self.assertEqual(self.batch().state, "validated")

    def test_what_is_posted_is_not_reopened(self):
        self.validated()
        self.batch()._set_state("posted")
        self.store_facts(self.charge("txn_2", **LISTED))
        self.assertEqual(self.batch().state, "posted")
