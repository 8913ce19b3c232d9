from odoo import fields, models
from odoo.exceptions import UserError

from ..services.first_look import FirstLook


class SettlementSetup(models.Model):
    """Step 3: which accounts are used."""

    _inherit = "settlement.setup"

    wallet_line_ids = fields.One2many(
        "settlement.setup.wallet", "setup_id", string="Wallets"
    )

    def action_use_wallets(self):
        """Create a wallet for each account that has a tick.

        :raises UserError: if there is none, or if a currency rounds otherwise than
            ISO 4217 says.
        :raises AccessError: without the integration administrator role.
        """
        setup = self._begin("wallets")
        used = setup.wallet_line_ids.filtered("is_used")
        setup._check_wallets(used)
        for line in used:
            setup._use_wallet(line)
        setup._leave_wallets(setup.wallet_line_ids - used)
        setup._propose_accounts()
        setup._finish(
            "wallets",
            {"wallets": [wallet.display_name for wallet in used.wallet_id]},
        )
        return True

    def _check_wallets(self, used):
        if not used:
            raise UserError(
                self.env._(
                    "Tick at least one account. If none is listed, the provider named "
                    "none: add it with its currency."
                )
            )
        if broken := used.filtered("problem")[:1]:
            raise UserError(broken.problem)

    def _use_wallet(self, line):
        """Give a line its wallet, the known one if there is one."""
        wallets = self.env["settlement.wallet"].with_context(active_test=False)
        if not line.currency_id.active:
            # Whoever ticks an account in a currency wants to use the currency.
            line.currency_id.active = True
        identity = [
            ("backend_id", "=", self.backend_id.id),
            ("account_identifier", "=", line.account_identifier),
            ("currency_id", "=", line.currency_id.id),
        ]
        line.wallet_id = wallets.search(identity) or wallets.create(
            {name: value for name, _operator, value in identity}
        )
        if not line.wallet_id.active:
            line.wallet_id.active = True
        line.account_identifier = line.wallet_id.account_identifier

    def _leave_wallets(self, lines):
        """Put wallets away that were used before and hold nothing yet."""
        for wallet in lines.wallet_id:
            if wallet.opening_date:
                raise UserError(
                    self.env._(
                        "%(wallet)s is live already. Pause the backend instead of "
                        "leaving one of its accounts out.",
                        wallet=wallet.display_name,
                    )
                )
            wallet.active = False

    # ------------------------------------------------------------------
    # Where the accounts come from
    # ------------------------------------------------------------------

    def _find_in_answer(self):
        """List the accounts that the provider's answer names."""
        answer = self.answer or {}
        balances = answer.get("balances") or {}
        account = answer.get("account_identifier") or ""
        for code in dict.fromkeys([*(answer.get("currencies") or []), *balances]):
            self._note_wallet(account or self.name, code, balances.get(code))

    def _find_in_files(self):
        """List the accounts that the files kept so far tell of."""
        for found in FirstLook(self.backend_id).read(self._waiting_files()):
            self._note_wallet(
                found.account or self.name,
                found.currency,
                found.balance,
                found.balance_at,
            )

    def _note_wallet(self, account, code, balance=None, at=None):
        """Add an account to the list, or refresh what is known of it."""
        currency = self._currency(code)
        if not currency:
            return
        line = self.wallet_line_ids.filtered(
            lambda line: (line.account_identifier, line.currency_id)
            == (account, currency)
        )
        if not line:
            line = line.create(
                {
                    "setup_id": self.id,
                    "account_identifier": account,
                    "currency_id": currency.id,
                }
            )
        if balance is not None:
            line.write(
                {
                    "provider_balance": float(balance),
                    "provider_balance_at": at or fields.Datetime.now(),
                    "has_balance": True,
                }
            )

    def _currency(self, code):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", code)], limit=1)
