from odoo import fields, models


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    settlement_batch_id = fields.Many2one(
        "settlement.batch",
        string="Reported Statement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _settlement_batch_uniq = models.UniqueIndex(
        "(settlement_batch_id) WHERE settlement_batch_id IS NOT NULL",
        "This statement of the bank is here already.",
    )
