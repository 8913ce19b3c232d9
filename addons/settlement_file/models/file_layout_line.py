from odoo import api, fields, models

from odoo.addons.settlement.canonical import kinds

from ..screen.uses import FEE_USES, USES

FEE_KINDS = [(kind, kind.capitalize()) for kind in kinds.FEE_KINDS]


class SettlementFileLayoutLine(models.Model):
    """One column of the file and what it is used for; twice if for two things."""

    _name = "settlement.file.layout.line"
    _inherit = "settlement.file.layout.part"
    _description = "Column of a File Layout"
    _rec_name = "column"
    _content_fields = (
        "column",
        "use",
        "unit",
        "date_formats",
        "fee_kind",
        "fee_sign",
        "includes_tax",
    )

    column = fields.Char(required=True, help="As the header of the file names it.")
    samples = fields.Char(readonly=True, help="What stands in it.")
    use = fields.Selection(list(USES), string="Used for", help="Empty: it is not used.")
    guess = fields.Char(
        "Why", readonly=True, help="Why it was taken for that when the file was read."
    )
    unit = fields.Selection(
        [("major", "Euros, dollars …"), ("minor", "Cents …")],
        string="Amounts in",
        help="Empty: as the other amounts of the file.",
    )
    date_formats = fields.Text(
        help="How this column writes dates, one form in a line. Empty: as the others."
    )
    fee_kind = fields.Selection(FEE_KINDS, help="What kind of fee the column holds.")
    fee_sign = fields.Selection(
        [
            ("cost_positive", "Positive costs us"),
            ("cost_negative", "Negative costs us"),
            ("absolute", "Always costs us"),
        ],
    )
    includes_tax = fields.Boolean(
        "With Tax", help="The column holds the fee with its tax."
    )
    is_fee = fields.Boolean(compute="_compute_is_fee")

    @api.depends("use")
    def _compute_is_fee(self):
        for line in self:
            line.is_fee = line.use in FEE_USES
