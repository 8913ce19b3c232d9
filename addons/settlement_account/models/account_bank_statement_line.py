from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services import token

# What the bank said.
_REPORTED = frozenset(
    {"amount", "amount_currency", "foreign_currency_id", "date", "journal_id"}
)


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    settlement_wallet_id = fields.Many2one(
        "settlement.wallet",
        string="Wallet",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    settlement_entry_key = fields.Char(
        readonly=True,
        copy=False,
        help="What identifies the booking inside its account.",
    )
    settlement_state_ids = fields.One2many(
        "settlement.transaction.state", "statement_line_id", readonly=True
    )

    _settlement_entry_uniq = models.UniqueIndex(
        "(settlement_wallet_id, settlement_entry_key) "
        "WHERE settlement_wallet_id IS NOT NULL",
        "This booking of the bank is a statement line already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse manual lines on the journal of a provider: its entries are there."""
        lines = super().create(vals_list)
        if not token.allowed(self.env):
            lines._check_not_on_provider_journal()
        return lines

    def _check_not_on_provider_journal(self):
        # Which journals belong to providers does not depend on who asks.
        wallets = self.env["settlement.wallet"].sudo()
        taken = wallets.search(
            [("journal_id", "in", self.journal_id.ids), ("is_bank", "=", False)]
        )
        if taken:
            raise UserError(
                self.env._(
                    "%(journal)s shows what a payment provider holds for you. Its "
                    "balance comes from the provider's own data: a line entered by "
                    "hand would count twice.",
                    journal=taken[:1].journal_id.display_name,
                )
            )

    def _check_not_reported(self):
        if token.allowed(self.env):
            return
        # Whether a line is reported does not depend on who asks.
        if reported := self.sudo().filtered("settlement_wallet_id"):
            raise UserError(
                self.env._(
                    "%(lines)s: the bank reported this line. It cannot be changed or "
                    "deleted; undo its match to take back what it settles.",
                    lines=", ".join(reported.mapped("display_name")[:5]),
                )
            )

    def write(self, vals):
        """Keep what the bank reported; texts and partner may be completed."""
        if _REPORTED & set(vals):
            self._check_not_reported()
        return super().write(vals)

    def unlink(self):
        """Keep the lines that the bank reported."""
        self._check_not_reported()
        return super().unlink()

    def action_undo_reconciliation(self):
        """Keep the entries of reported lines as they are: their match is undone."""
        self._check_not_reported()
        return super().action_undo_reconciliation()

    def _suggestion_subject(self):
        """Return the transaction that this line is, if it is one."""
        self.ensure_one()
        rows = self.settlement_state_ids.transaction_id
        return rows if len(rows) == 1 else super()._suggestion_subject()

    def _settlement_counterpart(self):
        """Return the line that is not on the account of the bank."""
        self.ensure_one()
        liquidity, suspense, other = self._seek_for_lines()
        return (suspense + other)[:1]

    def action_open_settlement_transactions(self):
        """Open the transactions that the bank reported in this line."""
        transactions = self.settlement_state_ids.transaction_id
        return transactions._open_records(transactions)
