from collections import defaultdict
from dataclasses import dataclass, replace

from odoo.tools import SQL

from ..planning.clearing import Move, OpenItem
from ..planning.integers import share

# Roles of lines of ours in which the gross of a row may wait.
WAITING_ROLES = ("suspense", "unallocated", "settled", "credit", "transfer")


@dataclass(slots=True)
class _Waiting:
    """An open item and how much of it is still to be given out."""

    item: OpenItem
    is_own: bool
    left: int


class OpenItems:
    """Where the gross of posted rows waits in the ledger.

    First the lines that are a row's alone, then what it shares: the one suspense
    line of a bank booking, the summed line of a summary.
    """

    def __init__(self, env, transaction_ids):
        self.env = env
        self._shared = {}
        self._of_row = defaultdict(list)
        self.env.flush_all()
        ids = list(transaction_ids)
        self._currencies = dict(self.env.execute_query(self._currencies_query(ids)))
        for is_own, query in (
            (True, self._own_query(ids)),
            (False, self._bank_query(ids)),
            (False, self._summed_query(ids)),
        ):
            for transaction_id, *values in self.env.execute_query(query):
                self._add(transaction_id, is_own, OpenItem(*values))

    def _add(self, transaction_id, is_own, item):
        waiting = self._shared.setdefault(
            item.line_id, _Waiting(item, is_own, item.money)
        )
        if waiting not in self._of_row[transaction_id]:
            self._of_row[transaction_id].append(waiting)

    def take(self, transaction_id, part, label):
        """Return the Moves that bring a part of a row from where it waits.

        What was taken is not given out again. If less waits than is asked for,
        nothing is taken and the list is empty.

        :param part: Settled, signed like the gross; it waits with the other sign.
        """
        if elsewhere := self._in_other_currency(transaction_id, part):
            elsewhere.left = 0
            item = replace(elsewhere.item, amount=-part.amount)
            return [Move(item, part, label, transaction_id)]
        sign = 1 if part.amount > 0 else -1
        waiting = [
            each
            for each in self._of_row[transaction_id]
            if each.left * sign < 0 and self._is_in_money(transaction_id, each.item)
        ]
        if sum(abs(each.left) for each in waiting) < abs(part.amount):
            return []
        moves, needed = [], part.amount
        for each in waiting:
            amount = sign * min(abs(needed), abs(each.left))
            each.left += amount
            needed -= amount
            moves.append(Move(each.item, _portion(part, amount), label, transaction_id))
            if not needed:
                break
        return moves

    def _in_other_currency(self, transaction_id, part):
        """Return the line that a match in another currency has given up, if it fits.

        How much of the row it stands for is known only of the whole line.
        """
        if part.currency_id == self._currencies[transaction_id]:
            return None
        return next(
            (
                each
                for each in self._of_row[transaction_id]
                if each.is_own
                and not self._is_in_money(transaction_id, each.item)
                and each.item.currency_id == part.currency_id
                and each.left == -part.amount_currency
            ),
            None,
        )

    def _is_in_money(self, transaction_id, item):
        """Return whether it is known what an item is in the currency of its row."""
        own = self._currencies[transaction_id]
        return bool(item.amount) or item.currency_id == own

    def waiting(self, transaction_id):
        """Return the open items that wait for a row alone."""
        return [each.item for each in self._of_row[transaction_id] if each.is_own]

    def is_whole(self, move):
        """Return whether a move takes all of a line that is its row's alone."""
        waiting = self._shared[move.item.line_id]
        return waiting.is_own and move.part.amount == -move.item.money

    # ------------------------------------------------------------------
    # Queries: transaction id, then the fields of an OpenItem
    # ------------------------------------------------------------------

    def _currencies_query(self, ids):
        """The currency of each row."""
        return SQL(
            "SELECT id, currency_id FROM settlement_transaction WHERE id = ANY(%s)", ids
        )

    def _own_query(self, ids):
        """Lines of one row: on suspense, or given up by a match that was undone."""
        return SQL(
            """
            SELECT entry.settlement_transaction_id, %(item)s
              FROM account_move_line entry
              %(joins)s
              LEFT JOIN settlement_match match ON match.id = entry.settlement_match_id
             WHERE entry.settlement_transaction_id = ANY(%(ids)s)
               AND entry.settlement_role IN %(roles)s
               AND (match.id IS NULL OR match.state = 'undone')
               AND %(is_open)s
             ORDER BY entry.id
            """,
            ids=ids,
            roles=WAITING_ROLES,
            item=_ITEM,
            joins=_JOINS,
            is_open=_IS_OPEN,
        )

    def _bank_query(self, ids):
        """The line of a bank booking that is not on the account of the bank."""
        return SQL(
            """
            SELECT state.transaction_id, %(item)s,
                   CASE WHEN entry.currency_id <> state.currency_id
                             AND bank.amount_currency <> 0
                        THEN round(bank.amount * entry.amount_residual_currency
                                   / bank.amount_currency
                                   * 10::numeric ^ own.decimal_places)::int8
                        ELSE 0 END
              FROM settlement_transaction_state state
              JOIN res_currency own ON own.id = state.currency_id
              JOIN account_bank_statement_line bank
                ON bank.id = state.statement_line_id
              JOIN account_move_line entry ON entry.move_id = bank.move_id
              JOIN account_journal journal ON journal.id = entry.journal_id
              %(joins)s
             WHERE state.transaction_id = ANY(%(ids)s)
               AND entry.account_id <> journal.default_account_id
               -- Of a line that is not ours, only what nobody has explained.
               AND (bank.settlement_wallet_id IS NOT NULL
                    OR entry.account_id = journal.suspense_account_id)
               AND entry.settlement_transaction_id IS NULL
               AND %(is_open)s
             ORDER BY entry.id
            """,
            ids=ids,
            item=_ITEM,
            joins=_JOINS,
            is_open=_IS_OPEN,
        )

    def _summed_query(self, ids):
        """Lines that a summary made of several rows."""
        return SQL(
            """
            SELECT line.transaction_id, %(item)s
              FROM settlement_posting_line line
              JOIN settlement_posting posting ON posting.id = line.posting_id
              JOIN account_move_line entry ON entry.move_id = posting.move_id
              %(joins)s
             WHERE line.transaction_id = ANY(%(ids)s)
               AND line.active
               AND entry.settlement_transaction_id IS NULL
               AND entry.settlement_role IN ('suspense', 'settled')
               AND %(is_open)s
             ORDER BY entry.id
            """,
            ids=ids,
            item=_ITEM,
            joins=_JOINS,
            is_open=_IS_OPEN,
        )


_ITEM = SQL(
    """
    entry.id, entry.account_id, COALESCE(entry.partner_id, 0), entry.currency_id,
    round(entry.amount_residual_currency
          * 10::numeric ^ currency.decimal_places)::int8,
    round(entry.amount_residual
          * 10::numeric ^ company_currency.decimal_places)::int8
    """
)
_JOINS = SQL(
    """
    JOIN res_currency currency ON currency.id = entry.currency_id
    JOIN res_currency company_currency
      ON company_currency.id = entry.company_currency_id
    """
)
_IS_OPEN = SQL(
    "entry.parent_state = 'posted' AND entry.reconciled IS NOT TRUE "
    "AND entry.amount_residual_currency <> 0"
)


def _portion(part, amount):
    """Return the part cut to an amount, its other currency in proportion."""
    if amount == part.amount:
        return part
    return replace(
        part,
        amount=amount,
        amount_currency=share(part.amount_currency, amount, part.amount),
    )
