from odoo import models


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    _board_opened_idx = models.Index(
        "(company_id, opened_at) "
        "WHERE state IN ('open', 'in_progress', 'waiting_approval')"
    )
    _board_deadline_idx = models.Index(
        "(company_id, deadline) "
        "WHERE state IN ('open', 'in_progress', 'waiting_approval')"
    )
