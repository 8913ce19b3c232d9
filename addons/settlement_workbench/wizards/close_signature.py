from odoo import fields, models


class SettlementCloseSignature(models.TransientModel):
    """Asks why a check is good as it is."""

    _name = "settlement.close.signature"
    _description = "Signature of a Check"
    _inherit = "settlement.subject.dialog"
    _subject_field = "row_id"

    row_id = fields.Many2one("settlement.close.row", required=True, readonly=True)
    sentence = fields.Text(
        "What There Is", related="row_id.sentence", related_sudo=False
    )
    proof_text = fields.Text(related="row_id.proof_text", related_sudo=False)
    comment = fields.Text(required=True, string="Why It Is Good")

    def action_sign(self):
        """Sign the check."""
        self.ensure_one()
        self.row_id.action_sign(self.comment)
        return {"type": "ir.actions.act_window_close"}
