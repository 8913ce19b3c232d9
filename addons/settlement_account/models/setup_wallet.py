from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from odoo.addons.settlement.canonical import money

from .setup import ACCOUNTANT, ADMIN

# What people may enter, by role; all else is found or computed.
_FIELD_ROLES = {
    "account_identifier": ADMIN,
    "currency_id": ADMIN,
    "is_used": ADMIN,
    "setup_id": ADMIN,
    "journal_id": ACCOUNTANT,
    "in_transit_account_id": ACCOUNTANT,
    "opening_date": ACCOUNTANT,
    "opening_balance": ACCOUNTANT,
    "opening_account_id": ACCOUNTANT,
}


class SettlementSetupWallet(models.Model):
    """An account that a provider or a file speaks of, and what becomes of it."""

    _name = "settlement.setup.wallet"
    _description = "Wallet of a Set-Up"
    _order = "setup_id, account_identifier, currency_id, id"
    _rec_name = "account_identifier"
    _check_company_auto = True

    setup_id = fields.Many2one(
        "settlement.setup", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="setup_id.company_id", store=True, index=True)
    account_identifier = fields.Char(
        "Account", required=True, help="IBAN, or the account at the provider."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, context={"active_test": False}
    )
    is_used = fields.Boolean("Use", default=True)
    wallet_id = fields.Many2one(
        "settlement.wallet", readonly=True, copy=False, ondelete="set null"
    )
    provider_balance = fields.Monetary("Balance Told", readonly=True)
    provider_balance_at = fields.Datetime("Told At", readonly=True)
    has_balance = fields.Boolean(readonly=True)
    problem = fields.Char(compute="_compute_problem")
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        help="Empty: a bank journal of its own is created.",
    )
    in_transit_account_id = fields.Many2one(
        "account.account",
        "Payouts in Transit",
        check_company=True,
        domain="[('reconcile', '=', True), ('account_type', '=', 'asset_current')]",
        help="Empty: an account of its own is created.",
    )
    is_bank = fields.Boolean(compute="_compute_is_bank")
    becomes = fields.Char("What Happens", compute="_compute_becomes")

    _identity_uniq = models.Constraint(
        "UNIQUE (setup_id, account_identifier, currency_id)",
        "This account and currency is in the list already.",
    )

    @api.depends("currency_id", "currency_id.rounding")
    def _compute_problem(self):
        for line in self:
            line.problem = line._rounding_problem()

    def _rounding_problem(self):
        """Return why cents would be lost or invented in this currency, or False."""
        currency = self.currency_id
        if not currency:
            return False
        decimals = money.exponent(currency.name)
        if not float_compare(currency.rounding, 10**-decimals, precision_digits=6):
            return False
        return self.env._(
            "%(currency)s has %(decimals)s decimals by ISO 4217, but its rounding in "
            "Odoo is %(rounding)s. Correct the currency first.",
            currency=currency.name,
            decimals=decimals,
            rounding=f"{currency.rounding:g}",
        )

    @api.depends("account_identifier", "setup_id.connector", "wallet_id.is_bank")
    def _compute_is_bank(self):
        wallets = self.env["settlement.wallet"]
        for line in self:
            line.is_bank = (
                line.wallet_id.is_bank
                if line.wallet_id
                else wallets._tells_of_bank(
                    line.setup_id.connector, line.account_identifier
                )
            )

    @api.depends("journal_id", "in_transit_account_id", "is_bank", "wallet_id")
    def _compute_becomes(self):
        for line in self:
            line.becomes = line._becomes()

    def _becomes(self):
        """Say which journal and account the wallet will have."""
        known = self.journal_id or self.wallet_id.journal_id
        if known:
            account = known.default_account_id.display_name
            return self.env._(
                "journal %(journal)s, account %(account)s",
                journal=known.name,
                account=account,
            )
        if self.is_bank:
            return self.env._("a new bank journal with its own account")
        if self.in_transit_account_id:
            return self.env._("a new journal with its own account")
        return self.env._("a new journal, and two new accounts: wallet and in transit")

    # ------------------------------------------------------------------
    # Who may enter what
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Add accounts by hand, as far as the user's role allows."""
        for vals in vals_list:
            self._check_enterable(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Let each role write what its steps ask for, and nothing else."""
        self._check_enterable(vals)
        return super().write(vals)

    def _check_enterable(self, vals):
        if self.env.su:
            return
        for name in vals:
            if name not in _FIELD_ROLES:
                raise UserError(
                    self.env._(
                        "“%(field)s” is found by the set-up and cannot be entered.",
                        field=name,
                    )
                )
            self.env["settlement.backend"]._require_group(_FIELD_ROLES[name])

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        if used := self.filtered("wallet_id")[:1]:
            raise UserError(
                self.env._(
                    "%(account)s is a wallet already. Take its tick away instead.",
                    account=used.account_identifier,
                )
            )
