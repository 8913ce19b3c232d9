import csv
import io

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement_audit.chain.document import clean_text

from ..storage import fact_columns

NULL = "\\N"


class SettlementFactStore(models.AbstractModel):
    _inherit = "settlement.fact.store"

    @api.model
    def _fill_stage(self, backend, rows):
        """Copy rows into the temporary stage and hash them there."""
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE IF NOT EXISTS settlement_stage
                    ON COMMIT DELETE ROWS AS
                SELECT transaction.*, ''::text AS batch_kind,
                       ''::text AS batch_external_id, 0::int8 AS net_minor,
                       0::int8 AS gross_minor, 0::int4 AS position, FALSE AS is_known
                  FROM settlement_transaction transaction
                  WITH NO DATA
                """
            )
        )
        cr.execute(SQL("DELETE FROM settlement_stage"))
        columns = (*fact_columns.STAGE_COLUMNS, "position")
        copy = SQL(
            "COPY settlement_stage (%s) FROM STDIN (FORMAT csv, NULL '\\N')",
            SQL(", ").join(map(SQL.identifier, columns)),
        )
        cr.copy_expert(copy.code, self._as_csv(rows))
        # The hash reads company and backend, so they are set before it.
        cr.execute(
            SQL(
                "UPDATE settlement_stage SET company_id = %s, backend_id = %s",
                backend.company_id.id,
                backend.id,
            )
        )
        cr.execute(
            SQL(
                "UPDATE settlement_stage AS stage SET row_hash = %s",
                self.env["settlement.transaction"]._row_hash_sql("stage"),
            )
        )

    @api.model
    def _as_csv(self, rows):
        """Return stage rows as the CSV that COPY reads; their order is a column."""
        buffer = io.StringIO()
        csv.writer(buffer).writerows(
            [*(NULL if value is None else value for value in row), position]
            for position, row in enumerate(rows)
        )
        return io.StringIO(clean_text(buffer.getvalue()))

    @api.model
    def _mark_known_sql(self, backend):
        """Give stage rows that are stored already the id of their transaction.

        They stay in the stage, for they may still say which batch they are in. The
        subquery makes it one index look-up a row: with statistics from before a
        mass load the planner would join the other way round, in square time.
        """
        return SQL(
            """
            UPDATE settlement_stage AS stage
               SET id = (
                    SELECT known.id
                      FROM settlement_transaction known
                     WHERE known.backend_id = %(backend)s
                       AND known.external_id = stage.external_id
                       AND known.occurrence = stage.occurrence
                       AND known.row_hash = stage.row_hash
                     LIMIT 1)
            """,
            backend=backend.id,
        )

    @api.model
    def _number_fresh_sql(self, backend):
        """Give each fresh fact of the stage an id and its revision number.

        The same fact twice in one chunk gets one id; only its first row, the one
        with a revision, is inserted.
        """
        return SQL(
            """
            WITH fresh AS (
                SELECT first.external_id, first.occurrence, first.row_hash,
                       first.position,
                       nextval(pg_get_serial_sequence('settlement_transaction', 'id'))
                           AS id,
                       row_number() OVER (
                            PARTITION BY first.external_id, first.occurrence
                            ORDER BY first.position)
                       + COALESCE((
                            SELECT max(known.revision)
                              FROM settlement_transaction known
                             WHERE known.backend_id = %(backend)s
                               AND known.external_id = first.external_id
                               AND known.occurrence = first.occurrence), 0) AS revision
                  FROM (
                    SELECT DISTINCT ON (external_id, occurrence, row_hash)
                           external_id, occurrence, row_hash, position
                      FROM settlement_stage
                     WHERE NOT is_known
                     ORDER BY external_id, occurrence, row_hash, position
                  ) first
            )
            UPDATE settlement_stage AS stage
               SET id = fresh.id,
                   revision = CASE WHEN stage.position = fresh.position
                                   THEN fresh.revision END
              FROM fresh
             WHERE stage.external_id = fresh.external_id
               AND stage.occurrence = fresh.occurrence
               AND stage.row_hash = fresh.row_hash
               AND NOT stage.is_known
            """,
            backend=backend.id,
        )

    @api.model
    def _insert_transactions(self, backend):
        """Insert the fresh revisions of the stage; return their ids.

        A new identity is current at once; a further revision of a known one is
        not, until the versions of the source are compared.
        """
        cr = self.env.cr
        cr.execute(self._mark_known_sql(backend))
        cr.execute(SQL("UPDATE settlement_stage SET is_known = id IS NOT NULL"))
        # Temporary tables are not analysed by themselves; the joins below need it.
        cr.execute(SQL("ANALYZE settlement_stage"))
        cr.execute(self._number_fresh_sql(backend))
        columns = (
            "id",
            "company_id",
            "backend_id",
            "row_hash",
            "revision",
            *fact_columns.COPIED,
            *fact_columns.RESOLVED,
        )
        added = self.env.execute_query(
            SQL(
                """
                INSERT INTO settlement_transaction (
                    %(columns)s, is_current, correlation_id)
                SELECT %(columns)s, revision = 1, %(correlation)s
                  FROM settlement_stage
                 WHERE revision IS NOT NULL
                 ORDER BY id
                RETURNING id
                """,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                correlation=self.env.context.get("settlement_correlation_id"),
            )
        )
        transactions = self.env["settlement.transaction"].browse(
            row[0] for row in added
        )
        if transactions:
            # One event pins all rows of the chunk: each altered one can be named.
            self.env["settlement.event"]._log(
                "transaction.stored", backend, rows=transactions
            )
        return transactions.ids
