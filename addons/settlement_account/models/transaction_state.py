from odoo import fields, models


class SettlementTransactionState(models.Model):
    _inherit = "settlement.transaction.state"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        index="btree_not_null",
        ondelete="set null",
        help="The statement line in which the bank's booking of this row stands.",
    )
