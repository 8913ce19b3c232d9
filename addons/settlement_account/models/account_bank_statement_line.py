from odoo import fields, models


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

    def _settlement_counterpart(self):
        """Return the line that is not on the account of the bank."""
        self.ensure_one()
        liquidity, suspense, other = self._seek_for_lines()
        return (suspense + other)[:1]

    def action_open_settlement_transactions(self):
        """Open the transactions that the bank reported in this line."""
        transactions = self.settlement_state_ids.transaction_id
        return transactions._open_records(transactions)
