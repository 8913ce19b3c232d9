from odoo import api, fields, models


class SettlementBatch(models.Model):
    _inherit = "settlement.batch"

    match_line_ids = fields.One2many("settlement.match.line", "batch_id")
    match_count = fields.Integer(compute="_compute_match_count")

    @api.depends("match_line_ids")
    def _compute_match_count(self):
        for batch in self:
            batch.match_count = len(batch.match_line_ids.match_id)

    def action_open_matches(self):
        """Open the matches of these payouts with the bank."""
        return self.transaction_ids._open_records(self.match_line_ids.match_id)
