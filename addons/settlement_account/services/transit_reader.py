from collections import defaultdict
from dataclasses import dataclass

from odoo.tools import SQL

from ..planning.proof import RowGroup, TransitBook
from .wallet_reader import ITEM_AMOUNT, PRESENCE, WalletReader, minor

TRANSIT_KINDS = ("payout", "payout_failure")


@dataclass(frozen=True, slots=True)
class OpenTransit:
    """A payout that is under way on a day, or money at the bank without a payout."""

    line_id: int
    transaction_id: int
    name: str
    amount: int


class TransitReader(WalletReader):
    """Reads what the proof of payouts in transit needs."""

    def books(self):
        """Return the TransitBook of each wallet with such an account, by its id.

        Wallets that share an account, and their currency, are proved together.
        """
        self.env.flush_all()
        payouts = self._payouts()
        ledger = self._ledger("wallet.in_transit_account_id")
        received = self._received()
        return {
            wallet.id: TransitBook(
                payouts=payouts[wallet.id],
                received=received[wallet.id],
                ledger=ledger[wallet.id],
            )
            for wallet in self.wallets.filtered("in_transit_account_id")
        }

    def _transit_peers(self):
        """Return all wallets that share an account in transit with these."""
        accounts = self.wallets.in_transit_account_id
        wallets = self.wallets.with_context(active_test=False)
        return wallets.search([("in_transit_account_id", "in", accounts.ids)])

    def _payouts(self):
        groups = defaultdict(list)
        for wallet_id, entered, gone, amount in self._query(
            """
            WITH presence AS (%(presence)s)
            SELECT wallet.id, presence.entered, presence.gone, %(amount)s
              FROM settlement_wallet wallet
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN settlement_wallet peer
                ON peer.in_transit_account_id = wallet.in_transit_account_id
               AND peer.company_id = wallet.company_id
               AND peer.currency_id = wallet.currency_id
              JOIN settlement_transaction fact ON fact.wallet_id = peer.id
              JOIN presence ON presence.transaction_id = fact.id
             WHERE wallet.id = ANY(%(wallets)s) AND fact.kind IN %(kinds)s
             GROUP BY wallet.id, currency.decimal_places, presence.entered,
                      presence.gone
            """,
            presence=SQL(PRESENCE, self._transit_peers().ids),
            kinds=TRANSIT_KINDS,
            amount=minor(SQL("-sum(fact.gross_amount)")),
        ):
            groups[wallet_id].append(
                RowGroup(amount, None, tuple(entered), tuple(gone))
            )
        return groups

    def _received(self):
        """Return by wallet and day what arrived at a bank.

        That is what bank lines and our clearing brought onto the account, and what
        people reconciled payouts with by hand.
        """
        received = defaultdict(lambda: defaultdict(int))
        for wallet_id, day, amount in self._query(
            """
            WITH item AS (
                SELECT wallet.id AS wallet_id, currency.decimal_places, item.id,
                       item.date, item.settlement_role AS role,
                       wallet.currency_id = company.currency_id AS is_own,
                       %(item_amount)s AS amount,
                       (statement_line.settlement_wallet_id IS NOT NULL
                        OR posting.kind = 'clearing'
                        OR undone.kind = 'clearing') AS is_bank,
                       posting.kind = 'reversal' AS is_undo
                  FROM settlement_wallet wallet
                  JOIN res_currency currency ON currency.id = wallet.currency_id
                  JOIN res_company company ON company.id = wallet.company_id
                  JOIN account_move_line item
                    ON item.account_id = wallet.in_transit_account_id
                   AND item.company_id = wallet.company_id
                   AND item.parent_state = 'posted'
                  LEFT JOIN account_bank_statement_line statement_line
                    ON statement_line.move_id = item.move_id
                  LEFT JOIN settlement_posting posting
                    ON posting.move_id = item.move_id
                  LEFT JOIN settlement_posting undone
                    ON undone.id = posting.reversal_of_id
                 WHERE wallet.id = ANY(%(wallets)s)
            ), pair AS (
                SELECT debit_move_id AS payout_id, credit_move_id AS other_id,
                       max_date, amount AS own_amount,
                       debit_amount_currency AS amount
                  FROM account_partial_reconcile
                 UNION ALL
                SELECT credit_move_id, debit_move_id, max_date, -amount,
                       -credit_amount_currency
                  FROM account_partial_reconcile
            ), arrival AS (
                SELECT wallet_id, decimal_places, date AS day, -amount AS amount
                  FROM item WHERE role IS DISTINCT FROM 'in_transit' AND is_bank
                 UNION ALL
                SELECT payout.wallet_id, payout.decimal_places, pair.max_date,
                       CASE WHEN payout.is_own THEN pair.own_amount
                            ELSE pair.amount END
                  FROM item payout
                  JOIN pair ON pair.payout_id = payout.id
                  JOIN item other
                    ON other.id = pair.other_id AND other.wallet_id = payout.wallet_id
                 WHERE payout.role = 'in_transit'
                   AND other.role IS DISTINCT FROM 'in_transit'
                   AND other.is_bank IS NOT TRUE
                   AND other.is_undo IS NOT TRUE
            )
            SELECT arrival.wallet_id, arrival.day, %(amount)s
              FROM arrival
             GROUP BY arrival.wallet_id, arrival.decimal_places, arrival.day
            """,
            item_amount=ITEM_AMOUNT,
            amount=minor(SQL("sum(arrival.amount)"), "arrival"),
        ):
            received[wallet_id][day] += amount
        return received

    def open_transit(self, day):
        """Return as OpenTransit what stands on the accounts in transit on a day."""
        self.env.flush_all()
        rows = self._query(
            """
            SELECT item.id, COALESCE(item.settlement_transaction_id, 0),
                   COALESCE(fact.source_external_id, fact.external_id, item.name,
                            move.name),
                   %(amount)s
              FROM settlement_wallet wallet
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN res_company company ON company.id = wallet.company_id
              JOIN account_move_line item
                ON item.account_id = wallet.in_transit_account_id
               AND item.company_id = wallet.company_id
               AND item.parent_state = 'posted'
               AND item.date <= %(day)s
              JOIN account_move move ON move.id = item.move_id
              LEFT JOIN settlement_transaction fact
                ON fact.id = item.settlement_transaction_id
             CROSS JOIN LATERAL (
                    SELECT %(item_amount)s - COALESCE(sum(CASE
                        WHEN wallet.currency_id = company.currency_id
                        THEN sign * pair.amount
                        WHEN sign > 0 THEN pair.debit_amount_currency
                        ELSE -pair.credit_amount_currency END), 0) AS amount
                      FROM (SELECT 1 AS sign, partial.*
                              FROM account_partial_reconcile partial
                             WHERE partial.debit_move_id = item.id
                             UNION ALL
                            SELECT -1, partial.*
                              FROM account_partial_reconcile partial
                             WHERE partial.credit_move_id = item.id) pair
                     WHERE pair.max_date <= %(day)s) rest
             WHERE wallet.id = ANY(%(wallets)s) AND rest.amount <> 0
             ORDER BY item.date, item.id
            """,
            amount=minor(SQL("rest.amount")),
            item_amount=ITEM_AMOUNT,
            day=day,
        )
        return [OpenTransit(*row) for row in rows]
