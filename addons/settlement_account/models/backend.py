from odoo import fields, models
from odoo.tools import SQL

from ..services.batch_poster import BatchPoster
from ..services.clearer import Clearer
from ..services.cutoff_poster import cut_off_backend
from ..services.statement_poster import StatementPoster


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _newest_day(self):
        """Return the day up to which this backend has sent data.

        What is late is judged by it and not by today's clock: a feed that has
        stopped makes nothing late.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT max(newest.booked_on)
                  FROM settlement_wallet wallet
                 CROSS JOIN LATERAL (
                        SELECT fact.booked_on FROM settlement_transaction fact
                         WHERE fact.wallet_id = wallet.id AND fact.is_current
                         ORDER BY fact.booked_on DESC LIMIT 1) AS newest
                 WHERE wallet.backend_id = %s
                """,
                self.id,
            )
        )
        return rows[0][0] or fields.Date.context_today(self)

    def _step_post(self, checkpoint):
        """Post what is validated; return counters."""
        totals = dict(super()._step_post(checkpoint))
        # Entries belong to the company of their backend, whoever runs this.
        backends = [backend.with_company(backend.company_id) for backend in self]
        for step in STEPS:
            for backend in backends:
                _add(totals, step(backend, checkpoint))
        return totals

    def _clear_matched(self, checkpoint=None):
        """Bring into the ledger what was matched since it was posted."""
        self.ensure_one()
        counters = Clearer(self, checkpoint).clear()
        self.env["settlement.posting"]._reconcile_undone(self)
        return counters

    def _batches_thought_to_wait(self):
        """Return valid batches that no entry has moved on yet.

        Some have nothing to post, such as a day without bookings; of others a second
        worker has posted the last row while the first one still looked at them.
        """
        return self.env["settlement.batch"].search(
            [("backend_id", "=", self.id), ("state", "=", "validated")]
        )

    def _batches_to_post(self, is_statement=False):
        """Return the payouts, or the statements, with rows that wait for the ledger."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT batch.id
                  FROM settlement_batch batch
                  JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
                 WHERE batch.backend_id = %s
                   AND (batch.kind = 'statement') = %s
                   AND wallet.opening_date IS NOT NULL
                   AND (batch.state = 'validated'
                        OR (NOT batch.lists_rows AND batch.is_stated
                            AND batch.state IN ('open', 'complete')))
                   AND EXISTS (
                        SELECT FROM settlement_transaction fact
                          JOIN settlement_transaction_state state
                            ON state.transaction_id = fact.id
                         WHERE fact.batch_id = batch.id
                           AND fact.is_current
                           AND fact.booked_on >= wallet.opening_date
                           AND (batch.lists_rows OR fact.kind = 'payout')
                           AND state.posting_state = 'none')
                 ORDER BY batch.date, batch.id
                """,
                self.id,
                is_statement,
            )
        )
        return self.env["settlement.batch"].browse([row[0] for row in rows])


def _post_payouts(backend, checkpoint):
    return BatchPoster(backend, checkpoint).post(backend._batches_to_post())


def _post_statements(backend, checkpoint):
    batches = backend._batches_to_post(is_statement=True)
    return StatementPoster(backend, checkpoint).post(batches)


def _clear(backend, checkpoint):
    return backend._clear_matched(checkpoint)


def _refresh_states(backend, checkpoint):
    backend._batches_thought_to_wait()._refresh_posting_state()
    return {}


def _prove(backend, checkpoint):
    backend.wallet_ids._prove()
    return {}


def _add(totals, counters):
    """Add counters to totals of the same names."""
    for name, count in counters.items():
        totals[name] = totals.get(name, 0) + count


# Payouts first: bank lines of the same run settle what they put in transit.
STEPS = (
    _post_payouts,
    _post_statements,
    cut_off_backend,
    _clear,
    _refresh_states,
    _prove,
)
