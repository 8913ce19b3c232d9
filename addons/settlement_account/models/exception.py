from odoo import api, fields, models


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    posting_id = fields.Many2one("settlement.posting", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.posting": "posting_id"}

    @api.model
    def get_empty_list_help(self, help_message):
        """Say how to begin where nothing is connected yet."""
        first = self.env["settlement.backend"]._first_run_help()
        return first or super().get_empty_list_help(help_message)
