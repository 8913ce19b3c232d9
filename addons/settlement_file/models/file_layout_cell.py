from odoo import fields, models


class SettlementFileLayoutCell(models.Model):
    """A cell above or below the rows that can be used like a column."""

    _name = "settlement.file.layout.cell"
    _inherit = "settlement.file.layout.part"
    _description = "Named Cell of a File Layout"
    _content_fields = ("name", "line", "cell", "label")

    name = fields.Char(required=True)
    label = fields.Char("Right of the Text", help="Such as: Account number")
    line = fields.Integer(
        help="Or its place: lines count from 1, from the last one as -1."
    )
    cell = fields.Integer(default=1, help="Cells of a line count from 1.")
