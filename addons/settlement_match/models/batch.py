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

    def _before_restated(self, values):
        """Undo what was confirmed of a payout that is of another amount now."""
        super()._before_restated(values)
        if values["total_minor"] == self.total_minor:
            return
        matches = self.match_line_ids.match_id
        matches.filtered(lambda match: match.state in ("proposed", "confirmed"))._undo(
            self.env._("%(batch)s was corrected by its source.", batch=self.external_id)
        )
