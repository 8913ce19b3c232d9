from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..services.reconciler import Reconciler

# Kind of a row → kind of the row that it takes back, line by line.
UNDONE_KINDS = {
    "dispute_reversal": "dispute",
    "reserve_release": "reserve_hold",
    "payout_failure": "payout",
}
UNDONE_ROLES = ("dispute", "reserve", "in_transit")


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
        self.env["settlement.match"].browse(done)._set_posted()
        settled = self._settled_rows(done)
        self._set_posting_state(settled, "reconciled")
        return settled

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

        A dispute's reversal names its dispute by the same object of the provider, a
        failed payout names the payout, a release its hold.
        """
        self.env.flush_all()
        pairs, taken = [], set()
        for kind, undone_kind in UNDONE_KINDS.items():
            query = self._undone_query(backend, kind, undone_kind)
            for line_id, undone_id in self.env.execute_query(query):
                if not {line_id, undone_id} & taken:
                    pairs.append([undone_id, line_id])
                    taken |= {line_id, undone_id}
        Reconciler(self.env).reconcile_open(pairs)
        self._note_transit(taken)

    @api.model
    def _undone_query(self, backend, kind, undone_kind):
        is_open = SQL(
            "settlement_role IN %s AND reconciled IS NOT TRUE "
            "AND parent_state = 'posted'",
            UNDONE_ROLES,
        )
        return SQL(
            """
            SELECT line.id, undone_line.id
              FROM (SELECT * FROM account_move_line WHERE %(is_open)s) line
              JOIN settlement_transaction fact
                ON fact.id = line.settlement_transaction_id
              JOIN settlement_transaction undone
                ON undone.wallet_id = fact.wallet_id
               AND undone.kind = %(undone_kind)s
               AND (undone.id = fact.parent_id
                    OR undone.source_external_id = fact.source_external_id
                    OR undone.source_external_id = fact.parent_external_id)
              JOIN (SELECT * FROM account_move_line WHERE %(is_open)s) undone_line
                ON undone_line.settlement_transaction_id = undone.id
               AND undone_line.account_id = line.account_id
              JOIN account_account account ON account.id = line.account_id
             WHERE fact.backend_id = %(backend)s
               AND fact.kind = %(kind)s
               AND account.reconcile
             ORDER BY line.id, undone_line.id
            """,
            is_open=is_open,
            undone_kind=undone_kind,
            backend=backend.id,
            kind=kind,
        )
