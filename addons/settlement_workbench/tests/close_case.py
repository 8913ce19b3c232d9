from datetime import date
from decimal import Decimal

from odoo.addons.settlement_account.tests.proof_case import ProofCase

PERIOD = date(2026, 1, 1)
LAST = date(2026, 1, 31)
FEBRUARY = date(2026, 2, 2)


class CloseCase(ProofCase):
    """January of a company with one provider and one bank, all of it in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.viewer = cls.new_user("group_viewer")
        cls.auditor = cls.new_user("group_auditor")

    def january(self):
        """Let a payout be paid for by a customer, be posted and reach the bank."""
        self.add_bank()
        self.document = self.invoice(100)
        self.charge = self.row(gross="100", fee="3", day=10)
        self.store(*self.payout(self.charge, day=12))
        self.arrived = self.bank_row("97.00", day=14)
        self.store_statement(self.arrived, day=30)
        self.match(self.charge, self.document)
        self.store(self.balance("0", 31, hour=20), self.loose(gross="1", day=FEBRUARY))
        self.post_all()
        self.match_bank([self.batch()], self.arrived)
        self.post_all()

    def close(self, user=None):
        """Return the close of January, started by an accountant."""
        closes = self.env["settlement.close"].with_user(user or self.accountant)
        closes = closes.with_context(allowed_company_ids=self.company.ids)
        return closes._for(self.company, PERIOD)

    def check(self, code, close=None):
        """Return the row, or rows, of one check after computing anew."""
        close = close or self.close()
        close.action_refresh()
        return close.row_ids.filtered(lambda row: row.code == code)

    def opened(self, row):
        """Return the records that a row opens."""
        action = row.action_open()
        return self.env[action["res_model"]].search(action["domain"])

    def sign_all(self, close, user=None, comment="Looked at"):
        """Sign whatever is to be signed."""
        close = close.with_user(user or self.accountant)
        close.row_ids.filtered("needs_signature").action_sign(comment)

    def as_user(self, close, user):
        return close.with_user(user).with_context(allowed_company_ids=self.company.ids)

    def events(self, action):
        return self.env["settlement.event"].search([("action", "=", action)])

    def cents(self, amount):
        return Decimal(f"{amount:.2f}")
