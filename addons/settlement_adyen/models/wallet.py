from odoo import fields, models


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    connector = fields.Selection(related="backend_id.connector")
    adyen_first_batch = fields.Integer(
        "First Batch",
        help="Number of the first settlement details report of this merchant account "
        "that is fetched. Empty: from the first one that came by file or event, or "
        "from number 1.",
    )

    _adyen_first_batch_positive = models.Constraint(
        "CHECK (adyen_first_batch >= 0)", "Batches are counted from 1."
    )
