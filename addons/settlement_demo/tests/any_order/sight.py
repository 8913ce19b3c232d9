"""What is to be seen in the database, in the words of the reference."""

from odoo.tools import SQL


class Sight:
    """Reads one company's world, past the ORM, in cents."""

    def __init__(self, case):
        self.case = case
        self.env = case.env

    def query(self, query, *arguments):
        """Return the rows of a query over what is stored by now."""
        self.env.flush_all()
        return self.env.execute_query(SQL(query, *arguments))

    @staticmethod
    def names(rows):
        return set(rows.mapped("external_id"))

    def balance(self, account, column="amount_currency"):
        """Return the balance of an account in cents, of its currency by default."""
        rows = self.env.execute_query(
            SQL(
                "SELECT round(COALESCE(sum(%s), 0) * 100)::int8 FROM account_move_line "
                "WHERE account_id = %s AND currency_id = %s "
                "AND parent_state = 'posted'",
                SQL.identifier(column),
                account.id,
                self.case.wallet.currency_id.id,
            )
        )
        return rows[0][0]

    def residuals(self):
        """Return document → what is open of it in cents."""
        return dict(
            self.query(
                """
                SELECT move.name,
                       round(sum(line.amount_residual_currency) * 100)::int8
                  FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id
                 WHERE line.id = ANY(%s)
                 GROUP BY move.name
                """,
                self.case.items.ids,
            )
        )

    def posted_names(self):
        """Return the rows that stand in the ledger."""
        rows = self.query(
            """
            SELECT fact.external_id
              FROM settlement_posting_line line
              JOIN settlement_transaction fact ON fact.id = line.transaction_id
             WHERE line.active AND line.company_id = %s
             UNION ALL
            SELECT fact.external_id
              FROM settlement_transaction fact
              JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
             WHERE state.statement_line_id IS NOT NULL
               AND fact.company_id = %s
            """,
            self.case.company.id,
            self.case.company.id,
        )
        return [name for (name,) in rows]

    def current_rows(self):
        """Return name → what the database takes for true, in cents."""
        return {
            name: tuple(values)
            for name, *values in self.query(
                """
                SELECT fact.external_id, fact.kind,
                       round(fact.gross_amount * 100)::int8,
                       round(fact.fee_amount * 100)::int8,
                       round(fact.net_amount * 100)::int8
                  FROM settlement_transaction fact
                 WHERE fact.is_current AND fact.company_id = %s
                """,
                self.case.company.id,
            )
        }

    def states(self):
        """Return name → (match state, posting state) of the current rows."""
        return {
            name: (match_state, posting_state)
            for name, match_state, posting_state in self.query(
                """
                SELECT fact.external_id, state.match_state, state.posting_state
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                 WHERE state.company_id = %s
                """,
                self.case.company.id,
            )
        }

    def arrived(self):
        """Return the bank rows that are found to be payouts, in the ledger too."""
        rows = self.query(
            """
            SELECT DISTINCT fact.external_id
              FROM settlement_match match
              JOIN settlement_match_line payout ON payout.match_id = match.id
               AND payout.batch_id IS NOT NULL
              JOIN settlement_match_line line ON line.match_id = match.id
              JOIN settlement_transaction fact ON fact.id = line.transaction_id
             WHERE match.state = 'posted' AND match.company_id = %s
            """,
            self.case.company.id,
        )
        return [name for (name,) in rows]

    def settled(self, states):
        """Return document → cents that matches in these states settle of it."""
        return dict(
            self.query(
                """
                SELECT move.name, sum(line.amount_minor)::int8
                  FROM settlement_match_line line
                  JOIN settlement_match match ON match.id = line.match_id
                  JOIN account_move_line item ON item.id = line.move_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE match.state = ANY(%s) AND match.company_id = %s
                 GROUP BY move.name
                """,
                list(states),
                self.case.company.id,
            )
        )

    def is_touched(self, document):
        """Return whether a person ever matched or undid something of a document."""
        rows = self.query(
            """
            SELECT 1
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
              JOIN account_move_line item ON item.id = line.move_line_id
              JOIN account_move move ON move.id = item.move_id
             WHERE move.name = %s AND match.company_id = %s
               AND (NOT match.is_automatic OR match.is_refused)
             LIMIT 1
            """,
            document,
            self.case.company.id,
        )
        return bool(rows)

    def fingerprint(self):
        """Return what a run without work must not change."""
        counted = {
            table: self.env.execute_query(
                SQL("SELECT count(*), max(id) FROM %s", SQL.identifier(table))
            )
            for table in (
                "account_move",
                "account_move_line",
                "account_partial_reconcile",
                "settlement_match",
                "settlement_posting",
                "settlement_exception",
                "settlement_transaction",
            )
        }
        return {**counted, "states": self.states()}
