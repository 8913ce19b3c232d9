from odoo import fields, models

from odoo.addons.settlement.models.transaction import TRANSACTION_KINDS

from ..layout.definition import SKIP

KINDS = [*TRANSACTION_KINDS, (SKIP, "Left out: moves no money")]


class SettlementFileLayoutKind(models.Model):
    """What rows with one value are."""

    _name = "settlement.file.layout.kind"
    _inherit = "settlement.file.layout.part"
    _description = "Kind of Row of a File Layout"
    _rec_name = "value"
    _content_fields = ("value", "kind", "kind_debit")

    value = fields.Char(required=True, help="As the file says it.")
    kind = fields.Selection(KINDS, help="Empty: a person decides on each such code.")
    kind_debit = fields.Selection(
        KINDS, string="If Negative", help="Only if it is something else then."
    )

    _value_uniq = models.UniqueIndex(
        "(layout_id, lower(value))", "This value has a kind already."
    )
