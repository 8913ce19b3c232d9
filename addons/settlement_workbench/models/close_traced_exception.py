from odoo import models


class SettlementException(models.Model):
    _name = "settlement.exception"
    _inherit = ["settlement.exception", "settlement.traced"]
