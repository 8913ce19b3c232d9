import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BANK_CONNECTORS = frozenset({"bank", "ledger"})
_FOUND = frozenset({"proved_at", "difference", "posting_number", "proof_gaps"})
_FIXED_BY_POSTING = ("opening_balance", "opening_date", "journal_id")


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    is_bank = fields.Boolean(
        string="Bank Account",
        compute="_compute_is_bank",
        store=True,
        readonly=False,
        help="Its statements become statement lines of Odoo. Otherwise its payouts "
        "become entries, and manual statement lines on its journal are refused.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit'))]",
        help="Shows the wallet on the accounting dashboard.",
    )
    account_id = fields.Many2one(
        related="journal_id.default_account_id",
        string="Wallet Account",
        help="Where the money of the wallet stands.",
    )
    in_transit_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        string="Payouts in Transit",
        help="What has left the wallet and is not at the bank yet.",
    )
    opening_balance = fields.Monetary(
        help="What the wallet held at the beginning of its opening date."
    )
    opening_date = fields.Date(
        help="Rows booked from this day on are posted. Empty: nothing is posted."
    )
    proved_at = fields.Datetime(readonly=True)
    difference = fields.Monetary(
        readonly=True,
        help="Provider's balance less ledger less what is named as missing.",
    )
    posting_number = fields.Integer(
        default=0,
        help="Last number given to a posting that belongs to no payout.",
    )

    _journal_uniq = models.UniqueIndex(
        "(journal_id) WHERE journal_id IS NOT NULL AND is_ledger IS NOT TRUE",
        "This journal belongs to another wallet already.",
    )

    @api.depends("account_identifier", "backend_id.connector")
    def _compute_is_bank(self):
        for wallet in self:
            wallet.is_bank = self._tells_of_bank(
                wallet.backend_id.connector, wallet.account_identifier
            )

    @api.model
    def _tells_of_bank(self, connector, account_identifier):
        """Return whether such an account is one at a bank."""
        identifier = (account_identifier or "").replace(" ", "").upper()
        return connector in _BANK_CONNECTORS or bool(_IBAN.fullmatch(identifier))

    @api.constrains("in_transit_account_id")
    def _check_in_transit(self):
        for wallet in self:
            account = wallet.in_transit_account_id
            if account and not account.reconcile:
                raise ValidationError(
                    self.env._(
                        "%(account)s must allow reconciliation: each payout in transit "
                        "is settled by its line at the bank.",
                        account=account.display_name,
                    )
                )

    @api.constrains("journal_id", "currency_id")
    def _check_journal_currency(self):
        for wallet in self:
            journal = wallet.journal_id
            currency = journal.currency_id or journal.company_id.currency_id
            if journal and currency != wallet.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(journal)s is in %(theirs)s, the wallet in %(ours)s. Choose "
                        "a bank journal in the currency of the wallet.",
                        journal=journal.display_name,
                        theirs=currency.name,
                        ours=wallet.currency_id.name,
                    )
                )

    def write(self, vals):
        """Keep the opening and the journal of a wallet on which entries stand."""
        if not self.env.su and _FOUND & set(vals):
            raise UserError(
                self.env._("The proof of a wallet is computed and cannot be entered.")
            )
        fixed = [name for name in _FIXED_BY_POSTING if name in vals]
        before = {wallet: [wallet[name] for name in fixed] for wallet in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda wallet: before[wallet] != [wallet[name] for name in fixed]
        )
        if changed:
            changed._check_nothing_posted()
        return result

    def _check_nothing_posted(self):
        posted = self.env["settlement.posting"].search(
            [("wallet_id", "in", self.ids), ("state", "=", "posted")], limit=1
        )
        if posted:
            raise UserError(
                self.env._(
                    "%(wallet)s has entries already. Its journal and its opening "
                    "cannot change any more; reverse the postings first.",
                    wallet=posted.wallet_id.display_name,
                )
            )

    def _next_posting_number(self):
        """Return the next number of a posting of this wallet without a payout.

        Writing it makes a second worker, who has seen older rows, start again.
        """
        self.ensure_one()
        self.posting_number += 1
        return self.posting_number
