from odoo import api, models

from ..formats.account_number import normalise


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    @api.model_create_multi
    def create(self, vals_list):
        """Keep IBANs as bank files write them, however they were typed."""
        wallets = super().create(vals_list)
        wallets._normalise_account_number()
        return wallets

    def write(self, vals):
        """Keep IBANs as bank files write them, however they were typed."""
        result = super().write(vals)
        if "account_identifier" in vals:
            self._normalise_account_number()
        return result

    def _normalise_account_number(self):
        for wallet in self.filtered(lambda wallet: wallet._is_bank_account()):
            bare = normalise(wallet.account_identifier)
            if bare != wallet.account_identifier:
                wallet.account_identifier = bare

    def _is_bank_account(self):
        return self.backend_id.connector == "bank"
