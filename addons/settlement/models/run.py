from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


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
    limited_by = fields.Char(help="The step and stage that took the most time.")
    stage_ids = fields.One2many("settlement.run.stage", "run_id")
    progress = fields.Float(
        compute="_compute_progress", help="Part of the planned stages that is done."
    )
    skipped = fields.Char(help="Steps left out because a role is missing.")
    correlation_id = fields.Char(index=True)

    @api.depends("state", "stage_ids.state")
    def _compute_progress(self):
        for run in self:
            states = run.stage_ids.mapped("state")
            done = 100 * states.count("done") / len(states) if states else 0
            run.progress = 100 if run.state == "done" else done

    @api.model
    def _current(self):
        """Return the run that the environment works for, or no record."""
        if correlation := self.env.context.get("settlement_correlation_id"):
            return self.search([("correlation_id", "=", correlation)], limit=1)
        return self.browse()

    def _is_cancelled(self):
        """Return whether somebody has cancelled this run by now."""
        if not self:
            return False
        self.flush_recordset(["state"])
        query = SQL("SELECT state FROM settlement_run WHERE id = %s", self.id)
        is_cancelled = self.env.execute_query(query)[0][0] == "cancelled"
        return is_cancelled or self._is_cancelled_elsewhere()

    def _is_cancelled_elsewhere(self):
        """Return whether another transaction has cancelled this run meanwhile.

        Who works without checkpoints, as jobs do, sees all of the database as it was
        when it began: only a transaction of its own shows what has become of the run.
        A row that is locked is being written right now, perhaps by ourselves, who
        resume it: then nobody else has the last word yet.
        """
        with self.env.registry.cursor() as cursor:
            cursor.execute(
                SQL(
                    "SELECT state FROM settlement_run WHERE id = %s "
                    "FOR NO KEY UPDATE SKIP LOCKED",
                    self.id,
                )
            )
            return cursor.fetchone() == ("cancelled",)

    def _plan_stages(self, company, names):
        """Write down what stages are to come, and return them by name."""
        if not self:
            return {}
        # Who resumes a run begins the stages again that were not done.
        known = self.stage_ids.filtered(
            lambda stage: stage.company_id == company and stage.name in names
        )
        known.filtered(lambda stage: stage.state != "done").state = "waiting"
        missing = [name for name in names if name not in known.mapped("name")]
        known |= self.env["settlement.run.stage"].create(
            [
                {"run_id": self.id, "company_id": company.id, "name": name}
                for name in missing
            ]
        )
        return known.grouped("name")

    def _finish(self, counters):
        """Close the run with its counters and name what took the most time."""
        self.ensure_one()
        is_cancelled = self._is_cancelled()
        counters = {**(self.counters or {}), **counters}
        unfinished = self.stage_ids.filtered(
            lambda stage: stage.state in ("waiting", "running")
        )
        unfinished.state = "cancelled"
        if is_cancelled and self.state != "cancelled":
            # Another transaction holds the newest state of this row; writing it too
            # would be a conflict, and all that was done would be lost.
            return
        self.write(
            {
                "state": "cancelled" if is_cancelled else "done",
                "finished_at": fields.Datetime.now(),
                "counters": counters,
                "limited_by": self._slowest(counters) or False,
            }
        )

    def _slowest(self, counters):
        """Return the step that took the most time, and its slowest stage."""
        step = max(
            counters, key=lambda name: counters[name].get("seconds", 0), default=""
        )
        stages = self.stage_ids.filtered("seconds").sorted("seconds")
        if step != "match" or not stages:
            return step
        slowest = stages[-1]
        labels = dict(slowest._fields["limited_by"]._description_selection(self.env))
        return f"{step}: {slowest.name} ({labels[slowest.limited_by]})"

    def action_cancel(self):
        """Stop a run before its next step, or stage of matching."""
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Runs are written by the pipeline only; the role was checked.
        self.sudo().filtered(lambda run: run.state == "running").write(
            {"state": "cancelled", "finished_at": fields.Datetime.now()}
        )

    def action_resume(self):
        """Go on with cancelled runs where they stopped.

        What they had done is kept; the step in which they stopped begins again with
        what is still open.

        :raises UserError: for a run that was not cancelled.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        for run in self:
            if run.state != "cancelled":
                raise UserError(
                    self.env._("Only a cancelled run can be resumed: this one is not.")
                )
            # The user's own rights decide about the steps; see run_pipeline.
            run.backend_ids._resume_run(run, None)
