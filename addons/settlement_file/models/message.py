from odoo import fields, models


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    file_layout_id = fields.Many2one(
        "settlement.file.layout",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The version of the layout by which the file was read last.",
    )
