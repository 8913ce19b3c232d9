from odoo import models


class SettlementMatch(models.Model):
    _inherit = "settlement.match"

    def _others_of(self, row):
        """Return (model, id) → minor units of what this match settles with a row.

        Of a match that other money takes part in, nothing: that is another one.
        """
        self.ensure_one()
        if self.line_ids.transaction_id != row:
            return {}
        others = self.line_ids.filtered(lambda line: not line.transaction_id)
        return {
            (item._name, item.id): line.amount_minor
            for line in others
            if (item := line._item())
        }
