from odoo import fields, models


class SettlementLockDateCheck(models.TransientModel):
    """One thing to look at before a period is locked."""

    _name = "settlement.lock.date.check"
    _description = "Check before a Lock"
    _order = "id"

    wizard_id = fields.Many2one("settlement.lock.date", ondelete="cascade")
    name = fields.Char(string="Check", readonly=True)
    result = fields.Selection(
        [("good", "Good"), ("warning", "Check"), ("blocking", "Blocking")],
        readonly=True,
    )
    sentence = fields.Char(string="What There Is", readonly=True)
    subject_model = fields.Char(readonly=True)
    subject_ids = fields.Json(readonly=True)

    def action_open(self):
        """Open the records that the check is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.subject_model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.subject_ids or [])],
        }
