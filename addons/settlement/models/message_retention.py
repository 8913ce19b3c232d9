from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Payloads removed in one transaction.
PURGE_PIECE = 500


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    purged_at = fields.Datetime(
        "Payload Removed",
        readonly=True,
        copy=False,
        help="The bytes are gone by the retention policy; hashes and facts stay.",
    )
    on_hold = fields.Boolean(
        readonly=True, copy=False, help="Kept whatever the retention policy says."
    )
    hold_reason = fields.Text(readonly=True, copy=False)

    _purged_files_idx = models.Index(
        "(stored_name) WHERE purged_at IS NOT NULL AND stored_name IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Holds
    # ------------------------------------------------------------------

    def action_hold(self, reason=""):
        """Keep the payloads of these messages until the hold is released.

        :raises UserError: without a reason.
        :raises AccessError: without one of the roles.
        """
        self._set_hold(True, reason)

    def action_release_hold(self, reason=""):
        """Leave the payloads of these messages to the retention policy again.

        :raises UserError: without a reason.
        :raises AccessError: without one of the roles.
        """
        self._set_hold(False, reason)

    def _set_hold(self, on_hold, reason):
        self.env["settlement.backend"]._require_group(
            "group_approver", "group_integration_admin"
        )
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        messages = self.sudo()  # the role was checked; messages are nobody's to write
        changed = messages.filtered(lambda message: message.on_hold != on_hold)
        changed.write({"on_hold": on_hold, "hold_reason": on_hold and reason.strip()})
        for backend, group in changed.grouped("backend_id").items():
            self.env["settlement.event"]._log(
                "message.held" if on_hold else "message.hold_released",
                backend,
                reason=reason,
                rows=group,
            )

    def action_open_hold(self):
        """Button: open the dialog that puts messages on hold or releases them."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": "settlement.message.hold",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_message_ids": self.ids,
                "default_is_release": all(self.mapped("on_hold")),
            },
        }

    # ------------------------------------------------------------------
    # Removing payloads
    # ------------------------------------------------------------------

    def _purge(self):
        """Remove the bytes of these messages; say so in the audit trail.

        A file goes in a later transaction, when this one cannot be undone any more.
        """
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_message SET payload = NULL WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.write({"purged_at": fields.Datetime.now()})
        for backend, messages in self.grouped("backend_id").items():
            self.env["settlement.event"]._log(
                "message.purged",
                backend,
                rows=messages,
                after={"oldest": min(messages.mapped("received_at"))},
            )

    @api.model
    def _remove_purged_files(self):
        """Delete files that only messages with removed payloads still name."""
        purged = self.search(
            [("purged_at", "!=", False), ("stored_name", "!=", False)],
            limit=PURGE_PIECE,
        )
        names = set(purged.mapped("stored_name"))
        kept = self.search(
            [("stored_name", "in", list(names)), ("purged_at", "=", False)]
        )
        for name in names - set(kept.mapped("stored_name")):
            (self._folder() / name).unlink(missing_ok=True)
        purged.write({"stored_name": False})
        return len(purged)

    def _check_payload(self):
        """Refuse what cannot be read any more, and say since when and why."""
        for message in self.filtered("purged_at"):
            raise UserError(
                self.env._(
                    "The payload of %(message)s was removed on %(day)s by the "
                    "retention policy. Its hash, its transactions and its audit trail "
                    "stay; ask the source for the data if they are needed again.",
                    message=message.display_name,
                    day=message.purged_at.date(),
                )
            )

    def _open_content(self):
        """Return the stored bytes; say so if they were removed."""
        self._check_payload()
        return super()._open_content()

    @api.depends("stored_sha256", "purged_at")
    def _compute_preview(self):
        purged = self.filtered("purged_at")
        purged.preview = False
        return super(SettlementMessage, self - purged)._compute_preview()
