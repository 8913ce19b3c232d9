from odoo import api, models
from odoo.tools import SQL

from ..canonical.words import shortened

# What validation itself opens and closes; other reasons have other owners.
VALIDATION_REASONS = ("batch_unbalanced", "balance_gap", "missing_data")


class SettlementBatch(models.Model):
    _inherit = "settlement.batch"

    def action_validate(self):
        """Check the arithmetic of these batches and open or close exceptions.

        :return: the batches that are valid now.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        return self._validate()

    def _validate(self):
        """Advance batches whose arithmetic holds; raise exceptions for the rest."""
        valid = self.browse()
        for batch in self.try_lock_for_update():
            findings = batch._validation_findings()
            batch._show_findings(findings)
            if not findings and batch._is_whole():
                valid |= batch
        valid.filtered(lambda batch: batch.state in ("open", "complete"))._set_state(
            "validated"
        )
        return valid

    @api.model
    def _reopen_unbalanced(self, backend):
        """Take back the validation of batches whose rows have changed since.

        Nothing of them is posted yet: they wait for an approver, for matches or for
        an open period.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT batch.id
                  FROM settlement_batch batch
                 WHERE batch.backend_id = %s
                   AND batch.state = 'validated'
                   AND batch.lists_rows
                   AND batch.total_minor <> (
                        SELECT COALESCE(sum(state.amount_minor), 0)
                          FROM settlement_transaction fact
                          JOIN settlement_transaction_state state
                            ON state.transaction_id = fact.id
                         WHERE fact.batch_id = batch.id
                           AND fact.is_current
                           AND fact.kind <> 'payout')
                """,
                backend.id,
            )
        )
        self.browse([batch_id for (batch_id,) in rows])._set_state("open")

    def _is_whole(self):
        """Return whether the source is done with this batch and we have it all."""
        self.ensure_one()
        return self.is_stated and self.is_complete_at_source

    def _validation_findings(self):
        """Return what is wrong with this batch: a list of (reason, sentence)."""
        self.ensure_one()
        if not self._is_whole() or not self.lists_rows:
            return []
        lines = self._line_sum_findings() or self._payout_row_findings()
        return lines + self._balance_findings()

    def _line_sum_findings(self):
        """Law: the sum of the lines' net is the total, in minor units."""
        if self.currency_id.is_zero(self.difference):
            return []
        return [
            (
                "batch_unbalanced",
                self.env._(
                    "%(batch)s says %(total)s in all, its %(count)s lines sum to "
                    "%(sum)s: %(difference)s is missing or too much. Pull or import "
                    "the batch again; if it stays, ask the source for the rest.",
                    batch=shortened(self.external_id),
                    total=self.currency_id.format(self.total),
                    count=self.transaction_count,
                    sum=self.currency_id.format(self.total - self.difference),
                    difference=self.currency_id.format(self.difference),
                ),
            )
        ]

    def _payout_row_findings(self):
        """Law: the payout's own row takes out what its lines brought in."""
        rows = self.transaction_ids.filtered(lambda row: row.kind == "payout")
        taken = -sum(rows.mapped("gross_amount"))
        apart = self.currency_id.round(taken - self.total)
        if not rows or self.currency_id.is_zero(apart):
            return []
        return [
            (
                "batch_unbalanced",
                self.env._(
                    "The lines of %(batch)s are %(total)s, its payout row %(row)s "
                    "takes out %(taken)s: %(apart)s apart. Import the list of the "
                    "payout again, with all its rows.",
                    batch=shortened(self.external_id),
                    total=self.currency_id.format(self.total),
                    row=", ".join(rows.mapped("external_id")),
                    taken=self.currency_id.format(taken),
                    apart=self.currency_id.format(apart),
                ),
            )
        ]

    def _balance_findings(self):
        """Law: opening balance and movements give the closing balance."""
        if not self.has_balances:
            return []
        gap = self._balance_break()
        if self.currency_id.is_zero(gap):
            return []
        return [
            (
                "balance_gap",
                self.env._(
                    "%(batch)s opens with %(opening)s and moves %(total)s, which gives "
                    "%(expected)s; it states %(closing)s: %(gap)s apart. Ask the bank "
                    "for a corrected statement.",
                    batch=shortened(self.external_id),
                    opening=self.currency_id.format(self.opening_balance),
                    total=self.currency_id.format(self.total),
                    expected=self.currency_id.format(self.closing_balance - gap),
                    closing=self.currency_id.format(self.closing_balance),
                    gap=self.currency_id.format(gap),
                ),
            )
        ]

    def _show_findings(self, findings):
        """Open one exception for each finding and close those that vanished."""
        exceptions = self.env["settlement.exception"]
        found = dict(findings)
        for reason, sentence in found.items():
            exceptions._raise_for(self, reason, sentence)
        gone = [reason for reason in VALIDATION_REASONS if reason not in found]
        exceptions._clear_for(self, gone)
