from odoo import models


class SettlementBatch(models.Model):
    _name = "settlement.batch"
    _inherit = ["settlement.batch", "settlement.suggestion.subject"]

    _payout_amount_idx = models.Index(
        "(company_id, currency_id, total_minor) WHERE kind = 'payout' AND is_stated"
    )
