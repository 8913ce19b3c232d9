from odoo.tests import tagged
from odoo.tools import SQL

from ..models import statistics
from .common import MatchCase


@tagged("post_install", "-at_install")
class TestStatistics(MatchCase):
    """What the planner knows of what a run has just written."""

    def known_rows(self, table):
        """Return how many rows the planner believes a table to have."""
        query = SQL("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", table)
        return self.env.execute_query(query)[0][0]

    def common_values(self, table, column):
        """Return which values of a column the planner knows as common ones."""
        query = SQL(
            "SELECT most_common_vals::text FROM pg_stats "
            "WHERE schemaname = current_schema() AND tablename = %s AND attname = %s",
            table,
            column,
        )
        rows = self.env.execute_query(query)
        return (rows and rows[0][0] or "").strip("{}").split(",")

    def load(self, count):
        return self.store(
            *(
                self.fact(f"txn_{number}", "1.00", invoice_reference=f"X{number}")
                for number in range(count)
            )
        )

    def load_references(self, count):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_transaction_reference (
                       transaction_id, company_id, type, text, key)
                SELECT min(id), min(company_id), 'order', 'O' || number, number
                  FROM settlement_transaction, generate_series(1, %s) AS number
                 GROUP BY number
                """,
                count,
            )
        )

    def test_a_mass_load_that_is_not_committed(self):
        self.load(4000)
        self.matcher._gather_statistics()
        for table in ("settlement_transaction", "settlement_transaction_reference"):
            self.assertGreaterEqual(self.known_rows(table), 4000, table)

    def test_each_stage_hears_of_what_the_one_before_wrote(self):
        heard = []
        self.patch(
            type(self.matcher), "_gather_statistics", lambda self: heard.append(1)
        )
        counters = self.run_match()
        self.assertEqual(len(heard), 1 + len(counters))

    def test_tables_that_have_hardly_grown_are_left_alone(self):
        self.matcher._gather_statistics()
        analysed = []
        self.patch(
            type(self.matcher),
            "_analyze",
            lambda self, name, columns=(): analysed.append(name),
        )
        self.matcher._gather_statistics()
        # Those that were emptied once cannot be told apart by their size.
        query = SQL("SELECT relname FROM pg_class WHERE reltuples < relpages")
        emptied = {row[0] for row in self.env.execute_query(query)}
        self.assertEqual(set(analysed) - emptied, set())

    def test_statistics_that_were_undone_are_gathered_again(self):
        self.load(4000)
        self.matcher._gather_statistics()
        table = "settlement_transaction_reference"
        self.assertEqual(self.matcher._tables_with_statistics([table]), {table})
        # The size that was heard of stays, what was known of the rows does not.
        self.patch(
            type(self.matcher), "_tables_with_statistics", lambda self, names: set()
        )
        analysed = []
        self.patch(
            type(self.matcher),
            "_analyze",
            lambda self, name, columns=(): analysed.append(name),
        )
        self.matcher._gather_statistics()
        self.assertIn(table, analysed)

    def test_a_table_that_was_emptied_takes_in_rows_without_growing(self):
        self.load(4000)
        table = "settlement_transaction_reference"
        self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
        self.matcher._analyze(table)
        self.assertEqual(self.known_rows(table), 0)
        self.load_references(4000)
        self.matcher._gather_statistics()
        self.assertGreaterEqual(self.known_rows(table), 4000)

    def test_only_what_joins_is_looked_at_in_wide_tables(self):
        self.patch(statistics, "FEW_PAGES", -1)
        self.matcher._gather_statistics()
        query = SQL(
            "SELECT attname FROM pg_stats WHERE schemaname = current_schema() "
            "AND tablename = 'settlement_match'"
        )
        known = {row[0] for row in self.env.execute_query(query)}
        self.assertNotIn("evidence", known)

    def test_many_new_states_are_heard_of(self):
        rows = self.load(1200)
        table = "settlement_transaction_state"
        self.env.flush_all()
        self.matcher._analyze(table)
        self.assertIn("open", self.common_values(table, "match_state"))
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_transaction_state SET match_state = 'matched' "
                "WHERE transaction_id = ANY(%s)",
                rows.ids[:1100],
            )
        )
        self.matcher._matched_many(999)
        self.assertNotIn("matched", self.common_values(table, "match_state"))
        self.matcher._matched_many(1100)
        self.assertIn("matched", self.common_values(table, "match_state"))

    def test_temporary_tables_may_have_some_columns_known_only(self):
        wide = SQL("SELECT 1 AS id, repeat('x', 100) AS text")
        self.matcher._temporary("settlement_wide", wide, ("id",))
        query = SQL("SELECT attname FROM pg_stats WHERE tablename = 'settlement_wide'")
        self.assertEqual(self.env.execute_query(query), [("id",)])
        self.matcher._temporary("settlement_wide", wide)
        known = {row[0] for row in self.env.execute_query(query)}
        self.assertEqual(known, {"id", "text"})
