from odoo import api, fields, models


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    posting_id = fields.Many2one("settlement.posting", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.posting": "posting_id"}
