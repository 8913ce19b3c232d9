from odoo import fields

from odoo.addons.settlement.tests.common import MATCHING_REASONS, SettlementCase

from . import camt_samples
from .camt_samples import Entry, Statement

ACCOUNT = camt_samples.ACCOUNT


class BankCase(SettlementCase):
    """A bank backend with one account in euro, and an accountant who imports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.new_backend("House Bank", connector="bank")
        cls.account = cls.new_wallet(cls.bank, account=ACCOUNT)
        cls.accountant = cls.new_user("group_accountant")

    @classmethod
    def chain(cls, *movements, opening="0.00", day="2026-01-05"):
        """Return statements whose balances follow one another, one a day."""
        statements = []
        first = fields.Date.from_string(day)
        for number, amount in enumerate(movements, 1):
            date = fields.Date.to_string(fields.Date.add(first, days=number))
            statement = camt_samples.footing(
                Statement(
                    [Entry(amount, f"REF-{number}", day=date)],
                    opening=opening,
                    identifier=f"S-{number}",
                    sequence=str(number),
                    day=date,
                )
            )
            opening = statement.closing
            statements.append(statement)
        return statements

    def import_statements(self, *statements, user=None, **options):
        """Import statements as one file and run the pipeline."""
        return self.import_bytes(
            camt_samples.document(*statements, **options), user=user
        )

    def import_bytes(self, content, filename="statement.xml", user=None):
        """Import a file and run the pipeline; return its message."""
        backend = self.bank.with_user(user or self.accountant)
        message = backend.import_file(filename, content)
        backend.run_pipeline(until="validate")
        return message.sudo()

    def rows(self):
        """Return the current transactions of the bank by day and identity."""
        return self.transactions.search(
            [("backend_id", "=", self.bank.id), ("is_current", "=", True)],
            order="booked_on, external_id, occurrence",
        )

    def statements(self):
        """Return the statements of the bank by number."""
        return self.env["settlement.batch"].search(
            [("backend_id", "=", self.bank.id)], order="date, sequence, id"
        )

    def open_exceptions(self, record=None):
        """Return what is open about the bank's files, or about one record of it."""
        exceptions = self.env["settlement.exception"].search(
            [
                ("backend_id", "=", self.bank.id),
                ("state", "=", "open"),
                ("reason", "not in", MATCHING_REASONS),
            ]
        )
        if record is None:
            return exceptions
        return exceptions.filtered(
            lambda one: (one.subject_model, one.subject_id) == (record._name, record.id)
        )
