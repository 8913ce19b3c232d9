from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from odoo.tools import SQL

from ..planning.proof import RowGroup, Snapshot, WalletBook
from .wallet_reader import IS_COUNTED, ITEM_AMOUNT, PRESENCE, WalletReader, minor

RESERVE_KINDS = ("reserve_hold", "reserve_release")


@dataclass(frozen=True, slots=True)
class AbsentRow:
    """A row that one side has on a day and the other has not.

    ``absence`` is 1 for a row that the ledger lacks, -1 for one it has too early
    (or too often). ``entry`` is the name of its latest entry, on ``entered_on``.
    """

    id: int
    external_id: str
    amount: int
    absence: int
    is_current: bool
    booked_on: date
    entry: str
    entered_on: date | None
    batch: str
    batch_state: str
    match_state: str

    @property
    def is_missing(self):
        """Whether the ledger lacks it."""
        return self.absence > 0


class ProofReader(WalletReader):
    """Reads what the proofs of wallets need, summed by day, all wallets at once."""

    # ------------------------------------------------------------------
    # Wallets
    # ------------------------------------------------------------------

    def books(self):
        """Return the WalletBook of each wallet that has an opening, by its id."""
        self.env.flush_all()
        groups, ledger = self._groups(), self._ledger("journal.default_account_id")
        reported, statements = self._reported(), self._statements()
        return {
            wallet.id: WalletBook(
                opening_date=wallet.opening_date,
                opening_balance=wallet._minor(wallet.opening_balance),
                groups=groups[wallet.id],
                ledger=ledger[wallet.id],
                # A bank proves itself by its statements; what it tells between them
                # may contain what it has not booked.
                snapshots=(wallet.is_bank and statements[wallet.id])
                or reported[wallet.id],
            )
            for wallet in self.wallets
        }

    def _groups(self):
        groups = defaultdict(list)
        for wallet_id, booked, entered, gone, amount in self._query(
            """
            WITH presence AS (%(presence)s)
            SELECT wallet.id,
                   CASE WHEN %(is_counted)s THEN fact.booked_on END AS booked,
                   COALESCE(presence.entered,
                            array_remove(ARRAY[bank.date], NULL)) AS entered,
                   COALESCE(presence.gone, '{}') AS gone,
                   %(net)s
              FROM settlement_wallet wallet
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN settlement_transaction fact ON fact.wallet_id = wallet.id
              LEFT JOIN presence ON presence.transaction_id = fact.id
              LEFT JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
               AND state.statement_line_id IS NOT NULL
              LEFT JOIN account_bank_statement_line statement_line
                ON statement_line.id = state.statement_line_id
              LEFT JOIN account_move bank
                ON bank.id = statement_line.move_id AND bank.state = 'posted'
             WHERE wallet.id = ANY(%(wallets)s)
               AND fact.booked_on >= wallet.opening_date
               AND fact.net_amount <> 0
               AND (fact.is_current OR presence.transaction_id IS NOT NULL)
             GROUP BY wallet.id, currency.decimal_places, 2, 3, 4
            """,
            presence=SQL(PRESENCE, self.wallets.ids),
            is_counted=IS_COUNTED,
            net=minor(SQL("sum(fact.net_amount)")),
        ):
            groups[wallet_id].append(
                RowGroup(amount, booked, tuple(entered), tuple(gone))
            )
        return groups

    def openings(self):
        """Return what the account of each wallet showed at its opening, by its id.

        That is everything before the opening date, and of that day what neither
        rows nor bank lines of ours brought.
        """
        self.env.flush_all()
        return dict(
            self._query(
                """
                SELECT wallet.id, %(amount)s
                  FROM settlement_wallet wallet
                  JOIN res_currency currency ON currency.id = wallet.currency_id
                  JOIN res_company company ON company.id = wallet.company_id
                  JOIN account_journal journal ON journal.id = wallet.journal_id
                  JOIN account_move_line item
                    ON item.account_id = journal.default_account_id
                   AND item.company_id = wallet.company_id
                   AND item.parent_state = 'posted'
                   AND item.date <= wallet.opening_date
                 WHERE wallet.id = ANY(%(wallets)s)
                   AND (item.date < wallet.opening_date OR NOT EXISTS (
                            SELECT FROM settlement_posting posting
                             WHERE posting.move_id = item.move_id
                               AND posting.kind <> 'opening'
                        ) AND NOT EXISTS (
                            SELECT FROM account_bank_statement_line bank
                             WHERE bank.move_id = item.move_id
                               AND bank.settlement_wallet_id = wallet.id))
                 GROUP BY wallet.id, currency.decimal_places
                """,
                amount=minor(SQL("sum(%s)", ITEM_AMOUNT)),
            )
        )

    def absent_rows(self, day, limit=None):
        """Return the AbsentRows of the wallets on a day, oldest first."""
        self.env.flush_all()
        rows = self._query(
            """
            WITH presence AS (%(presence)s)
            SELECT fact.id, fact.external_id, %(net)s, absent.times,
                   fact.is_current, fact.booked_on, COALESCE(entry.name, ''),
                   entry.date, COALESCE(batch.external_id, ''),
                   COALESCE(batch.state, ''), COALESCE(state.match_state, '')
              FROM settlement_wallet wallet
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN settlement_transaction fact ON fact.wallet_id = wallet.id
              LEFT JOIN presence ON presence.transaction_id = fact.id
              LEFT JOIN settlement_transaction_state state
                ON state.transaction_id = fact.id
              LEFT JOIN account_bank_statement_line statement_line
                ON statement_line.id = state.statement_line_id
              LEFT JOIN account_move bank
                ON bank.id = statement_line.move_id AND bank.state = 'posted'
             CROSS JOIN LATERAL (
                    SELECT (%(is_counted)s AND fact.booked_on <= %(day)s)::int
                           - COALESCE((bank.date <= %(day)s)::int, 0)
                           - (SELECT count(*) FROM unnest(presence.entered) AS date
                               WHERE date <= %(day)s)
                           + (SELECT count(*) FROM unnest(presence.gone) AS date
                               WHERE date <= %(day)s) AS times) absent
              LEFT JOIN settlement_batch batch ON batch.id = fact.batch_id
              LEFT JOIN LATERAL (
                    SELECT move.name, move.date
                      FROM settlement_posting_line line
                      JOIN settlement_posting posting
                        ON posting.id = line.posting_id
                      JOIN account_move move ON move.id = posting.move_id
                     WHERE line.transaction_id = fact.id AND line.active
                     UNION ALL
                    SELECT bank.name, bank.date WHERE bank.id IS NOT NULL
                     LIMIT 1) entry ON absent.times <> 0
             WHERE wallet.id = ANY(%(wallets)s)
               AND fact.booked_on >= wallet.opening_date
               AND fact.net_amount <> 0
               AND (fact.is_current OR presence.transaction_id IS NOT NULL)
               AND absent.times <> 0
             ORDER BY fact.booked_on, fact.id
             LIMIT %(limit)s
            """,
            presence=SQL(PRESENCE, self.wallets.ids),
            is_counted=IS_COUNTED,
            net=minor(SQL("fact.net_amount")),
            day=day,
            limit=limit,
        )
        return [AbsentRow(*row) for row in rows]

    # ------------------------------------------------------------------
    # What the source says it holds
    # ------------------------------------------------------------------

    def _reported(self):
        """Return the last balance reported on each day, as Snapshots by wallet."""
        return self._snapshots(
            """
            WITH reported AS (
                SELECT DISTINCT ON (wallet.id, told.day)
                       wallet.id AS wallet_id, wallet.opening_date, told.day,
                       balance.observed_at,
                       COALESCE(balance.available, 0) + COALESCE(balance.pending, 0)
                       + COALESCE(balance.reserve, 0) AS amount
                  FROM settlement_wallet wallet
                  JOIN settlement_backend backend ON backend.id = wallet.backend_id
                  JOIN settlement_balance balance ON balance.wallet_id = wallet.id
                 CROSS JOIN LATERAL (
                        SELECT (balance.observed_at AT TIME ZONE 'UTC'
                                AT TIME ZONE backend.timezone)::date AS day) told
                 WHERE wallet.id = ANY(%(wallets)s)
                   AND told.day >= wallet.opening_date
                 ORDER BY wallet.id, told.day, balance.observed_at DESC
            ), moved AS (
                SELECT fact.wallet_id, fact.booked_on AS day,
                       sum(sum(fact.net_amount)) OVER (
                            PARTITION BY fact.wallet_id
                            ORDER BY fact.booked_on) AS amount
                  FROM settlement_wallet wallet
                  JOIN settlement_transaction fact ON fact.wallet_id = wallet.id
                 WHERE wallet.id IN (SELECT wallet_id FROM reported)
                   AND fact.booked_on >= wallet.opening_date
                   AND fact.kind NOT IN %(reserve)s
                   AND %(is_counted)s
                 GROUP BY fact.wallet_id, fact.booked_on
            )
            SELECT wallet.id, reported.day, %(balance)s, %(seen)s
              FROM reported
              JOIN settlement_wallet wallet ON wallet.id = reported.wallet_id
              JOIN res_currency currency ON currency.id = wallet.currency_id
              LEFT JOIN LATERAL (
                    SELECT moved.amount FROM moved
                     WHERE moved.wallet_id = wallet.id AND moved.day <= reported.day
                     ORDER BY moved.day DESC LIMIT 1) before ON TRUE
             -- Rows of the same day that came after the balance was asked for.
              LEFT JOIN LATERAL (
                    SELECT sum(fact.net_amount) AS amount
                      FROM settlement_transaction fact
                     WHERE fact.wallet_id = wallet.id
                       AND fact.booked_on = reported.day
                       AND fact.occurred_at > reported.observed_at
                       AND fact.kind NOT IN %(reserve)s
                       AND %(is_counted)s) late ON TRUE
            """,
            reserve=RESERVE_KINDS,
            is_counted=IS_COUNTED,
            balance=minor(SQL("reported.amount")),
            seen=minor(SQL("(COALESCE(before.amount, 0) - COALESCE(late.amount, 0))")),
        )

    def _statements(self):
        """Return the closing balance of the last statement of each day by wallet.

        A statement has seen its own rows and those of the statements before it, on
        whatever day they were booked. Of several without numbers on one day, the last
        is the one from which none goes on.
        """
        return self._snapshots(
            """
            WITH listed AS (
                SELECT fact.batch_id, sum(fact.net_amount) AS amount
                  FROM settlement_wallet wallet
                  JOIN settlement_transaction fact ON fact.wallet_id = wallet.id
                 WHERE wallet.id = ANY(%(wallets)s)
                   AND fact.batch_id IS NOT NULL
                   AND fact.booked_on >= wallet.opening_date
                   AND %(is_counted)s
                 GROUP BY fact.batch_id
            ), statement AS (
                SELECT batch.*,
                       sum(COALESCE(listed.amount, 0)) OVER (
                            PARTITION BY batch.wallet_id
                            ORDER BY batch.date) AS seen,
                       EXISTS (
                            SELECT FROM settlement_batch next
                             WHERE next.wallet_id = batch.wallet_id
                               AND next.kind = batch.kind
                               AND next.date = batch.date
                               AND next.id <> batch.id
                               AND next.has_balances
                               AND next.opening_balance = batch.closing_balance
                       ) AS goes_on
                  FROM settlement_batch batch
                  LEFT JOIN listed ON listed.batch_id = batch.id
                 WHERE batch.wallet_id = ANY(%(wallets)s)
                   AND batch.kind = 'statement'
                   AND batch.date IS NOT NULL
            )
            SELECT DISTINCT ON (wallet.id, statement.date)
                   wallet.id, statement.date, %(balance)s, %(seen)s
              FROM statement
              JOIN settlement_wallet wallet ON wallet.id = statement.wallet_id
              JOIN res_currency currency ON currency.id = wallet.currency_id
              LEFT JOIN LATERAL (
                    SELECT sum(fact.net_amount) AS amount
                      FROM settlement_transaction fact
                     WHERE fact.wallet_id = wallet.id
                       AND fact.batch_id IS NULL
                       AND fact.booked_on BETWEEN wallet.opening_date
                                              AND statement.date
                       AND %(is_counted)s) loose ON TRUE
             WHERE statement.has_balances
               AND statement.date >= wallet.opening_date
             ORDER BY wallet.id, statement.date, statement.sequence DESC,
                      statement.goes_on, statement.id DESC
            """,
            is_counted=IS_COUNTED,
            balance=minor(SQL("COALESCE(statement.closing_balance, 0)")),
            seen=minor(SQL("(statement.seen + COALESCE(loose.amount, 0))")),
        )

    def _snapshots(self, query, **parts):
        found = defaultdict(list)
        for wallet_id, *values in self._query(query, **parts):
            found[wallet_id].append(Snapshot(*values))
        return found
