from odoo import fields, models


class SettlementMappingWithdrawal(models.TransientModel):
    """Asks why a mapping is withdrawn."""

    _name = "settlement.mapping.withdrawal"
    _description = "Withdraw a Mapping"

    mapping_id = fields.Many2one("settlement.mapping", required=True)
    reason = fields.Text(required=True)

    def action_withdraw(self):
        """Withdraw the mapping, or ask for it where it holds."""
        self.ensure_one()
        self.mapping_id.action_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
