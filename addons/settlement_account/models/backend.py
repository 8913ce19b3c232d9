from odoo import fields, models
from odoo.tools import SQL

from ..services.clearer import Clearer
from ..services.post_run import STEPS, PostRun
from ..services.statement_poster import StatementPoster

# Connectors that read files of whomever.
GENERIC_CONNECTORS = frozenset({"canonical", "file"})


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    partner_id = fields.Many2one(
        "res.partner",
        string="Provider",
        check_company=True,
        help="Fees that the provider withholds stand on this partner's name until "
        "its bill arrives.",
    )

    def _set_up_partner(self):
        """Give these backends their provider as a partner, where policy names none.

        :return: list of sentences that say what was created or changed.
        """
        said = []
        policies = self.env["settlement.posting.policy"]
        for backend in self - self.filtered("partner_id"):
            policy = policies._policy_for(backend)
            if policy._provider(backend) if policy else False:
                continue
            backend.partner_id = backend._provider_partner()
            said.append(
                self.env._(
                    "Fees of %(backend)s stand on the name of %(partner)s.",
                    backend=backend.display_name,
                    partner=backend.partner_id.display_name,
                )
            )
        return said

    def _provider_partner(self):
        """Return the partner that is called like the provider, new if there is none."""
        name = self._provider_name()
        partners = self.env["res.partner"].with_company(self.company_id)
        known = partners.search(
            [
                ("name", "=ilike", name),
                ("is_company", "=", True),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            limit=1,
        )
        return known or partners.create({"name": name, "is_company": True})

    def _provider_name(self):
        """Return what the provider is called; files do not tell it."""
        labels = dict(self._fields["connector"]._description_selection(self.env))
        if self.connector in GENERIC_CONNECTORS:
            return self.name
        return labels[self.connector]

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
        runs = [
            PostRun(backend.with_company(backend.company_id), checkpoint)
            for backend in self
        ]
        for step in STEPS:
            for run in runs:
                _add(totals, step(run))
        return totals

    def _post_rows(self, rows, **options):
        """Bring some rows into the ledger: their payouts and statements, or clearings.

        :param options: ``gate``: class of the gate for approvals.
        """
        self.ensure_one()
        batches = rows.filtered(lambda row: row.posting_state == "none").batch_id
        ready = batches.filtered(
            lambda batch: batch.wallet_id.opening_date
            and (batch.state == "validated" or not batch.lists_rows)
        )
        statements = ready.filtered(lambda batch: batch.kind == "statement")
        StatementPoster(self).post(statements)
        (ready - statements)._post_now(**options)
        Clearer(self, rows=rows.ids, **options).clear()

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


def _add(totals, counters):
    """Add counters to totals of the same names."""
    for name, count in counters.items():
        totals[name] = totals.get(name, 0) + count
