from odoo import api, fields, models

from .backend_ledger import LEDGER


class SettlementWallet(models.Model):
    """A bank journal whose lines are in Odoo already: the journal itself is its truth.

    Nothing is posted for it but what its lines settle, so it has no opening and needs
    no proof.
    """

    _inherit = "settlement.wallet"

    is_ledger = fields.Boolean(
        string="Journal in Odoo",
        compute="_compute_is_ledger",
        store=True,
        precompute=True,
        help="Its rows are the statement lines of its journal.",
    )
    ledger_from = fields.Date(
        string="Lines From",
        help="Statement lines of this day and later are matched. Empty: all that are "
        "open.",
    )

    _ledger_journal_uniq = models.UniqueIndex(
        "(journal_id, company_id) WHERE is_ledger",
        "The lines of this journal are matched already.",
    )

    @api.depends("backend_id.connector")
    def _compute_is_ledger(self):
        for wallet in self:
            wallet.is_ledger = wallet.backend_id.connector == LEDGER

    # ------------------------------------------------------------------
    # Switching off and on again
    # ------------------------------------------------------------------

    def _let_go(self):
        """Leave what is not matched of these wallets to whoever wants it."""
        rows = self._rows_in(("open", "proposed"))
        matches = rows.transaction_id.match_line_ids.match_id
        matches.filtered(lambda match: match.state == "proposed")._undo(
            self.env._("Lines of this journal are not matched any more.")
        )
        rows._set_match_state("ignored")
        self.env["settlement.exception"]._clear_for(
            rows.transaction_id, self.env["settlement.matcher"]._open_reasons()
        )
        self._log_rows("transaction.let_go", rows)

    def _take_up(self):
        """Match the rows again that were let go of, as far as they are still open."""
        rows = self._rows_in(("ignored",))
        rows._set_match_state("open")
        self._log_rows("transaction.reopened", rows)

    def _rows_in(self, match_states):
        """Return the state rows of these wallets in some match states."""
        return self.env["settlement.transaction.state"].search(
            [("wallet_id", "in", self.ids), ("match_state", "in", match_states)]
        )

    def _log_rows(self, action, rows):
        if rows:
            self.env["settlement.event"]._log(
                action, self.backend_id[:1], rows=rows.transaction_id
            )
