from odoo import fields, models

from .big_integer import BigInteger


class SettlementExpectedPayment(models.Model):
    """What should arrive or leave and by when, said by another system."""

    _name = "settlement.expected.payment"
    _description = "Expected Payment"
    _order = "due_on, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    backend_id = fields.Many2one("settlement.backend", check_company=True)
    external_id = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(
        required=True, help="Positive when money should come to us."
    )
    amount_minor = BigInteger()
    due_on = fields.Date()
    description = fields.Char()
    state = fields.Selection(
        [("open", "Open"), ("met", "Met"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
    )

    _identity_uniq = models.Constraint(
        "UNIQUE (company_id, backend_id, external_id)",
        "A source announces each payment once.",
    )
