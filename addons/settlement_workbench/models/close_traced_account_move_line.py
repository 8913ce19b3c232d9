from odoo import models


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "settlement.traced"]

    def action_open_move(self):
        """Open the entry of this item."""
        self.ensure_one()
        return self.env["settlement.transaction"]._open_records(self.move_id)
