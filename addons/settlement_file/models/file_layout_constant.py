from odoo import fields, models

from ..screen.uses import FIELD_USES


class SettlementFileLayoutConstant(models.Model):
    """A field that no column states and that is the same in all rows."""

    _name = "settlement.file.layout.constant"
    _inherit = "settlement.file.layout.part"
    _description = "Constant of a File Layout"
    _rec_name = "field"
    _content_fields = ("field", "value")

    field = fields.Selection(list(FIELD_USES), required=True)
    value = fields.Char(required=True)

    _field_uniq = models.Constraint(
        "UNIQUE (layout_id, field)", "This field has a constant already."
    )
