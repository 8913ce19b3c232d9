from odoo import models


class SettlementMatch(models.Model):
    _name = "settlement.match"
    _inherit = ["settlement.match", "settlement.traced"]
