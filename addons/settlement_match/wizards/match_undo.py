from odoo import fields, models


class SettlementMatchUndo(models.TransientModel):
    """Asks for the reason why matches are undone."""

    _name = "settlement.match.undo"
    _description = "Undo Matches"

    def _default_match_ids(self):
        return self.env.context.get("active_ids") or []

    match_ids = fields.Many2many("settlement.match", default=_default_match_ids)
    reason = fields.Text(required=True)

    def action_undo(self):
        """Undo the chosen matches with the given reason."""
        self.match_ids.action_undo(self.reason)
        return {"type": "ir.actions.act_window_close"}
