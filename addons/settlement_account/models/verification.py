from odoo import models
from odoo.tools import SQL

from ..planning.plan import COLUMNS
from ..services.proof import WalletProof

# Days on which a proof is repeated if others have moved the account, newest first.
STRAY_DAYS = 60


class SettlementVerification(models.AbstractModel):
    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_postings_equal_plans",
            "_check_posted_amounts",
            "_check_posted_batches",
            "_check_posting_states",
            "_check_settled_lines",
            "_check_wallet_proofs",
        ]

    def _findings_of(self, law, model, query, sentence):
        """Yield one finding for each id that a query returns."""
        for (row_id,) in self.env.execute_query(query):
            yield self._finding(law, model, row_id, sentence)

    # ------------------------------------------------------------------
    # Law 12: entries equal their plans
    # ------------------------------------------------------------------

    def _check_postings_equal_plans(self):
        """Each posting's entry is posted and has the planned lines, no other."""
        yield from self._findings_of(
            12,
            "settlement.posting",
            self._unequal_plans_sql(),
            self.env._("Its entry is not posted, or not what was planned."),
        )

    def _unequal_plans_sql(self):
        def planned(name, kind):
            at = COLUMNS.index(name)
            return SQL("(line.value->>%s)::%s", at, SQL(kind))

        return SQL(
            """
            SELECT DISTINCT COALESCE(planned.posting_id, posted.posting_id)
              FROM (
                SELECT posting.id AS posting_id, line.position,
                       %(account)s AS account_id, %(partner)s AS partner_id,
                       %(currency)s AS currency_id,
                       %(amount)s AS amount_currency, %(balance)s AS balance,
                       %(name)s AS name
                  FROM settlement_posting posting
                 CROSS JOIN LATERAL jsonb_array_elements(posting.plan->'lines')
                       WITH ORDINALITY AS line (value, position)
              ) planned
              FULL JOIN (
                SELECT posting.id AS posting_id, entry.sequence AS position,
                       entry.account_id, COALESCE(entry.partner_id, 0) AS partner_id,
                       entry.currency_id,
                       entry.amount_currency * 10::numeric ^ currency.decimal_places
                           AS amount_currency,
                       entry.balance * 10::numeric ^ company_currency.decimal_places
                           AS balance,
                       COALESCE(entry.name, '') AS name, entry.parent_state
                  FROM settlement_posting posting
                  JOIN account_move_line entry ON entry.move_id = posting.move_id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                  JOIN res_currency company_currency
                    ON company_currency.id = entry.company_currency_id
              ) posted
                ON posted.posting_id = planned.posting_id
               AND posted.position = planned.position
             WHERE posted.parent_state IS DISTINCT FROM 'posted'
                OR planned.account_id IS DISTINCT FROM posted.account_id
                OR planned.partner_id IS DISTINCT FROM posted.partner_id
                OR planned.currency_id IS DISTINCT FROM posted.currency_id
                OR planned.amount_currency IS DISTINCT FROM posted.amount_currency
                OR planned.balance IS DISTINCT FROM posted.balance
                OR planned.name IS DISTINCT FROM posted.name
            """,
            account=planned("account_id", "int"),
            partner=planned("partner_id", "int"),
            currency=planned("currency_id", "int"),
            amount=planned("amount_currency", "numeric"),
            balance=planned("balance", "numeric"),
            name=planned("name", "text"),
        )

    # ------------------------------------------------------------------
    # Law 3: what was posted is what the rows say
    # ------------------------------------------------------------------

    def _check_posted_amounts(self):
        """A posting moves into the wallet exactly the net of its rows."""
        yield from self._findings_of(
            3,
            "settlement.posting",
            SQL(
                """
                SELECT posting.id
                  FROM settlement_posting posting
                  JOIN settlement_posting_line line ON line.posting_id = posting.id
                  JOIN settlement_transaction fact ON fact.id = line.transaction_id
                 WHERE posting.state = 'posted'
                 GROUP BY posting.id
                HAVING sum(fact.net_amount) <> posting.amount
                """
            ),
            self.env._("It moves another amount than its rows."),
        )

    def _check_posted_batches(self):
        """A batch that counts as posted has no row without its entry."""
        yield from self._findings_of(
            3,
            "settlement.batch",
            SQL(
                """
                SELECT DISTINCT batch.id
                  FROM settlement_batch batch
                  JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
                  JOIN settlement_transaction fact
                    ON fact.batch_id = batch.id AND fact.is_current
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE batch.state IN ('posted', 'reconciled')
                   AND batch.lists_rows
                   AND fact.booked_on >= wallet.opening_date
                   AND state.amount_minor <> 0
                   AND state.posting_state IN ('none', 'reversed')
                """
            ),
            self.env._("It counts as posted and some of its rows are not."),
        )

    # ------------------------------------------------------------------
    # Law 8: no state without its reason
    # ------------------------------------------------------------------

    def _check_posting_states(self):
        """A row counts as posted if, and only if, an entry stands for it."""
        yield from self._findings_of(
            8,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                  LEFT JOIN LATERAL (
                        SELECT TRUE AS is_posted
                          FROM settlement_transaction revision
                          JOIN settlement_posting_line line
                            ON line.transaction_id = revision.id AND line.active
                          JOIN settlement_posting posting
                            ON posting.id = line.posting_id
                           AND posting.state = 'posted'
                         WHERE revision.backend_id = fact.backend_id
                           AND revision.external_id = fact.external_id
                           AND revision.occurrence = fact.occurrence
                         LIMIT 1
                       ) posted ON TRUE
                 WHERE fact.is_current
                   AND (state.posting_state IN ('posted', 'reconciled'))
                       <> (posted.is_posted IS TRUE
                           OR state.statement_line_id IS NOT NULL)
                """
            ),
            self.env._("Its posting state and its postings contradict each other."),
        )

    # ------------------------------------------------------------------
    # Law 12: what is settled is reconciled, and in posted entries
    # ------------------------------------------------------------------

    def _check_settled_lines(self):
        """Lines of posted matches are reconciled; reconciled lines are posted."""
        yield from self._findings_of(
            12,
            "settlement.match",
            SQL(
                """
                SELECT DISTINCT match.id
                  FROM account_move_line entry
                  JOIN settlement_match match ON match.id = entry.settlement_match_id
                 WHERE match.state = 'posted'
                   AND entry.settlement_role = 'settled'
                   AND entry.parent_state = 'posted'
                   AND entry.reconciled IS NOT TRUE
                   AND entry.amount_residual_currency <> 0
                """
            ),
            self.env._("It counts as posted and what it settled is open again."),
        )
        yield from self._findings_of(
            12,
            "account.move.line",
            SQL(
                """
                SELECT entry.id
                  FROM account_move_line entry
                 WHERE entry.settlement_role IS NOT NULL
                   AND entry.parent_state <> 'posted'
                   AND (EXISTS (SELECT FROM account_partial_reconcile partial
                                 WHERE partial.debit_move_id = entry.id)
                        OR EXISTS (SELECT FROM account_partial_reconcile partial
                                    WHERE partial.credit_move_id = entry.id))
                """
            ),
            self.env._("It is reconciled and its entry is not posted."),
        )

    # ------------------------------------------------------------------
    # Law 4: the wallets
    # ------------------------------------------------------------------

    def _check_wallet_proofs(self):
        """The proof of each wallet holds on every day since its opening."""
        wallets = self.env["settlement.wallet"].search(
            [("opening_date", "!=", False), ("journal_id", "!=", False)]
        )
        for wallet in wallets:
            yield from self._wallet_findings(wallet)

    def _wallet_findings(self, wallet):
        strays = WalletProof(wallet).stray_days()[-STRAY_DAYS:]
        newest = max(wallet.backend_id._newest_day(), wallet.opening_date)
        for day in sorted({wallet.opening_date, newest, *strays}):
            proof = wallet._proof(day)
            if proof["difference"]:
                yield self._finding(
                    4, "settlement.wallet", wallet.id, wallet._gap_sentence(proof)
                )
        transit = wallet._proof(newest)["in_transit"]
        if transit["difference"]:
            yield self._finding(
                4, "settlement.wallet", wallet.id, wallet._transit_sentence(transit)
            )
