from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import shortened

from ..services.batch_poster import BatchPoster
from ..services.errors import busy_sentence


class SettlementBatch(models.Model):
    _name = "settlement.batch"
    _inherit = ["settlement.batch", "settlement.posting.previewed"]

    posting_ids = fields.One2many("settlement.posting", "batch_id")
    posting_count = fields.Integer(compute="_compute_posting_count")
    posting_request_ids = fields.One2many("settlement.posting.request", "batch_id")
    posting_request_state = fields.Selection(
        [("waiting", "Waiting for approval"), ("refused", "Refused")],
        string="Approval",
        compute="_compute_posting_request_state",
        help="Whether its entries wait for an approver, or one has refused them.",
    )

    @api.depends("posting_ids")
    def _compute_posting_count(self):
        for batch in self:
            batch.posting_count = len(batch.posting_ids)

    @api.depends("posting_request_ids.state")
    def _compute_posting_request_state(self):
        for batch in self:
            newest = batch.posting_request_ids.sorted("id")[-1:]
            is_told = newest.state in ("waiting", "refused")
            batch.posting_request_state = newest.state if is_told else False

    def action_open_posting_requests(self):
        """Open what waits, or waited, for an approver of these payouts."""
        return self.transaction_ids._open_records(self.posting_request_ids)

    def action_open_postings(self):
        """Open the postings of these payouts and statements."""
        return self.transaction_ids._open_records(self.posting_ids)

    def action_post(self):
        """Post these payouts now, whatever might still be matched of them.

        :return: the new settlement.posting records.
        :raises AccessError: without the accountant role.
        :raises UserError: if one cannot be posted, saying why.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Postings are written by these methods only; the role was checked.
        batches = self.sudo()
        before = batches.posting_ids
        batches._post_as_seen()
        batches.invalidate_recordset(["posting_ids"])
        return (batches.posting_ids - before).sudo(False)

    def _post_as_seen(self, **options):
        """Post these payouts, or say why they cannot be posted."""
        self._check_may_post()
        self._post_now(**options)
        exceptions = self.env["settlement.exception"]
        exceptions._stop_if_refused(self, self.backend_id)

    def _check_may_post(self):
        for batch in self:
            if batch.lists_rows and batch.state in ("open", "complete"):
                raise UserError(
                    self.env._(
                        "%(batch)s is not validated: its lines are not complete, or "
                        "do not add up.",
                        batch=shortened(batch.external_id),
                    )
                )
            if not batch.wallet_id.opening_date:
                raise UserError(
                    self.env._(
                        "%(wallet)s has no opening date, so nothing of it is posted.",
                        wallet=batch.wallet_id.display_name,
                    )
                )

    def _post_now(self, **options):
        """Post these payouts as a person wants it; see BatchPoster for options.

        :raises UserError: if another worker is posting.
        """
        for backend, batches in self.grouped("backend_id").items():
            backend = backend.with_company(backend.company_id)
            counters = BatchPoster(backend, by_hand=True, **options).post(batches)
            if counters.get("busy"):
                raise UserError(busy_sentence(self.env))

    def _waits_for_approver(self):
        """Return whether the entries of one of these wait for an approver."""
        return "waiting" in self.mapped("posting_request_state")

    def _check_adds_up(self):
        """Refuse to post again what its own arithmetic contradicts.

        :raises UserError: with that arithmetic.
        """
        for batch in self:
            if findings := batch._validation_findings():
                raise UserError("\n".join(sentence for _reason, sentence in findings))

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _refresh_posting_state(self):
        """Move batches to posted, reconciled or back, as the ledger has their rows."""
        if not self:
            return
        self.env.flush_all()
        wanted = self.env.execute_query(self._wanted_states_sql())
        for batch_id, state in wanted:
            self.browse(batch_id)._set_state(state)

    def _wanted_states_sql(self):
        """Return ``id, state`` of those of these batches whose state is another.

        A payout is reconciled when the bank has its money, a statement when all its
        entries are settled; a day without entries has nothing to settle.
        """
        return SQL(
            """
            SELECT batch.id, wanted.state
              FROM settlement_batch batch
              JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
             CROSS JOIN LATERAL (
                    SELECT count(*) AS rows,
                           count(*) FILTER (
                                WHERE state.posting_state IN ('none', 'reversed'))
                               AS missing,
                           count(*) FILTER (
                                WHERE state.posting_state <> 'reconciled'
                                  AND (fact.kind = 'payout'
                                       OR batch.kind = 'statement')) AS unsettled,
                           count(*) FILTER (WHERE fact.kind = 'payout') AS payouts
                      FROM settlement_transaction fact
                      JOIN settlement_transaction_state state
                        ON state.transaction_id = fact.id
                     WHERE fact.batch_id = batch.id
                       AND fact.is_current
                       AND fact.booked_on >= wallet.opening_date
                       AND (batch.lists_rows OR fact.kind = 'payout')
                       AND (state.gross_minor <> 0 OR state.amount_minor <> 0)
                   ) AS found
             CROSS JOIN LATERAL (
                    SELECT CASE
                        WHEN found.rows = 0 AND batch.kind = 'statement'
                             AND batch.total_minor = 0 THEN 'reconciled'
                        WHEN found.missing > 0 OR found.rows = 0 THEN
                            CASE WHEN batch.state IN ('posted', 'reconciled')
                                 THEN CASE WHEN batch.lists_rows THEN 'validated'
                                           ELSE 'open' END
                                 ELSE batch.state END
                        WHEN found.unsettled = 0
                             AND (found.payouts > 0 OR batch.kind = 'statement'
                                  OR batch.total_minor = 0) THEN 'reconciled'
                        ELSE 'posted' END AS state
                   ) AS wanted
             WHERE batch.id = ANY(%s)
               AND (batch.state IN ('validated', 'posted', 'reconciled')
                    OR NOT batch.lists_rows)
               AND wanted.state <> batch.state
            """,
            self.ids,
        )
