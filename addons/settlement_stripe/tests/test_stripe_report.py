from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FIRST, StripeCase
from .pure.test_stripe_report import CHARGE, PAYOUT, REFUND, report


@tagged("post_install", "-at_install")
class TestStripeReport(StripeCase):
    """Report files of Stripe, alone and beside what the API says."""

    def take(self, *rows, name="payouts.csv"):
        message = self.backend.import_file(name, report(*rows).getvalue())
        self.backend.run_pipeline(until="validate")
        return message

    def test_a_payout_from_two_reports(self):
        self.take(CHARGE, REFUND)
        self.take(PAYOUT)
        batch = self.batches()
        self.assertEqual(batch.state, "validated")
        self.assertEqual((batch.total, batch.difference), (76.8, 0))
        self.assertEqual(batch.payout_transaction_id.external_id, "txn_3")
        self.assertEqual(batch.reference, "TRACE1")
        self.assertFalse(self.exceptions())

    def test_the_order_of_the_reports_does_not_matter(self):
        self.take(PAYOUT)
        self.take(CHARGE, REFUND)
        self.assertEqual(self.batches().state, "validated")
        self.assertEqual(self.batches().total, 76.8)

    def test_a_list_that_lacks_rows_of_the_payout_is_found_out(self):
        self.take(PAYOUT)
        self.take(CHARGE)
        self.assertNotEqual(self.batches().state, "validated")
        (exception,) = self.exceptions()
        self.assertEqual(exception.reason, "batch_unbalanced")
        self.assertIn("txn_3", exception.cause)
        self.take(CHARGE, REFUND)
        self.assertEqual(self.batches().state, "validated")
        self.assertFalse(self.exceptions())

    def test_the_same_file_twice_changes_nothing(self):
        self.take(CHARGE, REFUND)
        before = self.transactions()
        self.take(CHARGE, REFUND, name="again.csv")
        self.assertEqual(self.transactions(), before)
        self.take(REFUND, CHARGE, name="other way round.csv")
        self.assertEqual(self.transactions(), before)

    def test_a_bad_row_waits_and_the_good_ones_come_in(self):
        message = self.take({**CHARGE, "net": "1.00"}, REFUND)
        self.assertEqual(self.transactions().mapped("external_id"), ["txn_2"])
        self.assertEqual(message.row_ids.mapped("number"), [1])

    def test_other_files_are_refused_at_once(self):
        with self.assertRaisesRegex(UserError, "no file that"):
            self.backend.import_file("list.csv", b"date,amount\n2026-01-01,5\n")

    # ------------------------------------------------------------------
    # Beside the API
    # ------------------------------------------------------------------

    def as_report(self, row):
        """Return a row of the shop's API as the report states it."""
        return {
            **CHARGE,
            "automatic_payout_id": row.batch_id.external_id,
            "balance_transaction_id": row.external_id,
            "created_utc": str(row.occurred_at),
            "available_on_utc": f"{row.available_on} 00:00:00",
            "gross": str(row.gross_amount),
            "fee": str(row.fee_amount),
            "net": str(row.net_amount),
            "source_id": row.source_external_id,
        }

    def pull(self):
        self.backend.pull(since=FIRST)
        self.backend.run_pipeline(until="validate")

    def listed(self):
        """Return the rows that the API lists in its first payout."""
        return self.transactions(kind="charge").filtered(
            lambda row: row.batch_id.external_id == "po_00"
        )

    def test_a_file_after_the_api_is_nothing_new(self):
        self.pull()
        before = self.transactions(is_current=True)
        batch = self.listed().batch_id
        total = batch.total
        self.take(*(self.as_report(row) for row in self.listed()))
        self.assertEqual(self.transactions(is_current=True), before)
        self.assertEqual((batch.total, batch.state), (total, "validated"))

    def test_the_api_after_a_file_says_more_and_doubles_nothing(self):
        self.pull()
        rows = [self.as_report(row) for row in self.listed()]
        other = self.new_backend(self.server, name="Files first")
        self.backend = other
        self.take(*rows)
        from_file = {row.external_id: row.net_amount for row in self.transactions()}
        self.assertEqual(len(from_file), len(rows))
        self.pull()
        current = self.transactions(is_current=True)
        self.assertEqual(len(current), 40)
        self.assertEqual(len(set(current.mapped("external_id"))), 40)
        for row in current.filtered(lambda row: row.external_id in from_file):
            self.assertEqual(row.net_amount, from_file[row.external_id])
            self.assertEqual(row.revision, 2)
        self.assertEqual(set(self.batches().mapped("state")), {"validated"})
        self.assertFalse(self.exceptions())
