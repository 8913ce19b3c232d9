from datetime import date

from odoo.fields import Command

from ..services import line_intake
from .common import SettlementAccountCase


class LedgerCase(SettlementAccountCase):
    """A bank journal of Odoo whose statement lines are matched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.new_journal("Savings Bank", "SAV1")
        cls.journal.action_settlement_match()
        cls.ledger = cls.journal._ledger_wallets().sudo(False)
        cls.ledger_backend = cls.ledger.backend_id

    @classmethod
    def new_journal(cls, name, code, **values):
        """Return a bank journal without any lines."""
        return cls.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "bank",
                "company_id": cls.company.id,
                **values,
            }
        )

    def line(self, amount, label="Payment", day=12, **values):
        """Return a statement line as somebody enters it by hand."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": date(2026, 1, day) if isinstance(day, int) else day,
                "amount": amount,
                "payment_ref": label,
                **values,
            }
        )

    def run_ledger(self, until="post"):
        """Run the pipeline over the lines; return the counters of its parse step."""
        run = self.ledger_backend.run_pipeline(until)
        self.env.invalidate_all()
        return run.counters["parse"]

    def patch_chunk(self, lines):
        """Take in so many lines at once."""
        self.patch(line_intake, "LINES", lines)

    def row_of(self, line):
        """Return the current transaction of a line."""
        return self.env["settlement.transaction"].search(
            [
                ("external_id", "=", f"line:{line.id}"),
                ("backend_id", "=", self.ledger_backend.id),
                ("is_current", "=", True),
            ]
        )

    def states(self, line):
        """Return match and posting state of the row of a line."""
        row = self.row_of(line)
        return row.match_state, row.posting_state

    def waiting(self, line):
        """Return the line's item on suspense."""
        return line.move_id.line_ids.filtered(
            lambda item: item.account_id == self.journal.suspense_account_id
        )

    def reconcile_by_hand(self, line, item):
        """Do what a reconciliation widget does: replace suspense by the target."""
        suspense = self.waiting(line)
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "name": line.payment_ref,
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": suspense.currency_id.id,
                            "amount_currency": suspense.amount_currency,
                            "balance": suspense.balance,
                        }
                    ),
                ]
            }
        )
        counterpart = line.move_id.line_ids.filtered(
            lambda own: own.account_id == item.account_id
        )
        (counterpart | item).reconcile()

    def reconcile_part_by_hand(self, line, item):
        """Do what a reconciliation widget does with a part: suspense keeps the rest."""
        suspense = self.waiting(line)
        rest = suspense.balance + item.balance
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "name": line.payment_ref,
                            "account_id": suspense.account_id.id,
                            "currency_id": suspense.currency_id.id,
                            "amount_currency": rest,
                            "balance": rest,
                        }
                    ),
                    Command.create(
                        {
                            "name": line.payment_ref,
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": suspense.currency_id.id,
                            "amount_currency": -item.balance,
                            "balance": -item.balance,
                        }
                    ),
                ]
            }
        )
        counterpart = line.move_id.line_ids.filtered(
            lambda own: own.account_id == item.account_id
        )
        (counterpart | item).reconcile()

    def findings(self):
        """Return everything that the verification finds."""
        self.env.flush_all()
        return self.env["settlement.verification"].sudo().run()["findings"]

    def assert_clean(self):
        """Assert that no law is broken."""
        self.assertEqual(self.findings(), [])
