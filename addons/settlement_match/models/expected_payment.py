from odoo import models


class SettlementExpectedPayment(models.Model):
    _name = "settlement.expected.payment"
    _inherit = ["settlement.expected.payment", "settlement.suggestion.subject"]

    _waiting_idx = models.Index(
        "(company_id, currency_id, amount_minor) WHERE state IN ('open', 'late')"
    )
