from odoo import models
from odoo.tools import SQL


class SettlementVerification(models.AbstractModel):
    """Acts on many: no row is lost, and none is done by who may not."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_bulk_rows", "_check_bulk_agreed"]

    def _check_bulk_rows(self):
        """Law 1: done + skipped + failed + to do = chosen, and so it was closed."""
        yield from self._bulks_found(
            1,
            SQL(
                """
                SELECT bulk.id
                  FROM settlement_bulk bulk
                  LEFT JOIN LATERAL (
                        SELECT count(*) AS rows,
                               count(*) FILTER (WHERE state = 'waiting') AS left_over,
                               count(*) FILTER (WHERE state = 'done') AS done,
                               count(*) FILTER (WHERE state = 'skipped') AS skipped,
                               count(*) FILTER (WHERE state = 'failed') AS failed
                          FROM settlement_bulk_line line
                         WHERE line.bulk_id = bulk.id) found ON TRUE
                 WHERE found.rows <> bulk.chosen_count
                    OR (bulk.state IN ('stopped', 'done')
                        AND (found.left_over > 0
                             OR found.done <> bulk.ended_done
                             OR found.skipped <> bulk.ended_skipped
                             OR found.failed <> bulk.ended_failed))
                 ORDER BY bulk.id
                """
            ),
            self.env._("Its rows are not those that it counts."),
        )

    def _check_bulk_agreed(self):
        """Law 11: a set that somebody agreed to is still the list they agreed to."""
        bulks = self.env["settlement.bulk"].search(
            [("needs_approval", "=", True), ("state", "not in", ("draft", "refused"))]
        )
        for bulk in bulks:
            content = bulk.approval_id.content or {}
            if content.get("list") != bulk._list_hash():
                yield self._bulk_finding(
                    11, bulk, self.env._("Its list is not the one agreed to.")
                )

    def _bulks_found(self, law, query, sentence):
        for (bulk_id,) in self.env.execute_query(query):
            bulk = self.env["settlement.bulk"].browse(bulk_id)
            yield self._bulk_finding(law, bulk, sentence)

    def _bulk_finding(self, law, bulk, sentence):
        return self._finding(
            law, bulk._name, bulk.id, f"{bulk.display_name}: {sentence}"
        )
