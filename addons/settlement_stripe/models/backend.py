from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("stripe", "Stripe")],
        ondelete={"stripe": lambda backends: backends._retire()},
    )
