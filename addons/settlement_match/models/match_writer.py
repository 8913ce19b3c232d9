from itertools import product

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import evidence

# Outcomes that are matched without a person, and those whose document stays open or
# whose payment has a rest.
ACCEPTED = ("exact", "sum", "part", "over")


class SettlementMatcher(models.AbstractModel):
    """From decisions to matches, lines, claims and states, in sets.

    Temporary tables: ``settlement_plan`` has one row per match to come,
    ``settlement_plan_line`` one per line of them.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _plan_decisions(self, run, stage, method, certain):
        """Plan a match for each accepted payment of ``settlement_decision``.

        :param stage: number of the stage, stored on the matches.
        :param method: method of the matches, unless a structured reference decided.
        :param certain: SQL condition on the decisions that may be matched.
        """
        condition = SQL("outcome IN %s AND %s", ACCEPTED, certain)
        condition = self._only_wanted(run, condition)
        self._temporary("settlement_plan", self._plan_sql(stage, method, condition))
        self._temporary("settlement_plan_line", self._plan_lines_sql())

    @api.model
    def _only_wanted(self, run, condition):
        """Narrow a condition on ``transaction_id`` to what the run may match.

        What a stronger stage found ambiguous is not for a weaker one to decide.
        """
        if run.notes:
            condition = SQL(
                "%s AND NOT transaction_id = ANY(%s)", condition, list(run.notes)
            )
        if run.wanted is None:
            return condition
        return SQL("%s AND transaction_id = ANY(%s)", condition, run.wanted)

    @api.model
    def _plan_sql(self, stage, method, condition):
        """Return one row per match, numbered, with its evidence and score."""
        return SQL(
            """
            SELECT nextval(pg_get_serial_sequence('settlement_match', 'id'))::int4
                        AS id,
                   company.id AS company_id, paid.*,
                   CASE WHEN left(paid.strongest, 1) = %(structured)s
                        THEN 'structured' ELSE %(method)s END::varchar AS method,
                   %(stage)s::int4 AS stage,
                   jsonb_build_object('contributions', jsonb_build_array(jsonb_build_object(
                        'what', weight.what, 'weight', weight.weight,
                        'text', substr(paid.strongest, 2)))
                        || weight.contributions) AS evidence,
                   weight.score::numeric AS score,
                   weight.proof AS unique_proof,
                   paid.outcome = 'over' AS rest_to_credit
              FROM (%(paid)s) paid
              JOIN (VALUES %(weights)s) AS weight (
                    rank, outcome, is_foreign, what, weight, contributions, score,
                    proof)
                ON weight.rank = left(paid.strongest, 1)
               AND weight.outcome = paid.outcome
               AND weight.is_foreign = paid.is_foreign
             CROSS JOIN (SELECT %(company)s::int4 AS id) company
             ORDER BY paid.transaction_id
            """,
            structured=str(evidence.STRUCTURED.rank),
            method=method,
            stage=stage,
            paid=self._paid_sql(condition),
            weights=self._weights_sql(),
            company=self.env.company.id,
        )

    @api.model
    def _paid_sql(self, condition):
        """Return each payment once with the amount that is matched of it."""
        return SQL(
            """
            SELECT transaction_id, source_currency_id AS currency_id, outcome,
                   strongest, source_currency_id <> document_currency_id AS is_foreign,
                   CASE outcome WHEN 'over' THEN document_open ELSE source_open END
                        AS amount_minor
              FROM settlement_decision
             WHERE %(condition)s AND outcome <> 'sum'
             UNION ALL
            SELECT transaction_id, min(source_currency_id), 'sum', min(strongest),
                   FALSE, min(source_open)
              FROM settlement_decision
             WHERE %(condition)s AND outcome = 'sum'
             GROUP BY transaction_id
            """,
            condition=condition,
        )

    @api.model
    def _weights_sql(self):
        """Return what each kind of reference and outcome contributes, as VALUES."""
        rows = []
        cases = product(evidence.REFERENCE_KINDS, ACCEPTED, (False, True))
        for kind, outcome, is_foreign in cases:
            pieces = evidence.after_reference(outcome, is_foreign)
            rows.append(
                SQL(
                    "(%s, %s, %s, %s, %s, %s::jsonb, %s, %s::jsonb)",
                    str(kind.rank),
                    outcome,
                    is_foreign,
                    kind.name,
                    kind.weight,
                    evidence.as_json(pieces),
                    evidence.score([{"weight": kind.weight}, *pieces]),
                    evidence.as_json(evidence.proof(outcome)),
                )
            )
        return SQL(", ").join(rows)

    @api.model
    def _plan_lines_sql(self):
        """Return the lines of the planned matches, hashed.

        A document is settled item by item in order of due dates: an item takes what
        its stretch of the document shares with the stretch that the payment covers.
        """
        lines = SQL(
            """
            SELECT nextval(pg_get_serial_sequence('settlement_match_line', 'id'))::int4
                        AS id,
                   planned.*
              FROM (
                SELECT plan.id AS match_id, plan.company_id, 'source'::varchar AS side,
                       plan.transaction_id, NULL::int4 AS batch_id,
                       NULL::int4 AS move_line_id, plan.currency_id,
                       plan.amount_minor, NULL::jsonb AS snapshot
                  FROM settlement_plan plan
                 UNION ALL
                SELECT plan.id, plan.company_id, 'target', NULL, NULL,
                       item.move_line_id, item.currency_id,
                       CASE WHEN item.open_minor < 0 THEN -1 ELSE 1 END
                       * (LEAST(paid.ends, item.starts + abs(item.open_minor))
                          - GREATEST(paid.starts, item.starts))::int8,
                       jsonb_build_object(
                            'model', 'account.move.line', 'id', item.move_line_id,
                            'name', item.move_name, 'date', item.date,
                            'account', item.account_id, 'partner', item.partner_id)
                  FROM settlement_plan plan
                  JOIN (%(stretches)s) paid
                    ON paid.transaction_id = plan.transaction_id
                  JOIN settlement_item item
                    ON item.document_id = paid.document_id
                   AND item.starts < paid.ends
                   AND item.starts + abs(item.open_minor) > paid.starts
              ) planned
            """,
            stretches=self._stretches_sql(),
        )
        return self._hashed_lines_sql(lines)

    @api.model
    def _hashed_lines_sql(self, lines):
        """Return planned lines with their row hash."""
        return SQL(
            "SELECT line.*, %s AS row_hash FROM (%s) line",
            self.env["settlement.match.line"]._row_hash_sql("line"),
            lines,
        )

    @api.model
    def _stretches_sql(self):
        """Return which stretch of each document each accepted payment covers."""
        return SQL(
            """
            SELECT transaction_id, document_id, 0::numeric AS starts,
                   9223372036854775807::numeric AS ends
              FROM settlement_decision
             WHERE outcome IN ('exact', 'sum', 'over')
             UNION ALL
            SELECT transaction_id, document_id,
                   sum(abs(offered)) OVER payments - abs(offered),
                   sum(abs(offered)) OVER payments
              FROM settlement_decision
             WHERE outcome = 'part'
            WINDOW payments AS (PARTITION BY document_id ORDER BY transaction_id)
            """
        )

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _write_plan(self, company, columns):
        """Write what is planned as confirmed matches.

        :param columns: kinds of items that the planned lines concern.
        :return: number of matches.
        """
        query = SQL("SELECT id FROM settlement_plan ORDER BY id")
        ids = [row[0] for row in self.env.execute_query(query)]
        if not ids:
            return 0
        cr = self.env.cr
        cr.execute(self._insert_lines_sql())
        cr.execute(self._insert_matches_sql())
        lines = SQL("SELECT * FROM settlement_plan_line")
        self.env["settlement.claim"]._claim(lines, columns)
        cr.execute(self._set_matched_sql())
        matches = self.env["settlement.match"].browse(ids)
        self.env["settlement.event"]._log("match.confirmed", company, rows=matches)
        self.env.invalidate_all(flush=False)
        return len(ids)

    @api.model
    def _insert_lines_sql(self):
        columns = SQL(
            "id, match_id, company_id, side, transaction_id, batch_id, move_line_id, "
            "currency_id, amount_minor, snapshot, row_hash"
        )
        return SQL(
            "INSERT INTO settlement_match_line (%s) SELECT %s FROM "
            "settlement_plan_line ORDER BY id",
            columns,
            columns,
        )

    @api.model
    def _insert_matches_sql(self):
        """Return the statement that inserts the matches, hashed with their lines."""
        return SQL(
            """
            INSERT INTO settlement_match (
                   id, company_id, currency_id, method, stage, score, amount_minor,
                   evidence, alternatives, unique_proof, rest_to_credit, is_automatic,
                   lines_digest, state, decided_by_id, decided_at, row_hash)
            SELECT match.*, 'confirmed', %(user)s, %(now)s, %(hash)s
              FROM (
                SELECT plan.id, plan.company_id, plan.currency_id, plan.method,
                       plan.stage, plan.score, plan.amount_minor, plan.evidence,
                       NULL::jsonb AS alternatives, plan.unique_proof, plan.rest_to_credit, TRUE AS is_automatic,
                       digest.digest AS lines_digest
                  FROM settlement_plan plan
                  JOIN (%(digests)s) digest ON digest.match_id = plan.id
              ) match
            """,
            user=self.env.uid,
            now=fields.Datetime.now(),
            hash=self.env["settlement.match"]._row_hash_sql("match"),
            digests=self.env["settlement.match"]._digests_sql(
                SQL("TRUE"), SQL("settlement_plan_line")
            ),
        )

    @api.model
    def _set_matched_sql(self):
        """Return the statement that marks the transactions of the plan as matched."""
        return SQL(
            """
            UPDATE settlement_transaction_state AS state
               SET match_state = 'matched'
              FROM settlement_plan_line line
             WHERE line.transaction_id = state.transaction_id
            """
        )
