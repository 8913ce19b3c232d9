from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..canonical import money


class SettlementWallet(models.Model):
    _name = "settlement.wallet"
    _inherit = ["settlement.exception.subject"]
    _description = "Settlement Wallet"
    _order = "backend_id, account_identifier, currency_id, id"
    _rec_name = "display_name"
    _check_company_auto = True

    backend_id = fields.Many2one(
        "settlement.backend",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    account_identifier = fields.Char(
        required=True,
        help="IBAN, or the merchant or account number at the provider.",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    active = fields.Boolean(default=True)
    provider_balance = fields.Monetary(readonly=True)
    provider_balance_at = fields.Datetime(readonly=True)
    balance_ids = fields.One2many("settlement.balance", "wallet_id")

    _identity_uniq = models.Constraint(
        "UNIQUE (backend_id, account_identifier, currency_id)",
        "This account and currency is already a wallet of the backend.",
    )

    @api.depends("account_identifier", "currency_id", "backend_id.name")
    def _compute_display_name(self):
        for wallet in self:
            wallet.display_name = (
                f"{wallet.backend_id.name} {wallet.account_identifier} "
                f"{wallet.currency_id.name or ''}"
            )

    @api.constrains("currency_id")
    def _check_currency_rounding(self):
        """A rounding that disagrees with ISO 4217 would lose or invent cents."""
        for currency in self.currency_id:
            decimals = money.exponent(currency.name)
            if float_compare(currency.rounding, 10**-decimals, precision_digits=6):
                raise ValidationError(
                    self.env._(
                        "%(currency)s has %(decimals)s decimals by ISO 4217, but its "
                        "rounding in Odoo is %(rounding)s. Correct the currency "
                        "first.",
                        currency=currency.name,
                        decimals=decimals,
                        rounding=currency.rounding,
                    )
                )

    def _refresh_balance(self):
        """Show the newest reported balance on the wallet."""
        for wallet in self:
            newest = wallet.balance_ids.sorted("observed_at")[-1:]
            shown = (wallet.provider_balance, wallet.provider_balance_at)
            if newest and (newest.total, newest.observed_at) != shown:
                wallet.write(
                    {
                        "provider_balance": newest.total,
                        "provider_balance_at": newest.observed_at,
                    }
                )
