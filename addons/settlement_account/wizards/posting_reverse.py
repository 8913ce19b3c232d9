from odoo import fields, models


class SettlementPostingReverse(models.TransientModel):
    """Asks why postings are reversed."""

    _name = "settlement.posting.reverse"
    _description = "Reverse Postings"

    posting_ids = fields.Many2many(
        "settlement.posting",
        default=lambda self: self.env.context.get("active_ids", []),
    )
    reason = fields.Text(required=True)

    def action_reverse(self):
        """Reverse the chosen postings and open what takes them back."""
        self.ensure_one()
        reversals = self.posting_ids.action_reverse(self.reason)
        return self.env["settlement.transaction"]._open_records(reversals)
