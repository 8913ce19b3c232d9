import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

QUARANTINED = "quarantined"


class SettlementMessageRow(models.Model):
    """A row that could not be read, until somebody or something explains it.

    It ends corrected, by another message or by a replay, or dismissed by a person.
    It never vanishes: every row of a payload is a transaction or stands here.
    """

    _name = "settlement.message.row"
    _description = "Quarantined Row of a Message"
    _order = "message_id desc, number, id"
    _rec_name = "reason"

    message_id = fields.Many2one(
        "settlement.message", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="message_id.company_id", store=True, index=True
    )
    backend_id = fields.Many2one(related="message_id.backend_id", store=True)
    received_at = fields.Datetime(related="message_id.received_at")
    number = fields.Integer(
        "Row", help="Position in the payload, counted from 1; 0 if it is unknown."
    )
    raw = fields.Text("As Received", help="The row as received, card numbers masked.")
    reason = fields.Text(required=True)
    code = fields.Char(required=True, default="malformed_input")
    external_id = fields.Char(
        "Source ID", help="The transaction it would have become, as far as known."
    )
    key = fields.Char(required=True, help="The same row of a message, kept once.")
    replay = fields.Integer(help="Number of the reading that saw it last.")
    state = fields.Selection(
        [
            (QUARANTINED, "Put aside"),
            ("corrected", "Corrected"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default=QUARANTINED,
        index=True,
        readonly=True,
    )
    corrected_by_id = fields.Many2one(
        "settlement.message", "Corrected by", readonly=True, index="btree_not_null"
    )
    resolution = fields.Text(readonly=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True)
    resolved_at = fields.Datetime(readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE (message_id, key)", "A row of a message is put aside once."
    )
    _waiting_idx = models.Index(
        "(backend_id, external_id) "
        "WHERE state = 'quarantined' AND external_id IS NOT NULL"
    )

    @api.model
    def _key_of(self, number, raw, reason):
        """Return what makes two rows of a message the same one."""
        return hashlib.sha256(f"{number}\n{reason}\n{raw}".encode()).hexdigest()

    def _set_state(self, state, resolution, corrected_by=None):
        """Move rows to ``state``; the one place that does."""
        self.write(
            {
                "state": state,
                "resolution": resolution,
                "corrected_by_id": corrected_by.id if corrected_by else False,
                "resolved_by_id": False if state == QUARANTINED else self.env.uid,
                "resolved_at": state != QUARANTINED and fields.Datetime.now(),
            }
        )
        for message, rows in self.grouped("message_id").items():
            self.env["settlement.event"]._log(
                f"row.{state}",
                message,
                reason=resolution,
                after={"rows": rows.ids, "numbers": rows.mapped("number")},
            )

    def _again(self):
        """Put rows aside anew that were explained and are as bad as before."""
        self._set_state(QUARANTINED, self.env._("A replay could not read it either."))

    @api.model
    def _correct_from_stage(self, backend):
        """Close rows whose transaction another message has brought just now."""
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (row.id) row.id, stage.message_id
                  FROM settlement_message_row row
                  JOIN settlement_stage stage
                    ON stage.external_id = row.external_id
                   AND stage.message_id > row.message_id
                 WHERE row.backend_id = %s AND row.state = %s
                   AND row.external_id IS NOT NULL
                 ORDER BY row.id, stage.message_id
                """,
                backend.id,
                QUARANTINED,
            )
        )
        # Nobody may write rows; what the source corrects needs no permission.
        for row_id, message_id in found:
            row = self.sudo().browse(row_id)
            message = row.message_id.browse(message_id)
            row._set_state(
                "corrected",
                self.env._(
                    "%(message)s brought the transaction %(id)s.",
                    message=message.display_name,
                    id=row.external_id,
                ),
                message,
            )
        self.sudo().browse(row[0] for row in found).message_id._refresh_quarantine()

    def action_dismiss(self, reason=""):
        """Close these rows without a correction; a reason is required.

        :raises UserError: without a reason, or if a row is closed already.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why these rows need no correction."))
        closed = self.filtered(lambda row: row.state != QUARANTINED)
        if closed:
            raise UserError(
                self.env._(
                    "Row %(number)s of %(message)s is closed already: %(state)s.",
                    number=closed[0].number,
                    message=closed[0].message_id.display_name,
                    state=closed[0].state,
                )
            )
        rows = self.sudo()  # the role was checked; rows are nobody's to write
        rows._set_state("dismissed", reason.strip())
        rows.message_id._refresh_quarantine()

    def action_open_dismissal(self):
        """Button: open the dialog that asks for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss Rows"),
            "res_model": "settlement.row.dismissal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_row_ids": self.ids},
        }
