from collections import defaultdict

from odoo.tools import SQL

from .row_reader import IS_BOOKED

# The source counts the row in its balance; its booking day says since when.
IS_COUNTED = SQL("(fact.is_current AND %s)", IS_BOOKED)

# An amount of a journal item in the currency of the wallet.
ITEM_AMOUNT = SQL(
    "CASE WHEN wallet.currency_id = company.currency_id THEN item.balance "
    "ELSE item.amount_currency END"
)
# The transactions that the wallets have posted: the dates of the entries that brought
# each into the ledger, and of those that took it out again.
PRESENCE = """
    SELECT line.transaction_id,
           array_agg(entry.date ORDER BY entry.date) AS entered,
           COALESCE(array_agg(undo.date ORDER BY undo.date)
                        FILTER (WHERE undo.id IS NOT NULL), '{}') AS gone
      FROM settlement_posting_line line
      JOIN settlement_posting posting
        ON posting.id = line.posting_id AND posting.kind <> 'reversal'
      JOIN account_move entry
        ON entry.id = posting.move_id AND entry.state = 'posted'
      LEFT JOIN settlement_posting reversal ON reversal.reversal_of_id = posting.id
      LEFT JOIN account_move undo
        ON undo.id = reversal.move_id AND undo.state = 'posted'
     WHERE posting.wallet_id = ANY(%s)
     GROUP BY line.transaction_id
"""


def minor(amount, holder="currency"):
    """Return an SQL amount in minor units.

    :param holder: alias of the table whose ``decimal_places`` hold.
    """
    decimals = SQL.identifier(holder, "decimal_places")
    return SQL("round(%s * 10::numeric ^ %s)::int8", amount, decimals)


class WalletReader:
    """Reads in sets, summed by day, what happened to wallets in the ledger."""

    def __init__(self, wallets):
        self.env = wallets.env
        self.wallets = wallets.filtered("opening_date")

    def _query(self, query, **parts):
        return self.env.execute_query(SQL(query, wallets=self.wallets.ids, **parts))

    def _ledger(self, account):
        """Return what an account of each wallet gained, by wallet and date."""
        gained = defaultdict(dict)
        for wallet_id, day, amount in self._query(
            """
            SELECT wallet.id, item.date, %(amount)s
              FROM settlement_wallet wallet
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN res_company company ON company.id = wallet.company_id
              LEFT JOIN account_journal journal ON journal.id = wallet.journal_id
              JOIN account_move_line item
                ON item.account_id = %(account)s
               AND item.company_id = wallet.company_id
               AND item.parent_state = 'posted'
             WHERE wallet.id = ANY(%(wallets)s)
             GROUP BY wallet.id, currency.decimal_places, item.date
            """,
            account=SQL(account),
            amount=minor(SQL("sum(%s)", ITEM_AMOUNT)),
        ):
            gained[wallet_id][day] = amount
        return gained
