from odoo import models
from odoo.fields import Command


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    def action_set_up_accounts(self):
        """Give these wallets the journals and accounts that they lack.

        :return: a notification that says what was created or changed.
        :raises AccessError: without the accountant or integration administrator role.
        """
        self.env["settlement.backend"]._require_group(
            "group_accountant", "group_integration_admin"
        )
        self.check_access("write")
        # Accounts and journals belong to Odoo's own administrator; the role was
        # checked, and nothing that exists is changed but the flag that is named.
        wallets = self.sudo()
        for company in wallets.company_id:
            wallets.env["settlement.posting.policy"]._create_defaults(company)
        said = wallets._set_up_accounts()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(said) or self.env._("Nothing was missing."),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _set_up_accounts(self):
        """Give each wallet its journal and accounts, as far as they are missing.

        :return: list of sentences that say what was created or changed.
        """
        providers = self.filtered(lambda wallet: not wallet.is_bank)
        said = providers.backend_id._set_up_partner()
        for wallet in self:
            policy = self.env["settlement.posting.policy"]._policy_of(wallet.backend_id)
            said += wallet._set_up_journal(policy)
            said += wallet._set_up_in_transit()
            said += wallet._set_up_suspense(policy)
            said += wallet._warn_of_payment_methods()
        return said

    def _set_up_journal(self, policy):
        self.ensure_one()
        if self.journal_id:
            return []
        known = self._bank_journal()
        self.journal_id = known or self._new_journal(policy)
        if known:
            return [
                self.env._(
                    "%(wallet)s uses the bank journal %(journal)s.",
                    wallet=self.display_name,
                    journal=known.display_name,
                )
            ]
        return [
            self.env._(
                "%(wallet)s has the new journal %(journal)s with the account "
                "%(account)s.",
                wallet=self.display_name,
                journal=self.journal_id.display_name,
                account=self.account_id.display_name,
            )
        ]

    def _bank_journal(self):
        """Return the bank journal whose account number is that of the wallet."""
        self.ensure_one()
        if not self.is_bank:
            return self.env["account.journal"]
        number = self.account_identifier.replace(" ", "").upper()
        journals = self.env["account.journal"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("type", "=", "bank"),
                ("bank_account_id.sanitized_acc_number", "=", number),
            ]
        )
        taken = self.search(
            [("journal_id", "in", journals.ids), ("is_ledger", "=", False)]
        ).journal_id
        return (journals - taken).filtered(
            lambda journal: (journal.currency_id or self.company_id.currency_id)
            == self.currency_id
        )[:1]

    def _new_journal(self, policy):
        """Return a new bank journal; Odoo gives it its own liquidity account."""
        self.ensure_one()
        company = self.company_id
        is_foreign = self.currency_id != company.currency_id
        journals = self.env["account.journal"].with_company(company)
        return journals.create(
            {
                "name": self.display_name.strip(),
                "code": journals._get_next_journal_default_code("bank", company),
                "type": "bank",
                "company_id": company.id,
                "currency_id": self.currency_id.id if is_foreign else False,
                "suspense_account_id": policy._value("suspense_account_id").id
                or company.account_journal_suspense_account_id.id,
            }
        )

    def _set_up_in_transit(self):
        self.ensure_one()
        if self.in_transit_account_id or self.is_bank:
            return []
        accounts = self.env["account.account"].with_company(self.company_id)
        self.in_transit_account_id = accounts.create(
            {
                "name": self.env._(
                    "Payouts in Transit %(wallet)s", wallet=self.display_name.strip()
                ),
                "account_type": "asset_current",
                "reconcile": True,
                "code": self.env["settlement.posting.policy"]._new_code(
                    self.company_id, "asset_current", "101780"
                ),
                "company_ids": [Command.set(self.company_id.ids)],
            }
        )
        return [
            self.env._(
                "Payouts of %(wallet)s wait on the new account %(account)s.",
                wallet=self.display_name,
                account=self.in_transit_account_id.display_name,
            )
        ]

    def _set_up_suspense(self, policy):
        """Make the suspense account of a bank journal reconcilable."""
        self.ensure_one()
        account = self.journal_id.suspense_account_id
        if not account:
            self.journal_id.suspense_account_id = policy._value("suspense_account_id")
            return []
        if account.reconcile:
            return []
        account.reconcile = True
        return [
            self.env._(
                "%(account)s allows reconciliation now: bank lines that wait there "
                "are cleared one by one.",
                account=account.display_name,
            )
        ]

    def _warn_of_payment_methods(self):
        """Say which payment methods book the gross on the wallet by themselves."""
        self.ensure_one()
        methods = self.env["account.payment.method.line"].search(
            [
                ("payment_account_id", "=", self.account_id.id),
                ("journal_id.company_id", "=", self.company_id.id),
            ]
        )
        if not methods or self.is_bank:
            return []
        return [
            self.env._(
                "Payments of %(methods)s stand on %(account)s at once, before the "
                "provider has told of them: only fees and differences are booked "
                "besides. Choose an outstanding account there, so that the wallet "
                "shows what the provider holds on every day.",
                methods=", ".join(methods.mapped("display_name")),
                account=self.account_id.display_name,
            )
        ]
