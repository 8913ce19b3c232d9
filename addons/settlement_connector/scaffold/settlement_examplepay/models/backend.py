from odoo import fields, models


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("examplepay", "Example Pay")],
        ondelete={"examplepay": lambda backends: backends._retire()},
    )
