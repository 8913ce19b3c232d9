from odoo import api, fields, models


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    match_id = fields.Many2one("settlement.match", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.match": "match_id"}
