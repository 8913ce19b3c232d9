from odoo import fields, models


class SettlementApprovalRefusal(models.TransientModel):
    """Asks for the reason of a refusal."""

    _name = "settlement.approval.refusal"
    _description = "Refusal of an approval"

    approval_id = fields.Many2one(
        "settlement.approval", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text("Why", required=True)

    def action_refuse(self):
        """Refuse with this reason; the approval checks who may."""
        self.ensure_one()
        self.approval_id.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
