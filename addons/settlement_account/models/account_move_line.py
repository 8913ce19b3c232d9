from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    settlement_transaction_id = fields.Many2one(
        "settlement.transaction",
        string="Settled Transaction",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    settlement_match_id = fields.Many2one(
        "settlement.match",
        string="Match",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    settlement_role = fields.Char(
        readonly=True,
        copy=False,
        help="What the line stands for in the posting that made it.",
    )
