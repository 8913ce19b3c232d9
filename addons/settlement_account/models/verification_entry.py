from odoo import models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..planning.plan import COLUMNS, digest_of

# Postings whose plans are read at once.
CHUNK = 500

# Journal items of entries that postings and bank statements of ours made.
OUR_ITEMS = SQL(
    """
    SELECT item.* FROM account_move_line item
      JOIN settlement_posting posting ON posting.move_id = item.move_id
     UNION ALL
    SELECT item.* FROM account_move_line item
      JOIN account_bank_statement_line bank ON bank.move_id = item.move_id
     WHERE bank.settlement_wallet_id IS NOT NULL
    """
)


class SettlementVerification(models.AbstractModel):
    """Laws 6 and 12: entries of ours are what was planned and what was reported."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_entries_equal_plans",
            "_check_plan_digests",
            "_check_postings_pinned",
            "_check_bank_entries",
            "_check_item_amounts",
            "_check_reconciled_items",
            "_check_settled_matches",
        ]

    # ------------------------------------------------------------------
    # Entries of postings
    # ------------------------------------------------------------------

    def _check_entries_equal_plans(self):
        """Each posting's entry is posted and has the planned lines, no other."""
        yield from self._findings_of(
            12,
            "settlement.posting",
            self._unequal_plans_sql(),
            self.env._("Its entry %(entry)s is not what was planned: %(found)s."),
            "entry",
            "found",
        )

    def _unequal_plans_sql(self):
        """Return ``id, entry, what differs`` of postings that are not as planned."""
        return SQL(
            """
            SELECT posting.id, move.name, string_agg(
                        concat_ws(' ', 'line', found.position, found.names), '; '
                        ORDER BY found.position)
              FROM (%(compared)s) found
              JOIN settlement_posting posting ON posting.id = found.posting_id
              JOIN account_move move ON move.id = posting.move_id
             WHERE found.names <> ''
             GROUP BY posting.id, move.name
            """,
            compared=self._compared_lines_sql(),
        )

    def _compared_lines_sql(self):
        """Return ``posting_id, position, names`` (of what differs) of all lines."""

        def planned(name, kind):
            return SQL("(line.value ->> %s)::%s", COLUMNS.index(name), SQL(kind))

        return SQL(
            """
            SELECT COALESCE(planned.posting_id, posted.posting_id) AS posting_id,
                   COALESCE(planned.position, posted.position) AS position,
                   concat_ws(', ',
                        CASE WHEN posted.posting_id IS NULL THEN 'is missing' END,
                        CASE WHEN planned.posting_id IS NULL THEN 'was added' END,
                        CASE WHEN posted.parent_state <> 'posted'
                               OR posted.state <> 'posted' THEN 'state' END,
                        CASE WHEN planned.day <> posted.date
                               OR planned.day <> posted.move_date THEN 'date' END,
                        CASE WHEN planned.account_id <> posted.account_id
                             THEN 'account' END,
                        CASE WHEN planned.partner_id <> posted.partner_id
                             THEN 'partner' END,
                        CASE WHEN planned.currency_id <> posted.currency_id
                             THEN 'currency' END,
                        CASE WHEN planned.amount_currency <> posted.amount_currency
                             THEN 'amount_currency' END,
                        CASE WHEN planned.balance <> posted.balance
                             THEN 'balance' END,
                        CASE WHEN planned.name <> posted.name THEN 'name' END
                   ) AS names
              FROM (
                SELECT posting.id AS posting_id, line.position, posting.date AS day,
                       %(account)s AS account_id, %(partner)s AS partner_id,
                       %(currency)s AS currency_id,
                       %(amount)s AS amount_currency, %(balance)s AS balance,
                       %(name)s AS name
                  FROM settlement_posting posting
                 CROSS JOIN LATERAL jsonb_array_elements(posting.plan -> 'lines')
                       WITH ORDINALITY AS line (value, position)
              ) planned
              FULL JOIN (
                SELECT posting.id AS posting_id, item.sequence AS position,
                       item.account_id, COALESCE(item.partner_id, 0) AS partner_id,
                       item.currency_id, item.date, item.parent_state,
                       move.date AS move_date, move.state,
                       item.amount_currency * 10::numeric ^ currency.decimal_places
                           AS amount_currency,
                       item.balance * 10::numeric ^ own.decimal_places AS balance,
                       COALESCE(item.name, '') AS name
                  FROM settlement_posting posting
                  JOIN account_move move ON move.id = posting.move_id
                  JOIN account_move_line item ON item.move_id = move.id
                  JOIN res_currency currency ON currency.id = item.currency_id
                  JOIN res_company company ON company.id = posting.company_id
                  JOIN res_currency own ON own.id = company.currency_id
              ) posted
                ON posted.posting_id = planned.posting_id
               AND posted.position = planned.position
            """,
            account=planned("account_id", "int"),
            partner=planned("partner_id", "int"),
            currency=planned("currency_id", "int"),
            amount=planned("amount_currency", "numeric"),
            balance=planned("balance", "numeric"),
            name=planned("name", "text"),
        )

    def _check_plan_digests(self):
        """The digest of each plan still fits: same lines, for the same rows."""
        postings = self.env["settlement.posting"].search([], order="id")
        for ids in split_every(CHUNK, postings.ids, list):
            for posting_id, plan, plan_hash, rows, has_revisions in self._plans(ids):
                # Entries follow to a later revision of the same money; the digest
                # cannot know it. The sums of law 3 hold then.
                if has_revisions or digest_of(plan, rows) == plan_hash:
                    continue
                yield self._finding(
                    12,
                    "settlement.posting",
                    posting_id,
                    self.env._("Its plan, or the list of its rows, was altered."),
                )

    def _plans(self, ids):
        """Return id, plan, digest, row ids, and whether rows have other revisions."""
        return self.env.execute_query(
            SQL(
                """
                SELECT posting.id, posting.plan, posting.plan_hash,
                       COALESCE(array_agg(fact.id ORDER BY fact.id) FILTER (
                            WHERE fact.id IS NOT NULL), '{}'),
                       COALESCE(bool_or(fact.revision > 1), FALSE)
                  FROM settlement_posting posting
                  LEFT JOIN settlement_posting_line line ON line.posting_id = posting.id
                  LEFT JOIN settlement_transaction fact
                    ON fact.id = line.transaction_id
                 WHERE posting.id = ANY(%s)
                 GROUP BY posting.id
                """,
                ids,
            )
        )

    def _check_postings_pinned(self):
        """Each posting is pinned by the event of its making."""
        unpinned = (
            set(self._unpinned("settlement.posting", action))
            for action in ("posting.posted", "posting.reversed")
        )
        for posting_id in sorted(set.intersection(*unpinned)):
            yield self._finding(
                11,
                "settlement.posting",
                posting_id,
                self.env._(
                    "No event proves that this posting was made: somebody wrote it "
                    "into the database."
                ),
            )

    # ------------------------------------------------------------------
    # Entries of bank lines
    # ------------------------------------------------------------------

    def _check_bank_entries(self):
        """Each statement line of ours is what the bank reported, in a posted entry."""
        yield from self._findings_of(
            12,
            "account.bank.statement.line",
            self._unequal_bank_lines_sql(),
            self.env._("Its entry %(entry)s is not what the bank reported: %(found)s."),
            "entry",
            "found",
        )

    def _unequal_bank_lines_sql(self):
        """Return ``id, entry, what differs`` of bank lines that are not as reported.

        Rows that their bank has changed since are left to their exception.
        """
        return SQL(
            """
            SELECT bank.id, move.name, differs.names
              FROM account_bank_statement_line bank
              JOIN account_move move ON move.id = bank.move_id
              JOIN settlement_wallet wallet ON wallet.id = bank.settlement_wallet_id
              JOIN res_company company ON company.id = wallet.company_id
              JOIN account_journal journal ON journal.id = wallet.journal_id
             CROSS JOIN LATERAL (
                    SELECT sum(fact.net_amount) AS net,
                           max(fact.booked_on) AS booked_on,
                           bool_or(fact.revision > 1) AS is_revised
                      FROM settlement_transaction_state state
                      JOIN settlement_transaction fact ON fact.id = state.transaction_id
                     WHERE state.statement_line_id = bank.id) rows
             CROSS JOIN LATERAL (
                    SELECT COALESCE(sum(CASE
                                WHEN wallet.currency_id = company.currency_id
                                THEN item.balance ELSE item.amount_currency END
                           ) FILTER (WHERE item.account_id =
                                     journal.default_account_id), 0) AS amount,
                           sum(item.balance) AS balance,
                           bool_and(item.date = move.date) AS is_dated,
                           bool_and(item.parent_state = 'posted') AS is_posted,
                           COALESCE(bool_and(
                                item.reconciled
                                OR item.account_id = journal.suspense_account_id
                                OR EXISTS (
                                    SELECT FROM settlement_wallet peer
                                     WHERE peer.in_transit_account_id
                                           = item.account_id)
                           ) FILTER (WHERE item.account_id <>
                                     journal.default_account_id), FALSE) AS is_known
                      FROM account_move_line item
                     WHERE item.move_id = move.id) entry
             CROSS JOIN LATERAL (
                    SELECT concat_ws(', ',
                        CASE WHEN rows.net IS NULL THEN 'no row stands behind it' END,
                        CASE WHEN rows.net <> bank.amount THEN 'amount' END,
                        CASE WHEN rows.net <> entry.amount
                             THEN 'amount on the account of the bank' END,
                        CASE WHEN entry.balance <> 0 THEN 'it does not balance' END,
                        CASE WHEN rows.booked_on <> move.date OR NOT entry.is_dated
                             THEN 'date' END,
                        CASE WHEN move.state <> 'posted' OR NOT entry.is_posted
                             THEN 'state' END,
                        CASE WHEN NOT entry.is_known THEN 'account' END
                    ) AS names) differs
             WHERE differs.names <> '' AND rows.is_revised IS NOT TRUE
            """
        )

    # ------------------------------------------------------------------
    # Journal items
    # ------------------------------------------------------------------

    def _check_item_amounts(self):
        """Debit, credit and balance of our items say the same, in each currency."""
        yield from self._findings_of(
            12,
            "account.move.line",
            SQL(
                """
                SELECT item.id
                  FROM (%(ours)s) item
                  JOIN res_company company ON company.id = item.company_id
                 WHERE item.debit - item.credit <> item.balance
                    OR (company.account_storno IS NOT TRUE
                        AND (item.debit < 0 OR item.credit < 0
                             OR (item.debit <> 0 AND item.credit <> 0)))
                    OR (item.currency_id = item.company_currency_id
                        AND item.amount_currency <> item.balance)
                """,
                ours=OUR_ITEMS,
            ),
            self.env._("Its debit, credit and amounts contradict each other."),
        )

    def _check_reconciled_items(self):
        """What is open of our items is what their reconciliations leave."""
        yield from self._findings_of(
            12,
            "account.move.line",
            self._wrong_residuals_sql(),
            self.env._("What is open of it is not what its reconciliations leave."),
        )
        yield from self._findings_of(
            12,
            "account.move.line",
            SQL(
                """
                SELECT DISTINCT item.id
                  FROM (%(ours)s) item
                  JOIN account_partial_reconcile partial
                    ON item.id IN (partial.debit_move_id, partial.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (partial.debit_move_id, partial.credit_move_id)
                   AND other.id <> item.id
                 WHERE item.account_id <> other.account_id
                    OR item.parent_state <> 'posted'
                    OR other.parent_state <> 'posted'
                """,
                ours=OUR_ITEMS,
            ),
            self.env._(
                "It is reconciled with an item of another account, or one of the two "
                "is not posted."
            ),
        )

    def _wrong_residuals_sql(self):
        """Return the ids of our items whose residual the reconciliations contradict.

        An account without reconciliation has no residuals.
        """
        return SQL(
            """
            WITH pair AS (
                SELECT id, sum(amount) AS amount, sum(amount_currency) AS currency
                  FROM (SELECT debit_move_id AS id, amount,
                               debit_amount_currency AS amount_currency
                          FROM account_partial_reconcile
                         UNION ALL
                        SELECT credit_move_id, -amount, -credit_amount_currency
                          FROM account_partial_reconcile) side
                 GROUP BY id
            )
            SELECT item.id
              FROM (%(ours)s) item
              JOIN account_account account ON account.id = item.account_id
              LEFT JOIN pair ON pair.id = item.id
             WHERE (pair.id IS NOT NULL OR account.reconcile)
               AND (item.amount_residual
                        <> item.balance - COALESCE(pair.amount, 0)
                    OR item.amount_residual_currency
                        <> item.amount_currency - COALESCE(pair.currency, 0)
                    OR item.reconciled <> (item.amount_residual = 0
                                           AND item.amount_residual_currency = 0))
            """,
            ours=OUR_ITEMS,
        )

    def _check_settled_matches(self):
        """What a posted match settled is not open again."""
        yield from self._findings_of(
            12,
            "settlement.match",
            SQL(
                """
                SELECT DISTINCT match.id
                  FROM account_move_line item
                  JOIN settlement_match match ON match.id = item.settlement_match_id
                 WHERE match.state = 'posted'
                   AND item.settlement_role = 'settled'
                   AND item.parent_state = 'posted'
                   AND item.reconciled IS NOT TRUE
                   AND item.amount_residual_currency <> 0
                """
            ),
            self.env._("It counts as posted and what it settled is open again."),
        )
