from odoo import fields, models


class SettlementFileLayoutTable(models.Model):
    """A list of values in which computed columns look things up."""

    _name = "settlement.file.layout.table"
    _inherit = "settlement.file.layout.part"
    _description = "Table of a File Layout"
    _content_fields = ("name", "content")

    name = fields.Char(required=True)
    content = fields.Text(
        "Values", help="One pair in a line: what stands in the file = what it means."
    )

    _name_uniq = models.Constraint(
        "UNIQUE (layout_id, name)", "There is a table of this name already."
    )
