from odoo import api, fields, models
from odoo.tools import SQL


class SettlementPullTarget(models.Model):
    """One object that a webhook named and that is still to be fetched.

    Any number of events about an object is one row here. It goes when the object
    was fetched after the last of them.
    """

    _name = "settlement.pull.target"
    _description = "Announced Object"
    _order = "id"
    _rec_name = "target"
    _log_access = False

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    target = fields.Char(required=True, help="In the connector's own words.")
    announced_at = fields.Datetime(required=True)

    _target_uniq = models.Constraint(
        "UNIQUE (backend_id, target)", "This object is to be fetched already."
    )

    @api.model
    def _add(self, backend, targets):
        """Note objects that are to be fetched, or that they are to be once more."""
        query = SQL(
            """
            INSERT INTO settlement_pull_target
                        (backend_id, company_id, target, announced_at)
                 SELECT %(backend)s, %(company)s, target,
                        clock_timestamp() AT TIME ZONE 'UTC'
                   FROM unnest(%(targets)s::text[]) AS target
               ORDER BY target
            ON CONFLICT (backend_id, target) DO UPDATE
                    SET announced_at = EXCLUDED.announced_at
            """,
            backend=backend.id,
            company=backend.company_id.id,
            targets=sorted(set(targets)),
        )
        # A conflict with a pull that is going on is nothing to report.
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_model()

    @api.model
    def _waiting(self, backend):
        """Return what is to be fetched as (id, target, exact time), oldest first."""
        return self.env.execute_query(
            SQL(
                "SELECT id, target, announced_at FROM settlement_pull_target "
                "WHERE backend_id = %s ORDER BY id",
                backend.id,
            )
        )

    @api.model
    def _done(self, row, announced_at):
        """Forget an object unless it was announced again in the meantime."""
        query = SQL(
            "DELETE FROM settlement_pull_target WHERE id = %s AND announced_at = %s",
            row,
            announced_at,
        )
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_model()
