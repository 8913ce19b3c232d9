from odoo import api, fields, models
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

    @api.model
    def _set_settlement_tags(self, tags):
        """Say what lines stand for; in SQL, for it changes no accounting.

        :param tags: list of (line id, role, match id, transaction id); 0 or None
            where there is none.
        """
        if not tags:
            return
        ids, roles, matches, rows = (list(column) for column in zip(*tags, strict=True))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line AS entry
                   SET settlement_role = tag.role,
                       settlement_match_id = NULLIF(tag.match_id, 0),
                       settlement_transaction_id = NULLIF(tag.row_id, 0)
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::int[])
                    AS tag (id, role, match_id, row_id)
                 WHERE entry.id = tag.id
                """,
                ids,
                roles,
                matches,
                rows,
            )
        )
        self.browse(ids).invalidate_recordset(
            ["settlement_role", "settlement_match_id", "settlement_transaction_id"]
        )
