from odoo import api, fields, models
from odoo.tools import SQL


class SettlementCallCount(models.Model):
    """How many calls a backend made on one day of its own time zone."""

    _name = "settlement.call.count"
    _description = "Calls of a Day"
    _order = "day desc, backend_id"
    _log_access = False

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    day = fields.Date(required=True, index=True)
    calls = fields.Integer(required=True)

    _day_uniq = models.Constraint(
        "UNIQUE (backend_id, day)", "A backend has one count a day."
    )

    @api.model
    def _add_call(self, backend, day):
        """Count one more call and return how many the day has now."""
        query = SQL(
            """
            INSERT INTO settlement_call_count (backend_id, company_id, day, calls)
            VALUES (%(backend)s, %(company)s, %(day)s, 1)
            ON CONFLICT (backend_id, day)
            DO UPDATE SET calls = settlement_call_count.calls + 1
            RETURNING calls
            """,
            backend=backend.id,
            company=backend.company_id.id,
            day=day,
        )
        calls = self.env.execute_query(query)[0][0]
        self.invalidate_model(["calls"])
        return calls

    @api.model
    def _calls_on(self, backend, day):
        """Return how many calls a backend made on a day."""
        domain = [("backend_id", "=", backend.id), ("day", "=", day)]
        return self.search(domain, limit=1).calls
