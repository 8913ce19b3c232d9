from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("paypal", "PayPal")],
        ondelete={"paypal": lambda backends: backends._retire_paypal()},
    )

    def _retire_paypal(self):
        """Archive backends whose addon goes: what they reported stays."""
        self._set_state("paused")
        self.active = False
