from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import shortened


class TakenBack:
    """Re-opens what a payment had settled that came back.

    A refund that failed, a direct debit or transfer that was returned: the row that
    takes it back settles the payment itself, so the document is open again.
    """

    def __init__(self, backend):
        self.env = backend.env
        self.backend = backend
        self.counters = {"taken_back": 0}

    def settle(self):
        """Match what came back with what it takes back; return counters."""
        self.env.flush_all()
        facts = self.env["settlement.transaction"]
        for back_id, original_id in self.env.execute_query(self._query()):
            back, original = facts.browse(back_id), facts.browse(original_id)
            try:
                with self.env.cr.savepoint():
                    self._settle_one(back, original)
                    self.env.flush_all()
            except UserError as error:
                self._tell(back, error)
            else:
                self.counters["taken_back"] += 1
        return self.counters

    def _settle_one(self, back, original):
        matches = (back | original).match_line_ids.match_id
        reason = self.env._(
            "%(row)s was taken back by %(back)s.",
            row=shortened(original.external_id),
            back=shortened(back.external_id),
        )
        matches.filtered(lambda match: match.state != "undone")._undo(reason)
        self.env["settlement.match"]._propose(
            [original, back],
            [],
            method="identifier",
            evidence={
                "contributions": [{"what": "identifier", "text": reason, "weight": 100}]
            },
            unique_proof={"method": "counted", "targets": 1, "sources": 1},
            is_automatic=True,
        )._confirm()

    def _tell(self, back, error):
        """Say why a document could not be opened again."""
        self.env["settlement.exception"]._raise_for(
            back,
            "closed_period",
            self.env._(
                "%(row)s takes back a payment whose document cannot be opened again: "
                "%(error)s",
                row=shortened(back.external_id),
                error=error,
            ),
        )

    def _query(self):
        """Return (row, row it takes back) where there is exactly one such row.

        A provider names the refund that failed. Banks send a return under the
        end-to-end reference of the payment.
        """
        # In steps, so that what waits, which is little, is looked at first, whatever
        # the database knows about the size of its tables.
        return SQL(
            """
            WITH back AS MATERIALIZED (
                SELECT fact.*
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                 WHERE state.match_state IN ('open', 'proposed')
                   AND fact.backend_id = %s
                   AND fact.is_current
                   AND fact.kind IN ('refund_failure', 'bank_credit', 'bank_debit')
            ), pair AS MATERIALIZED (
                SELECT back.id AS back_id, original.id AS original_id
                  FROM back
                  JOIN settlement_transaction original
                    ON original.wallet_id = back.wallet_id
                   AND original.is_current
                   AND original.id <> back.id
                   AND original.booked_on <= back.booked_on
                   AND original.gross_amount = -back.gross_amount
                   AND (back.kind = 'refund_failure' AND original.kind = 'refund'
                        AND (original.id = back.parent_id
                             OR original.source_external_id = back.source_external_id
                             OR original.source_external_id
                                = back.parent_external_id)
                        OR back.kind IN ('bank_credit', 'bank_debit')
                        AND original.kind IN ('bank_credit', 'bank_debit')
                        AND original.end_to_end_reference = back.end_to_end_reference
                        AND upper(back.end_to_end_reference) <> 'NOTPROVIDED')
            )
            SELECT pair.back_id, min(pair.original_id)
              FROM pair
             -- Both came in one match already, or the payment was taken back before.
             WHERE NOT EXISTS (
                    SELECT FROM settlement_match_line line
                      JOIN settlement_match match
                        ON match.id = line.match_id AND match.state <> 'undone'
                      JOIN settlement_match_line other
                        ON other.match_id = match.id
                       AND other.side = 'source'
                       AND other.transaction_id <> line.transaction_id
                     WHERE line.transaction_id = pair.original_id
                       AND line.side = 'source')
             GROUP BY pair.back_id
            HAVING count(*) = 1
             ORDER BY pair.back_id
            """,
            self.backend.id,
        )
