from odoo import api, models
from odoo.tools import SQL


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    @api.model
    def _unfinished_conditions(self):
        """Keep the payloads of rows that are still to be posted."""
        return [
            *super()._unfinished_conditions(),
            SQL(
                """
                state.posting_state = 'none' AND state.match_state <> 'ignored'
                    AND stored.booked_on >= wallet.opening_date
                """
            ),
        ]
