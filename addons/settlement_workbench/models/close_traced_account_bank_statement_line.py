from odoo import models


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "settlement.traced"]

    def action_open_entry(self):
        """Open the entry of this line."""
        return self.env["settlement.transaction"]._open_records(self.move_id)
