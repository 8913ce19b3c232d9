from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("stripe", "Stripe")],
        ondelete={"stripe": lambda backends: backends._retire()},
    )

    def _retire(self):
        """Archive backends whose addon goes: what they reported stays."""
        self._set_state("paused")
        self.active = False
