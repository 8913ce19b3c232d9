from odoo import models


class SettlementMessage(models.Model):
    _name = "settlement.message"
    _inherit = ["settlement.message", "settlement.traced"]
