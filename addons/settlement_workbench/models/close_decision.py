import hashlib

from odoo import fields, models
from odoo.exceptions import UserError


class SettlementClose(models.Model):
    """What people decide about a period."""

    _inherit = "settlement.close"

    def action_close(self):
        """Close the period as it is computed now, and offer to lock it.

        Who signed a check does not close the period.

        :return: action that opens the lock dates, filled in and not applied.
        :raises AccessError: without the approver role, or in another company.
        :raises UserError: if something is in the way, or by who signed.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_approver")
        self._check_company_allowed()
        self.check_access("read")
        self._lock_for_decision()
        if self.state == "closed":
            raise UserError(self._closed_already())
        self._refresh()
        self._check_closable()
        self._close()
        return self.action_lock()

    def _lock_for_decision(self):
        if not self.sudo().try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is deciding on this period right now.")
            )
        self.invalidate_recordset()

    def _closed_already(self):
        return self.env._("%(period)s is closed.", period=self.display_name)

    def _check_closable(self):
        if not self._is_ready():
            raise UserError(self.answer)
        if self.env.user in self.row_ids.signed_by_id:
            raise UserError(
                self.env._(
                    "You signed a check of this period. Somebody else has to close it."
                )
            )

    def _close(self):
        """Freeze every proof and close; the roles were checked."""
        close = self.sudo()
        for row in close.row_ids:
            row.write({"frozen_proof": row.proof, "frozen_hash": row.proof_hash})
        close.write(
            {
                "state": "closed",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
                "closing_hash": close._hash_of_proofs(),
            }
        )
        self.env["settlement.event"].sudo()._log(
            "close.closed",
            self,
            after={"period": self.period, "proofs": self.closing_hash},
        )

    def _hash_of_proofs(self):
        """Return the SHA-256 over the proofs of all checks, in their order."""
        parts = [
            f"{row.code},{row.subject_id},{row.frozen_hash}"
            for row in self.row_ids.sorted(lambda row: (row.code, row.subject_id))
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def action_reopen(self, reason=""):
        """Open a closed period again; its lock date stays where it is.

        :param reason: why, for the audit trail.
        :raises AccessError: without the approver role, or in another company.
        :raises UserError: without reason, or if it is open.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_approver")
        self._check_company_allowed()
        self.check_access("read")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the period is opened again."))
        self._lock_for_decision()
        if self.state != "closed":
            raise UserError(self.env._("%(period)s is open.", period=self.display_name))
        self.env["settlement.event"].sudo()._log(
            "close.reopened",
            self,
            reason=reason,
            before={"closed_by": self.closed_by_id.id, "proofs": self.closing_hash},
        )
        close = self.sudo()
        close.row_ids.filtered(lambda row: not row.signed_by_id).write(
            {"frozen_proof": False, "frozen_hash": False}
        )
        close.write(
            {
                "state": "open",
                "closed_at": False,
                "closed_by_id": False,
                "closing_hash": False,
            }
        )
        self._refresh()

    def action_open_reopening(self):
        """Open the dialogue that asks why a period is opened again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open %(period)s Again", period=self.display_name),
            "res_model": "settlement.close.reopening",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_close_id": self.id},
        }

    def action_lock(self):
        """Open the lock dates of the company, with the end of this period filled in.

        Nothing is locked before somebody presses the button there.
        """
        self.ensure_one()
        self._check_company_allowed()
        day = max(self.day, self.lock_date or self.day)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lock %(day)s", day=self.day),
            "res_model": "settlement.lock.date",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_company_id": self.company_id.id,
                "default_fiscalyear_lock_date": day.isoformat(),
                "default_reason": self.env._(
                    "Close of %(period)s", period=self.display_name
                ),
            },
        }
