from odoo import models
from odoo.tools import SQL

from .claim import ITEM_COLUMNS


class SettlementVerification(models.AbstractModel):
    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_match_states",
            "_check_match_sums",
            "_check_claims",
            "_check_claims_of_journal_items",
            "_check_match_evidence",
            "_check_matches_pinned",
            "_check_match_lines",
            "_check_match_companies",
        ]

    def _rows_found(self, law, model, query, sentence):
        """Yield one finding for each row id that ``query`` returns."""
        for (row_id,) in self.env.execute_query(query):
            yield self._finding(law, model, row_id, sentence)

    # ------------------------------------------------------------------
    # Law 2: states say what matches imply
    # ------------------------------------------------------------------

    def _check_match_states(self):
        """The match state of each row is the one that its matches give it.

        Where other money was posted before, its match stays with the old revision.
        """
        wanted = self.env["settlement.transaction"]._wanted_match_states_sql(
            SQL("fact.is_current")
        )
        query = SQL(
            """
            SELECT state.transaction_id
              FROM settlement_transaction_state state
              JOIN (%s) wanted ON wanted.transaction_id = state.transaction_id
             WHERE state.match_state <> wanted.match_state
               AND state.match_state <> 'ignored'
               AND NOT (wanted.match_state = 'open'
                        AND state.match_state = 'not_needed')
               AND NOT EXISTS (
                    SELECT FROM settlement_transaction fact
                      JOIN settlement_transaction old
                        ON old.backend_id = fact.backend_id
                       AND old.external_id = fact.external_id
                       AND old.occurrence = fact.occurrence
                      JOIN settlement_claim claim ON claim.transaction_id = old.id
                     WHERE fact.id = state.transaction_id
                       AND old.id <> fact.id
                       AND claim.posted_minor > 0)
            """,
            wanted,
        )
        yield from self._rows_found(
            2,
            "settlement.transaction",
            query,
            self.env._("Its match state is not what its matches imply."),
        )

    # ------------------------------------------------------------------
    # Law 5: nothing is claimed twice
    # ------------------------------------------------------------------

    def _check_match_sums(self):
        """The money of a match is what it pays, within one currency."""
        query = SQL(
            """
            SELECT match.id
              FROM settlement_match match
              LEFT JOIN (
                SELECT item.match_id,
                       sum(item.amount_minor) FILTER (
                            WHERE item.side = 'source'
                            AND item.currency_id = whole.currency_id) AS source,
                       sum(item.amount_minor) FILTER (
                            WHERE item.side = 'target') AS target,
                       min(item.currency_id) = max(item.currency_id)
                            AS is_one_currency
                  FROM settlement_match_line item
                  JOIN settlement_match whole ON whole.id = item.match_id
                 GROUP BY item.match_id
              ) line ON line.match_id = match.id
             WHERE line.source IS DISTINCT FROM match.amount_minor
                OR (line.is_one_currency
                    AND line.source + match.difference_minor
                        <> COALESCE(line.target, 0))
            """
        )
        yield from self._rows_found(
            5,
            "settlement.match",
            query,
            self.env._("Its money and what it pays are not equal."),
        )

    def _check_claims(self):
        """Claims are the sums of the confirmed lines, and within their totals."""
        for model, column in ITEM_COLUMNS.items():
            totals = self.env["settlement.claim"]._totals_sql(column)
            query = SQL(
                """
                SELECT COALESCE(claim.%(column)s, held.item)
                  FROM (SELECT * FROM settlement_claim
                         WHERE %(column)s IS NOT NULL) claim
                  FULL JOIN (
                    SELECT line.%(column)s AS item,
                           sum(abs(line.amount_minor)) AS claimed,
                           sum(abs(line.amount_minor))
                                FILTER (WHERE match.state = 'posted') AS posted
                      FROM settlement_match_line line
                      JOIN settlement_match match ON match.id = line.match_id
                     WHERE line.%(column)s IS NOT NULL
                       AND match.state IN ('confirmed', 'posted')
                     GROUP BY line.%(column)s
                  ) held ON held.item = claim.%(column)s
                  LEFT JOIN (%(totals)s) item
                    ON item.id = COALESCE(claim.%(column)s, held.item)
                 WHERE COALESCE(claim.claimed_minor, 0) <> COALESCE(held.claimed, 0)
                    OR COALESCE(claim.posted_minor, 0) <> COALESCE(held.posted, 0)
                    OR claim.claimed_minor > claim.total_minor
                    OR (%(is_fact)s AND claim.total_minor <> item.total
                        AND NOT %(is_settled)s)
                """,
                column=SQL.identifier(column),
                totals=totals,
                is_fact=column != "move_line_id",
                # A payout may be corrected after the bank had its money: that is
                # an exception of its own, and nothing is taken too much.
                is_settled=SQL("claim.posted_minor = claim.claimed_minor")
                if column == "batch_id"
                else False,
            )
            yield from self._rows_found(
                5,
                model,
                query,
                self.env._("What is claimed of it is not what its matches take."),
            )

    def _check_claims_of_journal_items(self):
        """What is claimed and not posted yet is still open in the ledger."""
        query = SQL(
            """
            SELECT claim.move_line_id
              FROM settlement_claim claim
              LEFT JOIN (%s) item ON item.id = claim.move_line_id
             WHERE claim.move_line_id IS NOT NULL
               AND claim.claimed_minor - claim.posted_minor > COALESCE(item.total, 0)
            """,
            self.env["settlement.claim"]._totals_sql("move_line_id"),
        )
        yield from self._rows_found(
            5,
            "account.move.line",
            query,
            self.env._(
                "More of it is claimed by matches than is open. Somebody settled it "
                "otherwise: the next matching lets go of it."
            ),
        )

    # ------------------------------------------------------------------
    # Law 7: automatic matches have evidence and are unique
    # ------------------------------------------------------------------

    def _check_match_evidence(self):
        """An automatic match says what speaks for it and why only for it."""
        query = SQL(
            """
            SELECT id FROM settlement_match
             WHERE is_automatic
               AND (COALESCE(jsonb_array_length(evidence -> 'contributions'), 0) = 0
                 OR unique_proof IS NULL
                 OR jsonb_array_length(alternatives) > 0
                 OR (unique_proof ->> 'method' = 'counted'
                     AND (unique_proof -> 'targets') <> '1'::jsonb)
                 OR (unique_proof ->> 'method' = 'subset'
                     AND (unique_proof -> 'solutions' <> '1'::jsonb
                          OR unique_proof -> 'exhaustive' <> 'true'::jsonb)))
            """
        )
        yield from self._rows_found(
            7,
            "settlement.match",
            query,
            self.env._("It was confirmed without proof that it is the only one."),
        )

    # ------------------------------------------------------------------
    # Law 11: matches are as they were decided
    # ------------------------------------------------------------------

    def _check_matches_pinned(self):
        """An event pins each match that was ever confirmed, and each undo."""
        query = SQL(
            """
            SELECT match.id
              FROM settlement_match match
              JOIN (SELECT unnest(%s::int[]) AS id) unpinned ON unpinned.id = match.id
             WHERE match.state IN ('confirmed', 'posted')
            """,
            self._unpinned("settlement.match", "match.confirmed"),
        )
        yield from self._rows_found(
            11,
            "settlement.match",
            query,
            self.env._("No event proves that it was confirmed."),
        )
        query = SQL(
            """
            SELECT match.id
              FROM settlement_match match
             WHERE (match.state = 'undone') <> EXISTS (
                    SELECT FROM settlement_event event
                     WHERE event.model = 'settlement.match'
                       AND event.res_id = match.id
                       AND event.action = 'match.undone')
            """
        )
        yield from self._rows_found(
            11,
            "settlement.match",
            query,
            self.env._("Its state is not what the events say: undone, or not."),
        )

    def _check_match_lines(self):
        """Links of lines lead where their snapshots say, and each has its match."""
        query = SQL(
            """
            SELECT line.id
              FROM settlement_match_line line
              LEFT JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN settlement_transaction decided ON decided.id = line.revision_id
              LEFT JOIN settlement_transaction fact ON fact.id = line.transaction_id
             WHERE match.id IS NULL
                OR (fact.backend_id, fact.external_id, fact.occurrence)
                   IS DISTINCT FROM
                   (decided.backend_id, decided.external_id, decided.occurrence)
                OR COALESCE(line.move_line_id, line.statement_line_id,
                            line.expected_payment_id)
                   <> (line.snapshot ->> 'id')::int8
            """
        )
        yield from self._rows_found(
            11,
            "settlement.match.line",
            query,
            self.env._("It belongs to no match, or leads to another item than it did."),
        )

    # ------------------------------------------------------------------
    # Law 9: companies
    # ------------------------------------------------------------------

    def _check_match_companies(self):
        """A match and everything it concerns belong to one company."""
        query = SQL(
            """
            SELECT match.id
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN settlement_transaction fact ON fact.id = line.transaction_id
              LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
              LEFT JOIN account_move_line entry ON entry.id = line.move_line_id
             WHERE line.company_id <> match.company_id
                OR COALESCE(fact.company_id, batch.company_id, entry.company_id,
                            match.company_id) <> match.company_id
            """
        )
        yield from self._rows_found(
            9,
            "settlement.match",
            query,
            self.env._("It concerns items of several companies."),
        )
