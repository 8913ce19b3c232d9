from odoo import models


class SettlementPosting(models.Model):
    _name = "settlement.posting"
    _inherit = ["settlement.posting", "settlement.traced"]
