from odoo import api, models
from odoo.tools import SQL

from .message_retention import PURGE_PIECE


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _messages_to_purge(self, before, limit=None):
        """Return messages of these backends whose payload nobody needs any more.

        Only what is read, explained and processed to its end qualifies.

        :param before: naive UTC; younger ones are kept.
        """
        query = SQL(
            """
            SELECT message.id FROM settlement_message message
             WHERE message.backend_id = ANY(%(backends)s)
               AND message.received_at < %(before)s
               AND message.purged_at IS NULL
               AND message.on_hold IS NOT TRUE
               AND message.state IN ('parsed', 'ignored')
               AND NOT EXISTS (
                    SELECT FROM settlement_message_row row
                     WHERE row.message_id = message.id AND row.state = 'quarantined')
               AND NOT EXISTS (
                    SELECT FROM settlement_exception exception
                     WHERE exception.message_id = message.id
                       AND exception.state NOT IN ('resolved', 'ignored'))
               AND NOT EXISTS (
                    SELECT FROM settlement_transaction stored
                      JOIN settlement_transaction_state state
                        ON state.transaction_id = stored.id
                      JOIN settlement_wallet wallet ON wallet.id = stored.wallet_id
                     WHERE stored.message_id = message.id AND (%(unfinished)s))
             ORDER BY message.id
             LIMIT %(limit)s
            """,
            backends=self.ids,
            before=before,
            unfinished=SQL(" OR ").join(self._unfinished_conditions()),
            limit=limit,
        )
        self.env.flush_all()
        found = self.env.execute_query(query)
        return self.env["settlement.message"].browse(row[0] for row in found)

    @api.model
    def _unfinished_conditions(self):
        """Return conditions of SQL under which a transaction still needs its payload.

        They may speak of ``stored``, ``state`` and ``wallet``; addons add theirs.
        """
        return [
            SQL("state.match_state IN ('open', 'proposed')"),
            SQL(
                """
                EXISTS (
                    SELECT FROM settlement_exception exception
                     WHERE exception.transaction_id = stored.id
                       AND exception.state NOT IN ('resolved', 'ignored'))
                """
            ),
        ]

    def _purge_due(self, checkpoint=None):
        """Remove the payloads that the policies of these companies let go.

        :param checkpoint: commits after each piece, or None.
        :return: how many payloads were removed.
        """
        messages = self.env["settlement.message"]
        while messages._remove_purged_files():
            if checkpoint:
                checkpoint()
        removed = 0
        for policy in self.company_id._settlement_retentions():
            while due := policy._due_messages(PURGE_PIECE):
                due._purge()
                removed += len(due)
                if checkpoint:
                    checkpoint()
        return removed
