from odoo import fields, models


class SettlementMessageHold(models.TransientModel):
    _name = "settlement.message.hold"
    _description = "Hold Payloads"

    message_ids = fields.Many2many("settlement.message", required=True)
    is_release = fields.Boolean("Release")
    reason = fields.Text(required=True)

    def action_apply(self):
        """Put the chosen messages on hold, or release them, for the reason given."""
        self.ensure_one()
        if self.is_release:
            self.message_ids.action_release_hold(self.reason)
        else:
            self.message_ids.action_hold(self.reason)
        return {"type": "ir.actions.act_window_close"}
