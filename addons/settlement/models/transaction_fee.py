from odoo import fields, models

from ..canonical import kinds
from .implied_many2one import ImpliedMany2one


class SettlementTransactionFee(models.Model):
    _name = "settlement.transaction.fee"
    _description = "Fee Line of a Transaction"
    _order = "transaction_id, id"
    _log_access = False

    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, index=True, ondelete="cascade"
    )
    company_id = ImpliedMany2one("res.company", required=True)
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    kind = fields.Selection(
        [(kind, kind.capitalize()) for kind in kinds.FEE_KINDS], required=True
    )
    amount = fields.Monetary(help="Positive when it costs us, without its tax.")
    tax_amount = fields.Monetary(help="Tax on this fee, positive when it costs us.")
