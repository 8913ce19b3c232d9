from odoo import fields, models


class SettlementFileLayoutWithdrawal(models.TransientModel):
    """Asks why a layout is withdrawn."""

    _name = "settlement.file.layout.withdrawal"
    _description = "Withdraw a File Layout"

    layout_id = fields.Many2one("settlement.file.layout", required=True)
    reason = fields.Text(required=True)

    def action_withdraw(self):
        """Withdraw the layout."""
        self.ensure_one()
        self.layout_id.action_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
