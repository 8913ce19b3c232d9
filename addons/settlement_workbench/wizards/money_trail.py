from odoo import api, fields, models

from ..services.close_trail import MoneyTrail


class SettlementMoneyTrail(models.TransientModel):
    """Where is the money of this document? Its way, record by record."""

    _name = "settlement.money.trail"
    _description = "Where Is the Money"
    _rec_name = "name"

    name = fields.Char(readonly=True)
    record_model = fields.Char(readonly=True)
    record_id = fields.Integer(readonly=True)
    answer = fields.Text(string="Where It Is", readonly=True)
    line_ids = fields.One2many("settlement.money.trail.line", "trail_id")

    @api.model
    def _open_for(self, record):
        """Return the action that shows the way of the money of one record."""
        record.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        record.check_access("read")
        way = MoneyTrail(record)
        steps = way.steps()
        trail = self.create(
            {
                "name": self.env._("Money of %(what)s", what=record.display_name),
                "record_model": record._name,
                "record_id": record.id,
                "answer": way.answer(),
            }
        )
        lines = self.env["settlement.money.trail.line"]
        lines.create([lines._values(trail, step, record) for step in steps])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Where Is the Money"),
            "res_model": self._name,
            "res_id": trail.id,
            "views": [(False, "form")],
        }

    def action_open_record(self):
        """Open the record that it started from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.record_model,
            "res_id": self.record_id,
            "views": [(False, "form")],
        }
