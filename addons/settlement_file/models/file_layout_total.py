from odoo import fields, models


class SettlementFileLayoutTotal(models.Model):
    """A control that the file itself offers: a sum, a count or balances."""

    _name = "settlement.file.layout.total"
    _inherit = "settlement.file.layout.part"
    _description = "Control Total of a File Layout"
    _content_fields = (
        "name",
        "check",
        "of",
        "column",
        "where",
        "currency_column",
        "opening",
        "closing",
        "newest_first",
        "negated",
    )

    name = fields.Char(required=True)
    check = fields.Selection(
        [
            ("sum", "Sum"),
            ("count", "Number of rows"),
            ("balance", "Opening and closing balance"),
            ("running_balance", "Balance after each row"),
        ],
        required=True,
        default="sum",
    )
    of = fields.Selection(
        [
            ("gross_amount", "Gross"),
            ("fee_amount", "Fee"),
            ("tax_amount", "Tax"),
            ("net_amount", "Net"),
        ],
        required=True,
        default="net_amount",
    )
    column = fields.Char(
        "Stated in", help="A column, or a named cell above or below the rows."
    )
    where = fields.Char(
        "In Rows Where",
        help="Condition of the rows that state it; those are no transactions.",
    )
    currency_column = fields.Char()
    opening = fields.Char("Opening in")
    closing = fields.Char("Closing in")
    newest_first = fields.Boolean()
    negated = fields.Boolean("Other Sign", help="The stated value has the other sign.")
