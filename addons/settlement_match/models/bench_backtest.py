import uuid
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine import backtest
from ..engine.run import MatchRun
from .backtest import MOST_LINES
from .replay import ReplayScope

FIRST_DAY = date(2025, 1, 1)
DAYS = 364
# One payment in so many came short by what the bank kept.
EVERY_SHORT = 10
WITHHELD = 1


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_backtest(self, rows):
        """Replay a year of matched and settled payments with a new rule; keep nothing.

        One payment in ten came short by a fee, which nobody has explained yet. The
        floor is the bare hash join of the two reference tables, as for matching.
        """
        mark = uuid.uuid4().hex[:8].upper()
        backend = self._bench_backend("canonical")
        self._fill_bench_ledger(rows, mark)
        self._fill_bench_facts(backend, mark)
        self._spread_bench_facts(backend)
        self._commit()
        self._analyze_bench_tables()
        savepoint = self.env.cr.savepoint()
        try:
            self._make_bench_history(backend, mark)
            return self._measure_backtest(rows)
        finally:
            savepoint.close(rollback=True)
            self._delete_bench_rows(backend, mark)
            self._commit()

    @api.model
    def _measure_backtest(self, rows):
        """Replay what is there and return the figures."""
        version = self._bench_version()
        until = FIRST_DAY + timedelta(days=DAYS)
        scope = ReplayScope(
            self.env.company, FIRST_DAY, until, rows, version, version.rule_id
        )
        floor = self._timed(self._match_floor, self.env.company)
        found = {}

        def replay():
            cases, found["extent"] = self.env["settlement.replay"]._cases(scope)
            found["tally"] = backtest.tally(cases, version.rule_id.id, MOST_LINES)

        seconds = self._timed(replay)
        counts = found["tally"].counts
        return self._figures(
            rows, seconds, floor, replayed=found["extent"].rows, **counts
        )

    @api.model
    def _bench_version(self):
        """Return a draft that takes what is missing for a fee."""
        rule = self.env["settlement.rule"].create({"name": "Bench"})
        return self.env["settlement.rule.version"].create(
            {
                "rule_id": rule.id,
                "purpose": "difference",
                "difference_kind": "fee",
                "tolerance_ids": [
                    (0, 0, {"currency_id": each.id, "amount": WITHHELD})
                    for each in self.env.company.currency_id
                ],
            }
        )

    # ------------------------------------------------------------------
    # A year that is over
    # ------------------------------------------------------------------

    @api.model
    def _spread_bench_facts(self, backend):
        """Spread the payments over a year, some of them short."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction
                   SET booked_on = %(first)s + (id %% %(days)s),
                       gross_amount = gross_amount - %(withheld)s
                            * (id %% %(every)s = 0)::int,
                       net_amount = net_amount - %(withheld)s
                            * (id %% %(every)s = 0)::int
                 WHERE backend_id = %(backend)s
                """,
                first=FIRST_DAY,
                days=DAYS,
                withheld=WITHHELD,
                every=EVERY_SHORT,
                backend=backend.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction_state state
                   SET gross_minor = fact.gross_amount * 100,
                       amount_minor = fact.net_amount * 100
                  FROM settlement_transaction fact
                 WHERE fact.id = state.transaction_id AND fact.backend_id = %s
                """,
                backend.id,
            )
        )

    @api.model
    def _make_bench_history(self, backend, mark):
        """Match everything, and settle in the ledger what is matched."""
        names = f"BENCH{mark}%"
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET date = %s WHERE move_name LIKE %s",
                FIRST_DAY,
                names,
            )
        )
        matcher = self.env["settlement.matcher"].sudo()
        matcher._timed_stage("reference", MatchRun(self.env.company))
        self._analyze_bench_matches()
        for query in (
            SQL("UPDATE settlement_match SET state = 'posted'"),
            SQL("UPDATE settlement_claim SET posted_minor = claimed_minor"),
            self._settle_bench_items_sql(names),
            self._bench_partials_sql(names),
        ):
            self.env.cr.execute(query)
        self._analyze_bench_tables()
        self._analyze_bench_matches()
        self.env.invalidate_all()

    @api.model
    def _analyze_bench_matches(self):
        for table in (
            "account_partial_reconcile",
            "settlement_claim",
            "settlement_match",
            "settlement_match_line",
        ):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    @api.model
    def _settle_bench_items_sql(self, names):
        return SQL(
            """
            UPDATE account_move_line entry
               SET amount_residual = (claim.total_minor - claim.posted_minor) / 100.0,
                   amount_residual_currency
                       = (claim.total_minor - claim.posted_minor) / 100.0,
                   reconciled = claim.total_minor = claim.posted_minor
              FROM settlement_claim claim
             WHERE claim.move_line_id = entry.id AND entry.move_name LIKE %s
            """,
            names,
        )

    @api.model
    def _bench_partials_sql(self, names):
        """Return the statement that says when the ledger settled what is matched."""
        return SQL(
            """
            INSERT INTO account_partial_reconcile (
                   debit_move_id, credit_move_id, debit_currency_id,
                   credit_currency_id, amount, debit_amount_currency,
                   credit_amount_currency, company_id, max_date)
            SELECT entry.id, entry.id, entry.currency_id, entry.currency_id,
                   claim.posted_minor / 100.0, claim.posted_minor / 100.0,
                   claim.posted_minor / 100.0, entry.company_id, fact.booked_on
              FROM account_move_line entry
              JOIN settlement_claim claim ON claim.move_line_id = entry.id
              JOIN settlement_match_line target ON target.move_line_id = entry.id
              JOIN settlement_match_line money
                ON money.match_id = target.match_id AND money.side = 'source'
              JOIN settlement_transaction fact ON fact.id = money.transaction_id
             WHERE entry.move_name LIKE %s
            """,
            names,
        )
