from odoo import api, fields, models


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    dispute_id = fields.Many2one("settlement.dispute", index="btree_not_null")
    reserve_id = fields.Many2one("settlement.reserve", index="btree_not_null")

    @api.model
    def _links(self):
        return {
            **super()._links(),
            "settlement.dispute": "dispute_id",
            "settlement.reserve": "reserve_id",
        }
