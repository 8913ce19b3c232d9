from odoo import fields, models


class SettlementCloseReopening(models.TransientModel):
    """Asks why a closed period is opened again."""

    _name = "settlement.close.reopening"
    _description = "Opening a Period Again"
    _inherit = "settlement.subject.dialog"
    _subject_field = "close_id"

    close_id = fields.Many2one("settlement.close", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_reopen(self):
        """Open the period again."""
        self.ensure_one()
        self.close_id.action_reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
