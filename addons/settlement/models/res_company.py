from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _settlement_retentions(self):
        """Return the policies in force of these companies."""
        return self.env["settlement.retention"].search([("company_id", "in", self.ids)])
