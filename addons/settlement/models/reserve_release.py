from odoo import fields, models


class SettlementReserveRelease(models.Model):
    """A part of a hold that one row has given back."""

    _name = "settlement.reserve.release"
    _description = "Release of a Reserve"
    _order = "released_on, id"

    reserve_id = fields.Many2one(
        "settlement.reserve", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="reserve_id.company_id", store=True, index=True
    )
    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="reserve_id.currency_id")
    amount = fields.Monetary(required=True)
    sequence = fields.Integer(help="In which order the wallet's holds were released.")
    released_on = fields.Date(related="transaction_id.booked_on", store=True)

    _pair_uniq = models.Constraint(
        "UNIQUE (reserve_id, transaction_id)", "A row releases a hold once."
    )
