from odoo import fields, models


class SettlementRuleRetirement(models.TransientModel):
    """Asks why a version of a rule is retired."""

    _name = "settlement.rule.retirement"
    _description = "Retire a Rule"

    version_id = fields.Many2one("settlement.rule.version", required=True)
    reason = fields.Text(required=True)

    def action_retire(self):
        """Retire the version."""
        self.ensure_one()
        self.version_id.action_retire(self.reason)
        return {"type": "ir.actions.act_window_close"}
