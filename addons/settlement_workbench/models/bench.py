import os
import time
import uuid
from datetime import date
from pathlib import Path

from odoo import api, models
from odoo.tools import SQL

from ..counting import sources

CALLS = 50
# Rows whose states one statement changes, to see what counting costs.
CHANGED = 100_000
ONE_ROW_CALLS = 200
# A page of the queue, and so many of its rows are opened in the pane.
PANE_CALLS = 40
QUEUE_COLUMNS = ("severity", "cause", "amount", "deadline", "reason", "state")
# Of so many rows one is an exception, an invoice, or a payout with two items.
PER_EXCEPTION, PER_INVOICE, PER_PAYOUT = 50, 20, 100
LAST_DAY = date(2026, 6, 30)
DAYS = 365


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_board(self, rows):
        """Ask for the board of a company with ``rows`` transactions.

        Facts, states, matches, exceptions, invoices and items of payouts are written
        by SQL. The floor is counting the states once, as a board without maintained
        counts would have to. Nothing is kept.
        """
        savepoint = self.env.cr.savepoint()
        try:
            filled = self._timed(self._fill_board, rows)
            unfolded, _cpu = self._board_times()
            size = self._counter_size()
            folding = self._timed(self.env["settlement.counter"]._fold)
            times, cpu = self._board_times()
            floor = self._timed(self._scan_states)
            return self._figures(
                rows,
                sum(times) / 1000 / len(times),
                floor,
                calls=len(times),
                p50_ms=self._percentile(times, 50),
                p95_ms=self._percentile(times, 95),
                max_ms=round(max(times), 1),
                cpu_ms=round(cpu, 1),
                p95_ms_before_folding=self._percentile(unfolded, 95),
                tiles_ms=self._tile_times(),
                counters=size,
                counters_folded=self._counter_size(),
                fold_seconds=round(folding, 3),
                wrong_counts=len(self.env["settlement.counter"]._wrong_counts()),
                trigger=self._trigger_cost(min(rows, CHANGED)),
                **self._pane_times(),
                filled_seconds=round(filled, 1),
            )
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------
    # Measuring
    # ------------------------------------------------------------------

    @api.model
    def _board_times(self):
        """Return the milliseconds of calls, each with a cold cache of records.

        The second value is the processor time of a call, worker and database: what
        it takes on a machine that does nothing else.
        """
        board = self.env["settlement.board"].with_company(self.env.company)
        board.board_data()
        times, before = [], self._cpu_seconds()
        for _number in range(CALLS):
            self.env.invalidate_all()
            times.append(1000 * self._timed(board.board_data))
        return times, 1000 * (self._cpu_seconds() - before) / CALLS

    @api.model
    def _cpu_seconds(self):
        """Return the processor time of this worker and of its database process.

        Where the database runs elsewhere its part is left out.
        """
        self.env.cr.execute(SQL("SELECT pg_backend_pid()"))
        stat = Path(f"/proc/{self.env.cr.fetchone()[0]}/stat")
        if not stat.exists():
            return time.process_time()
        parts = stat.read_text().rpartition(")")[2].split()
        ticks = int(parts[11]) + int(parts[12])
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

    @api.model
    def _tile_times(self):
        """Return tile or chart → milliseconds, to see where the time goes."""
        board, company = self.env["settlement.board"], self.env.company
        return {
            key: round(1000 * self._timed(getattr(board, ask), key, company), 1)
            for ask, keys in (
                ("_tile", board._tile_keys()),
                ("_chart", board._chart_keys()),
            )
            for key in keys
        }

    @api.model
    def _pane_times(self):
        """Return the milliseconds of the queue's first page and of opening its rows.

        Each with a cold cache of records.
        """
        exceptions = self.env["settlement.exception"]
        queue, rows = [], exceptions
        for _number in range(PANE_CALLS):
            self.env.invalidate_all()
            started = time.monotonic()
            rows = exceptions.search([("state", "=", "open")], limit=PANE_CALLS)
            rows.read(QUEUE_COLUMNS)
            queue.append(1000 * (time.monotonic() - started))
        panes = []
        for row in rows:
            self.env.invalidate_all()
            panes.append(1000 * self._timed(row.pane_data))
        return {
            "queue_p50_ms": self._percentile(queue, 50),
            "queue_p95_ms": self._percentile(queue, 95),
            "pane_p50_ms": self._percentile(panes, 50),
            "pane_p95_ms": self._percentile(panes, 95),
        }

    @api.model
    def _counter_size(self):
        self.env.cr.execute(SQL("SELECT count(*) FROM settlement_counter"))
        return self.env.cr.fetchone()[0]

    @api.model
    def _scan_states(self):
        self.env.cr.execute(
            SQL(
                "SELECT match_state, posting_state, count(*), sum(gross_minor) "
                "FROM settlement_transaction_state WHERE company_id = %s "
                "GROUP BY match_state, posting_state",
                self.env.company.id,
            )
        )

    @api.model
    def _trigger_cost(self, rows):
        """Return what counting adds to a statement on so many rows, and on one.

        In processor time: other work on the machine does not count.
        """
        table = SQL.identifier(sources.SOURCES[0].table)
        self._change_states(rows)
        counted = self._change_states(rows)
        one = self._change_states(1, times=ONE_ROW_CALLS)
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", table))
        bare = self._change_states(rows)
        bare_one = self._change_states(1, times=ONE_ROW_CALLS)
        savepoint.close(rollback=True)
        return {
            "rows": rows,
            "counted_seconds": round(counted, 3),
            "bare_seconds": round(bare, 3),
            "us_per_row": round((counted - bare) * 1e6 / rows, 2),
            "one_row_ms": round(1000 * (one - bare_one) / ONE_ROW_CALLS, 3),
        }

    @api.model
    def _change_states(self, rows, times=1):
        """Return the processor seconds of moving so many rows to another state."""
        query = SQL(
            "UPDATE settlement_transaction_state SET match_state = "
            "CASE match_state WHEN 'matched' THEN 'proposed' ELSE 'matched' END "
            "WHERE id IN (SELECT id FROM settlement_transaction_state "
            "WHERE company_id = %s ORDER BY id DESC LIMIT %s)",
            self.env.company.id,
            rows,
        )
        savepoint = self.env.cr.savepoint()
        before = self._cpu_seconds()
        for _number in range(times):
            self.env.cr.execute(query)
        took = self._cpu_seconds() - before
        savepoint.close(rollback=True)
        return took

    # ------------------------------------------------------------------
    # Filling
    # ------------------------------------------------------------------

    @api.model
    def _fill_board(self, rows):
        """Write the world of the bench straight into the tables."""
        backend = self._bench_backend("canonical")
        wallet = backend.wallet_ids
        wallet.opening_date = date(2025, 7, 1)
        self.env["settlement.posting.policy"]._create_defaults(self.env.company)
        wallet._set_up_accounts()
        self.env.flush_all()
        names = {
            "rows": rows,
            "mark": uuid.uuid4().hex[:6].upper(),
            "company": self.env.company.id,
            "backend": backend.id,
            "wallet": wallet.id,
            "currency": wallet.currency_id.id,
            "journal": wallet.journal_id.id,
            "account": wallet.in_transit_account_id.id,
            "last": LAST_DAY,
            "days": DAYS,
        }
        for query in self._board_queries(names):
            self.env.cr.execute(query)
        for table in ("transaction", "transaction_state", "match", "exception"):
            self.env.cr.execute(
                SQL("ANALYZE %s", SQL.identifier(f"settlement_{table}"))
            )
        self.env.cr.execute(SQL("ANALYZE account_move_line"))
        self.env.invalidate_all(flush=False)

    @api.model
    def _board_queries(self, names):
        return (
            self._board_facts_sql(names),
            self._board_states_sql(names),
            self._board_matches_sql(names),
            self._board_exceptions_sql(names),
            self._board_invoices_sql(names),
            self._board_items_sql(names),
            self._board_windows_sql(names),
        )

    @api.model
    def _board_facts_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction (
                   company_id, backend_id, wallet_id, currency_id, external_id,
                   occurrence, revision, reading, is_current, kind, gross_amount,
                   fee_amount, tax_amount, net_amount, occurred_at, booked_on,
                   provider_state)
            SELECT %(company)s, %(backend)s, %(wallet)s, %(currency)s,
                   'txn_' || %(mark)s || number, 0, 1, 0, TRUE, 'charge',
                   amount, 0, 0, amount, day, day, 'settled'
              FROM (SELECT number, (number %% 500 + 1.25)::numeric AS amount,
                           %(last)s::date - (number %% %(days)s)::int AS day
                      FROM generate_series(1, %(rows)s) AS number) row
            """,
            **names,
        )

    @api.model
    def _board_states_sql(self, names):
        """Return the statement that leaves one row in 33 unmatched."""
        return SQL(
            """
            INSERT INTO settlement_transaction_state (
                   transaction_id, company_id, wallet_id, currency_id, amount_minor,
                   gross_minor, booked_on, needs_target, provider_state, match_state,
                   posting_state)
            SELECT id, company_id, wallet_id, currency_id, gross_amount * 100,
                   gross_amount * 100, booked_on, TRUE, 'settled',
                   CASE WHEN id %% 33 = 0 THEN 'open' ELSE 'matched' END,
                   CASE WHEN id %% 33 = 0 THEN 'none'
                        WHEN id %% 10 = 0 THEN 'posted' ELSE 'reconciled' END
              FROM settlement_transaction WHERE backend_id = %(backend)s
            """,
            **names,
        )

    @api.model
    def _board_matches_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_match (
                   company_id, currency_id, method, kind, stage, score, amount_minor,
                   evidence, is_automatic, state, decided_at, difference_minor)
            SELECT %(company)s, %(currency)s,
                   CASE number %% 4 WHEN 0 THEN 'identifier' WHEN 1 THEN 'batch'
                        ELSE 'reference' END,
                   'bench', 1, 100, 100, '{}', TRUE, 'posted',
                   now() - (number %% %(days)s) * interval '1 day', 0
              FROM generate_series(1, %(rows)s / 4) AS number
            """,
            **names,
        )

    @api.model
    def _board_exceptions_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_exception (
                   company_id, reason, severity, severity_rank, team, state, cause,
                   opened_at, deadline, subject_model, subject_id, amount,
                   amount_minor, company_amount, currency_id, backend_id)
            SELECT %(company)s, 'unmatched',
                   (ARRAY['critical', 'high', 'medium', 'low'])[number %% 4 + 1],
                   number %% 4, 'finance', 'open', 'Bench',
                   now() - (number %% 60) * interval '1 day',
                   now() + (number %% 60 - 5) * interval '1 day',
                   'settlement.transaction', transaction_id, 10, 1000, 10, %(currency)s,
                   %(backend)s
              FROM (SELECT transaction_id, row_number() OVER () AS number
                      FROM settlement_transaction_state
                     WHERE wallet_id = %(wallet)s AND match_state = 'open'
                     ORDER BY transaction_id
                     LIMIT GREATEST(%(rows)s / %(each)s, 1)) waiting
            """,
            each=PER_EXCEPTION,
            **names,
        )

    @api.model
    def _board_invoices_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move (
                   name, move_type, state, payment_state, journal_id, date,
                   invoice_date, company_id, currency_id, auto_post,
                   amount_total_signed)
            SELECT 'BENCH' || %(mark)s || number, 'out_invoice', 'posted',
                   CASE WHEN number %% 20 = 0 THEN 'not_paid' ELSE 'paid' END,
                   %(journal)s, day, day, %(company)s, %(currency)s, 'no', 10
              FROM (SELECT number, %(last)s::date - (number %% %(days)s)::int AS day
                      FROM generate_series(1, GREATEST(%(rows)s / %(each)s, 1))
                           AS number) row
            """,
            each=PER_INVOICE,
            **names,
        )

    @api.model
    def _board_items_sql(self, names):
        """Return the statement that sends out payouts, of which one in 50 is open."""
        return SQL(
            """
            INSERT INTO account_move_line (
                   move_id, move_name, company_id, currency_id, account_id,
                   display_type, parent_state, date, balance, amount_currency,
                   amount_residual, amount_residual_currency, reconciled)
            SELECT move.id, move.name, %(company)s, %(currency)s, %(account)s,
                   'product', 'posted', %(last)s::date - (number %% %(days)s)::int,
                   side, side, rest, rest, rest = 0
              FROM (SELECT id, name FROM account_move
                     WHERE name LIKE 'BENCH' || %(mark)s || '%%' LIMIT 1) move
             CROSS JOIN generate_series(1, GREATEST(%(rows)s / %(each)s, 1)) AS number
             CROSS JOIN LATERAL (VALUES
                    (100, CASE WHEN number %% 50 = 0 THEN 100 ELSE 0 END),
                    (CASE WHEN number %% 50 = 0 THEN NULL ELSE -100 END, 0)
                   ) AS sides (side, rest)
             WHERE side IS NOT NULL
            """,
            each=PER_PAYOUT,
            **names,
        )

    @api.model
    def _board_windows_sql(self, names):
        """Return the statement that pulls every hour for a year."""
        return SQL(
            """
            INSERT INTO settlement_window (
                   backend_id, company_id, stream, since, until, state, started_at,
                   finished_at)
            SELECT %(backend)s, %(company)s, 'charges',
                   now() - (number + 1) * interval '1 hour',
                   now() - number * interval '1 hour',
                   CASE WHEN number %% 500 = 7 THEN 'failed' ELSE 'ok' END,
                   now(), now()
              FROM generate_series(0, 24 * %(days)s) AS number
            """,
            **names,
        )
