from odoo import api, models
from odoo.tools import SQL

# Tables that a mass load or an earlier stage fills, and the stages join at once.
JOINED_TABLES = (
    "account_move",
    "account_move_line",
    "account_payment",
    "payment_transaction",
    "res_partner",
    "res_partner_bank",
    "settlement_batch",
    "settlement_claim",
    "settlement_document_reference",
    "settlement_expected_payment",
    "settlement_match",
    "settlement_match_leftover",
    "settlement_match_line",
    "settlement_match_trace",
    "settlement_transaction",
    "settlement_transaction_reference",
    "settlement_transaction_state",
)
# Of wide tables, what is joined and narrowed by: the rest takes long to look at.
NARROW_COLUMNS = {
    "settlement_match": (
        "id",
        "company_id",
        "method",
        "kind",
        "stage",
        "state",
        "rule_version_id",
        "is_automatic",
        "is_refused",
        "undone_by_id",
    ),
}
PAGE_BYTES = 8192
# Of tables as small as this the planner may think what it likes.
FEW_PAGES = 16
# So many rows with another state, at least one in ten, and no guess holds any more.
MANY_ROWS = 1_000
MANY_OF = 10


class SettlementMatcher(models.AbstractModel):
    """What the planner knows of the tables that the stages join.

    A run reads what was written a moment ago, by a load or by the stage before. The
    server gathers statistics by itself, but only some time after a commit: by then a
    plan made for a handful of rows may have compared all with all.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _analyze(self, name, columns=()):
        """Gather the statistics of a table, by default of all columns."""
        # Another worker may be at it: then there is nothing to do.
        query = SQL("ANALYZE (SKIP_LOCKED) %s", SQL.identifier(name))
        if columns:
            names = SQL(", ").join(map(SQL.identifier, columns))
            query = SQL("%s (%s)", query, names)
        self.env.cr.execute(query)

    @api.model
    def _gather_statistics(self):
        """Tell the planner of tables that have grown much since it last heard.

        The server does so by itself, but only some time after a load is committed:
        too late for whoever loads and matches at once.
        """
        self.env.flush_all()
        large = self.env.execute_query(
            SQL(
                """
                SELECT relname,
                       pg_relation_size(oid) > 2 * %(page)s::int8 * relpages
                       -- Once emptied, it takes in many rows without growing.
                       OR reltuples < relpages
                       AND pg_stat_get_xact_tuples_inserted(oid)
                           + COALESCE(pg_stat_get_mod_since_analyze(oid), 0)
                           > reltuples
                  FROM pg_class
                 WHERE oid = ANY(%(tables)s::regclass[])
                   AND pg_relation_size(oid) > %(few)s * %(page)s
                 ORDER BY relname
                """,
                tables=list(JOINED_TABLES),
                few=FEW_PAGES,
                page=PAGE_BYTES,
            )
        )
        known = self._tables_with_statistics([name for name, _has_grown in large])
        for name, has_grown in large:
            if has_grown or name not in known:
                self._analyze(name, NARROW_COLUMNS.get(name, ()))

    @api.model
    def _tables_with_statistics(self, names):
        """Return those of some tables that the planner knows anything about.

        A transaction that is undone takes with it what it gathered, but not the size
        up to which it did.
        """
        if not names:
            return set()
        query = SQL(
            "SELECT DISTINCT tablename FROM pg_stats "
            "WHERE schemaname = current_schema() AND tablename = ANY(%s)",
            names,
        )
        return {row[0] for row in self.env.execute_query(query)}

    @api.model
    def _matched_many(self, count):
        """Let the planner know that states are not what they were."""
        if count < MANY_ROWS:
            return
        table = "settlement_transaction_state"
        query = SQL("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", table)
        if count * MANY_OF > self.env.execute_query(query)[0][0]:
            self._analyze(table)
