import time

from odoo import api, models
from odoo.tools import SQL

from ..engine import findings
from ..engine.run import MatchRun

# Large sorts and hash joins of a mass run stay in memory.
WORK_MEMORY = "128MB"
# What somebody has approved is known better than what the last two guess.
STAGES = (
    "identifier",
    "reference",
    "text",
    "batch",
    "duplicate",
    "transfer",
    "memory",
    "counterparty",
    "subset",
    "expected",
)
# Stages whose result depends on what a payment and its documents say, and on nothing
# that changes by itself.
SCOPED_STAGES = ("identifier", "reference", "text")


class SettlementMatcher(models.AbstractModel):
    """Runs the stages of matching over the open rows of one company.

    Each stage sees what the stages before it left and works in sets: candidates,
    uniqueness, matches, claims and states are a handful of statements, however
    many rows there are.
    """

    _name = "settlement.matcher"
    _description = "Settlement Matcher"

    @api.model
    def _match_company(self, company, checkpoint=None):
        """Match everything that is open in one company.

        :param checkpoint: commits after each stage, or None.
        :return: dict of stage → counters.
        """
        matcher = self.with_company(company)
        if not matcher._lock(company, wait=checkpoint is None):
            return {"busy": {"companies": 1}}
        run = MatchRun(company)
        matcher._prepare(run)
        counters = {}
        record = self.env["settlement.run"]._current()
        planned = record._plan_stages(company, STAGES)
        scoped = matcher._looking_again(run)._begin_scope(run)
        scoped._recall_text_proposals(run)
        for stage in STAGES:
            is_scoped = stage in SCOPED_STAGES
            worker = scoped._looking_again(run) if is_scoped else matcher
            counters[stage] = worker._recorded_stage(stage, run, planned.get(stage))
            if stage == SCOPED_STAGES[-1]:
                scoped._withdraw_text_proposals(run)
                scoped._looking_again(run)._end_scope(run)
            if checkpoint:
                checkpoint()
                matcher._lock(company, wait=True)
            if record._is_cancelled():
                return counters
        matcher._enlarge_work_memory()
        matcher._show_leftovers(run)
        return counters

    @api.model
    def _recorded_stage(self, stage, run, planned):
        """Run one stage and write into its record how fast it was.

        :param planned: settlement.run.stage record, or None.
        :return: dict of counters.
        """
        started = time.process_time()
        rows = self._count_open(run.company)
        counters = {"rows": rows, **self._timed_stage(stage, run)}
        counters["cpu_seconds"] = round(time.process_time() - started, 3)
        if planned:
            planned._finish(counters)
        return counters

    @api.model
    def _count_open(self, company):
        """Return how many open rows of a company a stage has to look at."""
        self.env.flush_all()
        query = SQL("SELECT count(*) FROM (%s) open", self._open_states_sql(company))
        return self.env.execute_query(query)[0][0]

    @api.model
    def _match_transactions(self, transactions):
        """Match some transactions only; what rivals them is considered as well.

        :return: dict of stage → counters.
        """
        counters = {}
        for company, rows in transactions.grouped("company_id").items():
            run = MatchRun(company, rows.ids)
            matcher = self.with_company(company)
            matcher._lock(company, wait=True)
            matcher._prepare(run)
            matcher._recall_text_proposals(run)
            again = matcher._looking_again(run)
            for stage in STAGES:
                worker = again if stage in SCOPED_STAGES else matcher
                found = worker._timed_stage(stage, run)
                counters[stage] = matcher._added(counters.get(stage, {}), found)
                if stage == SCOPED_STAGES[-1]:
                    again._withdraw_text_proposals(run)
            matcher._show_leftovers(run)
        return counters

    @api.model
    def _lock(self, company, wait):
        """Let one worker at a time match in a company, until its transaction ends.

        A worker that had to wait sees the ledger as it was before: then the claims
        refuse what the other one took, and the run starts again.
        """
        key = SQL("hashtextextended(%s, 0)", f"settlement.matcher:{company.id}")
        if wait:
            self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", key))
            return True
        query = SQL("SELECT pg_try_advisory_xact_lock(%s)", key)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _prepare(self, run):
        """Bring the references of the ledger up to date and let go of stale matches."""
        self._enlarge_work_memory()
        self.env["settlement.document.reference"]._refresh(run.company)
        self._gather_statistics()
        self.env["settlement.precision"]._forget()
        self._release_stale(run.company)
        if run.wanted is None:
            self._note_refused(run)

    @api.model
    def _timed_stage(self, stage, run):
        """Run one stage and return its counters with the seconds it took."""
        self.env.flush_all()
        self._enlarge_work_memory()
        started = time.monotonic()
        self._gather_statistics()
        counters = getattr(self, f"_stage_{stage}")(run)
        self.env.invalidate_all()
        return {**counters, "seconds": round(time.monotonic() - started, 3)}

    @api.model
    def _enlarge_work_memory(self):
        """Let large sorts and hash joins of this transaction stay in memory.

        Compiling these statements takes longer than it could save.
        """
        query = SQL(
            "SELECT set_config('work_mem', %s, TRUE), set_config('jit', 'off', TRUE)",
            WORK_MEMORY,
        )
        self.env.cr.execute(query)

    @api.model
    def _added(self, counters, more):
        """Return the sum of two dicts of counters."""
        names = counters.keys() | more.keys()
        return {name: counters.get(name, 0) + more.get(name, 0) for name in names}

    @api.model
    def _temporary(self, name, select, joined=()):
        """Fill the temporary table ``name`` anew and gather its statistics.

        :param joined: the columns that the planner has to know: of wide rows the rest
            costs more to look at than it could ever save. By default all of them.
        """
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, select)
        )
        self._analyze(name, joined)

    @api.model
    def _is_temporary(self, name):
        """Return whether the temporary table ``name`` is there."""
        query = SQL("SELECT to_regclass(%s) IS NOT NULL", f"pg_temp.{name}")
        return self.env.execute_query(query)[0][0]

    @api.model
    def _refill(self, name, select):
        """Do the same as :meth:`_temporary`, with the table that is there already.

        Each new table takes locks until the transaction ends, and many runs in one
        transaction would use up those of the server. The columns never change.
        """
        table = SQL.identifier(name)
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE IF NOT EXISTS %s ON COMMIT DROP AS %s "
                "WITH NO DATA",
                table,
                select,
            )
        )
        self.env.cr.execute(SQL("TRUNCATE %s", table))
        self.env.cr.execute(SQL("INSERT INTO %s %s", table, select))
        self.env.cr.execute(SQL("ANALYZE %s", table))

    @api.model
    def _note_refused(self, run):
        """Leave alone what a person took apart; only a person puts it together."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (open.transaction_id) open.transaction_id AS id,
                       open.source_open, open.currency_id AS source_currency_id,
                       fact.external_id, fact.booked_on, match.undo_reason,
                       partner.name AS who
                  FROM (%s) open
                  JOIN settlement_match_line line
                    ON line.transaction_id = open.transaction_id
                  JOIN settlement_match match ON match.id = line.match_id
                  JOIN settlement_transaction fact ON fact.id = open.transaction_id
                  JOIN res_users person ON person.id = match.undone_by_id
                  JOIN res_partner partner ON partner.id = person.partner_id
                 WHERE match.is_refused
                 ORDER BY open.transaction_id, match.id DESC
                """,
                self._open_transactions_sql(run.company),
            )
        )
        for row in rows:
            sentence = findings.undone(
                self._payment_of(row), row["who"], row["undo_reason"]
            )
            run.note(row["id"], "unmatched", sentence)

    @api.model
    def _release_stale(self, company):
        """Undo matches whose items are not what they were any more."""
        items = [row[0] for row in self.env.execute_query(self._stale_items(company))]
        batches = [
            row[0] for row in self.env.execute_query(self._stale_batches(company))
        ]
        matches = self.env["settlement.match"]
        query = self._stale_proposals(company)
        if proposals := [row[0] for row in self.env.execute_query(query)]:
            matches.browse(proposals)._undo(
                self.env._("The journal item was matched or settled otherwise.")
            )
        if items:
            matches.browse(items)._undo(
                self.env._("The journal item was settled or withdrawn otherwise.")
            )
        if batches:
            matches.browse(batches)._undo(
                self.env._("The provider corrected the payout.")
            )

    @api.model
    def _stale_proposals(self, company):
        """Return the proposals whose journal items have less left than they say."""
        return SQL(
            """
            SELECT DISTINCT match.id
              FROM settlement_match match
              JOIN settlement_match_line line
                ON line.match_id = match.id AND line.move_line_id IS NOT NULL
              LEFT JOIN (%(totals)s) item ON item.id = line.move_line_id
              LEFT JOIN settlement_claim claim
                ON claim.move_line_id = line.move_line_id
             WHERE match.company_id = %(company)s
               AND match.state = 'proposed'
               AND abs(line.amount_minor) > COALESCE(item.total, 0)
                   - COALESCE(claim.claimed_minor - claim.posted_minor, 0)
            """,
            totals=self.env["settlement.claim"]._totals_sql("move_line_id"),
            company=company.id,
        )

    @api.model
    def _stale_batches(self, company):
        """Return the confirmed matches of payouts whose total has changed."""
        return SQL(
            """
            SELECT DISTINCT match.id
              FROM settlement_claim claim
              JOIN settlement_batch batch ON batch.id = claim.batch_id
              JOIN settlement_match_line line ON line.batch_id = claim.batch_id
              JOIN settlement_match match ON match.id = line.match_id
             WHERE claim.company_id = %s
               AND claim.claimed_minor > claim.posted_minor
               AND (claim.total_minor <> abs(batch.total_minor)
                    OR batch.provider_state IN ('rejected', 'reversed'))
               AND match.state = 'confirmed'
            """,
            company.id,
        )

    @api.model
    def _stale_items(self, company):
        """Return the confirmed matches of journal items with less open than claimed."""
        return SQL(
            """
            SELECT DISTINCT match.id
              FROM settlement_claim claim
              JOIN account_move_line entry ON entry.id = claim.move_line_id
              JOIN (%(totals)s) item ON item.id = claim.move_line_id
              JOIN settlement_match_line line ON line.move_line_id = claim.move_line_id
              JOIN settlement_match match ON match.id = line.match_id
             WHERE claim.company_id = %(company)s
               AND claim.claimed_minor > claim.posted_minor
               AND (claim.claimed_minor - claim.posted_minor > item.total
                    OR entry.parent_state <> 'posted')
               AND match.state = 'confirmed'
            """,
            totals=self.env["settlement.claim"]._totals_sql("move_line_id"),
            company=company.id,
        )
