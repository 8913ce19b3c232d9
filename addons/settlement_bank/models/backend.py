from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("bank", "Bank files")], ondelete={"bank": "cascade"}
    )
