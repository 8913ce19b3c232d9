from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models import backend_ledger
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerSources(LedgerCase):
    """However a statement line came into Odoo, it finds its document."""

    def import_csv(self, text, fields):
        """Import a CSV file as people do it in the list of statement lines."""
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "account.bank.statement.line",
                "file": text.encode(),
                "file_type": "text/csv",
                "file_name": "lines.csv",
            }
        )
        options = {
            "quoting": '"',
            "separator": ",",
            "has_headers": True,
            "date_format": "%Y-%m-%d",
            "float_decimal_separator": ".",
            "float_thousand_separator": ",",
        }
        result = wizard.execute_import(fields, fields, options)
        self.assertFalse(result["messages"])
        return self.env["account.bank.statement.line"].browse(result["ids"])

    def test_lines_of_a_csv_file(self):
        invoices = self.invoice(100) + self.invoice(50)
        rows = [
            f"{self.journal.name},2026-01-1{number},{each.name},{each.amount_total}"
            for number, each in enumerate(invoices, 2)
        ]
        lines = self.import_csv(
            "\n".join(["Journal,Date,Label,Amount", *rows]),
            ["journal_id", "date", "payment_ref", "amount"],
        )
        self.assertEqual(len(lines), 2)
        self.run_ledger()
        self.assertEqual(lines.mapped("is_reconciled"), [True, True])
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assert_clean()

    def test_lines_of_a_module_that_imports_statements(self):
        """Such modules create a statement with its lines at once, as OCA's do."""
        invoice = self.invoice(100)
        self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71096123456769",
                "partner_id": self.customer.id,
            }
        )
        statement = self.env["account.bank.statement"].create(
            {
                "name": "2026-01",
                "reference": "camt.053.xml",
                "balance_start": 0,
                "balance_end_real": 100,
                "line_ids": [
                    Command.create(
                        {
                            "journal_id": self.journal.id,
                            "date": "2026-01-15",
                            "amount": 100,
                            "payment_ref": f"Invoice {invoice.name}",
                            "partner_name": "Customer Ltd",
                            "account_number": "BE71096123456769",
                            "transaction_type": "PMNT-RCDT-ESCT",
                            "transaction_details": {"EndToEndId": "E2E-1"},
                        }
                    )
                ],
            }
        )
        self.run_ledger()
        self.assertTrue(statement.line_ids.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        row = self.row_of(statement.line_ids)
        self.assertEqual(row.counterparty_account, "BE71096123456769")
        self.assertEqual(row.source_code, "PMNT/RCDT/ESCT")
        self.assertEqual(row.end_to_end_reference, "E2E-1")
        self.assert_clean()

    def test_lines_of_a_user_of_another_module_by_rpc(self):
        """A line that comes with its statement later is the same line."""
        invoice = self.invoice(100)
        line = self.line(100, "Card payment", ref=f"Customer paid {invoice.name}")
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.env["account.bank.statement"].create(
            {"name": "January", "line_ids": [(6, 0, line.ids)]}
        )
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.assert_clean()

    def test_a_line_without_a_statement_and_one_with_look_the_same(self):
        line = self.line(12)
        self.run_ledger()
        self.env["account.bank.statement"].create(
            {"name": "January", "line_ids": [(6, 0, line.ids)]}
        )
        self.assertEqual(self.run_ledger()["lines"], 0)
        self.assertEqual(self.row_of(line).revision, 1)

    def test_a_refund_paid_out_and_a_customer_paid_back(self):
        note = self.invoice(30, "out_refund")
        line = self.line(-30, note.name)
        self.run_ledger()
        self.assertTrue(line.is_reconciled)
        self.assertIn(note.payment_state, ("paid", "reversed"))
        self.assert_clean()

    def test_own_transfers_meet_on_the_transfer_account(self):
        other = self.new_journal("Other Bank", "OTH1")
        other.action_settlement_match()
        gone = self.line(-500, "To other bank")
        come = self.line(500, "From savings", day=13, journal_id=other.id)
        self.run_ledger("parse")
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.row_of(gone), self.row_of(come)], [])
        )
        match._confirm()
        self.run_ledger()
        self.assertEqual((gone + come).mapped("is_reconciled"), [True, True])
        transfer = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.transfer_account_id.id)]
        )
        self.assertEqual(sum(transfer.mapped("balance")), 0)
        self.assertTrue(all(transfer.mapped("reconciled")))
        self.assertEqual(match.state, "posted")
        self.assert_clean()
        match.action_undo("two other ones")
        self.assertEqual((gone + come).mapped("is_reconciled"), [False, False])
        self.assert_clean()

    def test_what_the_bank_charges_needs_no_document(self):
        line = self.line(-3, "Account fee", transaction_type="ACMT-MDOP-CHRG")
        self.run_ledger()
        row = self.row_of(line)
        self.assertEqual(row.source_code, "ACMT/MDOP/CHRG")
        self.assertEqual(self.states(line), ("not_needed", "reconciled"))
        self.assertTrue(line.is_reconciled)
        self.assertFalse(row.ledger_note)
        fee = self.policy.bank_fee_account_id
        items = self.env["account.move.line"].search([("account_id", "=", fee.id)])
        self.assertEqual(items.mapped("balance"), [3.0])
        self.assertEqual(self.run_ledger()["settled_elsewhere"], 0)
        self.assert_clean()

    def test_a_job_takes_lines_in_as_the_scheduled_action_does(self):
        line = self.line(9)
        backend = self.ledger_backend.sudo()
        self.assertFalse(backend._advance(), "nothing more waits")
        self.assertTrue(self.row_of(line))

    def test_a_job_takes_in_a_bounded_number_of_lines(self):
        self.patch_chunk(2)
        self.patch(backend_ledger, "JOB_LINES", 2)
        lines = [self.line(amount) for amount in (1, 2, 3)]
        backend = self.ledger_backend.sudo()
        with trap_jobs() as trap:
            self.assertTrue(backend._advance(), "another job goes on")
            trap.assert_jobs_count(1)
        self.assertEqual([bool(self.row_of(line)) for line in lines], [1, 1, 0])
        self.assertFalse(backend._advance())
        self.assertTrue(self.row_of(lines[-1]))

    def test_a_worker_that_finds_another_at_it_takes_nothing_in(self):
        line = self.line(9)
        backend = type(self.ledger_backend)
        self.patch(backend, "try_lock_for_update", lambda each, **_options: each[:0])
        self.assertEqual(self.ledger_backend.sudo()._take_in_lines()["lines"], 0)
        self.assertFalse(self.row_of(line))
