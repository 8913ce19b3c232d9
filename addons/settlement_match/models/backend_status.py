from odoo import models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import kinds


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _status_of(self):
        """Add how much was matched, and by which method."""
        return {**super()._status_of(), "matching": self._matching_status()}

    def _matching_status(self):
        """Return the match rate of the rows that need a target, by number and method.

        Rows whose own code says that they need none are no part of it.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(matched.method, state.match_state), count(*)
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  LEFT JOIN LATERAL (
                    SELECT match.method
                      FROM settlement_match_line line
                      JOIN settlement_match match ON match.id = line.match_id
                     WHERE line.transaction_id = state.transaction_id
                       AND match.state IN ('confirmed', 'posted')
                       AND state.match_state = 'matched'
                     ORDER BY match.id LIMIT 1) matched ON TRUE
                 WHERE fact.backend_id = %s
                   AND fact.kind IN %s
                   AND state.match_state <> 'not_needed'
                 GROUP BY 1
                """,
                self.id,
                kinds.KINDS_WITH_TARGET,
            )
        )
        counts = dict(rows)
        waiting = {"open", "proposed", "ignored"}
        by_method = {
            name: count for name, count in counts.items() if name not in waiting
        }
        return self._match_rate(by_method, sum(counts.values()))

    def _match_rate(self, by_method, needed):
        matched = sum(by_method.values())
        return {
            "needed": needed,
            "matched": matched,
            "rate_percent": round(100 * matched / needed, 2) if needed else None,
            "by_method": by_method,
        }
