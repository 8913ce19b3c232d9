from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    settlement_match_line_ids = fields.One2many(
        "settlement.match.line", "move_line_id", readonly=True
    )

    def unlink(self):
        """Delete journal items; matches that aimed at them are undone first."""
        # Whoever may delete an entry may not write matches.
        lines = self.env["settlement.match.line"].sudo()
        lines._forget_move_lines(self.ids)
        return super().unlink()
