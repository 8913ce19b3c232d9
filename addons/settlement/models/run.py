from odoo import fields, models


class SettlementRun(models.Model):
    """One run of the pipeline: what it did, how fast, what held it up."""

    _name = "settlement.run"
    _description = "Settlement Run"
    _order = "id desc"
    _rec_name = "started_at"

    company_id = fields.Many2one("res.company", index=True)
    backend_ids = fields.Many2many("settlement.backend")
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    until = fields.Selection(
        [
            ("parse", "Parse"),
            ("match", "Match"),
            ("validate", "Validate"),
            ("post", "Post"),
        ],
        required=True,
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        default="running",
    )
    started_at = fields.Datetime(required=True, default=fields.Datetime.now)
    finished_at = fields.Datetime()
    counters = fields.Json(help="Rows handled and seconds used, per step.")
    limited_by = fields.Char(help="The step that took the most time.")
    skipped = fields.Char(help="Steps left out because a role is missing.")
    correlation_id = fields.Char(index=True)

    def _finish(self, counters):
        """Close the run with its counters and name what took the most time."""
        self.ensure_one()
        slowest = max(counters, key=lambda step: counters[step]["seconds"], default="")
        self.write(
            {
                "state": "done" if self.state == "running" else self.state,
                "finished_at": fields.Datetime.now(),
                "counters": counters,
                "limited_by": slowest or False,
            }
        )

    def action_cancel(self):
        """Stop a run before its next step."""
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Runs are written by the pipeline only; the role was checked.
        self.sudo().filtered(lambda run: run.state == "running").write(
            {"state": "cancelled"}
        )
