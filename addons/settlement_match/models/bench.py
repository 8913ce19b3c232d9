from datetime import date

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_key_sql

DAY = date(2026, 1, 10)


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _match_floor(self, company):
        matcher = self.env["settlement.matcher"]
        matcher._enlarge_work_memory()
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE bench_floor ON COMMIT DROP AS
                SELECT given.transaction_id, document.move_line_id
                  FROM (SELECT key, min(transaction_id) AS transaction_id
                          FROM settlement_transaction_reference
                         WHERE company_id = %(company)s AND type = 'invoice'
                         GROUP BY key HAVING count(*) = 1) given
                  JOIN (SELECT key, min(move_line_id) AS move_line_id
                          FROM settlement_document_reference
                         WHERE company_id = %(company)s AND type = 'invoice'
                         GROUP BY key HAVING count(*) = 1) document
                    ON document.key = given.key
                """,
                company=company.id,
            )
        )

    # ------------------------------------------------------------------
    # Rows to match
    # ------------------------------------------------------------------

    @api.model
    def _fill_bench_ledger(self, rows, mark):
        """Write open receivables and their references straight into the tables."""
        company = self.env.company
        names = {
            "company": company.id,
            "currency": company.currency_id.id,
            "journal": self._bench_journal(company).id,
            "account": self._bench_receivable(company).id,
            "day": DAY,
            "rows": rows,
            "mark": mark,
        }
        for query in (
            self._moves_sql(names),
            self._move_lines_sql(names),
            self._document_references_sql(names),
        ):
            self.env.cr.execute(query)

    @api.model
    def _analyze_bench_tables(self):
        """Let the planner know the tables as it would a while after a load."""
        for table in (
            "account_move",
            "account_move_line",
            "settlement_document_reference",
            "settlement_transaction",
            "settlement_transaction_state",
            "settlement_transaction_reference",
        ):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    @api.model
    def _bench_journal(self, company):
        return self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "sale")], limit=1
        )

    @api.model
    def _bench_receivable(self, company):
        return self.env["account.account"].search(
            [
                ("company_ids", "in", company.ids),
                ("account_type", "=", "asset_receivable"),
            ],
            limit=1,
        )

    @api.model
    def _moves_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move (
                   journal_id, company_id, currency_id, state, move_type, auto_post,
                   date, name)
            SELECT %(journal)s, %(company)s, %(currency)s, 'posted', 'out_invoice',
                   'no', %(day)s, 'BENCH' || %(mark)s || number
              FROM generate_series(1, %(rows)s) AS number
            """,
            **names,
        )

    @api.model
    def _move_lines_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move_line (
                   move_id, move_name, company_id, currency_id, account_id,
                   display_type, parent_state, date, date_maturity, balance,
                   amount_currency, amount_residual, amount_residual_currency,
                   reconciled)
            SELECT id, name, %(company)s, %(currency)s, %(account)s, 'payment_term',
                   'posted', %(day)s, %(day)s, amount, amount, amount, amount, FALSE
              FROM (SELECT id, name, (id %% 500 + 1.25)::numeric AS amount
                      FROM account_move
                     WHERE name LIKE 'BENCH' || %(mark)s || '%%') moves
            """,
            **names,
        )

    @api.model
    def _document_references_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_document_reference (
                   company_id, type, text, key, move_line_id)
            SELECT %(company)s, 'invoice', entry.move_name, %(key)s, entry.id
              FROM account_move_line entry
             WHERE entry.move_name LIKE 'BENCH' || %(mark)s || '%%'
            """,
            key=reference_key_sql("invoice", SQL("entry.move_name")),
            **names,
        )

    @api.model
    def _fill_bench_facts(self, backend, mark):
        """Write one open charge for each invoice straight into the tables."""
        names = {
            "company": backend.company_id.id,
            "backend": backend.id,
            "wallet": backend.wallet_ids.id,
            "currency": backend.wallet_ids.currency_id.id,
            "day": DAY,
            "mark": mark,
        }
        self.env.flush_all()
        for query in (
            self._facts_sql(names),
            self._fact_states_sql(names),
            self._fact_references_sql(names),
        ):
            self.env.cr.execute(query)

    @api.model
    def _facts_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction (
                   company_id, backend_id, wallet_id, currency_id, external_id,
                   occurrence, revision, reading, is_current, kind, gross_amount,
                   fee_amount, tax_amount, net_amount, occurred_at, booked_on,
                   provider_state, invoice_reference)
            SELECT %(company)s, %(backend)s, %(wallet)s, %(currency)s, 'txn_' || name,
                   0, 1, 0, TRUE, 'charge', amount, 0, 0, amount, %(day)s, %(day)s,
                   'settled', name
              FROM (SELECT id, name, (id %% 500 + 1.25)::numeric AS amount
                      FROM account_move
                     WHERE name LIKE 'BENCH' || %(mark)s || '%%') moves
             ORDER BY md5(name)
            """,
            **names,
        )

    @api.model
    def _fact_states_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction_state (
                   transaction_id, company_id, wallet_id, currency_id, amount_minor,
                   gross_minor, booked_on, needs_target, provider_state, match_state,
                   posting_state)
            SELECT id, company_id, wallet_id, currency_id, gross_amount * 100,
                   gross_amount * 100, booked_on, TRUE, 'settled', 'open', 'none'
              FROM settlement_transaction WHERE backend_id = %(backend)s
             ORDER BY id
            """,
            **names,
        )

    @api.model
    def _fact_references_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction_reference (
                   transaction_id, company_id, type, text, key)
            SELECT id, company_id, given.type, given.text, %(key)s
              FROM settlement_transaction
             CROSS JOIN LATERAL (VALUES ('provider', external_id),
                    ('invoice', invoice_reference)) AS given (type, text)
             WHERE backend_id = %(backend)s
             ORDER BY id
            """,
            key=reference_key_sql(SQL("given.type"), SQL("given.text")),
            **names,
        )

    @api.model
    def _delete_bench_rows(self, backend, mark):
        """Take the rows of the bench out of the tables again."""
        names = f"BENCH{mark}%"
        facts = SQL(
            "SELECT id FROM settlement_transaction WHERE backend_id = %s", backend.id
        )
        for query in (
            SQL(
                "DELETE FROM settlement_transaction_reference "
                "WHERE transaction_id IN (%s)",
                facts,
            ),
            SQL(
                "DELETE FROM settlement_transaction_state WHERE wallet_id = ANY(%s)",
                backend.wallet_ids.ids,
            ),
            SQL("DELETE FROM settlement_transaction WHERE backend_id = %s", backend.id),
            SQL("DELETE FROM settlement_document_reference WHERE text LIKE %s", names),
            SQL("DELETE FROM account_move_line WHERE move_name LIKE %s", names),
            SQL("DELETE FROM account_move WHERE name LIKE %s", names),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all(flush=False)
        backend.wallet_ids.unlink()
        backend.unlink()
