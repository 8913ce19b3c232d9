from odoo import models

# Days that the line of a card shows.
GRAPH_DAYS = 30


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _provider_wallets(self):
        """Return the wallets of providers that these journals show.

        A provider's journal has no statement lines: its entries come from postings.
        Which journals those are does not depend on who looks.
        """
        return (
            self.env["settlement.wallet"]
            .sudo()
            .search([("journal_id", "in", self.ids), ("is_bank", "=", False)])
        )

    # ------------------------------------------------------------------
    # The card
    # ------------------------------------------------------------------

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Show on the card of a provider's journal what its wallet holds."""
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        wallets = self._provider_wallets()
        details = self._settlement_details(wallets)
        for wallet in wallets:
            balance = wallet._account_balance()
            dashboard_data[wallet.journal_id.id].update(
                {
                    "account_balance": wallet.currency_id.format(balance),
                    "nb_lines_bank_account_balance": True,
                    "nb_misc_operations": 0,
                    "settlement": details.get(wallet.id, {"visible": False}),
                }
            )
        return result

    def _settlement_details(self, wallets):
        """Return id of a wallet → what else its card says to who may see it."""
        if not self.env["settlement.backend"]._has_settlement_group("group_viewer"):
            return {}
        waiting, problems = wallets._count_not_posted(), wallets._count_exceptions()
        return {
            wallet.id: {
                "visible": True,
                "provider_balance": wallet._balance_words(),
                "balance_title": wallet._balance_title(),
                "in_transit": wallet.currency_id.format(wallet._transit_balance()),
                "difference": wallet._difference_words(),
                "waiting": waiting.get(wallet.id, 0),
                "exceptions": problems.get(wallet.id, 0),
            }
            for wallet in wallets
        }

    def _provider_wallet(self):
        """Return the wallet of the one journal, with the rights of the user."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        wallet = self._provider_wallets().sudo(False)
        wallet.check_access("read")
        return wallet

    def open_action(self):
        """Open a provider's rows, as it has no statement lines to open."""
        if self._provider_wallets() and not self.env.context.get("action_name"):
            return self.action_open_settlement_rows()
        return super().open_action()

    def action_open_settlement_rows(self):
        """Open what the provider of this journal reported."""
        wallet = self._provider_wallet()
        return wallet._open_rows(
            [("wallet_id", "=", wallet.id), ("is_current", "=", True)]
        )

    def action_open_settlement_waiting(self):
        """Open the rows of this journal's provider that are not in the ledger."""
        return self._provider_wallet()._open_waiting()

    def action_open_settlement_proof(self):
        """Open the proof of this journal's wallet day by day."""
        return self._provider_wallet().action_open_proof()

    def action_open_settlement_transit(self):
        """Open the payouts of this journal's wallet that are under way."""
        return self._provider_wallet().action_open_transit()

    def action_open_settlement_exceptions(self):
        """Open the exceptions of this journal's wallet."""
        return self._provider_wallet()._open_exceptions()

    # ------------------------------------------------------------------
    # Its line
    # ------------------------------------------------------------------

    def _get_bank_cash_graph_data(self):
        """Draw what stood on a wallet's account; it has no statement lines."""
        result = super()._get_bank_cash_graph_data()
        wallets = self._provider_wallets()
        gains = wallets._recent_gains(GRAPH_DAYS)
        for wallet in wallets:
            (card, *_rest) = result[wallet.journal_id.id]
            card.update(
                {
                    "key": self.env._("Wallet: Balance"),
                    "is_sample_data": False,
                    "values": wallet._graph_points(gains[wallet.id], GRAPH_DAYS),
                }
            )
        return result
