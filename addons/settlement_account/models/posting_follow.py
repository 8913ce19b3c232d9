from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..services.difference_poster import DifferencePoster
from ..services.reconciler import Reconciler

# A line of ours that waits to be taken back.
WAITS = SQL(
    "entry.parent_state = 'posted' AND entry.reconciled IS NOT TRUE "
    "AND entry.amount_residual_currency <> 0"
)


class SettlementPosting(models.Model):
    """What follows for rows, matches and payouts once entries are in the ledger."""

    _inherit = "settlement.posting"

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @api.model
    def _set_posting_state(self, transaction_ids, state):
        """Move transactions to a posting state, in one statement."""
        if not transaction_ids:
            return
        states = self.env["settlement.transaction.state"]
        states.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_transaction_state SET posting_state = %s "
                "WHERE transaction_id = ANY(%s) AND posting_state <> %s",
                state,
                list(transaction_ids),
                state,
            )
        )
        states.invalidate_model(["posting_state"])
        self.env["settlement.transaction"].invalidate_model(["posting_state", "state"])

    # ------------------------------------------------------------------
    # Matches
    # ------------------------------------------------------------------

    @api.model
    def _note_matches_posted(self, match_ids):
        """Mark matches as posted whose money has all reached the ledger.

        :return: ids of the transactions of which nothing waits any more.
        """
        done = self._complete_matches(match_ids)
        if not done:
            return []
        self._reconcile_meetings(done)
        DifferencePoster(self.env).post(done)
        self.env["settlement.match"].browse(done)._set_posted()
        settled = self._settled_rows(done)
        self._set_posting_state(settled, "reconciled")
        self._refresh_statements(settled)
        return settled

    @api.model
    def _refresh_statements(self, row_ids):
        """Finish the statements of rows that money of another statement settled."""
        batches = self.env["settlement.transaction"].browse(row_ids).batch_id
        batches.filtered(
            lambda batch: batch.kind == "statement" and batch.state == "posted"
        )._refresh_posting_state()

    @api.model
    def _complete_matches(self, match_ids):
        """Return those of ``match_ids`` of which no row waits for its line.

        A single row is in the ledger, or nobody would ask; of several each must have
        its line. Payouts are matched with the bank's rows, which are the targets.
        """
        if not match_ids:
            return []
        self.env.flush_all()
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT line.match_id
                  FROM settlement_match_line line
                 WHERE line.match_id = ANY(%(matches)s)
                   AND line.transaction_id IS NOT NULL
                   AND (SELECT count(*) FROM settlement_match_line other
                         WHERE other.match_id = line.match_id
                           AND other.transaction_id IS NOT NULL) > 1
                   AND NOT EXISTS (
                        SELECT FROM account_move_line entry
                         WHERE entry.settlement_match_id = line.match_id
                           AND entry.settlement_transaction_id = line.transaction_id
                           AND entry.parent_state = 'posted')
                """,
                matches=list(match_ids),
            )
        )
        return sorted(set(match_ids) - {match_id for (match_id,) in waiting})

    @api.model
    def _reconcile_meetings(self, match_ids):
        """Reconcile money with the money that it settles: matches without target."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.settlement_match_id, entry.account_id, entry.id
                  FROM account_move_line entry
                 WHERE entry.settlement_match_id = ANY(%(matches)s)
                   AND entry.settlement_role = 'settled'
                   AND entry.parent_state = 'posted'
                   AND entry.reconciled IS NOT TRUE
                   AND (SELECT count(*) FROM settlement_match_line line
                         WHERE line.match_id = entry.settlement_match_id
                           AND line.transaction_id IS NOT NULL) > 1
                 ORDER BY entry.id
                """,
                matches=match_ids,
            )
        )
        groups = defaultdict(list)
        for match_id, account_id, line_id in rows:
            groups[match_id, account_id].append(line_id)
        Reconciler(self.env).reconcile_open(
            [group for group in groups.values() if len(group) > 1]
        )

    @api.model
    def _settled_rows(self, match_ids):
        """Return the rows of posted matches of which nothing waits any more."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT state.transaction_id
                  FROM settlement_match_line line
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = line.transaction_id
                 WHERE line.match_id = ANY(%s)
                   AND state.posting_state = 'posted'
                   AND state.match_state = 'matched'
                   AND NOT EXISTS (
                        SELECT FROM settlement_match_line other
                          JOIN settlement_match match ON match.id = other.match_id
                         WHERE other.transaction_id = state.transaction_id
                           AND match.state = 'confirmed')
                """,
                match_ids,
            )
        )
        return [row_id for (row_id,) in rows]

    # ------------------------------------------------------------------
    # Payouts in transit
    # ------------------------------------------------------------------

    @api.model
    def _note_transit(self, line_ids):
        """Say of payouts whether the bank has them, as their lines in transit say."""
        if not line_ids:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET posting_state = CASE WHEN entry.reconciled
                            THEN 'reconciled' ELSE 'posted' END
                  FROM account_move_line entry
                  JOIN settlement_transaction fact
                    ON fact.id = entry.settlement_transaction_id
                 WHERE entry.id = ANY(%s)
                   AND entry.settlement_role = 'in_transit'
                   AND state.transaction_id = fact.id
                   AND state.posting_state IN ('posted', 'reconciled')
                RETURNING fact.batch_id
                """,
                list(line_ids),
            )
        )
        self.env["settlement.transaction.state"].invalidate_model(["posting_state"])
        batch_ids = sorted({batch_id for (batch_id,) in rows if batch_id})
        self.env["settlement.batch"].browse(batch_ids)._refresh_posting_state()

    # ------------------------------------------------------------------
    # Disputes, holds and payouts that are taken back
    # ------------------------------------------------------------------

    @api.model
    def _reconcile_undone(self, backend):
        """Reconcile what was taken back with what takes it back, whichever came first.

        What of a dispute came back or was lost, a failed payout with its payout, a
        release with the hold that it gives back.
        """
        self._reconcile_disputes(backend)
        self._reconcile_reserves(backend)
        self.env.flush_all()
        pairs, taken = [], set()
        for line_id, undone_id in self.env.execute_query(self._failed_sql(backend)):
            if not {line_id, undone_id} & taken:
                pairs.append([undone_id, line_id])
                taken |= {line_id, undone_id}
        Reconciler(self.env).reconcile_open(pairs)
        self._note_transit(taken)

    @api.model
    def _failed_sql(self, backend):
        """Return open lines of failed payouts with the lines of their payouts."""
        return SQL(
            """
            SELECT entry.id, undone_line.id
              FROM account_move_line entry
              JOIN settlement_transaction fact
                ON fact.id = entry.settlement_transaction_id
              JOIN settlement_transaction undone
                ON undone.wallet_id = fact.wallet_id
               AND undone.kind = 'payout'
               AND (undone.id = fact.parent_id
                    OR undone.source_external_id = fact.source_external_id
                    OR undone.source_external_id = fact.parent_external_id)
              JOIN account_move_line undone_line
                ON undone_line.settlement_transaction_id = undone.id
               AND undone_line.settlement_role = 'in_transit'
               AND undone_line.account_id = entry.account_id
               AND undone_line.parent_state = 'posted'
               AND undone_line.reconciled IS NOT TRUE
              JOIN account_account account ON account.id = entry.account_id
             WHERE fact.backend_id = %(backend)s
               AND fact.kind = 'payout_failure'
               AND entry.settlement_role = 'in_transit'
               AND entry.parent_state = 'posted'
               AND entry.reconciled IS NOT TRUE
               AND account.reconcile
             ORDER BY entry.id, undone_line.id
            """,
            backend=backend.id,
        )

    @api.model
    def _reconcile_disputes(self, backend):
        """Reconcile what was withdrawn for a dispute with what came back of it."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(entry.id ORDER BY entry.date, entry.id)
                  FROM account_move_line entry
                  JOIN settlement_transaction fact
                    ON fact.id = entry.settlement_transaction_id
                  JOIN account_account account ON account.id = entry.account_id
                 WHERE fact.backend_id = %(backend)s
                   AND fact.dispute_id IS NOT NULL
                   AND entry.settlement_role = 'dispute'
                   AND %(waits)s
                   AND account.reconcile
                 GROUP BY fact.dispute_id, entry.account_id, entry.currency_id
                HAVING min(entry.amount_residual_currency) < 0
                   AND max(entry.amount_residual_currency) > 0
                """,
                backend=backend.id,
                waits=WAITS,
            )
        )
        Reconciler(self.env).reconcile_open([ids for (ids,) in rows])

    @api.model
    def _reconcile_reserves(self, backend):
        """Reconcile releases with their holds, in the order in which they gave back.

        One release may end several holds, so that its pairs come one after another.
        """
        reconciler = Reconciler(self.env)
        before = None
        while True:
            self.env.flush_all()
            found = self.env.execute_query(self._released_sql(backend))
            if not found or found == before:
                return
            pairs, taken = [], set()
            for hold_id, release_id in found:
                if not {hold_id, release_id} & taken:
                    pairs.append([hold_id, release_id])
                taken |= {hold_id, release_id}
            reconciler.reconcile_open(pairs)
            before = found

    @api.model
    def _released_sql(self, backend):
        """Return open lines of holds with those of their releases, in order."""
        return SQL(
            """
            SELECT entry.id, given.id
              FROM settlement_reserve_release release
              JOIN settlement_reserve reserve ON reserve.id = release.reserve_id
              JOIN account_move_line entry
                ON entry.settlement_transaction_id = reserve.hold_transaction_id
               AND entry.settlement_role = 'reserve'
               AND %(waits)s
              JOIN account_move_line given
                ON given.settlement_transaction_id = release.transaction_id
               AND given.settlement_role = 'reserve'
               AND given.parent_state = 'posted'
               AND given.reconciled IS NOT TRUE
               AND given.amount_residual_currency <> 0
               AND given.account_id = entry.account_id
              JOIN account_account account ON account.id = entry.account_id
             WHERE reserve.backend_id = %(backend)s
               AND account.reconcile
             ORDER BY release.sequence, entry.id, given.id
            """,
            backend=backend.id,
            waits=WAITS,
        )
