from odoo import models


class SettlementTransaction(models.Model):
    _name = "settlement.transaction"
    _inherit = ["settlement.transaction", "settlement.traced"]
