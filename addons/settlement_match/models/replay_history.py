from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import kinds

from .claim import minor_sql

# Identifiers, payouts and own transfers: no rule takes part there.
FIXED_STAGES = (1, 4, 8)
NEVER = SQL("'infinity'::date")


class SettlementReplay(models.AbstractModel):
    """What history is made of, read from the real tables.

    - ``settlement_replay_source``: the payments. ``day`` is when a payment came,
      ``closed_on`` when it was matched, ``until`` up to which day documents count for
      it that were written after it came.
    - ``settlement_replay_known``: the matches that hold, and those that a person undid
      as wrong.
    - ``settlement_replay_item``: the journal items that were open at that time.
    - ``settlement_replay_settled``: what settled them, by day.
    """

    _inherit = "settlement.replay"

    @api.model
    def _gather_history(self, scope):
        """Read payments, documents and matches of the time.

        :return: (number of payments, first day reached if there are more of them).
        """
        self.env.flush_all()
        self._temporary("settlement_replay_source", self._history_payments_sql(scope))
        self._index_replay("settlement_replay_source", "transaction_id")
        self._temporary("settlement_replay_known", self._history_matches_sql())
        self._index_replay("settlement_replay_known", "transaction_id")
        self._close_sources()
        self._temporary("settlement_replay_item", self._history_items_sql(scope))
        self._index_replay("settlement_replay_item", "id")
        self._index_replay("settlement_replay_item", "document_id")
        self._temporary("settlement_replay_settled", self._history_settled_sql())
        self._index_replay("settlement_replay_settled", "item_id")
        query = SQL("SELECT count(*), min(day) FROM settlement_replay_source")
        rows, first = self.env.execute_query(query)[0]
        return rows, first if rows == scope.most else None

    @api.model
    def _index_replay(self, table, column):
        self.env.cr.execute(
            SQL(
                "CREATE INDEX ON %s (%s)",
                SQL.identifier("pg_temp", table),
                SQL.identifier(column),
            )
        )

    @api.model
    def _history_payments_sql(self, scope):
        """Return the payments of the time that rules may have to do with.

        What a provider's id, a payout or an own transfer explains, no rule changes.
        """
        return SQL(
            """
            SELECT state.transaction_id, state.currency_id, state.gross_minor,
                   booked.day, %(never)s AS closed_on, %(never)s AS until
              FROM settlement_transaction_state state
              JOIN settlement_transaction fact ON fact.id = state.transaction_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(fact.booked_on, fact.occurred_at::date) AS day
                   ) booked
             WHERE state.company_id = %(company)s
               AND state.match_state IN ('open', 'proposed', 'matched')
               AND state.gross_minor <> 0
               AND state.provider_state = 'settled'
               AND fact.is_current
               AND fact.kind IN %(with_target)s
               AND booked.day BETWEEN %(since)s AND %(until)s
               AND NOT EXISTS (
                    SELECT FROM settlement_match_line line
                      JOIN settlement_match match ON match.id = line.match_id
                     WHERE line.transaction_id = fact.id
                       AND match.state IN ('confirmed', 'posted')
                       AND match.stage IN %(fixed)s)
             ORDER BY booked.day DESC, state.transaction_id DESC
             LIMIT %(most)s
            """,
            never=NEVER,
            fixed=FIXED_STAGES,
            company=scope.company.id,
            with_target=kinds.KINDS_WITH_TARGET,
            since=scope.since,
            until=scope.until,
            most=scope.most,
        )

    @api.model
    def _history_matches_sql(self):
        """Return the matches of the payments that hold or were refused."""
        return SQL(
            """
            SELECT line.transaction_id, match.id AS match_id, line.side,
                   match.state <> 'undone' AS holds,
                   CASE WHEN match.is_automatic THEN NULL
                        ELSE match.decided_at::date END AS decided_on,
                   match.difference_minor,
                   COALESCE(match.difference_kind, '') AS difference_kind,
                   COALESCE(version.rule_id, 0) AS rule_id,
                   COALESCE(version.account_id, 0) AS account_id
              FROM settlement_replay_source source
              JOIN settlement_match_line line
                ON line.transaction_id = source.transaction_id
              JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN settlement_rule_version version
                ON version.id = match.rule_version_id
             WHERE match.state IN ('confirmed', 'posted') OR match.is_refused
            """
        )

    @api.model
    def _close_sources(self):
        """Note when each payment was matched, and which documents it waited for.

        A payment is replayed on the day it came. If its document was written later,
        it is replayed then; documents after that are none of its business.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_replay_source source
                   SET until = GREATEST(source.day, found.document_day),
                       closed_on = COALESCE(
                            found.decided_on, GREATEST(source.day, found.document_day))
                  FROM (
                    SELECT known.transaction_id, max(known.decided_on) AS decided_on,
                           max(entry.date) AS document_day
                      FROM settlement_replay_known known
                      LEFT JOIN settlement_match_line target
                        ON target.match_id = known.match_id
                       AND target.move_line_id IS NOT NULL
                      LEFT JOIN account_move_line entry
                        ON entry.id = target.move_line_id
                     WHERE known.holds
                     GROUP BY known.transaction_id
                  ) found
                 WHERE found.transaction_id = source.transaction_id
                """
            )
        )

    @api.model
    def _history_items_sql(self, scope):
        """Return the journal items that were open at some time of the replay.

        Entries that are no documents count if they are open still, if a payment is
        matched with them, or if they belong to a payment: any other one was written
        to settle something.
        """
        return SQL(
            """
            SELECT item.*, GREATEST(0, item.partial_minor - item.posted_minor)
                        AS outside_minor
              FROM (
                SELECT entry.id, entry.move_id AS document_id, entry.date,
                       entry.currency_id, full_amount.minor,
                       abs(residual.minor) - COALESCE(
                            claim.claimed_minor - claim.posted_minor, 0) AS free_minor,
                       abs(full_amount.minor) - abs(residual.minor) AS partial_minor,
                       COALESCE(claim.posted_minor, 0) AS posted_minor
                  FROM account_move_line entry
                  JOIN account_account account ON account.id = entry.account_id
                  JOIN account_move move ON move.id = entry.move_id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                  LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
                 CROSS JOIN LATERAL (SELECT %(full)s AS minor) full_amount
                 CROSS JOIN LATERAL (SELECT %(residual)s AS minor) residual
                 WHERE entry.company_id = %(company)s
                   AND entry.parent_state = 'posted'
                   AND entry.date <= %(until)s
                   AND (account.account_type IN (
                            'asset_receivable', 'liability_payable')
                        OR account.reconcile AND claim.id IS NOT NULL
                        OR account.reconcile AND move.origin_payment_id IS NOT NULL)
                   AND (entry.reconciled IS NOT TRUE
                        OR claim.id IS NOT NULL
                        OR (move.move_type <> 'entry'
                            OR move.origin_payment_id IS NOT NULL)
                           AND entry.id IN (
                                SELECT debit_move_id FROM account_partial_reconcile
                                 WHERE max_date >= %(since)s
                                 UNION ALL
                                SELECT credit_move_id FROM account_partial_reconcile
                                 WHERE max_date >= %(since)s))
              ) item
             WHERE item.minor <> 0
            """,
            full=minor_sql(SQL("entry.amount_currency"), "currency"),
            residual=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
            company=scope.company.id,
            since=scope.since,
            until=scope.until,
        )

    @api.model
    def _history_settled_sql(self):
        """Return what settled the items: confirmed matches, and the ledger itself.

        What postings of ours settled is counted by their matches, on the day the
        payment came; ``is_outside`` is everything that the ledger settled, of which
        only the item's ``outside_minor`` comes from elsewhere.
        """
        return SQL(
            """
            SELECT item.id AS item_id, FALSE AS is_outside, target.match_id,
                   GREATEST(item.date, max(
                        COALESCE(fact.booked_on, fact.occurred_at::date))) AS day,
                   abs(target.amount_minor) AS minor
              FROM settlement_replay_item item
              JOIN settlement_match_line target ON target.move_line_id = item.id
              JOIN settlement_match match ON match.id = target.match_id
              LEFT JOIN settlement_match_line money
                ON money.match_id = match.id AND money.transaction_id IS NOT NULL
              LEFT JOIN settlement_transaction fact ON fact.id = money.transaction_id
             WHERE match.state IN ('confirmed', 'posted')
             GROUP BY item.id, item.date, target.id, target.match_id,
                      target.amount_minor
             UNION ALL
            SELECT item.id, TRUE, NULL, part.max_date, %(debit)s
              FROM settlement_replay_item item
              JOIN account_partial_reconcile part ON part.debit_move_id = item.id
              JOIN res_currency currency ON currency.id = item.currency_id
             WHERE item.outside_minor > 0
             UNION ALL
            SELECT item.id, TRUE, NULL, part.max_date, %(credit)s
              FROM settlement_replay_item item
              JOIN account_partial_reconcile part ON part.credit_move_id = item.id
              JOIN res_currency currency ON currency.id = item.currency_id
             WHERE item.outside_minor > 0
            """,
            debit=minor_sql(SQL("part.debit_amount_currency"), "currency"),
            credit=minor_sql(SQL("part.credit_amount_currency"), "currency"),
        )

    # ------------------------------------------------------------------
    # In front of the real tables
    # ------------------------------------------------------------------

    @api.model
    def _put_states_in_front(self):
        """Let the payments of the time be open."""
        self._put_in_front("settlement_transaction_state")
        rows = SQL(
            "%s origin JOIN settlement_replay_source source "
            "ON source.transaction_id = origin.transaction_id",
            self._real_table("settlement_transaction_state"),
        )
        open_state = SQL("'open'")
        self._fill_front("settlement_transaction_state", rows, match_state=open_state)
        self._index_replay("settlement_transaction_state", "transaction_id")
        self._analyze_replay("settlement_transaction_state")

    @api.model
    def _put_documents_in_front(self):
        """Let the documents of the time be open in full, and no others be there."""
        self._put_in_front("account_move")
        self._fill_front(
            "account_move",
            SQL(
                "%s origin WHERE origin.id IN "
                "(SELECT document_id FROM settlement_replay_item)",
                self._real_table("account_move"),
            ),
        )
        self._put_in_front("account_move_line")
        self._fill_front(
            "account_move_line",
            SQL(
                "%s origin JOIN settlement_replay_item item ON item.id = origin.id",
                self._real_table("account_move_line"),
            ),
            amount_residual=SQL("origin.balance"),
            amount_residual_currency=SQL("origin.amount_currency"),
            reconciled=SQL("FALSE"),
            full_reconcile_id=SQL("NULL::int4"),
            matching_number=SQL("NULL::varchar"),
        )
        for table, columns in {
            "account_move": ("id",),
            "account_move_line": ("id", "move_id", "partner_id"),
        }.items():
            for column in columns:
                self._index_replay(table, column)
            self._analyze_replay(table)

    @api.model
    def _put_references_in_front(self):
        """Let the documents of the time carry their references again."""
        self._put_in_front("settlement_document_reference", with_indexes=True)
        references = self.env["settlement.document.reference"]
        for source in references._sources(self.env.company):
            self.env.cr.execute(references._insert_sql(*source))
        self._analyze_replay("settlement_document_reference")

    @api.model
    def _analyze_replay(self, table):
        self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier("pg_temp", table)))
