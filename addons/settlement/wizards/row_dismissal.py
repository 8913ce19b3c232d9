from odoo import fields, models


class SettlementRowDismissal(models.TransientModel):
    _name = "settlement.row.dismissal"
    _description = "Dismiss Rows That Were Put Aside"

    row_ids = fields.Many2many("settlement.message.row", required=True)
    reason = fields.Text(required=True)

    def action_dismiss(self):
        """Dismiss the chosen rows for the reason given."""
        self.ensure_one()
        self.row_ids.action_dismiss(self.reason)
        return {"type": "ir.actions.act_window_close"}
