from odoo import api, models
from odoo.tools import SQL

from .backend_ledger import LEDGER
from .setup import ROLES


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def action_open_setup(self):
        """Open the set-up of this backend; it can be left and gone on with."""
        self.ensure_one()
        if self.connector == LEDGER:
            return self._open_bank_journals()
        groups = dict.fromkeys(role for roles in ROLES.values() for role in roles)
        self._require_group(*groups)
        self.check_access("read")
        setup = self.env["settlement.setup"]._start_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set-Up"),
            "res_model": "settlement.setup",
            "res_id": setup.id,
            "view_mode": "form",
        }

    def _open_bank_journals(self):
        """Open the journals whose lines are matched: that is all there is to set up."""
        self._require_group("group_accountant", "group_integration_admin")
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "settlement_account.action_account_journal_matching"
        )

    def _setup_wallets(self):
        """Return the values of a set-up's wallet lines for the wallets there are."""
        self.ensure_one()
        return [
            {
                "account_identifier": wallet.account_identifier,
                "currency_id": wallet.currency_id.id,
                "wallet_id": wallet.id,
                "provider_balance": wallet.provider_balance,
                "provider_balance_at": wallet.provider_balance_at,
                "has_balance": bool(wallet.provider_balance_at),
            }
            for wallet in self.wallet_ids
        ]

    @api.model
    def _is_first_run(self):
        """Return whether nothing is connected yet in the companies at hand."""
        rows = self.env.execute_query(
            SQL(
                "SELECT FROM settlement_backend WHERE company_id = ANY(%s) LIMIT 1",
                self.env.companies.ids,
            )
        )
        return not rows

    @api.model
    def get_empty_list_help(self, help_message):
        """Say what a backend is for, and how to begin, while there is none."""
        return self._first_run_help() or super().get_empty_list_help(help_message)

    @api.model
    def _first_run_help(self):
        """Return what a list shows before anything is connected, "" afterwards."""
        if not self._is_first_run():
            return ""
        return self.env["ir.qweb"]._render(
            "settlement_account.setup_first_run",
            {
                "may_connect": self._has_settlement_group("group_integration_admin"),
                "has_demo": "settlement.training" in self.env
                and self.env["settlement.training"].has_access("create"),
            },
        )
