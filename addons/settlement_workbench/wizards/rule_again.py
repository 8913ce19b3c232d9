from odoo import fields, models


class SettlementRuleAgain(models.TransientModel):
    """Asks whether to match again what a new rule concerns."""

    _name = "settlement.rule.again"
    _description = "Match Again after a Rule"
    _inherit = "settlement.subject.dialog"
    _subject_field = "version_id"

    version_id = fields.Many2one("settlement.rule.version", required=True)
    sentence = fields.Text(related="version_id.sentence", related_sudo=False)
    count = fields.Integer("Open Payments", readonly=True)

    def action_match(self):
        """Match them again, in the background where they are many."""
        return self.version_id.action_match_again()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The Rule Holds Now"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
