import uuid
from datetime import date

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_key_sql

from ..engine.run import MatchRun

DAY = date(2026, 1, 10)


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_match(self, rows):
        """Match charges with as many open invoices by reference; keep nothing.

        The floor is the bare hash join of the two reference tables that lets through
        what is unique on both sides, written to a temporary table.
        """
        # Everything is undone at the end: the figures need no database of their own.
        savepoint = self.env.cr.savepoint()
        try:
            return self._measure_match(rows)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    @api.model
    def _measure_match(self, rows):
        company = self.env.company
        self._fill_bench_ledger(rows)
        self._fill_bench_facts(rows)
        matcher = self.env["settlement.matcher"].sudo()
        run = MatchRun(company)
        floor = self._timed(self._match_floor, company)
        found = {}

        def match():
            for stage in ("identifier", "reference"):
                found[stage] = matcher._timed_stage(stage, run)

        seconds = self._timed(match)
        return self._figures(
            rows,
            seconds,
            floor,
            matched=found["reference"]["matched"],
            stages={stage: each["seconds"] for stage, each in found.items()},
        )

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
    def _fill_bench_ledger(self, rows):
        """Write open receivables and their references straight into the tables."""
        company = self.env.company
        names = {
            "company": company.id,
            "currency": company.currency_id.id,
            "journal": self._bench_journal(company).id,
            "account": self._bench_receivable(company).id,
            "day": DAY,
            "rows": rows,
            "mark": uuid.uuid4().hex[:8],
        }
        for query in (self._moves_sql(names), self._move_lines_sql(names)):
            self.env.cr.execute(query)
        self.env.cr.execute(self._document_references_sql(names))
        for table in ("account_move", "account_move_line"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.cr.execute(SQL("ANALYZE settlement_document_reference"))

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
            CREATE TEMPORARY TABLE bench_move ON COMMIT DROP AS
            WITH moves AS (
                INSERT INTO account_move (
                       journal_id, company_id, currency_id, state, move_type, auto_post,
                       date, name)
                SELECT %(journal)s, %(company)s, %(currency)s, 'posted', 'out_invoice',
                       'no', %(day)s, 'BENCH' || %(mark)s || number
                  FROM generate_series(1, %(rows)s) AS number
             RETURNING id, name)
            SELECT id, upper(name) AS name FROM moves
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
              FROM (SELECT *, (id %% 500 + 1.25)::numeric AS amount FROM bench_move)
                   moves
            """,
            **names,
        )

    @api.model
    def _document_references_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_document_reference (
                   company_id, type, text, key, move_line_id)
            SELECT %(company)s, 'invoice', moves.name, %(key)s, entry.id
              FROM bench_move moves
              JOIN account_move_line entry ON entry.move_id = moves.id
            """,
            key=reference_key_sql("invoice", SQL("moves.name")),
            **names,
        )

    @api.model
    def _fill_bench_facts(self, rows):
        """Write one open charge for each invoice straight into the tables."""
        backend = self._bench_backend("canonical")
        names = {
            "company": backend.company_id.id,
            "backend": backend.id,
            "wallet": backend.wallet_ids.id,
            "currency": backend.wallet_ids.currency_id.id,
            "day": DAY,
        }
        self.env.flush_all()
        for query in (
            self._facts_sql(names),
            self._fact_states_sql(names),
            self._fact_references_sql(names),
        ):
            self.env.cr.execute(query)
        for table in ("transaction", "transaction_state", "transaction_reference"):
            name = SQL.identifier(f"settlement_{table}")
            self.env.cr.execute(SQL("ANALYZE %s", name))

    @api.model
    def _facts_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction (
                   company_id, backend_id, wallet_id, currency_id, external_id,
                   occurrence, revision, is_current, kind, gross_amount, fee_amount,
                   tax_amount, net_amount, occurred_at, booked_on, provider_state,
                   invoice_reference)
            SELECT %(company)s, %(backend)s, %(wallet)s, %(currency)s, 'txn_' || name,
                   0, 1, TRUE, 'charge', amount, 0, 0, amount, %(day)s, %(day)s,
                   'settled', name
              FROM (SELECT *, (id %% 500 + 1.25)::numeric AS amount FROM bench_move)
                   moves
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
                   gross_minor, provider_state, match_state, posting_state)
            SELECT id, company_id, wallet_id, currency_id, gross_amount * 100,
                   gross_amount * 100, 'settled', 'open', 'none'
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
