from odoo import api, models
from odoo.tools import SQL

from ..canonical import kinds
from ..storage import fact_columns
from .reference_sql import reference_key_sql, reference_text_sql


class SettlementFactStore(models.AbstractModel):
    _inherit = "settlement.fact.store"

    @api.model
    def _insert_details(self, added):
        """Write fee lines, processing states and references of new rows."""
        for query in (
            self._fee_lines_sql(added),
            self._states_sql(),
            self._references_sql(added),
            self._find_parents_sql(),
            self._find_children_sql(),
        ):
            self.env.cr.execute(query)

    @api.model
    def _fee_lines_sql(self, added):
        return SQL(
            """
            INSERT INTO settlement_transaction_fee (
                transaction_id, company_id, kind, amount, tax_amount)
            SELECT stored.id, stored.company_id, split_part(line, ':', 1),
                   split_part(line, ':', 2)::numeric, split_part(line, ':', 3)::numeric
              FROM settlement_transaction stored
             CROSS JOIN string_to_table(stored.fee_summary, ';')
                        WITH ORDINALITY AS fee (line, position)
             WHERE stored.id = ANY(%(added)s)
             ORDER BY stored.id, fee.position
            """,
            added=added,
        )

    @api.model
    def _states_sql(self):
        """Give each new identity its processing state."""
        return SQL(
            """
            INSERT INTO settlement_transaction_state (
                transaction_id, company_id, wallet_id, currency_id, amount_minor,
                gross_minor, booked_on, needs_target, provider_state, match_state,
                posting_state)
            SELECT id, company_id, wallet_id, currency_id, net_minor, gross_minor,
                   booked_on, kind IN %(with_target)s, provider_state,
                   CASE WHEN kind IN %(with_target)s AND provider_state = 'settled'
                             AND gross_minor <> 0
                        THEN 'open' ELSE 'not_needed' END,
                   'none'
              FROM settlement_stage
             WHERE revision = 1
             ORDER BY id
            """,
            with_target=kinds.KINDS_WITH_TARGET,
        )

    @api.model
    def _references_sql(self, transaction_ids):
        """Write the comparable references of current transactions."""
        return SQL(
            """
            INSERT INTO settlement_transaction_reference (
                transaction_id, company_id, type, text, key)
            SELECT transaction_id, company_id, type, text, key
              FROM (%(wanted)s) wanted
             ORDER BY transaction_id
            """,
            wanted=self._wanted_references_sql(
                SQL("AND stored.id = ANY(%s)", transaction_ids)
            ),
        )

    @api.model
    def _wanted_references_sql(self, condition=None):
        """Return the references that current transactions should have, as a SELECT.

        :param condition: further condition on the transaction ``stored``.
        """
        pairs = SQL(", ").join(
            SQL("(%s, stored.%s)", reference_type, SQL.identifier(column))
            for reference_type, column in fact_columns.REFERENCE_FIELDS
        )
        return SQL(
            """
            SELECT id AS transaction_id, company_id, type, text, %(key)s AS key
              FROM (
                SELECT DISTINCT stored.id, stored.company_id, given.type,
                       %(text)s AS text
                  FROM settlement_transaction stored
                 CROSS JOIN LATERAL (
                    SELECT * FROM (VALUES %(pairs)s) AS field (type, text)
                     UNION ALL
                    SELECT split_part(line, '=', 1),
                           substr(line, strpos(line, '=') + 1)
                      FROM string_to_table(stored.extra_references, E'\n') AS line
                 ) AS given
                 WHERE stored.is_current
                   AND given.text IS NOT NULL
                   %(condition)s
              ) comparable
             WHERE text <> ''
            """,
            key=reference_key_sql(SQL("type"), SQL("text")),
            text=reference_text_sql(SQL("given.type"), SQL("given.text")),
            pairs=pairs,
            condition=condition or SQL(""),
        )

    @api.model
    def _find_parents_sql(self):
        """Link fresh rows with the stored row they undo."""
        return SQL(
            """
            UPDATE settlement_transaction child
               SET parent_id = found.parent_id
              FROM (
                SELECT stage.id, (
                    SELECT parent.id
                      FROM settlement_transaction parent
                     WHERE parent.source_external_id = stage.parent_external_id
                       AND parent.backend_id = stage.backend_id
                       AND %(may_be_parent)s
                       AND parent.id <> stage.id
                     ORDER BY parent.id
                     LIMIT 1) AS parent_id
                  FROM settlement_stage stage
                 WHERE stage.revision IS NOT NULL
                   AND stage.parent_external_id IS NOT NULL
              ) found
             WHERE child.id = found.id
               AND found.parent_id IS NOT NULL
            """,
            may_be_parent=self._may_be_parent_sql(),
        )

    @api.model
    def _find_children_sql(self):
        """Link stored rows that have waited with the fresh row they undo."""
        # OFFSET 0 keeps it a look-up by index for each fresh row.
        return SQL(
            """
            UPDATE settlement_transaction AS child
               SET parent_id = found.parent_id
              FROM (
                SELECT waiting.id, parent.id AS parent_id
                  FROM settlement_stage parent
                 CROSS JOIN LATERAL (
                    SELECT waiting.id
                      FROM settlement_transaction waiting
                     WHERE waiting.backend_id = parent.backend_id
                       AND waiting.parent_external_id = parent.source_external_id
                       AND waiting.parent_id IS NULL
                    OFFSET 0
                 ) waiting
                 WHERE parent.revision = 1
                   AND parent.source_external_id IS NOT NULL
                   AND parent.kind IN ('charge', 'payout', 'refund', 'dispute')
                   AND waiting.id <> parent.id
              ) found
             WHERE child.id = found.id
            """
        )

    @api.model
    def _may_be_parent_sql(self):
        return SQL(
            "parent.is_current "
            "AND parent.kind IN ('charge', 'payout', 'refund', 'dispute')"
        )

    @api.model
    def _assign_batches(self):
        """Put rows into the batch their source lists them in, once."""
        keys = self.env.execute_query(
            SQL(
                """
                SELECT wallet_id, batch_kind, batch_external_id
                  FROM settlement_stage
                 WHERE batch_external_id IS NOT NULL
                 GROUP BY wallet_id, batch_kind, batch_external_id
                 ORDER BY min(position)
                """
            )
        )
        if not keys:
            return
        self.env["settlement.batch"]._ensure(keys)
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS stored
                   SET batch_id = batch.id
                  FROM settlement_stage stage
                  JOIN settlement_batch batch
                    ON batch.wallet_id = stage.wallet_id
                   AND batch.kind = stage.batch_kind
                   AND batch.external_id = stage.batch_external_id
                 WHERE stored.id = stage.id
                   AND stored.batch_id IS NULL
                """
            )
        )
        self._assign_current_revisions()

    @api.model
    def _assign_current_revisions(self):
        """Let a list count for its row whichever revision of the row is current.

        The list may carry words that another answer has overtaken: then the revision
        it brought is not the current one, and the row is in the batch all the same.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS holder
                   SET batch_id = listed.batch_id
                  FROM settlement_stage stage
                  JOIN settlement_transaction listed ON listed.id = stage.id
                 WHERE stage.batch_external_id IS NOT NULL
                   AND NOT listed.is_current
                   AND listed.batch_id IS NOT NULL
                   AND holder.backend_id = listed.backend_id
                   AND holder.external_id = listed.external_id
                   AND holder.occurrence = listed.occurrence
                   AND holder.wallet_id = listed.wallet_id
                   AND holder.is_current
                   AND holder.batch_id IS NULL
                """
            )
        )
