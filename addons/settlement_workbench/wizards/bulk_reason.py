from ast import literal_eval

from odoo import fields, models

from odoo.addons.settlement.models.exception import REASONS


class SettlementBulkReason(models.TransientModel):
    """Asks on which of several reasons to act: one act is for one of them."""

    _name = "settlement.bulk.reason"
    _description = "Act on Many: Which Exceptions"

    domain = fields.Char(required=True, readonly=True)
    line_ids = fields.One2many("settlement.bulk.reason.line", "wizard_id")

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Act on Which of Them?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class SettlementBulkReasonLine(models.TransientModel):
    """One of the reasons, and how many have it."""

    _name = "settlement.bulk.reason.line"
    _description = "Act on Many: One Reason"
    _order = "count desc, id"

    wizard_id = fields.Many2one(
        "settlement.bulk.reason", required=True, ondelete="cascade"
    )
    reason = fields.Selection(REASONS, required=True, readonly=True)
    count = fields.Integer("How Many", readonly=True)

    def action_choose(self):
        """Open the act on all with this reason."""
        self.ensure_one()
        domain = literal_eval(self.wizard_id.domain)
        return self.env["settlement.bulk"].action_open(domain, reason=self.reason)
