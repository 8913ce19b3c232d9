from odoo import models


class SettlementBatch(models.Model):
    _name = "settlement.batch"
    _inherit = ["settlement.batch", "settlement.traced"]
