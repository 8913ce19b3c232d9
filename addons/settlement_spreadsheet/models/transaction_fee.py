from odoo import fields, models


class SettlementTransactionFee(models.Model):
    """Fee lines with what a dashboard tells them apart by: provider and month."""

    _inherit = "settlement.transaction.fee"

    backend_id = fields.Many2one(related="transaction_id.backend_id", string="Provider")
    booked_on = fields.Date(related="transaction_id.booked_on")
    is_current = fields.Boolean(
        related="transaction_id.is_current",
        help="The transaction is the newest revision: fees of older ones do not count.",
    )
