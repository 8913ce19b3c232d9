from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("adyen", "Adyen")],
        ondelete={"adyen": lambda backends: backends._retire_adyen()},
    )

    def _retire_adyen(self):
        """Archive backends whose addon goes: what they reported stays."""
        self._set_state("paused")
        self.active = False
