from odoo import models


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    def _keep_days(self, day, book, transit):
        """Keep what the proof gave for the last days."""
        result = super()._keep_days(day, book, transit)
        self.env["settlement.wallet.proof"]._keep(self, day, book, transit)
        return result
