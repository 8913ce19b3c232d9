from odoo import fields, models
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    settlement_transaction_id = fields.Many2one(
        "settlement.transaction",
        string="Settled Transaction",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    settlement_match_id = fields.Many2one(
        "settlement.match",
        string="Match",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    settlement_role = fields.Char(
        readonly=True,
        copy=False,
        help="What the line stands for in the posting that made it.",
    )

    # What is disputed, held or in transit is looked for again and again.
    _settlement_waiting_idx = models.Index(
        "(settlement_role, settlement_transaction_id) WHERE reconciled IS NOT TRUE "
        "AND settlement_role IN ('dispute', 'reserve', 'in_transit')"
    )

    def _set_settlement_tags(self, role, match_id=0, transaction_id=0):
        """Say what these lines stand for; in SQL, for it changes no accounting."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line
                   SET settlement_role = %s, settlement_match_id = %s,
                       settlement_transaction_id = %s
                 WHERE id = ANY(%s)
                """,
                role,
                match_id or None,
                transaction_id or None,
                self.ids,
            )
        )
        self.invalidate_recordset(
            ["settlement_role", "settlement_match_id", "settlement_transaction_id"]
        )
