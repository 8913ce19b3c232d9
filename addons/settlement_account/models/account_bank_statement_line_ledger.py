from odoo import api, fields, models
from odoo.tools import SQL


class AccountBankStatementLine(models.Model):
    """Lines that are matched although no backend of ours brought them."""

    _inherit = "account.bank.statement.line"

    settlement_transaction_count = fields.Integer(
        compute="_compute_settlement_transaction_count"
    )

    def _compute_settlement_transaction_count(self):
        # How many there are is no secret; who may not read them cannot open them.
        for line in self.sudo():
            line.settlement_transaction_count = len(line.settlement_state_ids)

    def action_open_settlement_matches(self):
        """Open the matches of the transactions that these lines are."""
        return self.settlement_state_ids.transaction_id.action_open_matches()

    @api.model_create_multi
    def create(self, vals_list):
        """Have lines of a matched journal taken in soon."""
        lines = super().create(vals_list)
        wallets = lines.journal_id._ledger_wallets()
        wallets.journal_id._match_lines_of_branches()
        wallets.backend_id._wake()
        return lines

    def unlink(self):
        """Note that the rows of these lines stand in the ledger no more.

        What follows for their matches is seen by the next run.
        """
        rows = self._ledger_row_ids()
        result = super().unlink()
        self._take_rows_out(rows)
        return result

    def _ledger_row_ids(self):
        """Return the ids of the states of rows that were read from these lines."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM settlement_transaction_state "
                "WHERE ledger_line_id = ANY(%s) AND posting_state <> 'none'",
                self.ids,
            )
        )
        return [row_id for (row_id,) in rows]

    @api.model
    def _take_rows_out(self, state_ids):
        # Whoever may delete a line may have its row follow.
        states = self.env["settlement.transaction.state"].sudo().browse(state_ids)
        states._set_posting_state("none")
