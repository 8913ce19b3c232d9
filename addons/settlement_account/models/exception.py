from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.exception import OPEN_STATES

from ..services.batch_poster import POSTING_REASONS


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    posting_id = fields.Many2one("settlement.posting", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.posting": "posting_id"}

    @api.model
    def _stop_if_refused(self, *subjects):
        """Tell a person why what they asked for could not be posted.

        :raises UserError: with the causes that are open for one of the records.
        """
        causes = [
            cause
            for records in subjects
            for cause in self.search(
                [
                    ("subject_model", "=", records._name),
                    ("subject_id", "in", records.ids),
                    ("reason", "in", POSTING_REASONS),
                    ("state", "in", OPEN_STATES),
                ]
            ).mapped("cause")
        ]
        if causes:
            raise UserError("\n".join(causes))
