from odoo import api, fields, models

from .big_integer import BigInteger


class SettlementRunStage(models.Model):
    """One stage of a run in one company: how far it is, how fast it went.

    Rows of their own, so that a run shows its progress while it is working and
    nobody waits for its row.
    """

    _name = "settlement.run.stage"
    _description = "Stage of a Settlement Run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "settlement.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="waiting",
    )
    rows = BigInteger(help="Rows that the stage looked at.")
    matched = BigInteger()
    proposed = BigInteger()
    seconds = fields.Float(digits=(16, 3))
    cpu_seconds = fields.Float(
        "Own Seconds", digits=(16, 3), help="Of these, the worker itself was busy."
    )
    rows_per_second = fields.Float(
        compute="_compute_rows_per_second", store=True, digits=(16, 1)
    )
    limited_by = fields.Selection(
        [("database", "Database"), ("worker", "Worker")],
        compute="_compute_rows_per_second",
        store=True,
        help="What the stage spent most of its time with.",
    )

    @api.depends("rows", "seconds", "cpu_seconds")
    def _compute_rows_per_second(self):
        for stage in self:
            stage.rows_per_second = stage.seconds and stage.rows / stage.seconds
            stage.limited_by = stage.seconds and (
                "worker" if 2 * stage.cpu_seconds >= stage.seconds else "database"
            )

    def _finish(self, counters):
        """Close a stage with its counters."""
        self.ensure_one()
        names = ("rows", "matched", "proposed", "seconds", "cpu_seconds")
        self.write({"state": "done", **{name: counters.get(name, 0) for name in names}})
