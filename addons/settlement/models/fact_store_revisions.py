from odoo import api, models
from odoo.tools import SQL

from ..canonical import kinds


class SettlementFactStore(models.AbstractModel):
    _inherit = "settlement.fact.store"

    @api.model
    def _settle_revisions(self, backend):
        """Make the highest version of the source current, in any order of arrival."""
        self._renew_readings()
        if not self._needs_settling():
            return
        changed = self.env.execute_query(
            SQL(
                """
                SELECT known.id, best.id
                  FROM (
                    SELECT DISTINCT ON (rival.external_id, rival.occurrence)
                           rival.external_id, rival.occurrence, rival.id
                      FROM settlement_transaction rival
                      JOIN (SELECT DISTINCT external_id, occurrence
                              FROM settlement_stage
                             WHERE revision > 1 OR reading > 0) revised
                        ON revised.external_id = rival.external_id
                       AND revised.occurrence = rival.occurrence
                     WHERE rival.backend_id = %(backend)s
                     ORDER BY rival.external_id, rival.occurrence,
                              rival.source_version_at DESC NULLS LAST,
                              rival.reading DESC, rival.row_hash DESC
                  ) best
                  JOIN settlement_transaction known
                    ON known.backend_id = %(backend)s
                   AND known.external_id = best.external_id
                   AND known.occurrence = best.occurrence
                   AND known.is_current
                 WHERE known.id <> best.id
                """,
                backend=backend.id,
            )
        )
        if changed:
            self._switch_current(changed)

    @api.model
    def _renew_readings(self):
        """Note for rows that are known which later decision says the same of them.

        What a decision took from a row comes back when it is withdrawn: the old
        revision is then the latest reading again.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS known
                   SET reading = stage.reading, mapping_id = stage.mapping_id
                  FROM settlement_stage stage
                 WHERE stage.is_known
                   AND stage.reading > 0
                   AND known.id = stage.id
                   AND stage.reading > known.reading
                """
            )
        )

    @api.model
    def _needs_settling(self):
        """Return whether a row of the stage may change what is current."""
        query = SQL(
            "SELECT count(*) FROM settlement_stage WHERE revision > 1 OR reading > 0"
        )
        return bool(self.env.execute_query(query)[0][0])

    @api.model
    def _count_revisions(self):
        """Return how many rows of the stage are further revisions of an identity."""
        query = SQL("SELECT count(*) FROM settlement_stage WHERE revision > 1")
        return self.env.execute_query(query)[0][0]

    @api.model
    def _switch_current(self, changed):
        """Move what hangs on the old revisions to the new ones."""
        old_ids, new_ids = (list(ids) for ids in zip(*changed, strict=True))
        transactions = self.env["settlement.transaction"]
        transactions.browse(old_ids)._before_superseded(transactions.browse(new_ids))
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            SQL(
                "UPDATE settlement_transaction SET is_current = FALSE "
                "WHERE id = ANY(%s)",
                old_ids,
            )
        )
        for query in self._switch_queries(old_ids, new_ids):
            cr.execute(query)
        self.env.invalidate_all()

    @api.model
    def _switch_queries(self, old_ids, new_ids):
        pairs = SQL("unnest(%s::int[], %s::int[]) AS pair (old, new)", old_ids, new_ids)
        return (
            SQL(
                """
                UPDATE settlement_transaction AS fresh
                   SET is_current = TRUE,
                       batch_id = COALESCE(fresh.batch_id, old.batch_id)
                  FROM %s JOIN settlement_transaction old ON old.id = pair.old
                 WHERE fresh.id = pair.new
                """,
                pairs,
            ),
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET transaction_id = fresh.id, wallet_id = fresh.wallet_id,
                       currency_id = fresh.currency_id,
                       amount_minor = (fresh.net_amount * %(factor)s)::int8,
                       gross_minor = (fresh.gross_amount * %(factor)s)::int8,
                       booked_on = fresh.booked_on,
                       needs_target = fresh.kind IN %(with_target)s,
                       provider_state = fresh.provider_state,
                       match_state = CASE
                            WHEN state.match_state IN ('matched', 'ignored')
                                THEN state.match_state
                            WHEN fresh.kind IN %(with_target)s
                                 AND fresh.provider_state = 'settled'
                                 AND fresh.gross_amount <> 0
                                THEN 'open' ELSE 'not_needed' END
                  FROM %(pairs)s
                  JOIN settlement_transaction fresh ON fresh.id = pair.new
                  JOIN res_currency currency ON currency.id = fresh.currency_id
                 WHERE state.transaction_id = pair.old
                """,
                pairs=pairs,
                with_target=kinds.KINDS_WITH_TARGET,
                # A wallet's currency is checked to be rounded as ISO 4217 says.
                factor=SQL("(10 ^ currency.decimal_places)"),
            ),
            SQL(
                "DELETE FROM settlement_transaction_reference "
                "WHERE transaction_id = ANY(%s)",
                old_ids,
            ),
            self._references_sql(new_ids),
            # What is open about a row goes on with its current revision.
            SQL(
                """
                UPDATE settlement_exception AS exception
                   SET subject_id = pair.new, transaction_id = pair.new
                  FROM %s
                 WHERE exception.subject_model = 'settlement.transaction'
                   AND exception.subject_id = pair.old
                """,
                pairs,
            ),
        )
