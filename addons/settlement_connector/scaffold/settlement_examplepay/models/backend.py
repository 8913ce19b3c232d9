from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("examplepay", "Example Pay")],
        ondelete={"examplepay": lambda backends: backends._retire_examplepay()},
    )

    def _retire_examplepay(self):
        """Archive backends whose addon goes: what they reported stays."""
        self._set_state("paused")
        self.active = False
