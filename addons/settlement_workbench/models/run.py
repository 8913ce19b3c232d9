from odoo import models


class SettlementRun(models.Model):
    _inherit = "settlement.run"

    def _finish(self, counters):
        """Have open boards refreshed when a run has ended."""
        result = super()._finish(counters)
        board = self.env["settlement.board"]
        board._tell(self.company_id | self.backend_ids.company_id)
        return result
