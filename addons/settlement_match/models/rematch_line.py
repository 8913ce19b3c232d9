from odoo import fields, models
from odoo.tools import SQL


class SettlementRematchLine(models.Model):
    """What matching again did for one payment."""

    _name = "settlement.rematch.line"
    _description = "Line of Matching Again"
    _order = "rematch_id desc, id"
    _log_access = False
    _rec_name = "transaction_id"

    rematch_id = fields.Many2one(
        "settlement.rematch", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    transaction_id = fields.Many2one(
        "settlement.transaction", "Payment", required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("matched", "Matched"),
            ("proposed", "Proposed"),
            ("open", "Still open"),
        ],
        "Outcome",
        required=True,
        readonly=True,
        default="waiting",
    )
    match_id = fields.Many2one("settlement.match", readonly=True)
    sentence = fields.Text("Why", readonly=True)

    _waiting_idx = models.Index("(rematch_id, id) WHERE state = 'waiting'")
    _transaction_uniq = models.UniqueIndex("(rematch_id, transaction_id)")

    def _still_open(self):
        """Return the current revisions of these payments that are not matched yet."""
        rows = self.transaction_id._current_revisions()
        return rows.filtered(lambda row: row.match_state in ("open", "proposed"))

    def _note_outcome(self):
        """Note for each payment how it stands now, and what keeps it open."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_rematch_line AS line
                   SET state = CASE WHEN state.match_state IN ('matched', 'proposed')
                            THEN state.match_state ELSE 'open' END,
                       match_id = made.match_id,
                       sentence = CASE WHEN made.match_id IS NULL
                            THEN held.cause END
                  FROM settlement_rematch_line own
                  LEFT JOIN settlement_transaction_state state
                    ON state.transaction_id = own.transaction_id
                  LEFT JOIN LATERAL (
                        SELECT max(match.id) AS match_id
                          FROM settlement_match_line money
                          JOIN settlement_match match ON match.id = money.match_id
                         WHERE money.transaction_id = own.transaction_id
                           AND match.state <> 'undone') made ON TRUE
                  LEFT JOIN LATERAL (
                        SELECT exception.cause
                          FROM settlement_exception exception
                         WHERE exception.subject_model = 'settlement.transaction'
                           AND exception.subject_id = own.transaction_id
                           AND exception.state IN (
                                'open', 'in_progress', 'waiting_approval')
                         ORDER BY exception.id DESC LIMIT 1) held ON TRUE
                 WHERE line.id = own.id AND own.id = ANY(%s)
                """,
                self.ids,
            )
        )
        self.invalidate_recordset()

    def action_open_payment(self):
        """Open the payment."""
        self.ensure_one()
        self.check_access("read")
        return self.transaction_id._open_records(self.transaction_id)
