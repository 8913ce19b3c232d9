from odoo import fields, models


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "settlement.suggestion.document"]

    settlement_match_line_ids = fields.One2many(
        "settlement.match.line", "move_line_id", readonly=True
    )

    # Open items by amount, the nearest in time first; lines of the bank wait for none.
    _settlement_open_idx = models.Index(
        "(company_id, currency_id, amount_residual_currency, date) "
        "WHERE parent_state = 'posted' AND reconciled IS NOT TRUE "
        "AND statement_line_id IS NULL AND amount_residual_currency <> 0"
    )

    def unlink(self):
        """Delete journal items; matches that aimed at them are undone first."""
        # Whoever may delete an entry may not write matches.
        lines = self.env["settlement.match.line"].sudo()
        lines._forget_move_lines(self.ids)
        return super().unlink()
