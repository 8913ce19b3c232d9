from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def action_open_settlement_payouts(self):
        """Open the payouts of this journal's provider, the latest first."""
        wallet = self._provider_wallet()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_batch"
        )
        action.update(domain=[("wallet_id", "=", wallet.id)], context={})
        # An address of its own would lead away from this choice.
        action.pop("path", None)
        return action
