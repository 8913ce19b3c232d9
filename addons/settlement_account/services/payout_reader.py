from collections import defaultdict

from odoo.tools import SQL

from ..planning.allocation import Source, allocate
from ..planning.rows import Target


class PayoutReader:
    """Reads which payouts in transit bank rows bring, by confirmed matches."""

    def __init__(self, env):
        self.env = env

    def read(self, transaction_ids):
        """Return a dict of bank transaction id → list of Settled parts.

        Only what is in transit in the ledger: a payout that is not posted yet is
        left out, and its bank row waits for it.
        """
        matches = defaultdict(lambda: ([], []))
        if not transaction_ids:
            return {}
        for match_id, *values in self.env.execute_query(self._query(transaction_ids)):
            money, items = matches[match_id]
            transaction_id, currency_id, amount, *item = values
            if transaction_id:
                money.append(Source(transaction_id, currency_id, amount))
            else:
                items.append((currency_id, amount, *item))
        parts = defaultdict(list)
        for match_id, (money, items) in matches.items():
            if not all(line_id for _currency, _amount, line_id, _account in items):
                continue
            targets = [self._target(*item) for item in items]
            for transaction_id, part in allocate(match_id, money, targets):
                parts[transaction_id].append(part)
        return parts

    def _target(self, currency_id, amount, line_id, account_id):
        return Target(
            move_line_id=line_id,
            account_id=account_id,
            partner_id=0,
            currency_id=currency_id,
            amount_currency=amount,
        )

    def _query(self, transaction_ids):
        """Return bank rows (with id) and payouts (without) of the matches concerned."""
        return SQL(
            """
            SELECT line.match_id, line.transaction_id, line.currency_id,
                   line.amount_minor, transit.id, transit.account_id
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
              LEFT JOIN LATERAL (
                    SELECT entry.id, entry.account_id
                      FROM settlement_transaction payout
                      JOIN account_move_line entry
                        ON entry.settlement_transaction_id = payout.id
                       AND entry.settlement_role = 'in_transit'
                       AND entry.parent_state = 'posted'
                       AND entry.reconciled IS NOT TRUE
                     WHERE payout.batch_id = line.batch_id
                       AND payout.kind = 'payout'
                     ORDER BY entry.id LIMIT 1
                   ) transit ON line.batch_id IS NOT NULL
             WHERE match.state = 'confirmed'
               AND (line.batch_id IS NOT NULL
                    OR line.transaction_id = ANY(%(ids)s))
               AND line.match_id IN (
                    SELECT wanted.match_id FROM settlement_match_line wanted
                     WHERE wanted.transaction_id = ANY(%(ids)s)
                       AND wanted.side = 'target')
             ORDER BY line.match_id, line.id
            """,
            ids=list(transaction_ids),
        )
