from odoo import api, models
from odoo.tools import SQL


class SettlementDocumentReference(models.Model):
    _inherit = "settlement.document.reference"

    @api.model
    def _open_item_sql(self, company_ids):
        """Let a credit note be found by the invoice it reverses, too.

        A refund mostly names what was paid, not what gives it back; the sign of the
        money tells the two documents apart.
        """
        return SQL(
            """
            %(own)s
             UNION ALL
            SELECT line.company_id, line.id, 'invoice', reversed.name
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move move ON move.id = line.move_id
              JOIN account_move reversed ON reversed.id = move.reversed_entry_id
             WHERE line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND account.account_type IN ('asset_receivable', 'liability_payable')
               AND line.company_id IN %(companies)s
               AND move.move_type IN ('out_refund', 'in_refund')
            """,
            own=super()._open_item_sql(company_ids),
            companies=company_ids,
        )
