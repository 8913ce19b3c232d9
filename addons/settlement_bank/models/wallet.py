from datetime import datetime, time, timedelta

import pytz

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

    def _show_statement_balance(self):
        """Show the closing balance of the newest proved statement on each wallet."""
        for wallet in self:
            newest = wallet._proved_statements()._in_order()[-1:]
            if not newest:
                continue
            seen_at = wallet._end_of_day(newest.date)
            if not wallet.provider_balance_at or seen_at >= wallet.provider_balance_at:
                wallet.provider_balance = newest.closing_balance
                wallet.provider_balance_at = seen_at

    def _proved_statements(self):
        """Return the newest statements whose arithmetic holds."""
        return self.env["settlement.batch"].search(
            [
                ("wallet_id", "=", self.id),
                ("kind", "=", "statement"),
                ("has_balances", "=", True),
                ("state", "in", ("validated", "posted", "reconciled")),
            ],
            order="date desc, sequence desc, id desc",
            limit=50,
        )

    def _end_of_day(self, day):
        """Return the end of a day of the bank as naive UTC."""
        midnight = datetime.combine(day + timedelta(days=1), time.min)
        zone = pytz.timezone(self.backend_id.timezone)
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    def _is_bank_account(self):
        return self.backend_id.connector == "bank"
