from odoo import api, fields, models
from odoo.tools import SQL


class SettlementMatcher(models.AbstractModel):
    """From a plan to matches, lines, claims and states, in sets.

    ``settlement_plan`` has one row per match. Its source transaction and its target
    journal item stand in it, if there is one of each; ``settlement_plan_line`` has
    all other lines.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _write_plan(self, company):
        """Write what is planned as confirmed matches.

        :return: number of matches.
        """
        query = SQL("SELECT id FROM settlement_plan")
        ids = [row[0] for row in self.env.execute_query(query)]
        if not ids:
            return 0
        for query in (
            self._insert_lines_sql(),
            self._insert_matches_sql(),
            self._claim_transactions_sql(),
            self._claim_items_sql(),
            self._set_matched_sql(),
        ):
            self.env.cr.execute(query)
        self.env["settlement.claim"]._claim(SQL("SELECT * FROM settlement_plan_line"))
        matches = self.env["settlement.match"].browse(ids)
        self.env["settlement.event"]._log("match.confirmed", company, rows=matches)
        self.env.invalidate_all(flush=False)
        return len(ids)

    @api.model
    def _insert_lines_sql(self):
        """Return the statement that inserts all lines, those of a match in order."""
        return SQL(
            """
            INSERT INTO settlement_match_line (
                   match_id, company_id, side, transaction_id, batch_id, move_line_id,
                   currency_id, amount_minor, snapshot)
            SELECT id, company_id, 'source', transaction_id, NULL::int4, NULL::int4,
                   currency_id, amount_minor, NULL::jsonb
              FROM settlement_plan
             WHERE transaction_id IS NOT NULL
             UNION ALL
            SELECT id, company_id, 'target', NULL::int4, NULL::int4, move_line_id,
                   target_currency_id, target_minor, snapshot
              FROM settlement_plan
             WHERE move_line_id IS NOT NULL
             UNION ALL
            SELECT match_id, company_id, side, transaction_id, batch_id, move_line_id,
                   currency_id, amount_minor, snapshot
              FROM (SELECT * FROM settlement_plan_line ORDER BY match_id, position)
                   further
            """
        )

    @api.model
    def _insert_matches_sql(self):
        """Return the statement that inserts the matches, hashed with their lines."""
        return SQL(
            """
            INSERT INTO settlement_match (
                   id, company_id, currency_id, method, stage, score, amount_minor,
                   evidence, unique_proof, rest_to_credit, is_automatic, lines_digest,
                   state, decided_by_id, decided_at, row_hash)
            SELECT match.id, match.company_id, match.currency_id, match.method,
                   match.stage, match.score, match.amount_minor, match.evidence,
                   match.unique_proof, match.rest_to_credit, match.is_automatic,
                   match.lines_digest, 'confirmed', %(user)s, %(now)s, %(hash)s
              FROM (
                SELECT plan.*, NULL::jsonb AS alternatives, TRUE AS is_automatic,
                       %(digest)s AS lines_digest
                  FROM settlement_plan plan
                  LEFT JOIN (%(further)s) further ON further.match_id = plan.id
                 CROSS JOIN LATERAL (
                    SELECT 'source' AS side, plan.company_id, plan.transaction_id,
                           NULL::int4 AS batch_id, plan.currency_id, plan.amount_minor,
                           NULL::jsonb AS snapshot) source
                 CROSS JOIN LATERAL (
                    SELECT 'target' AS side, plan.company_id,
                           NULL::int4 AS transaction_id, NULL::int4 AS batch_id,
                           plan.target_currency_id AS currency_id,
                           plan.target_minor AS amount_minor, plan.snapshot) target
              ) match
            """,
            user=self.env.uid,
            now=fields.Datetime.now(),
            hash=self.env["settlement.match"]._row_hash_sql("match"),
            digest=self._plan_digest_sql(),
            further=self._further_texts_sql(),
        )

    @api.model
    def _plan_digest_sql(self):
        """Return the digest of all lines of a planned match."""
        lines = self.env["settlement.match.line"]
        return lines._digest_sql(
            SQL(
                """
                concat_ws(';',
                    CASE WHEN plan.transaction_id IS NOT NULL THEN %s END,
                    CASE WHEN plan.move_line_id IS NOT NULL THEN %s END,
                    further.text)
                """,
                lines._text_sql("source"),
                lines._text_sql("target"),
            )
        )

    @api.model
    def _further_texts_sql(self):
        """Return the text of the lines that do not stand in the plan itself."""
        return SQL(
            """
            SELECT line.match_id, string_agg(%s, ';' ORDER BY line.position) AS text
              FROM settlement_plan_line line
             GROUP BY line.match_id
            """,
            self.env["settlement.match.line"]._text_sql("line"),
        )

    @api.model
    def _claim_transactions_sql(self):
        """Return the statement that claims the source transactions of the plan."""
        return SQL(
            """
            INSERT INTO settlement_claim (
                   company_id, currency_id, transaction_id, total_minor, claimed_minor,
                   posted_minor)
            SELECT company_id, currency_id, transaction_id, abs(gross_minor),
                   abs(amount_minor), 0
              FROM settlement_plan
             WHERE transaction_id IS NOT NULL
                ON CONFLICT (transaction_id) WHERE transaction_id IS NOT NULL DO UPDATE
               SET total_minor = EXCLUDED.total_minor,
                   claimed_minor = settlement_claim.claimed_minor
                                   + EXCLUDED.claimed_minor
            """
        )

    @api.model
    def _claim_items_sql(self):
        """Return the statement that claims the target journal items of the plan."""
        return SQL(
            """
            INSERT INTO settlement_claim (
                   company_id, currency_id, move_line_id, total_minor, claimed_minor,
                   posted_minor)
            SELECT min(company_id), min(target_currency_id), move_line_id,
                   min(abs(residual_minor)), sum(abs(target_minor)), 0
              FROM settlement_plan
             WHERE move_line_id IS NOT NULL
             GROUP BY move_line_id
                ON CONFLICT (move_line_id) WHERE move_line_id IS NOT NULL DO UPDATE
               SET total_minor = EXCLUDED.total_minor + settlement_claim.posted_minor,
                   claimed_minor = settlement_claim.claimed_minor
                                   + EXCLUDED.claimed_minor
            """
        )

    @api.model
    def _set_matched_sql(self):
        """Return the statement that marks the transactions of the plan as matched."""
        return SQL(
            """
            UPDATE settlement_transaction_state AS state
               SET match_state = 'matched'
              FROM (SELECT transaction_id FROM settlement_plan
                     UNION ALL
                    SELECT transaction_id FROM settlement_plan_line) matched
             WHERE matched.transaction_id = state.transaction_id
            """
        )
