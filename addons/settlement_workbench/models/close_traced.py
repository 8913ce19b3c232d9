from odoo import models
from odoo.tools import SQL


class SettlementTraced(models.AbstractModel):
    """A record on the way of the money: where the money is, and what happened to it."""

    _name = "settlement.traced"
    _description = "Record on the Way of the Money"

    def action_open_money(self):
        """Open the way of the money of this record, from document to bank.

        :raises AccessError: without the viewer role, or in another company.
        """
        return self.env["settlement.money.trail"]._open_for(self)

    def action_open_events(self):
        """Open what the audit trail says of these records, the latest first.

        :raises AccessError: for others than auditors.
        """
        self.env["settlement.backend"]._require_group("group_auditor")
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Audit Trail"),
            "res_model": "settlement.event",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._event_ids())],
        }

    def _event_ids(self):
        """Return the ids of the events about these records, alone or among others."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.id FROM settlement_event event
                 WHERE event.model = %(model)s AND event.res_id = ANY(%(ids)s)
                 UNION
                SELECT event.id
                  FROM settlement_event event
                 CROSS JOIN jsonb_array_elements(event.rows_ranges::jsonb) AS ends
                  JOIN unnest(%(ids)s) AS wanted (id)
                    ON wanted.id BETWEEN (ends ->> 0)::int8 AND (ends ->> 1)::int8
                 WHERE event.rows_model = %(model)s
                """,
                model=self._name,
                ids=self.ids,
            )
        )
        return [event_id for (event_id,) in rows]
