from odoo import fields, models

from odoo.addons.settlement_match.models.weak_many2one import WeakMany2one


class SettlementTransactionState(models.Model):
    _inherit = "settlement.transaction.state"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        index="btree_not_null",
        ondelete="set null",
        help="The statement line in which the bank's booking of this row stands.",
    )
    ledger_line_id = WeakMany2one(
        "account.bank.statement.line",
        index="btree_not_null",
        help="The statement line of Odoo that this row was read from. It may have "
        "been deleted since.",
    )
    ledger_fingerprint = fields.Char(
        help="What that line said when it was read last: any change of it is told by "
        "another one."
    )

    _ledger_waiting_idx = models.Index(
        "(wallet_id) WHERE ledger_line_id IS NOT NULL AND posting_state <> 'reconciled'"
    )
