from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services import token


class AccountMove(models.Model):
    _inherit = "account.move"

    settlement_posting_ids = fields.One2many(
        "settlement.posting", "move_id", readonly=True
    )
    settlement_posting_count = fields.Integer(compute="_compute_settlement_counts")
    settlement_transaction_count = fields.Integer(compute="_compute_settlement_counts")

    @api.depends("settlement_posting_ids", "line_ids.settlement_transaction_id")
    def _compute_settlement_counts(self):
        for move in self:
            move.settlement_posting_count = len(move.settlement_posting_ids)
            move.settlement_transaction_count = len(move._settlement_transactions())

    def _settlement_transactions(self):
        """Return the transactions that these entries post, or that settle them."""
        own = self.settlement_posting_ids.with_context(active_test=False).line_ids
        lines = self.line_ids
        partners = lines.matched_debit_ids.debit_move_id
        partners |= lines.matched_credit_ids.credit_move_id
        return (
            own.transaction_id
            | (lines | partners).settlement_transaction_id
            | self.statement_line_ids.settlement_state_ids.transaction_id
        )

    def action_open_settlement_postings(self):
        """Open the postings behind these entries."""
        postings = self.settlement_posting_ids
        return self.env["settlement.transaction"]._open_records(postings)

    def action_open_settlement_transactions(self):
        """Open the transactions behind these entries and documents."""
        transactions = self._settlement_transactions()
        return transactions._open_records(transactions)

    # ------------------------------------------------------------------
    # Entries of ours change by our buttons only
    # ------------------------------------------------------------------

    def _settled_by_us(self):
        """Return those of these entries that a posting or a bank statement made."""
        return self.filtered(
            lambda move: move.settlement_posting_ids
            or move.statement_line_ids.settlement_wallet_id
        )

    def _check_not_ours(self):
        if token.allowed(self.env):
            return
        # Whether an entry is ours does not depend on who asks.
        if ours := self.sudo()._settled_by_us():
            raise UserError(
                self.env._(
                    "%(entries)s was posted from what a bank or provider reported. It "
                    "changes only by its posting: reverse that, or undo its match.",
                    entries=", ".join(ours.mapped("name")[:5]),
                )
            )

    def button_draft(self):
        """Refuse to reset entries of ours; everything else as usual."""
        self._check_not_ours()
        return super().button_draft()

    def button_cancel(self):
        """Refuse to cancel entries of ours; everything else as usual."""
        self._check_not_ours()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Refuse to reverse entries of ours beside their posting."""
        self._check_not_ours()
        return super()._reverse_moves(default_values_list, cancel)
