from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Show on the card of a provider's journal what its wallet holds.

        By itself the card counts statement lines only; a provider has none, its
        entries come from postings.
        """
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        # Which journals belong to providers does not depend on who looks.
        wallets = self.env["settlement.wallet"].sudo()
        for wallet in wallets.search(
            [("journal_id", "in", self.ids), ("is_bank", "=", False)]
        ):
            balance = wallet._account_balance()
            dashboard_data[wallet.journal_id.id].update(
                {
                    "account_balance": wallet.currency_id.format(balance),
                    "nb_lines_bank_account_balance": True,
                    "nb_misc_operations": 0,
                }
            )
        return result
