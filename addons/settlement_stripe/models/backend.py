from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("stripe", "Stripe")],
        # What was reported stays when the addon goes; nothing is pulled any more.
        ondelete={
            "stripe": lambda backends: backends.write(
                {"active": False, "state": "paused"}
            )
        },
    )
