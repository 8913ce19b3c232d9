from odoo import fields, models
from odoo.exceptions import UserError


class SettlementApprovalDecision(models.TransientModel):
    """A decision with a comment."""

    _name = "settlement.approval.decision"
    _description = "Decide on an Approval"
    _inherit = "settlement.subject.dialog"
    _subject_field = "approval_id"

    approval_id = fields.Many2one(
        "settlement.approval", required=True, readonly=True, ondelete="cascade"
    )
    comment = fields.Text()

    def action_approve(self):
        """Approve with the comment; the approval checks who may."""
        self.ensure_one()
        self.approval_id.action_approve(self.comment or "")
        return {"type": "ir.actions.act_window_close"}

    def action_refuse(self):
        """Refuse with the comment, which goes to who asked."""
        self.ensure_one()
        if not (self.comment or "").strip():
            raise UserError(self.env._("Say why you refuse."))
        self.approval_id.action_refuse(self.comment)
        return {"type": "ir.actions.act_window_close"}
