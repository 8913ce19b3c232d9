from odoo import api, fields, models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "settlement.suggestion.document"]

    settlement_match_count = fields.Integer(compute="_compute_settlement_match_count")

    @api.depends("line_ids.settlement_match_line_ids")
    def _compute_settlement_match_count(self):
        for move in self:
            move.settlement_match_count = len(move._settlement_matches())

    def _settlement_matches(self):
        """Return the matches that aim at items of these entries and are not undone."""
        lines = self.env["settlement.match.line"]
        if not lines.has_access("read"):
            return lines.match_id
        return lines.search(
            [("move_line_id", "in", self.line_ids.ids), ("state", "!=", "undone")]
        ).match_id

    def action_open_matched_transactions(self):
        """Open the transactions by which these documents were paid."""
        self.env["settlement.match"].check_access("read")
        transactions = self._settlement_matches().line_ids.transaction_id
        return transactions._open_records(transactions)

    def _suggestion_subject(self):
        """Return the bank's line, where the entry is one: it is money, no document."""
        self.ensure_one()
        line = self.statement_line_id
        return line._suggestion_subject() if line else self
