from odoo import models
from odoo.exceptions import UserError

# Who may take a payload along; everybody else looks at its beginning.
TAKERS = ("group_auditor", "group_integration_admin", "group_approver")


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    # ------------------------------------------------------------------
    # Ways up
    # ------------------------------------------------------------------

    def action_open_transactions(self):
        """Open the transactions that these messages told."""
        return self.transaction_ids._open_records(self.transaction_ids)

    def action_open_batches(self):
        """Open the payouts and statements that these messages describe."""
        batches = self.env["settlement.batch"].search(
            [
                "|",
                ("message_id", "in", self.ids),
                ("transaction_ids.message_id", "in", self.ids),
            ]
        )
        return self.transaction_ids._open_records(batches)

    def action_open_moves(self):
        """Open the entries of what these messages told."""
        return self.transaction_ids.action_open_moves()

    def action_open_windows(self):
        """Open the pulls that brought this message."""
        self.ensure_one()
        windows = self.env["settlement.window"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("stream", "=", self.stream),
                ("started_at", "<=", self.received_at),
                "|",
                ("finished_at", "=", False),
                ("finished_at", ">=", self.received_at),
            ]
        )
        if not windows:
            raise UserError(self.env._("No pull brought it: it was sent to us."))
        return self.transaction_ids._open_records(windows)

    # ------------------------------------------------------------------
    # Taking it along
    # ------------------------------------------------------------------

    def action_download(self):
        """Download the payload as stored, card numbers masked; it is logged.

        :raises AccessError: without a role that may, or in another company.
        :raises UserError: if it was removed.
        """
        self.ensure_one()
        self._check_download()
        return {
            "type": "ir.actions.act_url",
            "url": f"/settlement/message/{self.id}/payload",
            "target": "download",
        }

    def _check_download(self):
        self.env["settlement.backend"]._require_group(*TAKERS)
        self.check_access("read")
        if self.purged_at:
            raise UserError(
                self.env._("The payload was removed by policy; its hash is left.")
            )

    def _handed_out(self):
        """Return the stored payload as a binary file, and log who takes it."""
        self._check_download()
        # Readers may take it, and only the system writes the trail.
        self.env["settlement.event"].sudo()._log(
            "message.downloaded",
            self.sudo(),
            after={"sha256": self.sha256, "stored_sha256": self.stored_sha256},
        )
        return self._open_content()
